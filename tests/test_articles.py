"""Articles in any language and style of quoting: what they quote, whom they name, and whether it is on record."""

from __future__ import annotations

import pytest
from records import SmallRecord

from onrecord.rag.checking.article import Claim, claims
from onrecord.rag.checking.check import check

SURNAMES = frozenset({"brook", "hale", "morel"})


def named(article: str) -> list[tuple[str | None, str]]:
    return [(claim.speaker, claim.text) for claim in claims(article, SURNAMES)]


def only(article: str) -> Claim:
    [claim] = claims(article, SURNAMES)
    return claim


@pytest.mark.parametrize(
    ("article", "expected"),
    [
        # A closing mark that is missing takes in nothing else.
        ("“We are ready, said Brook. “We go,” she added.", [("Brook", "We are ready,"), ("Brook", "We go,")]),
        (
            '"We are ready, said Ada Brook.\n\n"We go," Brook said.',
            [("Ada Brook", "We are ready,"), ("Ada Brook", "We go,")],
        ),
        ('Brook said: "We are ready. Nobody asked her more.', [("Brook", "We are ready.")]),
        # Marks of two kinds close each other, and hold others.
        ('Brook said “the harbour is paid for" and left.', [("Brook", "the harbour is paid for")]),
        ("Brook said: “Hale told me ‘never’ and left.”", [("Brook", "Hale told me ‘never’ and left.")]),
        ('« Il m’a dit "jamais" », a raconté M. Morel.', [("M. Morel", 'Il m’a dit "jamais"')]),
        # Who speaks may be told inside.
        ("« Le pont, a expliqué M. Morel, sera gratuit. »", [("M. Morel", "Le pont … sera gratuit.")]),
        ("“The harbour,” Ms Brook said, “will not close.”", [("Ms Brook", "The harbour, … will not close.")]),
        # A dialogue has a dash.
        ("— Le pont sera gratuit pour tous, a répondu M. Morel.", [("M. Morel", "Le pont sera gratuit pour tous")]),
        # Whoever has no name is nobody who was named before.
        ("Ada Brook left. The opposition called it “a hole in the water”.", [(None, "a hole in the water")]),
        ("Ada Brook left. Critics said the plan was “a gift to the dredgers”.", [(None, "a gift to the dredgers")]),
        ("“We were not asked,” residents shouted.", [(None, "We were not asked,")]),
    ],
)
def test_quotations_in_english_and_french(article: str, expected: list[tuple[str | None, str]]) -> None:
    assert named(article) == expected


@pytest.mark.parametrize(
    ("article", "expected"),
    [
        (
            "„Der Hafen bleibt offen“, sagte Hafenministerin Ada Brook am Montag.",
            ("Ada Brook", "Der Hafen bleibt offen"),
        ),
        ("»Der Hafen bleibt offen«, sagte Brook.", ("Brook", "Der Hafen bleibt offen")),
        ("„Der Hafen“, sagte Brook, „bleibt offen.“", ("Brook", "Der Hafen … bleibt offen.")),
        ("„Wir werden, so Brook, den Hafen offen halten.“", ("Brook", "Wir werden … den Hafen offen halten.")),
        ("„Der Hafen bleibt offen“, so die Ministerin.", ("Ministerin", "Der Hafen bleibt offen")),
        ("Brook erklärte, dass der Hafen im Winter offen bleibe.", ("Brook", "der Hafen im Winter offen bleibe")),
        ("Brook sagte am Dienstag, der Hafen bleibe offen.", ("Brook", "der Hafen bleibe offen")),
        (
            "Der Hafen bleibt im Winter offen, sagte Ada Brook der Zeitung.",
            ("Ada Brook", "Der Hafen bleibt im Winter offen"),
        ),
        ("Laut Ada Brook bleibt der Hafen im Winter offen.", ("Ada Brook", "bleibt der Hafen im Winter offen")),
        ("Die Opposition nannte den Plan „ein Geschenk an die Reichen“.", (None, "ein Geschenk an die Reichen")),
        (
            "Kritiker sagten: „Das ist viel zu teuer für die Stadt.“",
            (None, "Das ist viel zu teuer für die Stadt."),
        ),
    ],
)
def test_quotations_in_german(article: str, expected: tuple[str | None, str]) -> None:
    claim = only(article)
    assert (claim.speaker, claim.text) == expected


def test_a_pronoun_stands_for_whoever_was_spoken_of() -> None:
    claim = only("Ada Brook war am Montag in Lysvik. „Der Hafen bleibt offen“, sagte sie vor Journalisten.")
    assert (claim.speaker, claim.inferred) == ("Ada Brook", True)


def test_an_office_beside_a_name_is_kept_apart() -> None:
    claim = only("“We go,” said the Minister of Ports, Ada Brook.")
    assert (claim.speaker, claim.role) == ("Ada Brook", "Minister of Ports")


def test_a_word_at_the_head_of_a_sentence_is_a_name_where_it_is_on_record() -> None:
    article = "Brook said: “We go.”"
    assert [claim.speaker for claim in claims(article, SURNAMES)] == ["Brook"]
    assert [claim.speaker for claim in claims(article)] == [None]


def verdict(record: SmallRecord, article: str) -> str:
    [finding] = check(article, record).findings
    return finding.verdict


FIGURES = SmallRecord(
    "PRESS CONFERENCE\n\nMS. BROOK: We ordered 1,234,000 doses at 3.50 crowns. It is ≥ 12 % more, and 1.5 of it is "
    "ours.\n\n"
    "MR. HALE: Thank you. My colleague told me “it is sound,” and I took him at his word.",
    "POINT DE PRESSE\n\nMME MOREL : Nous avons commandé 2 345 000 doses, au prix de 3,50 € la dose.\n\n"
    "M. HALE : Merci à vous, et à bientôt.",
)


@pytest.mark.parametrize(
    ("article", "expected"),
    [
        ("“We ordered 1 234 000 doses,” said Brook.", "verbatim"),
        ("“We ordered 1.234.000 doses at 3.50 crowns,” said Brook.", "verbatim"),
        ("“We ordered 1,243,000 doses,” said Brook.", "altered"),
        ("“We ordered 1,234,000 doses at 350 crowns,” said Brook.", "altered"),
        ("“It is >= 12% more,” said Brook.", "verbatim"),
        ("“It is ≥ 12 € more,” said Brook.", "altered"),
        ("“It is ≥ 12 % more, and 15 of it is ours,” said Brook.", "altered"),
        ("« Nous avons commandé 2.345.000 doses », a dit Mme Morel.", "verbatim"),
        ("« Nous avons commandé 2 345 000 doses […] 3,50 € la dose », a dit Mme Morel.", "verbatim"),
        ("« Nous avons commandé 2.345.000 doses […] 35 € la dose », a dit Mme Morel.", "altered"),
        ("“My colleague told me 'it is sound', and I took him at his word,” Hale said.", "verbatim"),
        ("“My colleague told me: it is sound and I took him at his word,” Hale said.", "verbatim"),
        ("“My colleague told me it is sound?” Hale asked.", "altered"),
    ],
)
def test_numbers_and_signs_decide_and_punctuation_does_not(article: str, expected: str) -> None:
    assert verdict(FIGURES, article) == expected


REPORT = SmallRecord(
    "Harbour to be dredged\n\nBy Dana Whit\n5 May 2031\n\n"
    "The harbour minister, Ada Brook, presented the plan on Monday. “It costs forty-two million crowns,” she said.\n\n"
    "The opposition called the plan “a hole in the water of Lysvik”.\n\n"
    "A spokesman for the fleet said: “We were never asked about it.”\n"
)


@pytest.mark.parametrize(
    ("article", "expected"),
    [
        ("“It costs forty-two million crowns,” said Ada Brook.", "verbatim"),
        ("“A hole in the water of Lysvik,” said Ada Brook.", "other_speaker"),
        ("The plan is “a hole in the water of Lysvik”, the minister said.", "other_speaker"),
        ("“We were never asked about it,” Brook said.", "other_speaker"),
        ("“We were never asked about it,” said the spokesman for the fleet.", "verbatim"),
        ("The opposition called it “a hole in the water of Lysvik”.", "verbatim"),
    ],
)
def test_words_of_somebody_without_a_name_are_not_those_of_whom_the_record_names(article: str, expected: str) -> None:
    assert verdict(REPORT, article) == expected


GERMAN = SmallRecord(
    "Pressekonferenz des Hafenministeriums\n5. Mai 2031\n\n"
    "FRAGE: Frau Ministerin, bleibt der Hafen im Winter offen?\n\n"
    "BROOK: Der Hafen bleibt in diesem Winter offen. Er kostet uns 1.234.000 Kronen, und niemand zahlt "
    "mehr als zwölf.\n\n"
    "HALE: Die Fischer sagen, dass sie keine Gebühren mehr zahlen können.\n",
)


@pytest.mark.parametrize(
    ("article", "expected"),
    [
        ("„Der Hafen bleibt in diesem Winter offen“, sagte Brook am Montag.", "verbatim"),
        ("„Der Hafen bleibt in diesem Winter nicht offen“, sagte Brook am Montag.", "altered"),
        ("„Der Hafen bleibt in diesem Winter offen“, sagte Hale am Montag.", "other_speaker"),
        ("»Er kostet uns 1 234 000 Kronen«, sagte Brook.", "verbatim"),
        ("Brook sagte am Montag, der Hafen bleibe in diesem Winter offen.", "altered"),
    ],
)
def test_a_german_article_about_a_german_briefing(article: str, expected: str) -> None:
    assert verdict(GERMAN, article) == expected


def test_altered_words_are_shown_beside_the_speakers_own() -> None:
    record = SmallRecord(
        "PRESS CONFERENCE\n\nMR. HALE: Minister, is it a failure of the ministry?\n\n"
        "MS. BROOK: It is not a failure of the ministry, Mr. Hale.\n"
    )
    [finding] = check("“It is a failure of the ministry,” Brook admitted.", record).findings
    assert finding.verdict == "altered"
    assert [citation.speaker for citation in finding.citations] == ["Ms. Brook"]
