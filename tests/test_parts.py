"""An answer is made of parts: whatever its quotes hold survives the text, the page, the stream and every export."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import docx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html
from markdown_it import MarkdownIt
from pydantic import TypeAdapter
from test_render import Reader, shown

from onrecord.rag.answers.growing import growing
from onrecord.rag.exporting.export import export
from onrecord.rag.text.quotes import cite
from onrecord.rag.types import Answer, Briefing, Part, Pointer, Quote, Turn, Words, plain_text
from onrecord.ui.chat.render import answer_html
from onrecord.ui.command.terminal import render_answer
from onrecord.ui.page.html import escape

_MARKUP = [
    "[1]",
    "[2](x)",
    "“",
    "”",
    "«",
    '"',
    "- ",
    "\n",
    "\n\n",
    "1. ",
    "# ",
    "<b>",
    "</q>",
    "&amp;",
    "*",
    "_",
    "`",
    "    ",
    "|",
    "> ",
]
_texts = st.lists(st.sampled_from(_MARKUP) | st.text(max_size=5) | st.just("word"), min_size=1, max_size=8).map("".join)
_quotes = _texts.map(str.strip).filter(bool)


def _answer(first: str, second: str, title: str) -> tuple[Answer, Briefing]:
    text = f"{first}\n{second}"
    briefing = Briefing(
        "b1", title, None, "en", None, "f.txt", "transcript", text, (Turn(0, len(text), speaker="Ada"),), sha256="0"
    )
    citations = (cite(1, briefing, 0, len(first)), cite(2, briefing, len(text) - len(second), len(text)))
    parts = (
        Part((Words("Ada said: "), Quote((1,)), Words(" Ada added: "), Quote((1, 2), "(in English)"))),
        Part((Words("In short. "), Pointer((2,)))),
        Part((Words("Ada: "), Quote((2,))), item=True),
        Part((Quote((1,)),), item=True),
    )
    return Answer("Why?", "Why?", "answered", 1.0, "en", parts, citations, ()), briefing


@given(first=_quotes, second=_quotes, title=_quotes)
@settings(max_examples=150, deadline=None)
def test_any_quote_survives_text_page_and_stream(first: str, second: str, title: str) -> None:
    answer, _ = _answer(first, second, title)
    assert answer.text == (
        f"Ada said: “{first}” [1] Ada added: “{first} … {second}” [1] [2] (in English)\n"
        f"In short. [2]\n- Ada: “{second}” [2]\n- “{first}” [1]"
    )
    html = answer_html(answer, verified=frozenset({1, 2}))
    marked = [f"“{first}”", f"“{first} … {second}”", f"“{second}”", f"“{first}”"]
    assert re.findall(r"<q[^>]*>(.*?)</q>", html) == [escape(words) for words in marked]
    assert [int(number) for number in re.findall(r'id="cite--(\d)"', html)] == [1, 1, 2, 2, 2, 1]
    read = Reader(html)
    assert shown(title) in read.text
    assert set(read.tags) <= {"div", "p", "q", "a", "button", "span", "h3", "ol", "ul", "li", "br"}
    grown = list(growing(answer))
    assert grown[-1] == answer
    assert len(grown) == 5
    for one in grown:
        assert answer.text.startswith(one.text)
        pointed = {n for part in one.parts for piece in part.pieces for n in getattr(piece, "citations", ())}
        assert {citation.number for citation in one.citations} == pointed
    assert render_answer(answer)


@given(first=_quotes, second=_quotes, title=_quotes)
@example(first="word", second="word\n\n    [1]", title="word")
@settings(max_examples=60, deadline=None)
def test_any_quote_survives_every_export(first: str, second: str, title: str) -> None:
    answer, briefing = _answer(first, second, title)
    exported = {format: export(answer, format, {"b1": briefing}) for format in ("html", "markdown", "csv", "docx")}

    page = lxml_html.fromstring(_for_xml(str(exported["html"])).encode())
    assert [link.get("href") for link in page.xpath("//body/p/a|//body/ul/li/a")] == [
        f"#quote-{number}" for number in (1, 1, 2, 2, 2, 1)
    ]
    assert _words(f"“{_for_xml(first)}” [1] Ada added") in _words(page.text_content())

    rendered = lxml_html.fromstring(MarkdownIt("commonmark").render(str(exported["markdown"])))
    assert not rendered.xpath("//a|//ol|//code|//pre|//b|//em[not(parent::p)]|//h1[position()>1]")
    assert len(rendered.xpath("//li")) == 2

    rows = list(csv.DictReader(io.StringIO(str(exported["csv"]).removeprefix("\ufeff"), newline="")))
    cells = [row["quote"].removeprefix("'") for row in rows]
    assert cells == [quote.replace("\0", "\ufffd").removeprefix("'") for quote in (first, second)]

    assert isinstance(exported["docx"], bytes)
    paragraphs = docx.Document(io.BytesIO(exported["docx"])).paragraphs
    assert [one.style.name for one in paragraphs][1:5] == ["Normal", "Normal", "List Bullet", "List Bullet"]  # type: ignore[union-attr]


def test_an_answer_as_json_is_read_back_as_it_was() -> None:
    answer, _ = _answer("It holds [1].", "“Yes.”", "Title")
    adapter = TypeAdapter(Answer)
    assert adapter.validate_json(adapter.dump_json(answer)) == answer


def test_an_answer_that_points_at_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\[3\]"):
        plain_text([Part((Quote((3,)),))], ())


def _for_xml(text: str) -> str:
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", text)


def _words(text: str) -> str:
    return " ".join(unescape(text).split())
