"""The words of the page and the terminal: every language says the same things, and each key is said somewhere."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from babel import Locale

from onrecord.ui.page.text import (
    LANGUAGES,
    counted,
    dictionary,
    preferred_language,
    spoken_date,
    terminal_language,
    words,
)

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

UI = Path(__file__).parent.parent / "ui"
FILES = {code: tomllib.loads((UI / "words" / f"{code}.toml").read_text("utf-8")) for code in LANGUAGES}
KEYS = [(table, key) for table, said in FILES["en"].items() for key in said]
# Keys that are put together from a value: verdicts, kinds, outcomes, formats, forms of one and many, ends of a limit.
MADE = re.compile(r"file_\w+|outcome_\w+|corrected_\w+|since_date|until_date")
VALUES = {
    *("answered", "asked_not_answered", "not_found"),
    *("statement", "question", "answer", "moderation", "report", "reported"),
    *("verbatim", "other_speaker", "altered", "stitched", "translated"),
    *("markdown", "html", "docx", "xlsx", "csv"),
    *("unit_files", "unit_briefings", "unit_questions"),
}


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_says_the_same_things(code: str) -> None:
    assert {(table, key) for table, said in FILES[code].items() for key in said} == set(KEYS)
    for table, key in KEYS:
        text, english = FILES[code][table][key], FILES["en"][table][key]
        assert text.strip() == text != "", key
        assert sorted(re.findall(r"{(\w*)}", text)) == sorted(re.findall(r"{(\w*)}", english)), key


def test_a_key_stands_in_one_table() -> None:
    assert len({key for _, key in KEYS}) == len(KEYS)


@pytest.mark.parametrize(("table", "key"), KEYS)
def test_every_key_is_used(table: str, key: str) -> None:
    sources = [*UI.rglob("*.py"), *UI.rglob("*.js")]
    bare = re.sub(r"_(one|many)$", "", key)
    uses = re.compile(rf"""(?:words|spoken)\.{key}\b|["']{bare}["']""")
    assert key in VALUES or MADE.fullmatch(key) or any(uses.search(source.read_text("utf-8")) for source in sources)


def test_every_key_that_is_used_is_there() -> None:
    known = {key for _, key in KEYS}
    for script in UI.rglob("*.js"):
        text = script.read_text("utf-8")
        used = set(re.findall(r"\bwords\.([a-z_]+)", text))
        used |= {f"{key}_{form}" for key in re.findall(r'counted\("(\w+)"', text) for form in ("one", "many")}
        assert used <= known, script.name
        assert used <= {key for table, key in KEYS if table == "page"}, script.name


def test_a_script_imports_what_the_other_one_has() -> None:
    texts = {script.resolve(): script.read_text("utf-8") for script in UI.rglob("*.js")}
    for script, text in texts.items():
        for names, other in re.findall(r'^import \{([^}]*)\} from "([^"]+)";', text, re.MULTILINE):
            there = set(
                re.findall(
                    r"^export (?:async )?(?:function|const|let) (\w+)", texts[(script.parent / other).resolve()], re.M
                )
            )
            wanted = {name.split(" as ")[0].strip() for name in names.split(",")} - {""}
            assert wanted <= there, f"{script.name} imports {wanted - there} from {other}"


def test_the_page_is_sent_its_words_alone_and_nothing_that_ends_its_element() -> None:
    sent = json.loads(dictionary())
    assert set(sent) == set(LANGUAGES)
    assert all(set(said) == set(FILES["en"]["page"]) for said in sent.values())
    assert "<" not in dictionary()


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_language_calls_itself_by_its_own_name(code: str) -> None:
    assert words(code)["own_name"].lower() == (Locale(code).get_display_name(code) or "").lower()


def test_a_language_without_a_file_is_spoken_to_in_english() -> None:
    assert words("xx") == words("en")
    assert counted("xx", "briefings", 1) == "1 briefing"


def test_french_marks_stay_with_their_words() -> None:
    narrow = "\N{NARROW NO-BREAK SPACE}"
    assert words("fr")["delete_confirm"] == f"Supprimer «{narrow}{{title}}{narrow}»{narrow}?"
    assert not any(re.search(r" [:;?!»%]|« ", text) for code in LANGUAGES for text in words(code).values())


@pytest.mark.parametrize(
    ("code", "n", "said"),
    [
        ("en", 0, "0 briefings"),
        ("en", 1, "1 briefing"),
        ("fr", 0, "0 briefing"),
        ("fr", 2, "2 briefings"),
        ("de", 0, "0 Briefings"),
        ("es", 1, "1 briefing"),
    ],
)
def test_singular_and_plural_are_the_languages(code: str, n: int, said: str) -> None:
    assert counted(code, "briefings", n) == said


@pytest.mark.parametrize(
    ("date", "language", "said"),
    [
        ("2026-02-12", "en", "12 February 2026"),
        ("2026-03-01", "fr", "1er mars 2026"),
        ("2026-03", "fr", "mars 2026"),
        ("2026-03-01", "de", "1. März 2026"),
        ("2026-03-01", "es", "1 de marzo de 2026"),
        ("2026", "en", "2026"),
        (None, "en", "undated"),
        ("soon", "en", "soon"),
        ("2026-13-01", "en", "2026-13-01"),
    ],
)
def test_dates_as_they_are_said(date: str | None, language: str, said: str) -> None:
    assert spoken_date(date, language) == said


@pytest.mark.parametrize(
    ("chosen", "header", "language"),
    [
        ("fr", "en", "fr"),
        (None, "fr-CA,fr;q=0.9,en;q=0.5", "fr"),
        (None, "nl, fr;q=0.4, en;q=0.8", "en"),
        (None, "es-MX", "es"),
        ("xx", None, "en"),
        (None, "fr;q=nonsense", "en"),
    ],
)
def test_the_language_follows_the_choice_then_the_browser(
    chosen: str | None, header: str | None, language: str
) -> None:
    assert preferred_language(chosen, header) == language


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "de_AT@euro"}, "de"),
        ({"LANG": "es", "LC_MESSAGES": ""}, "es"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "nl_NL"}, "en"),
        ({}, "en"),
    ],
)
def test_the_terminal_follows_the_system(environment: dict[str, str], language: str) -> None:
    assert terminal_language(environment) == language
