"""The chat's messages: every foreign character escaped, every marker that has a citation a link, nothing else."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from onrecord.rag import (
    Answer,
    Briefing,
    Citation,
    Exchange,
    Hit,
    InvalidRequest,
    Part,
    Passage,
    Pointer,
    Quote,
    Turn,
    Words,
)
from onrecord.ui.chat.render import answer_html, error_html, question_html, status_line, welcome_html
from onrecord.ui.command.terminal import render_answer
from onrecord.ui.page.html import escape, fingerprint
from onrecord.ui.page.text import printed_place, words
from onrecord.ui.reader.pages import missing_page, reader_page
from onrecord.ui.source.source import source_of

QUOTE = "The harbour reopens on Monday."
ONE = frozenset({1})
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</div><script>alert(1)</script>",
    "[1]: http://elsewhere.example",
    "[1](javascript:alert(1)) ![x](http://elsewhere.example/x.png)",
    "# Heading\n\n* a list\n    code\n> quote\n\n---",
    "$$\\frac{1}{2}$$ \\(x\\) `code` **bold** _it_ ~~gone~~",
    "http://elsewhere.example www.elsewhere.example someone@elsewhere.example",
    "&lt;b&gt; &amp; &#60;",
    "<!-- comment --> <![CDATA[x]]>",
    "\r\nline\rline\u2028line\x00",
]


class Reader(HTMLParser):
    """What a browser shows of some HTML: its text, tags and links."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.tags: list[str] = []
        self.links: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]
        if tag == "br":
            self.text += "\n"

    def handle_data(self, data: str) -> None:
        self.text += data


def citation(number: int = 1, quote: str = QUOTE, **changes: object) -> Citation:
    made = Citation(
        number, "b1", "Harbour briefing", "2026-02-12", None, "harbour.txt", "Ada Quill", "Minister", "answer", 0,
        len(quote), quote, language="en", passage_id=7,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def answer(*said: str | Quote | Part, citations: tuple[Citation, ...] = (), **changes: object) -> Answer:
    """An answer of one paragraph, or of the parts given."""
    parts = tuple(part for part in said if isinstance(part, Part))
    pieces = tuple(Words(piece) if isinstance(piece, str) else piece for piece in said if not isinstance(piece, Part))
    made = Answer("When?", "When?", "answered", 0.9, "en", parts or (Part(pieces),), citations, (), {}, 2, 63)
    return replace(made, **changes)  # type: ignore[arg-type]


def quoted(one: Citation | None = None, **changes: object) -> Answer:
    """An answer that quotes one citation."""
    one = one or citation()
    return answer("Quill said: ", Quote((one.number,)), citations=(one,), **changes)


def shown(text: str) -> str:
    """What of a text can be seen: line breaks as they are drawn, no control characters."""
    text = re.sub(r"\r\n?|\u2028|\u2029", "\n", text)
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "\N{REPLACEMENT CHARACTER}", text)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_and_does_nothing(text: str) -> None:
    for html in (question_html(text), error_html(text)):
        assert "\n" not in html
        read = Reader(html)
        assert read.text == shown(text)
        assert set(read.tags) <= {"h2", "div", "br"}
        assert read.links == []


@given(st.text())
def test_any_text_survives_html_and_markdown(text: str) -> None:
    html = question_html(text)
    assert Reader(html).text == shown(text)
    assert Reader(MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(html)).text.rstrip("\n") == shown(
        text
    ).rstrip("\n")


@given(st.text())
def test_escaped_text_holds_no_markup(text: str) -> None:
    assert not re.search(r"[<>\[\]()*_`$\\!~|\n\"']", escape(text).replace("<br>", ""))


def test_a_citation_is_a_link_to_its_words() -> None:
    html = answer_html(answer("Quill said: ", Quote((1,)), " [2] So be it.", citations=(citation(),)), verified=ONE)
    chips = re.findall(r'<a class="cite"[^>]*href="([^"]*)"', html)
    assert [unescape(chip) for chip in chips] == [
        f"briefings/b1?start=0&end={len(QUOTE)}&check={fingerprint(QUOTE)}#p7"
    ]
    assert f'<q class="words" lang="en">{escape("“" + QUOTE + "”")}</q>' in html
    # What looks like a marker is text.
    assert escape("[2]") in html


def test_a_chip_reads_as_its_marker_and_has_a_name() -> None:
    html = answer_html(answer(Quote((1,), "(in English)"), citations=(citation(),)), verified=ONE, finished=False)
    assert Reader(html).text.replace("\N{NO-BREAK SPACE}", " ") == f"answered“{QUOTE}” Source [1] (in English)"


def test_words_that_are_supported_and_quote_nothing_have_chips() -> None:
    html = answer_html(answer("It reopens. ", Pointer((1,)), citations=(citation(),)), verified=ONE, finished=False)
    assert Reader(html).text.replace("\N{NO-BREAK SPACE}", " ") == "answeredIt reopens. Source [1]"
    assert "<q" not in html


@pytest.mark.parametrize("quote", HOSTILE)
def test_hostile_quotes_titles_and_speakers_are_text(quote: str) -> None:
    hostile = citation(1, quote, title=quote, speaker=quote, role=quote, outlet=quote, briefing_id=quote)
    html = answer_html(
        answer(quote, Quote((1,), quote), citations=(hostile,), standalone_question=quote),
        verified=frozenset({1}),
        exchange=quote,
        limits=[quote],
    )
    assert "\n" not in html
    read = Reader(html)
    allowed = {"div", "p", "q", "h3", "a", "span", "ol", "ul", "li", "button", "br"}
    assert set(read.tags) <= allowed
    assert all(link.startswith("briefings/") for link in read.links)
    assert shown(quote).strip() in read.text


@pytest.mark.parametrize("inner", ["He said “never” and left.", "”", "“", "a ” b “ c", "[1]", "- dash\n\n- dash"])
def test_a_quote_is_marked_whole_whatever_it_holds(inner: str) -> None:
    html = answer_html(quoted(citation(1, inner)), verified=ONE, finished=False)
    assert re.findall(r"<q[^>]*>(.*?)</q>", html) == [escape(f"“{inner}”")]
    assert html.count('class="cite"') == 1


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        ("2031-05", "2031-05", "May 2031"),
        ("2031-05-01", None, "from 1 May 2031"),
        ("2031-03", "2031-05-30", "from March 2031 to 30 May 2031"),
    ],
)
def test_dates_that_the_question_gives_are_said_and_a_chip(since: str, until: str | None, said: str) -> None:
    dated = answer("It reopens.", since=since, until=until)
    assert status_line(dated, frozenset()).endswith(f"limited to: {said}")
    html = answer_html(dated, verified=frozenset(), exchange="a1")
    assert re.search(rf'<button[^>]* class="act limit any-date" value="a1"[^>]*><span>{said}</span>', html)
    assert "any-date" not in answer_html(answer("It reopens."), verified=frozenset(), exchange="a1")


def test_what_needed_no_search_says_nothing_of_one() -> None:
    assert status_line(answer("You are welcome.", searched_briefings=0), frozenset()) == "about OnRecord"


def test_joined_slices_are_one_quote_with_a_chip_each() -> None:
    two = (citation(1, "One"), citation(2, "two."))
    html = answer_html(answer("Quill: ", Quote((1, 2)), citations=two), verified=ONE, finished=False)
    assert re.findall(r"<q[^>]*>(.*?)</q>", html) == [escape("“One … two.”")]
    assert html.count('class="cite"') == 2


def test_the_status_line_says_what_was_found_verified_and_searched() -> None:
    one = quoted(searched_passages=0)
    assert status_line(one, frozenset({1})) == "answered · 1 of 1 quote verified · 2 briefings searched"
    french = replace(one, language="fr")
    assert status_line(french, frozenset({1})) == "répondu · 1 citation vérifiée sur 1 · 2 briefings interrogés"
    nothing = answer("Nothing.", status="not_found", searched_passages=0)
    assert status_line(nothing, frozenset()) == "not found · 2 briefings searched"
    limited = status_line(nothing, frozenset(), ["Ada Quill", "from 2026"])
    assert limited == "not found · 2 briefings searched · limited to: Ada Quill, from 2026"
    none = replace(nothing, searched_briefings=0, undated=3)
    assert status_line(none, frozenset(), ["from 2026"]) == (
        "not found · 0 briefings searched · limited to: from 2026 · no passage passes all limits · "
        "3 undated briefings are left out"
    )
    assert "no-limits" in answer_html(none, verified=frozenset(), exchange="a", limits=["from 2026"])
    assert "no-limits" not in answer_html(none, verified=frozenset(), exchange="a")


def test_an_unverified_quote_is_called_so() -> None:
    html = answer_html(quoted(), verified=frozenset())
    assert words("en")["unverified"] in html
    assert "0 of 1" in Reader(html).text


def test_a_rewritten_question_is_shown() -> None:
    html = answer_html(answer("No.", standalone_question="When does the harbour reopen?"), verified=frozenset())
    assert "understood as: When does the harbour reopen?" in Reader(html).text


def test_a_long_list_of_sources_is_folded_up() -> None:
    many = [citation(number, f"Quote {number}.") for number in range(1, 7)]
    for count, folded in ((5, False), (6, True)):
        reader = Reader(answer_html(answer(Quote((1,)), citations=(*many[:count],)), verified=frozenset(range(1, 7))))
        assert ("details" in reader.tags) is folded
        assert (f"{count} sources" in reader.text) is folded
        assert reader.tags.count("li") == count


def test_not_found_shows_the_nearest_passages_as_no_answer() -> None:
    passage = Passage(9, "b1", 0, len(QUOTE), QUOTE, "Ada Quill", "Minister", "answer")
    html = answer_html(
        answer("Nothing.", status="not_found", hits=(Hit(passage, 0.4, 1),)),
        verified=frozenset(),
        titles={"b1": "Harbour"},
    )
    read = Reader(html)
    assert words("en")["nearest"] in read.text
    assert QUOTE in read.text
    assert len(read.links) == 1


def test_lists_are_lists() -> None:
    said = [("Two things:", False), ("one", True), ("two", True), ("That is all.", False)]
    parts = [Part((Words(words),), item=item) for words, item in said]
    html = answer_html(answer(*parts), verified=frozenset(), finished=False)
    assert "<p>Two things&#58;</p><ul><li>one</li><li>two</li></ul><p>That is all&#46;</p>" in html


def test_a_chat_without_briefings_says_so() -> None:
    adding, reading = (unescape(welcome_html("en", empty=True, may_change=may)) for may in (True, False))
    assert words("en")["empty"] in adding
    assert words("en")["empty_more"] in adding
    assert words("en")["empty"] in reading
    assert words("en")["empty_reader"] in reading
    assert words("en")["welcome"] in unescape(welcome_html("en", empty=False, may_change=True))


def test_the_terminal_shows_an_answer_in_its_own_language() -> None:
    shown = render_answer(quoted(language="fr", standalone_question="Quand, Quill ?"))
    assert shown.startswith("compris comme")
    assert f"[1] Ada Quill, Minister — Harbour briefing, 2026-02-12, harbour.txt, 0–{len(QUOTE)}" in shown
    assert shown.endswith("répondu · 1 citation vérifiée sur 1 · 2 briefings interrogés (63 passages)")


@pytest.mark.parametrize(
    ("language", "place"),
    [("en", "p. 3, l. 14"), ("fr", "p. 3, l. 14"), ("de", "S. 3, Z. 14"), ("es", "pág. 3, lín. 14")],
)
def test_a_source_in_print_says_page_and_line(language: str, place: str) -> None:
    one = quoted(citation(page=3, line=14), language=language)
    assert place in Reader(answer_html(one, verified=frozenset({1}))).text.replace("\N{NO-BREAK SPACE}", " ")
    assert f", {place}, 0–" in render_answer(one)
    assert printed_place(3, None, language) == place.split(",")[0]
    assert printed_place(None, None, language) == ""


TEXT = "Site menu\nAda Quill:\nGood morning.\nIvo Stern:\nWho paid?\nAda Quill:\nThe port paid, <b>all</b> of it.\nEnd."


def briefing(text: str = TEXT) -> Briefing:
    def turn(words: str, **facts: object) -> Turn:
        return replace(Turn(text.index(words), text.index(words) + len(words)), **facts)  # type: ignore[arg-type]

    turns = (
        turn("Good morning.", speaker="Ada Quill", role="Minister"),
        turn("Who paid?", speaker="Ivo Stern", outlet="Coast Radio", kind="question"),
        turn("The port paid, <b>all</b> of it.", speaker="Ada Quill", role="Minister", kind="answer"),
    )
    return Briefing(
        "b1", "Harbour <i>briefing</i>", "2026-02-12", "en", "https://harbour.example/1", "harbour.txt", "transcript",
        text, turns, (Exchange((1,), (2,)),),
    )  # fmt: skip


def test_a_source_is_the_exact_slice_with_its_question_and_neighbours() -> None:
    text = TEXT
    start = text.index("paid, <b>all")
    source = source_of(briefing(), start, start + len("paid, <b>all</b>"), fingerprint("paid, <b>all</b>"))
    assert source.quote == "paid, <b>all</b>"
    assert source.unchanged
    assert (source.speaker, source.role, source.speech) == ("Ada Quill", "Minister", "answer")
    assert [excerpt.place for excerpt in source.excerpts] == ["question", "cited"]
    assert all(text[excerpt.start : excerpt.end] == excerpt.text for excerpt in source.excerpts)


def test_a_source_in_print_opens_at_its_page() -> None:
    text = TEXT
    start, end = text.index("Who paid?"), text.index("Who paid?") + 9
    made = replace(briefing(), pages=((0, 1), (start - 4, 2)), lines=((start, 7),))
    source = source_of(made, start, end)
    assert (source.page, source.line, source.link) == (2, 7, "https://harbour.example/1#page=2")
    assert (source_of(made, 0, 4).page, source_of(made, 0, 4).line) == (1, None)


def test_a_source_whose_words_changed_says_so() -> None:
    assert not source_of(briefing(), 0, 4, fingerprint("other words")).unchanged


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (3, 3), (5, 2), (0, 10_000)])
def test_a_slice_outside_the_text_is_refused(start: int, end: int) -> None:
    with pytest.raises(InvalidRequest):
        source_of(briefing(), start, end)


@given(st.data())
def test_every_excerpt_is_a_slice_and_the_cited_ones_hold_the_quote(data: st.DataObject) -> None:
    lines = data.draw(st.lists(st.text(alphabet="ab c\n", min_size=1, max_size=2500), min_size=1, max_size=6))
    text, turns = "", []
    for number, line in enumerate(lines):
        turns.append(Turn(len(text), len(text) + len(line), speaker=f"S{number}"))
        text += line
    made = Briefing("b", "t", None, "en", None, "f", "transcript", text, tuple(turns))
    turn = data.draw(st.sampled_from(turns))
    start = data.draw(st.integers(turn.start, turn.end - 1))
    end = data.draw(st.integers(start + 1, turn.end))
    source = source_of(made, start, end)
    assert source.quote == text[start:end]
    assert all(text[excerpt.start : excerpt.end] == excerpt.text for excerpt in source.excerpts)
    [cited] = [excerpt for excerpt in source.excerpts if excerpt.place == "cited"]
    assert cited.start <= start
    assert end <= cited.end


def test_the_reader_shows_the_whole_text_and_marks_the_quote() -> None:
    text = TEXT
    start = text.index("The port paid")
    passages = [Passage(7, "b1", start, start + 14, text[start : start + 14], "Ada Quill", None, "answer")]
    html = reader_page(briefing(), passages, "en", (start, start + 8))
    article = html.split("<article", 1)[1].split("</article>")[0]
    words = re.sub(r"<h2.*?</h2>", "", article.split(">", 1)[1])
    assert Reader(words).text == text
    assert re.findall(r"<mark>(.*?)</mark>", html) == ["The port"]
    assert 'id="p7"' in html
    assert "<i>" not in html


def test_the_reader_of_nothing_says_so() -> None:
    assert words("fr")["no_such_briefing"] in unescape(missing_page("fr"))
