"""Where sentences end, by the words of each language and by structure alone. All texts are invented."""

from __future__ import annotations

import pytest

from onrecord.rag.languages import language
from onrecord.rag.text.sentences import SentenceWords, ends_sentence, sentences


def split(text: str, code: str) -> list[str]:
    return [text[span.start : span.end] for span in language(code).sentences(text)]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["Mr. Tarn met Gen. Bell in the U.S. Army museum.", "They spoke for 3.5 hours."]),
        ("en", ["She left at 5 p.m. on Friday.", "He left at 6 p.m.", "Then it rained."]),
        ("en", ["He was born in the U.S.", "The rest is known.", "J. R. Tarn wrote it."]),
        ("en", ["“Will it rain?” he asked.", "“No.”", "She laughed… and left.", "Well…", "Let us see."]),
        ("en", ["It costs $3.5 million!", "Really?", "Yes (they said so.)", "See No. 5 and fig. 3."]),
        ("en", ["We need cranes, ferries, etc. and money.", "We have cranes, ferries, etc.", "The rest is missing."]),
        ("fr", ["Le gén. Morvan et M. Roc ont parlé.", "Mme Holm aussi."]),
        ("fr", ["« Nous irons. »", "Elle l’a dit à 18 h. 30.", "Personne n’a ri."]),
        ("fr", ["« Irez-vous ? » a-t-il demandé.", "« Oui ! »", "L’art. 5 s’applique, cf. p. 12 du traité."]),
        ("fr", ["M. le ministre est là.", "Il parle du no 7, de l’av. Foch et de Me Roc.", "C’est tout."]),
        ("de", ["Das ist ein Satz.", "Hier ist noch einer!"]),
    ],
)
def test_where_sentences_end(language: str, expected: list[str]) -> None:
    assert split(" ".join(expected), language) == expected


def test_lines_that_are_wrapped_do_not_end_sentences() -> None:
    wrapped = (
        "The council has decided that the northern channel will be dredged by the\n"
        "Harbour Company before the winter of next year, and that the old light on\n"
        "Kaldry Point will be kept as a museum. It has not decided who will pay for\n"
        "the museum.\n\nThe next meeting is in June."
    )
    assert [len(each.split("\n")) for each in split(wrapped, "en")] == [3, 2, 1]
    assert split("A title without a stop\nA sentence. Another", "en") == [
        "A title without a stop",
        "A sentence.",
        "Another",
    ]


def test_numbered_points_keep_their_number() -> None:
    assert split("1. Dredge the channel.\n2. Build the crane. In 2031. Then rest.", "en") == [
        "1. Dredge the channel.",
        "2. Build the crane.",
        "In 2031.",
        "Then rest.",
    ]


GERMAN = SentenceWords(
    starters=frozenset(["dann", "das"]),
    abbreviations=frozenset(["z.b", "dr"]),
    undecided=frozenset(["usw"]),
    ordinals=True,
)


@pytest.mark.parametrize(
    "expected",
    [
        ["Am 3. Mai traf Dr. Holm die Ministerin.", "Das war alles."],
        ["Sie sprach, z. B. über Fähren, usw. und ging.", "Im Jahr 2031.", "Dann kam sie."],
        ["„Ja.“", "Das war alles."],
    ],
)
def test_ordinals_and_abbreviations_of_two_words_end_no_sentence(expected: list[str]) -> None:
    text = " ".join(expected)
    assert [text[span.start : span.end] for span in sentences(text, GERMAN)] == expected


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("They met Mr.", False),
        ("They met.", True),
        ("“They met.”", True),
        ("They met (in May).", True),
        ("They met in the", False),
        ("Did they meet? ", True),
        ("He saw it in the U.S.", True),
        ("", False),
    ],
)
def test_a_line_ends_a_sentence_or_goes_on(text: str, ends: bool) -> None:
    assert language("en").ends_sentence(text) is ends
    assert ends_sentence(text.replace("Mr.", "Mr"), SentenceWords()) is ends
