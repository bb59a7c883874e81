"""What holds of the structure and the passages of any text whatever."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structures import briefing_of, check_passages, check_structure

from onrecord.rag.languages import language
from onrecord.rag.passages import passages_of
from onrecord.rag.transcript.understanding import understand
from onrecord.rag.types import Boilerplate, SourceText

FRAGMENTS = [
    "MS. TARN:  Good morning.",
    "MS. TARN:",
    "Q    Why?",
    "Q — well",
    "A: Because.",
    "The Chair (Hon. Ann Bell (West, Ind.)): Order.",
    "CHAIR BELL. Thank you. I have two points: one, two.",
    "M. le président. La parole est à M. Roc.",
    "— Question : Pourquoi ?",
    "Ann Bell, Daily Globe",
    "Secretary General Ann Bell",
    "**Ann Bell:** yes",
    ">> REPORTER: when?",
    "[00:01:02] Ann Bell: hello",
    "Ann Bell (00:12):",
    "Subscribe to our newsletter and accept all cookies",
    "Page 2 of 7",
    "3",
    "END 3:56 P.M. EDT",
    "« Nous irons demain », a-t-elle dit.",
    "She said: “We will go yesterday.”",
    "January 4, 2031",
    "# A title of some sort",
    "Well, I think that we did it, in the U.S. and elsewhere. Didn't we?",
    "no capital, no stop",
    "\u200b\u00a0",
    "\u2028x\x0c",
    "🎤🎤 ﷽ ﬁ é́",
    "word " * 230,
    "x" * 3000,
]
LINES = st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=60)), max_size=14)
TEXTS = st.one_of(st.text(max_size=300), LINES.map("\n".join), LINES.map("\n\n".join))


@given(TEXTS)
@settings(max_examples=250, deadline=None)
def test_nothing_is_lost_and_nothing_overlaps(text: str) -> None:
    briefing = briefing_of(text)
    check_structure(text, understand(SourceText(text)))
    check_passages(briefing, passages_of(briefing))


@given(TEXTS, st.data())
@settings(max_examples=80, deadline=None)
def test_what_the_reader_marked_stays_marked(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, max(0, len(text) - 1)))
    end = data.draw(st.integers(start, len(text)))
    given_spans = (Boilerplate(start, end, "navigation"),) if text[start:end].strip() else ()
    source = SourceText(text, boilerplate=given_spans)
    structure = understand(source)
    assert set(given_spans) <= set(structure.boilerplate)
    briefing = briefing_of(source)
    check_passages(briefing, passages_of(briefing))


@given(TEXTS, st.sampled_from(["en", "fr", "de"]))
@settings(max_examples=200, deadline=None)
def test_sentences_cover_the_text(text: str, code: str) -> None:
    spans = language(code).sentences(text)
    position = 0
    for span in spans:
        assert not text[position : span.start].strip()
        assert text[span.start : span.end].strip() == text[span.start : span.end] != ""
        position = span.end
    assert not text[position:].strip()


@pytest.mark.parametrize(
    "text",
    [
        "." * 200_000,
        "Q " * 100_000,
        "(" * 200_000,
        "« " * 100_000,
        "A: " * 100_000,
        "Ann Bell, " * 30_000,
        "\n" * 200_000,
        "I am here. " * 30_000,
        "MS. TARN: yes\nQ    no?\n" * 6_000,
        "Jean de la " * 30_000,
        "*_" * 100_000,
        " " * 200_000,
        "12:30 " * 50_000,
        "‘a 'b " * 30_000,
        "He said “we are here and glad”, " * 6_000,
        "said " * 40_000,
        "“We are here,” Ann Bell said. " * 5_000,
    ],
    ids=lambda text: repr(text[:12]),
)
@pytest.mark.timeout(120)
def test_time_grows_with_length_only(text: str) -> None:
    # Each takes a few seconds; one step that is quadratic in the length would take many minutes.
    briefing = briefing_of(text)
    check_passages(briefing, passages_of(briefing))
