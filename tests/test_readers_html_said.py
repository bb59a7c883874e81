"""Pages: what is struck out, hidden or a note's mark was not said; speakers beside words. All pages are invented."""

from __future__ import annotations

import html

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import body_of, read_one

from onrecord.rag.readers import read
from onrecord.rag.types import SourceText

FILLING = "The council has agreed to raise the wall by forty centimetres before the winter storms arrive next year."


def article(*paragraphs: str, tail: str = "") -> SourceText:
    """The source of a page of some paragraphs between two of plain prose."""
    inner = "".join(f"<p>{paragraph}</p>" for paragraph in (FILLING, *paragraphs, FILLING))
    markup = (
        f"<!DOCTYPE html><html lang='en'><head><title>Wall</title></head><body><main>{inner}{tail}</main></body></html>"
    )
    return read_one("wall.html", markup.encode()).source


def line(markup: str) -> str:
    """How one paragraph is read."""
    return article(markup).text.split("\n\n")[1]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("The dredging of the channel<sup>1</sup> starts.", "The dredging of the channel starts."),
        ("It costs 40<sup>1</sup> crowns.", "It costs 40 crowns."),
        ("It costs 40<sup><a href='#n1'>[1]</a></sup> crowns.", "It costs 40 crowns."),
        ("It runs every day<a href='#fn2' class=ref>[2]</a>. Always.", "It runs every day. Always."),
        ("“No more.”<sup>3,4</sup> He left.", "“No more.” He left."),
        ("the channel<sup>*</sup>, and the wall<sup>†</sup>", "the channel, and the wall"),
        ("the channel<sub>1</sub> starts", "the channel starts"),
        ("the channel <sup>1</sup> starts", "the channel starts"),
        ("the channel<span style='vertical-align: super; font-size: 60%'>2</span> starts", "the channel starts"),
        ("the word<sup>a</sup> means", "the word means"),
        ("on the 4<sup>th</sup> of May", "on the 4th of May"),
        ("le 1<sup>er</sup> mai, M<sup>me</sup> Arden, le XIX<sup>e</sup>", "le 1er mai, Mme Arden, le XIXe"),
        ("over 10 km<sup>2</sup> and 10<sup>6</sup> tonnes", "over 10 km² and 10⁶ tonnes"),
        ("CO<sub>2</sub> and H<sub>2</sub>O", "CO2 and H2O"),
        ("3<sup>1</sup>/<sub>2</sub> days", "3¹/₂ days"),
        ("We ordered <del>ten</del> <ins>twelve</ins> thousand.", "We ordered twelve thousand."),
        ("We ordered <s>ten</s><strike> and</strike> twelve.", "We ordered twelve."),
        ("We <span style='text-decoration: line-through'>may</span> will pay.", "We will pay."),
        ("We will <span style='display:none'>not</span> pay.", "We will pay."),
        ("We will <span hidden>not</span> pay<i aria-hidden='true'> now</i>.", "We will pay."),
        ("He said <q>we pay</q>.", "He said “we pay”."),
        ("He said <q>they <q>never</q> pay</q>.", "He said “they ‘never’ pay”."),
        ("He said <q>“we pay”</q>.", "He said “we pay”."),
        ("See <a href='#wall'>the wall</a> below.", "See the wall below."),
        ("<b>MS. <span>ARD</span><span>EN</span>:</b> No<!-- sic -->body<wbr> pays.", "MS. ARDEN: Nobody pays."),
        ("Wind &amp; sea &mdash; &eacute;t&eacute; &#8217;31", "Wind & sea — été ’31"),
    ],
)
def test_marks_on_words(markup: str, text: str) -> None:
    assert line(markup) == text


def test_what_was_left_out_is_said() -> None:
    source = article("It costs<sup>1</sup> <del>ten</del> twelve<sup>2</sup>.", "We will <span hidden>not</span> pay.")
    assert source.notes == (
        "1 struck-out passage was left out.",
        "1 hidden passage was left out.",
        "2 raised marks of notes were left out.",
    )
    assert article("Nothing.").notes == ()


@pytest.mark.parametrize(
    "notes",
    [
        "<ol><li id=n1>Corrected by the office.</li></ol>",
        "<p><a name=n1></a>Corrected by the office.</p>",
        "<div><p><a href='#r1' id=n1>^</a> Corrected by the office.</p></div>",
        "<section class='footnotes'><p>Corrected by the office.</p></section>",
        "<section role=doc-endnotes><p>Corrected by the office.</p></section>",
    ],
)
def test_notes_are_no_speech(notes: str) -> None:
    source = article("The channel<sup id=r1><a href='#n1'>1</a></sup> is deep.", tail=notes)
    [mark] = [mark for mark in source.boilerplate if mark.reason == "footnote"]
    assert source.text[mark.start : mark.end].endswith("Corrected by the office.")
    assert "Corrected" not in body_of(source)
    assert "The channel is deep." in body_of(source)


def test_parts_of_a_page_that_are_linked_by_numbers_are_no_notes() -> None:
    parts = "".join(f"<h2 id=p{n}>Part {n}</h2><p>{FILLING}</p>" for n in (1, 2, 3))
    links = "<p><a href='#p1'>1</a> <a href='#p2'>2</a> <a href='#p3'>3</a></p>"
    source = article(tail=links + parts)
    assert not [mark for mark in source.boilerplate if mark.reason == "footnote"]
    assert source.text.count(FILLING) == 5


def test_a_page_under_a_dialogue_keeps_its_text() -> None:
    markup = (
        f"<html lang=en><body><div aria-hidden=true><h1>Wall</h1><p>{FILLING}</p><p>{FILLING[:60]}</p></div>"
        "<div role=dialog><p>We use cookies.</p></div></body></html>"
    )
    assert FILLING in body_of(read_one("w.html", markup.encode()).source)


TALK = [
    ("Ida Arden", "0:05", "Good morning. The wall will be higher before the winter storms come."),
    ("Question", "0:14", "Who pays for all of it, the town or the region?"),
    ("Ida Arden", "1:02", "The region pays. We keep our reserve for the ferry."),
    ("Question", "1:30", "And the price of a crossing on Sundays?"),
    ("Ida Arden", "1:35", "It stays."),
]


def spans(name: str, time: str, words: str) -> str:
    inner = "".join(f"<span data-m='{n}'>{word} </span>" for n, word in enumerate(words.split()))
    return (
        f"<span class=time>{time}</span> <span class='who p{len(name)}'>{name}</span> <span class=text>{inner}</span>"
    )


ROWS = {
    "spans": "<div>" + "".join(f"<div class=row>{spans(*row)}</div>" for row in TALK) + "</div>",
    "blocks": "<div>"
    + "".join(
        f"<article><div class=a><b>{name}</b></div><time>{time}</time><div class=b><p>{words}</p></div></article>"
        for name, time, words in TALK
    )
    + "</div>",
    "table": "<table><thead><tr><th>Time</th><th>Speaker</th><th>Text</th></tr></thead><tbody>"
    + "".join(f"<tr><td>{time}</td><td>{name}</td><td><p>{words}</p></td></tr>" for name, time, words in TALK)
    + "</tbody></table>",
    "definitions": "<dl>" + "".join(f"<dt>{name}</dt><dd><p>{words}</p></dd>" for name, _, words in TALK) + "</dl>",
    "definitions in groups": "<dl>"
    + "".join(f"<div><dt>{name}:</dt><dd>{words}</dd></div>" for name, _, words in TALK)
    + "</dl>",
    "bold names": "".join(f"<p><b>{name}</b> {words}</p>" for name, _, words in TALK),
    "names in spans": "".join(
        f"<p><span class=speaker>{name}</span> <span>{words}</span></p>" for name, _, words in TALK
    ),
    "line breaks": "<p>" + "<br><br>".join(f"<strong>{name}:</strong> {words}" for name, _, words in TALK) + "</p>",
}


@pytest.mark.parametrize("form", ROWS)
def test_speakers_and_words_side_by_side_are_labelled_lines(form: str) -> None:
    head = "<head><title>Wall</title></head>"
    markup = f"<html lang=en>{head}<body><h1>Wall briefing</h1><main>{ROWS[form]}</main></body></html>"
    source = read_one("wall.html", markup.encode()).source
    lines = [text for text in body_of(source).split("\n") if text]
    assert [text for text in lines if text != "Wall briefing"] == [f"{name}: {words}" for name, _, words in TALK]
    timed = form in ("spans", "blocks", "table")
    assert [seconds for _, seconds in source.timecodes] == ([5.0, 14.0, 62.0, 90.0, 95.0] if timed else [])
    heads = [mark.reason for mark in source.boilerplate if mark.reason != "site chrome"]
    assert heads == (["table header"] if form == "table" else [])


def test_words_set_off_that_do_not_come_back_are_no_labels() -> None:
    source = article(*(f"<b>{word}</b> we raise the wall, then we rest." for word in ("First", "Second", "Third")))
    assert ":" not in source.text


def test_figures_side_by_side_stay_a_table() -> None:
    rows = "".join(f"<tr><td>Pier {n}</td><td>{n * 9} m</td></tr>" for n in (1, 2, 3))
    assert "Pier 1\t9 m\nPier 2\t18 m" in article(tail=f"<table>{rows}</table>").text


words = st.lists(st.from_regex(r"[A-Za-zÀ-ÿ]{2,9}", fullmatch=True), min_size=1, max_size=6).map(" ".join)
said = st.sampled_from(["{}", "<b>{}</b>", "<span>{}</span>", "<a href='/x'>{}</a>", "<em><i>{}</i></em>"])
unsaid = st.sampled_from(
    ["<del>{}</del>", "<s>{}</s>", "<span hidden>{}</span>", "<sup>[1]</sup>", "<b style='display:none'>{}</b>"]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(words, said, unsaid), min_size=1, max_size=8))
def test_every_word_but_those_not_said_is_kept_in_order(pieces: list[tuple[str, str, str]]) -> None:
    markup = " ".join(f"{mark.format(html.escape(text))} {gone.format('gone')}" for text, mark, gone in pieces)
    kept = read_one("p.html", f"<html><body><p>Here: {markup}</p></body></html>".encode()).source.text.split()
    assert kept == ["Here:", *(word for text, _, _ in pieces for word in text.split())]


TAGS = [
    *("<sup>", "</sup>", "<del>", "<q>", "</q>", "<p>", "<span hidden>", "</span>", "<td>", "<table>", "<tr>", "<dl>"),
    *("<dt>", "<dd>", "<a href='#a'>", "</a>", "<b>", "</b>", "1", "word", " ", "[2]", "<div>", "</div>", "0:05"),
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(TAGS), max_size=40).map("".join))
def test_any_nesting_of_marks_is_read_or_refused(markup: str) -> None:
    list(read("page.html", f"<html><body>{markup}".encode()))
