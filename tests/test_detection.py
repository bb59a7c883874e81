"""Which language a text is in, however short. All texts are invented."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from onrecord.rag.languages.detection import detect_language


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


@pytest.mark.parametrize(
    ("text", "around", "language"),
    [
        ("12 345", "fr", "fr"),
        ("Lund Vik", "fr", "fr"),
        # A few words keep the language of what is around them unless they are clearly in another.
        ("No comment.", "en", "en"),
        ("Next question.", "en", "en"),
        ("Non.", "fr", "fr"),
        ("Thank you very much.", "fr", "en"),
        ("Merci beaucoup à tous.", "en", "fr"),
        ("Lund Vik.", "sv", "sv"),
    ],
)
def test_a_few_words_keep_the_language_around_them(text: str, around: str, language: str) -> None:
    assert detect_language(text, default=around) == language


def test_threads_may_share_the_detector() -> None:
    texts = [
        "The ministers met on Monday and they agreed.",
        "Les ministres se sont réunis lundi et ils ont conclu.",
    ] * 50
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(detect_language, texts)) == ["en", "fr"] * 50
