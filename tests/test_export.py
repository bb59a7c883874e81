"""Exports keep the quote, its source and its context, and run nothing that a briefing says."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from urllib.parse import unquote

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html
from markdown_it import MarkdownIt

from onrecord.rag.errors import InvalidRequest
from onrecord.rag.exporting.export import copied, export
from onrecord.rag.exporting.formats import EXPORT_FORMATS
from onrecord.rag.exporting.text_fragments import link_to, text_fragment
from onrecord.rag.readers.sheets import tables_in
from onrecord.rag.text.clock import timecode
from onrecord.rag.text.quotes import cite
from onrecord.rag.types import Answer, Briefing, Citation, Part, Pointer, Quote, Turn, Words, Written

_TEXT = (
    "Host: Is it well-known, the price?\nMinister: It costs 5 million & more.\nWe pay. Next year, too.\nHost: Thanks."
)
_SHA = "0f" * 32
_HOSTILE = (
    '=HYPERLINK("http://x.example")',
    "<script>alert(1)</script>",
    "[1]: http://x.example",
    "![x](http://x.example/i.png)",
    "<img src=x onerror=alert(1)>",
    "](javascript:alert(1))",
    "@SUM(1)",
    "# heading\n- list\n\n---",
    "\x00\x1b[31m\u202e",
    "http://x.example www.x.example",
)


def _briefing(text: str = _TEXT, **changes: object) -> Briefing:
    start = text.index("Minister: ") + 10
    end = text.rindex("\nHost")
    briefing = Briefing(
        id="b1",
        title="Invented press briefing",
        date="2025-03-11",
        language="en",
        url="https://briefings.example.org/a?b=1&c=2",
        file="b1.txt",
        kind="transcript",
        text=text,
        turns=(
            Turn(6, text.index("\nMinister"), "Host:", "Host", kind="question"),
            Turn(start, end, "Minister:", "Ada Brook", "Minister of Prices", "Prices Office", "answer", seconds=3725.4),
            Turn(end + 7, len(text), "Host:", "Host"),
        ),
        sha256=_SHA,
    )
    return replace(briefing, **changes)  # type: ignore[arg-type]


def _answer(briefing: Briefing, citations: tuple[Citation, ...], **changes: object) -> Answer:
    answer = Answer(
        question="What does it cost?",
        standalone_question="What does it cost?",
        status="answered",
        confidence=0.9,
        language="en",
        parts=(Part((Words("Ada Brook said: "), Quote((1,)))),) if citations else (),
        citations=citations,
        hits=(),
        searched_briefings=2,
        searched_passages=9,
    )
    return replace(answer, **changes)  # type: ignore[arg-type]


def _exported(format: str) -> tuple[Briefing, Citation, str | bytes]:
    briefing = _briefing()
    start = briefing.text.index("It costs")
    citation = cite(1, briefing, start, start + 26)
    return briefing, citation, export(_answer(briefing, (citation,)), format, {"b1": briefing})  # type: ignore[call-overload]


def _plain(format: str, data: str | bytes) -> str:
    if format == "xlsx" and isinstance(data, bytes):
        return "\n".join(str(cell) for row in tables_in("export.xlsx", data)[0] for cell in row)
    if isinstance(data, bytes):
        return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs)
    if format == "html":
        return str(lxml_html.fromstring(data).text_content())
    if format == "markdown":
        return str(lxml_html.fromstring(MarkdownIt().render(data)).text_content())
    return data


@pytest.mark.parametrize("format", EXPORT_FORMATS)
def test_every_format_holds_the_quote_with_its_whole_source(format: str) -> None:
    _, citation, data = _exported(format)
    plain = _plain(format, data)
    for expected in (
        "It costs 5 million & more.",
        "Ada Brook",
        "Minister of Prices",
        "Prices Office",
        "Invented press briefing",
        "2025-03-11",
        "1:02:05",
        "Host: Is it well-known, the price?",
        "We pay. Next year, too.",
        "Host: Thanks.",
        _SHA,
        "What does it cost?",
    ):
        assert expected in plain, expected
    assert citation.quote in plain


def test_links_open_at_the_words() -> None:
    _, _, page = _exported("html")
    link = "https://briefings.example.org/a?b=1&c=2#:~:text=It%20costs%205%20million%20%26%20more."
    assert link in lxml_html.fromstring(page).xpath("//blockquote/@cite")
    _, _, markdown = _exported("markdown")
    assert f"(<{link}>)" in markdown
    _, _, table = _exported("csv")
    (row,) = csv.DictReader(io.StringIO(str(table).removeprefix("\ufeff")))
    assert row["link"] == link
    _, _, document = _exported("docx")
    assert isinstance(document, bytes)
    links = [
        relation.target_ref
        for relation in docx.Document(io.BytesIO(document)).part.rels.values()
        if relation.is_external
    ]
    assert links == [link]


@pytest.mark.parametrize(
    ("words", "fragment"),
    [
        ("well-known, isn’t it?", "text=well%2Dknown%2C%20isn%E2%80%99t%20it%3F"),
        ("a b c d e f g h i j k", "text=a%20b%20c%20d%20e,g%20h%20i%20j%20k"),
        ("first line\nthe second line", "text=first%20line,the%20second%20line"),
        ("  \n ", ""),
    ],
)
def test_text_fragments_are_encoded_as_the_specification_says(words: str, fragment: str) -> None:
    assert text_fragment(words) == fragment


@given(st.text(max_size=80))
def test_a_text_fragment_never_breaks_its_link(words: str) -> None:
    words = words.encode("utf-8", "ignore").decode()
    fragment = text_fragment(words)
    assert not set(fragment.removeprefix("text=")) & set(" &-#\"'<>\n=:")
    assert all(" ".join(part.split()) in " ".join(words.split()) for part in map(unquote, fragment[5:].split(",")))


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://a.example/b#part", "https://a.example/b#part:~:text=x"),
        ("https://a.example/b#:~:text=old", "https://a.example/b#:~:text=x"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ('https://a.example/"onload=', None),
        ("file:///etc/passwd", None),
        ("https://[bad", None),
        ("", None),
        (None, None),
    ],
)
def test_only_web_addresses_become_links(url: str | None, link: str | None) -> None:
    assert link_to(url, "x") == link


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://a.example/b.pdf", "https://a.example/b.pdf#page=3"),
        ("https://a.example/b.pdf#page=1", "https://a.example/b.pdf#page=3"),
        ("javascript:alert(1)", None),
        (None, None),
    ],
)
def test_a_link_to_a_page_of_a_pdf_opens_there(url: str | None, link: str | None) -> None:
    assert link_to(url, "x", 3) == link


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_nothing_a_briefing_says_is_run_or_rendered(data: st.DataObject) -> None:
    hostile = st.sampled_from(_HOSTILE) | st.text(max_size=20).map(lambda text: text.encode("utf-8", "ignore").decode())
    words, title, speaker, question = (data.draw(hostile) for _ in range(4))
    text = f"Host: {words}\nMinister: {words} It costs more. {words}\nHost: {words}"
    briefing = _briefing(text, title=title, url=None, file=words)
    briefing = replace(briefing, turns=tuple(replace(turn, speaker=speaker, label=speaker) for turn in briefing.turns))
    citation = cite(1, briefing, briefing.turns[1].start, briefing.turns[1].end)
    paragraph = Part((Words(f"{words} said: "), Quote((1,), note=words), Pointer((1,))))
    item = Part((Words(words), Quote((1,)), Words(words)), item=True)
    written = Written(words, (paragraph, item), note=words)
    parts = (paragraph, item, item, paragraph)
    answer = _answer(briefing, (citation,), question=question, parts=parts, written=written)
    exported = {format: export(answer, format, {"b1": briefing}) for format in EXPORT_FORMATS}

    page = lxml_html.fromstring(str(exported["html"]).encode("utf-8").replace(b"\0", b""))
    assert not page.xpath("//script|//img|//iframe|//form|//@onerror|//a[not(starts-with(@href,'#quote-'))]")
    rendered = lxml_html.fromstring(MarkdownIt("commonmark").enable("table").render(str(exported["markdown"])))
    assert not rendered.xpath("//script|//img|//a|//ol|//h3|//code|//pre|//table|//ul/ul|//blockquote//li")
    assert len(rendered.xpath("//li")) == len(page.xpath("//li")) == 3
    for row in csv.reader(io.StringIO(str(exported["csv"]).removeprefix("\ufeff"), newline="")):
        assert len(row) == 26
        assert not any(cell.lstrip()[:1] in tuple("=+-@|") for cell in row if cell.strip())
    assert isinstance(exported["docx"], bytes)
    assert docx.Document(io.BytesIO(exported["docx"])).paragraphs


def test_a_french_answer_has_french_labels_and_no_quotes_where_there_are_none() -> None:
    answer = _answer(
        _briefing(), (), language="fr", status="not_found", parts=(Part((Words("Rien ne répond à cette question."),)),)
    )
    assert "introuvable · 2 briefings et 9 passages interrogés" in export(answer, "html", {})
    assert "Citations" not in export(answer, "markdown", {})


def test_a_quote_outside_any_turn_is_given_with_the_words_around_it() -> None:
    briefing = _briefing(turns=())
    citation = cite(1, briefing, 6, 34)
    (row,) = csv.DictReader(
        io.StringIO(export(_answer(briefing, (citation,)), "csv", {"b1": briefing}).removeprefix("\ufeff"))
    )
    assert (row["before"], row["timecode"], row["speaker"]) == ("Host:", "", "")
    assert row["after"].startswith("Minister: It costs")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_export_says_page_and_line(language: str) -> None:
    briefing = _briefing(pages=((0, 3),), lines=((0, 14),), url="https://briefings.example.org/a.pdf")
    citation = cite(1, briefing, 6, 34)
    answer = _answer(briefing, (citation,), language=language)
    exported = {format: export(answer, format, {"b1": briefing}) for format in EXPORT_FORMATS}
    assert "p. 3, l. 14" in str(exported["html"])
    assert "p. 3, l. 14" in str(exported["markdown"]).replace("\\", "")
    assert any("p. 3, l. 14" in part.text for part in docx.Document(io.BytesIO(exported["docx"])).paragraphs)
    (row,) = csv.DictReader(io.StringIO(str(exported["csv"]).removeprefix("\ufeff")))
    assert (row["page"], row["line"], row["link"]) == ("3", "14", "https://briefings.example.org/a.pdf#page=3")
    assert "p. 3, l. 14" in copied(citation, briefing, language=language)[0]


def test_copying_keeps_the_source() -> None:
    briefing, citation, _ = _exported("csv")
    plain, page = copied(citation, briefing)
    assert plain.startswith("“It costs 5 million & more.”\n— Ada Brook (Minister of Prices, Prices Office), Invented")
    assert plain.endswith("#:~:text=It%20costs%205%20million%20%26%20more.")
    assert "&amp; more.”</blockquote>" in page


def test_what_cannot_be_exported_is_refused() -> None:
    briefing, citation, _ = _exported("csv")
    with pytest.raises(InvalidRequest, match="no export format"):
        export(_answer(briefing, (citation,)), "pdf", {"b1": briefing})  # type: ignore[call-overload]
    with pytest.raises(InvalidRequest, match="no longer in the library"):
        export(_answer(briefing, (citation,)), "csv", {})


def test_timecodes_count_hours() -> None:
    assert [timecode(seconds) for seconds in (0.0, 59.9, 3600.0, 36061.2)] == [
        "0:00:00",
        "0:00:59",
        "1:00:00",
        "10:01:01",
    ]
