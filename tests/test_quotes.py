"""Quotations are found whatever their typography, as exact slices, and never where the words differ."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from onrecord.rag.text.quotes import cite, find, fold_typography, occurrences, splits_word, turn_at, verify
from onrecord.rag.types import Briefing, Reported, Span, Turn

_ALL_WORDS = (
    "we will not cœur défense l’été qu'il aujourd’hui élève naïve Straße ﬁnance officiel well-known 5% 1.5 10 000 U.S. "
    "“strong” «fort» « loin » ‘so’ — – - … ... ? ! : ; « , . ( ) €3,5 3² ½ ÉTAT Œuvre encyclopædia 12:30 a-t-il 2025"
)
_WORDS = _ALL_WORDS.split()
_words = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=30)
_gaps = st.sampled_from([" ", "\n", "\u00a0", "  ", "\u202f"])


@st.composite
def _texts(draw: st.DrawFn) -> str:
    words = draw(_words)
    return "".join(word + draw(_gaps) for word in words)


def _everywhere(pattern: str, *choices: str) -> Callable[[str, random.Random], str]:
    """Replace what matches with a choice that may differ each time."""

    def change(text: str, chance: random.Random) -> str:
        return re.sub(pattern, lambda _: chance.choice(choices), text)

    return change


_TYPOGRAPHIES = {
    "double marks": _everywhere('["“”„]', '"', "“", "”", "„", "＂"),
    "guillemets": _everywhere(r"«\s*|\s*»", '"', "“"),
    "apostrophes": _everywhere("['’‘]", "'", "’", "‘", "ʼ", "`"),
    "dashes": _everywhere("[-–—]", "-", "–", "—", "‑", "−"),
    "spaced dashes": _everywhere(r"\s*—\s*", " — ", "—", " -- ", "\u2009–\u2009"),
    "ellipses": _everywhere(r"…|\.\.\.", "…", "...", ". . .", "\u00a0…"),
    "spaces": _everywhere(r"\s+", " ", "\u00a0", "\u202f", "\n", " \t ", "\r\n"),
    "French spacing": lambda text, _: re.sub(r"\s*([;:!?])", "\u202f\\1", text),
    "upper case": lambda text, _: text.upper(),
    "lower case": lambda text, _: text.lower(),
    "ligatures": lambda text, _: text.replace("fi", "ﬁ").replace("ff", "ﬀ").replace("oe", "œ").replace("ae", "æ"),
    "no ligatures": lambda text, _: text.replace("ﬁ", "fi").replace("œ", "oe").replace("æ", "ae").replace("Œ", "Oe"),
    "composed": lambda text, _: unicodedata.normalize("NFC", text),
    "decomposed": lambda text, _: unicodedata.normalize("NFD", text),
    "soft hyphens": lambda text, chance: "".join(c + ("\u00ad" if chance.random() < 0.3 else "") for c in text),
    "invisible": lambda text, chance: "".join(c + chance.choice(["", "", "\u200b", "\ufeff", "\u2060"]) for c in text),
}


@pytest.mark.parametrize("name", _TYPOGRAPHIES)
@given(text=_texts(), seed=st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_typography_makes_no_difference(name: str, text: str, seed: int) -> None:
    changed = _TYPOGRAPHIES[name](text, random.Random(seed))
    assert fold_typography(changed).strip() == fold_typography(text).strip()


@given(text=_texts(), data=st.data())
@settings(max_examples=300, deadline=None)
def test_any_slice_is_found_at_itself_in_any_typography(text: str, data: st.DataObject) -> None:
    cuts = [i for i in range(len(text) + 1) if not splits_word(text, i)]
    starts = [i for i in cuts if i < len(text) and text[i].isalnum()]
    assume(starts)
    start = data.draw(st.sampled_from(starts))
    end = data.draw(
        st.sampled_from([i for i in cuts if i > start and (text[i - 1].isalnum() or text[i - 1] in "!?%”")])
    )
    quotation = text[start:end]
    changed = quotation
    chance = random.Random(data.draw(st.integers(0, 2**32)))
    for name in data.draw(st.lists(st.sampled_from(sorted(_TYPOGRAPHIES)), max_size=3)):
        changed = _TYPOGRAPHIES[name](changed, chance)
    spans = list(occurrences(changed, text))
    assert any(text[span.start : span.end] == quotation for span in spans)
    assert all(
        fold_typography(text[span.start : span.end]).strip() == fold_typography(changed).strip() for span in spans
    )


@given(text=st.text(max_size=60), quotation=st.text(min_size=1, max_size=12))
@settings(max_examples=400, deadline=None)
@example(text="We cannot", quotation="we can")
@example(text="\u0345a", quotation="a")
def test_whatever_is_found_has_the_same_words(text: str, quotation: str) -> None:
    for span in occurrences(quotation, text):
        assert 0 <= span.start < span.end <= len(text)
        found = fold_typography(text[span.start : span.end]).strip(" ")
        assert found in (fold_typography(quotation).strip(" "), fold_typography(quotation).rstrip(".,;: ").strip(" "))
        assert not splits_word(text, span.start)
        assert not splits_word(text, span.end)


@given(text=_texts(), data=st.data())
@settings(max_examples=200, deadline=None)
def test_changing_one_word_is_never_verbatim(text: str, data: st.DataObject) -> None:
    words = text.split()
    position = data.draw(st.integers(0, len(words) - 1))
    quotation = " ".join([*words[:position], "zebra", *words[position + 1 :]])
    assert find(quotation, text) == []


@pytest.mark.parametrize(
    ("quotation", "text"),
    [
        ("we can", "We cannot do it"),
        ("we can", "We can’t do it"),
        ("we can", "we can't do it"),
        ("lethal aid", "non-lethal aid"),
        ("5% of GDP", "1.5% of GDP"),
        ("3", "3,5"),
        ("000 soldiers", "10 000 soldiers"),
        ("we need 10", "we need 10\u202f000 soldiers"),
        ("52", "5²"),
        ("cafe", "cafe\u0301"),
        ("art", "party"),
        ("inance", "ﬁnance"),
        ("were ready", "we're ready"),
        ("will you go?", "You will go."),
        ("", "anything"),
        ("…", "well … yes"),
        ("—", "well — yes"),
    ],
)
def test_what_reads_alike_but_says_something_else_is_not_found(quotation: str, text: str) -> None:
    assert find(quotation, text) == []


@pytest.mark.parametrize(
    ("quotation", "text", "slices"),
    [
        ("“We’ll fight”", 'so "we\'ll fight" on', ['"we\'ll fight"']),
        ("He told me ‘no’", "He told me “no” twice", ["He told me “no”"]),
        ("We will do more,", "We will do more and faster.", ["We will do more"]),
        ("We will do more.", "We will do more.", ["We will do more."]),
        ("[W]e will do more", "And we will do more.", ["we will do more"]),
        ("…we will do more…", "And we will do more.", ["we will do more"]),
        ("nous irons, n’est-ce pas ?", "Nous irons, n'est-ce pas?", ["Nous irons, n'est-ce pas?"]),
        (
            "We are here … to stay with you",
            "We are here, all of us, to stay with you.",
            ["We are here", "to stay with you"],
        ),
        (
            "We are here [...] to stay with you",
            "We are here, I say to stay with you.",
            ["We are here", "to stay with you"],
        ),
        ("well… yes indeed", "Well ... yes indeed.", ["Well ... yes indeed"]),
    ],
)
def test_finds_the_exact_slices(quotation: str, text: str, slices: list[str]) -> None:
    assert [text[span.start : span.end] for span in find(quotation, text)] == slices


def test_pieces_must_lie_in_one_turn_in_order_and_tightly() -> None:
    text = "We stand with you today. | The budget grows each year. We stand with you always, and the budget is safe."
    turns = [Span(0, 25), Span(27, len(text))]
    assert find("stand with you today … the budget grows each", text, within=turns) == []
    assert len(find("stand with you today … the budget grows each", text)) == 2
    assert find("the budget is safe … we stand with you", text, within=turns) == []
    first, second = find("stand with you … the budget is", text)
    assert text[first.start : second.end] == "stand with you always, and the budget is"


def test_short_pieces_far_apart_prove_nothing() -> None:
    text = "I said so. " + "There was much else to say about the weather. " * 20 + "War is over, and want is gone."
    assert find("I … want … war", text) == []
    assert find("I … war", text) == []


def test_a_long_text_is_searched_in_linear_time() -> None:
    text = "the same words again and again " * 20_000
    spans = find("again and again the same words … and again the same", text)
    assert len(spans) == 2


def _briefing() -> Briefing:
    text = "Host: Welcome.\nMinister: She told me “never again” and left."
    return Briefing(
        id="b1",
        title="Invented briefing",
        date="2025-01-02",
        language="en",
        url=None,
        file="b1.txt",
        kind="transcript",
        text=text,
        turns=(
            Turn(6, 14, "Host:", "Host", kind="moderation"),
            Turn(25, len(text), "Minister:", "Ada Brook", "Minister", kind="answer", seconds=4.0),
        ),
        reported=(Reported(text.index("never"), text.index("”"), "Edda Stone"),),
    )


def test_a_citation_is_made_of_its_slice_and_verified() -> None:
    briefing = _briefing()
    start = briefing.text.index("She told")
    citation = cite(1, briefing, start, start + 11)
    assert (citation.quote, citation.speaker, citation.role, citation.kind) == (
        "She told me",
        "Ada Brook",
        "Minister",
        "answer",
    )
    assert citation.seconds == 4.0
    assert verify(citation, briefing)
    assert not verify(replace(citation, quote="She told us"), briefing)
    assert not verify(replace(citation, end=10**6), briefing)
    assert not verify(replace(citation, briefing_id="b2"), briefing)


def test_a_citation_says_the_page_and_the_line_where_they_are_printed() -> None:
    briefing = replace(_briefing(), pages=((0, 1), (15, 2)), lines=((2, 7), (25, 1), (40, 2)))
    places = [
        (cite(1, briefing, start, start + 1).page, cite(1, briefing, start, start + 1).line) for start in range(45)
    ]
    assert places[0] == (1, None)
    assert places[2:15] == [(1, 7)] * 13
    # The number of a line on the page before is not that of a line without one.
    assert places[15:25] == [(2, None)] * 10
    assert places[25:40] == [(2, 1)] * 15
    assert places[40:] == [(2, 2)] * 5
    assert (cite(1, _briefing(), 6, 8).page, cite(1, _briefing(), 6, 8).line) == (None, None)


def test_reported_words_are_their_speakers() -> None:
    briefing = _briefing()
    start = briefing.text.index("never")
    citation = cite(1, briefing, start, start + 5)
    assert (citation.speaker, citation.kind, citation.inferred) == ("Edda Stone", "reported", True)


def test_a_slice_across_turns_has_no_speaker() -> None:
    briefing = _briefing()
    assert turn_at(briefing, 6, 30) is None
    assert cite(1, briefing, 6, 30).speaker is None
    with pytest.raises(ValueError, match="no slice"):
        cite(1, briefing, 5, 5)
