"""The sample briefings and the questions about them agree: every gold span is where it is said to be.

Imports nothing of onrecord, so that a mistake in a reader cannot hide a mistake in the samples.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).parent.parent / "samples"
FILES = sorted(path.name for path in SAMPLES.iterdir())
QUESTIONS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "samples_questions.jsonl").read_text(encoding="utf-8").splitlines()
]
KINDS = {"fact", "who-asked", "did-they-answer", "every-mention", "over-time", "overview"}
SENTENCE_START = re.compile(r"[\w«“\"(]")
SENTENCE_END = re.compile(r"[.?!»”)]")


def text_of(name: str) -> str:
    return (SAMPLES / name).read_text(encoding="utf-8")


class Words(HTMLParser):
    """Collects what a page shows, its scripts and styles left out."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden = tag in {"script", "style"}

    def handle_endtag(self, tag: str) -> None:
        self.hidden = False

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.pieces.append(data)


def spoken_words(name: str) -> str:
    """The words of a .html or .vtt file with single spaces, as a quote of it is written."""
    text = text_of(name)
    if name.endswith(".vtt"):
        cues = [block for block in text.split("\n\n") if " --> " in block]
        text = " ".join(cue.split("\n", 2)[2] for cue in cues)
    words = Words()
    words.feed(text)
    return " ".join("".join(words.pieces).split())


def test_samples_holds_briefings_only() -> None:
    assert {Path(name).suffix for name in FILES} <= {".txt", ".md", ".html", ".vtt"}


@pytest.mark.parametrize("name", FILES)
def test_each_sample_is_marked_as_invented_and_cleanly_encoded(name: str) -> None:
    text = (SAMPLES / name).read_bytes().decode("utf-8")
    assert re.search(r"invented sample|échantillon inventé", text, re.IGNORECASE)
    assert "\r" not in text
    assert not text.startswith("\ufeff")
    assert text.endswith("\n")


@pytest.mark.parametrize("question", QUESTIONS, ids=[question["id"] for question in QUESTIONS])
def test_gold_occurs_in_its_file(question: dict[str, Any]) -> None:
    assert question["answerable"] == bool(question["gold"]) == (question["status"] != "not_found")
    for gold in question["gold"]:
        if gold["file"].endswith((".html", ".vtt")):
            assert set(gold) == {"file", "quote"}
            assert spoken_words(gold["file"]).count(gold["quote"]) == 1
            continue
        assert set(gold) == {"file", "start", "end"}
        text = text_of(gold["file"])
        assert 0 <= gold["start"] < gold["end"] <= len(text)
        quote = text[gold["start"] : gold["end"]]
        # Whole sentences of one turn, so that a span that has slipped by a character shows.
        assert quote == quote.strip()
        assert "\n" not in quote
        assert SENTENCE_START.match(quote[0])
        assert SENTENCE_END.match(quote[-1])
        assert gold["start"] == 0 or text[gold["start"] - 1].isspace()
        assert text[gold["end"]].isspace()


def test_the_question_set_is_what_the_documentation_says() -> None:
    assert len({question["id"] for question in QUESTIONS}) == len(QUESTIONS) == 40
    assert Counter(question["language"] for question in QUESTIONS) == {"en": 24, "fr": 16}
    assert sum(not question["answerable"] for question in QUESTIONS) == 8
    assert {question["kind"] for question in QUESTIONS} == KINDS
    assert {gold["file"] for question in QUESTIONS for gold in question["gold"]} == set(FILES)
