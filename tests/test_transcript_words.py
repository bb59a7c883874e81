"""Sentences, languages and dates: the words under the structure. All texts are invented."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from structures import structure_of

from onrecord.rag.languages import language
from onrecord.rag.languages.detection import detect_language


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


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Yes.", "en"),
        ("Oui.", "fr"),
        ("Merci à tous", "fr"),
        ("What did she say about the harbour?", "en"),
        ("Qu’a-t-elle dit du port ?", "fr"),
        ("soutien à la flotte", "fr"),
        ("Ida Lund, Harbour Gazette", "en"),
        ("THE HARBOUR IS OPEN AND WE ARE GLAD", "en"),
        ("LE PORT EST OUVERT ET NOUS EN SOMMES HEUREUX", "fr"),
        ("", "en"),
        ("2031 – 5 %", "en"),
        ("Der Hafen wird im Juni geöffnet, sagte die Ministerin, und alle freuen sich schon auf das große Fest.", "de"),
        ("El puerto se abrirá en junio, dijo la ministra, y todos esperan ya la gran fiesta de la ciudad.", "es"),
        ("Il porto aprirà a giugno, ha detto la ministra, e tutti aspettano già la grande festa della città.", "it"),
        ("Порт откроется в июне, сказала министр, и все уже ждут большого праздника.", "ru"),
        ("港口将于六月开放。", "zh"),
    ],
)
def test_languages(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_the_default_is_taken_where_nothing_speaks() -> None:
    assert detect_language("12 345", default="fr") == "fr"
    assert detect_language("Lund Vik", default="fr") == "fr"


def test_threads_may_share_the_detector() -> None:
    texts = [
        "The ministers met on Monday and they agreed.",
        "Les ministres se sont réunis lundi et ils ont conclu.",
    ] * 50
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(detect_language, texts)) == ["en", "fr"] * 50


@pytest.mark.parametrize(
    ("head", "date"),
    [
        ("Press briefing\n2031-05-02", "2031-05-02"),
        ("Press briefing, May 2, 2031\nLysvik", "2031-05-02"),
        ("Press briefing\nFriday, 2 May 2031", "2031-05-02"),
        ("Point de presse\nLe vendredi 2 mai 2031", "2031-05-02"),
        ("Point de presse du 1er mai 2031", "2031-05-01"),
        ("Point de presse\n02/05/2031", "2031-05-02"),
        ("Press briefing\n25/12/2031", "2031-12-25"),
        # Nobody can tell which is the month.
        ("Press briefing\n02/05/2031", None),
        ("Press briefing\n31 February 2031", None),
        ("Press briefing\nIn May", None),
    ],
)
def test_date_of_a_briefing(head: str, date: str | None) -> None:
    french = (
        "Mme Holm : Le port est ouvert et nous en sommes heureux.\nQuestion : Depuis quand ?\nMme Holm : Depuis lundi."
    )
    english = (
        "MS. HOLM:  The harbour is open, and we are glad.\nQ    Since when?\nMS. HOLM:  Since Monday, and for good."
    )
    assert structure_of(f"{head}\n{french if head.startswith('Point') else english}").date == date


def test_a_date_in_the_words_is_not_the_briefings() -> None:
    assert structure_of("MS. HOLM:  It opened on May 2, 2031, as you know.\nQ    Did it?").date is None


@pytest.mark.parametrize(
    ("words", "date"),
    [
        ("yesterday", "2031-05-01"),
        ("the day before yesterday", "2031-04-30"),
        ("tomorrow", "2031-05-03"),
        ("this morning", "2031-05-02"),
        ("last December", "2030-12"),
        ("next June", "2031-06"),
        ("last May", "2030-05"),
        ("last Tuesday", "2031-04-29"),
        ("last Friday", "2031-04-25"),
        ("next Monday", "2031-05-05"),
        ("last week", "2031-W17"),
        ("last month", "2031-04"),
        ("last year", "2030"),
        ("three weeks ago", "2031-W15"),
        ("14 months ago", "2030-03"),
        ("two years ago", "2029"),
        ("hier", "2031-05-01"),
        ("avant-hier", "2031-04-30"),
        ("demain", "2031-05-03"),
        ("aujourd’hui", "2031-05-02"),
        ("il y a trois jours", "2031-04-29"),
        ("la semaine dernière", "2031-W17"),
        ("le mois prochain", "2031-06"),
        ("l’an dernier", "2030"),
        ("en décembre dernier", "2030-12"),
        ("lundi prochain", "2031-05-05"),
    ],
)
def test_relative_dates(words: str, date: str) -> None:
    french = not words.isascii() or words.split()[0] in ("hier", "avant-hier", "demain", "il", "la", "le", "lundi")
    text = f"Nous en avons parlé {words}, et ce fut tout." if french else f"We spoke of it {words}, and that was all."
    (mention,) = structure_of(text, date="2031-05-02").dates
    assert mention.date == date
    assert text[mention.start : mention.end] in words
    assert structure_of(text).dates == ()
    assert structure_of(text, date="2031-05").dates == ()


def test_a_date_before_all_time_is_left_alone() -> None:
    assert structure_of("It was 999 years ago, it was 999 weeks ago.", date="0005-01-01").dates == ()
