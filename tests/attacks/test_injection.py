"""What a briefing, its name, a question or a model says is shown as text: never run, never obeyed, never a link."""

from __future__ import annotations

import csv
import io
import re
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote as url_quote

import docx
import httpx
import pytest
from browsing import Open, ask, remove
from lxml import html as lxml_html
from serving import Server
from structures import briefing_of

from onrecord.rag import (
    Added,
    AddReport,
    Answer,
    Briefing,
    Hit,
    Library,
    Part,
    Passage,
    Pointer,
    Quote,
    Settings,
    Summary,
    Words,
    Written,
    export,
)
from onrecord.rag.exporting.formats import EXPORT_FORMATS
from onrecord.rag.text.quotes import cite
from onrecord.ui.chat.render import answer_html, error_html, question_html, waiting_html
from onrecord.ui.command.cli import main
from onrecord.ui.command.terminal import render_answer, render_briefing, render_hits, render_report, render_summaries
from onrecord.ui.reader.pages import missing_page, reader_page

# Each runs, loads, sends or covers something where it is taken for markup.
MARKUP = (
    "<script>window.ran=1</script>",
    "<img src=x onerror=window.ran=1>",
    "<svg/onload=window.ran=1>",
    "</div></q></article><iframe src='http://elsewhere.example'></iframe>",
    "<a href='javascript:window.ran=1'>press here</a>",
    "<form action='http://elsewhere.example'><input name=password></form>",
    "<style>*{display:none}</style><div style='position:fixed;inset:0'>Log in again</div>",
    '" onmouseover="window.ran=1" x="',
    "' autofocus onfocus='window.ran=1",
    "<!--<base href=http://elsewhere.example>-->",
    "[press](javascript:window.ran=1) ![x](http://elsewhere.example/x.png) [1]: http://elsewhere.example",
    "&#60;script&#62;window.ran=1&#60;/script&#62;",
    "<meta http-equiv=refresh content='0;url=http://elsewhere.example'>",
    "{{constructor.constructor('window.ran=1')()}} ${window.ran=1} $$\\href{javascript:window.ran=1}{x}$$",
)
_ELEMENTS = {
    "div",
    "p",
    "q",
    "h2",
    "h3",
    "a",
    "span",
    "ol",
    "ul",
    "li",
    "button",
    "br",
    "em",
    "strong",
    "details",
    "summary",
}
_ATTRIBUTES = {"class", "id", "href", "lang", "type", "value", "title", "role"}
# What a terminal obeys: colours, its title, the clipboard, the cursor, a bell, C1 codes, turned directions.
ESCAPES = "\x1b[31m \x1b]0;title\x07 \x1b]52;c;eA==\x07 \x1b[2J \x08\x08 \x9b31m \u202e \u2066 \x7f"
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def _hostile(words: str) -> tuple[Briefing, Answer]:
    """A briefing of which every field holds some words, and an answer that has them everywhere."""
    made = briefing_of(f"Ada Brook: The wall {words} will be raised.\nIwan Hale: Why is {words} so?\n", id=words)
    turns = tuple(replace(t, label=words, speaker=words, role=words, outlet=words) for t in made.turns)
    briefing = replace(made, title=words, date=words, url=words, file=words, turns=turns, language=words, sha256=words)
    one = cite(1, briefing, turns[0].start, turns[0].end)
    pieces = (Words(words), Quote((1,), words), Pointer((1,)))
    answer = Answer(
        words, f"{words} ", "answered", 0.9, "en", (Part(pieces), Part(pieces, item=True)), (one,), (), since=words,
        written=Written(words, (Part(pieces),), 1, True, words), searched_briefings=1,
    )  # fmt: skip
    return briefing, answer


@pytest.mark.parametrize("words", MARKUP)
def test_the_page_is_made_of_its_own_elements_and_links(words: str) -> None:
    briefing, answer = _hostile(words)
    absent = replace(answer, status="not_found")
    for made in (
        answer_html(answer, verified=frozenset(), exchange=words, titles={words: words}, limits=[words]),
        answer_html(absent, verified=frozenset({1}), exchange=words, titles={words: words}),
        question_html(words, words),
        error_html(words),
        waiting_html(words),
    ):
        for element in lxml_html.fragment_fromstring(made, create_parent="main").iterdescendants():
            assert element.tag in _ELEMENTS, made
            assert set(element.attrib) <= _ATTRIBUTES, made
            assert element.get("href", "briefings/").startswith("briefings/"), made
        assert words.split()[0] in lxml_html.fromstring(made).text_content() or words.startswith(("&", "{"))
    plain, _ = _hostile("plain")
    shown, expected = (
        lxml_html.document_fromstring(reader_page(each, [], "en", (0, 9), changed=True)) for each in (briefing, plain)
    )
    # Nothing on the reader's page but its text differs from that of a briefing with plain words.
    names = [(element.tag, sorted(element.attrib)) for element in expected.iter()]
    assert {(element.tag, *sorted(element.attrib)) for element in shown.iter() if element.tag != "br"} == {
        (tag, *attributes) for tag, attributes in names if tag != "br"
    }
    # Nor do its links, but for the briefing's id, which is no way out of its place.
    there = [link.replace(url_quote(words, safe=""), "plain") for link in shown.xpath("//@href | //@src | //@action")]
    assert there == expected.xpath("//@href | //@src | //@action")
    assert words not in missing_page("en")


@pytest.mark.parametrize("url", ["javascript:window.ran=1", "data:text/html,x", "//elsewhere.example", "vbscript:x"])
def test_an_address_that_is_no_web_page_is_no_link(url: str) -> None:
    briefing, answer = _hostile("plain")
    briefing = replace(briefing, url=url)
    answer = replace(answer, citations=(replace(answer.citations[0], url=url),))
    assert url not in reader_page(briefing, [], "en")
    briefings = {"plain": briefing}
    assert f"({url}" not in str(export(answer, "markdown", briefings))
    assert url not in str(export(answer, "html", briefings))
    assert not [one for one in _links(export(answer, "docx", briefings)) if one]


def _links(data: bytes) -> list[str]:
    relations = docx.Document(io.BytesIO(data)).part.rels.values()
    return [one.target_ref for one in relations if one.is_external]


@pytest.mark.parametrize("words", [*MARKUP, "=1+1", "+1", "-1", "@SUM(1)", "\t=1+1", '=HYPERLINK("http://e.example")'])
def test_an_export_runs_and_links_nothing(words: str) -> None:
    briefing, answer = _hostile(words)
    exported = {format: export(answer, format, {words: briefing}) for format in EXPORT_FORMATS}
    page = lxml_html.document_fromstring(str(exported["html"]))
    allowed = {"html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "ul", "li", "a", "em", "br"}
    allowed |= {"section", "blockquote", "cite", "dl", "dt", "dd"}
    assert {element.tag for element in page.iter()} <= allowed
    assert page.xpath("//@href") == ["#quote-1"] * len(page.xpath("//@href"))
    assert not page.xpath("//@*[starts-with(name(), 'on')] | //@style | //@src | //body//meta")
    assert isinstance(exported["docx"], bytes)
    assert _links(exported["docx"]) == []
    for row in csv.reader(io.StringIO(str(exported["csv"]).removeprefix("\ufeff"), newline="")):
        assert not any(cell.strip()[:1] in tuple("=+-@") for cell in row if cell.strip())


def test_values_are_printed_without_what_a_terminal_obeys() -> None:
    briefing, answer = _hostile(ESCAPES)
    turn = briefing.turns[0]
    passage = Passage(1, ESCAPES, turn.start, turn.end, briefing.text, ESCAPES, ESCAPES, "answer")
    summary = Summary(ESCAPES, ESCAPES, ESCAPES, ESCAPES, None, ESCAPES, "report", 9, 1, ESCAPES, ESCAPES)
    report = AddReport((Added(ESCAPES, "failed", ESCAPES, message=ESCAPES, notes=(ESCAPES,)),))
    for printed in (
        render_answer(answer),
        render_hits([Hit(passage, 0.5, 1)], "en"),
        render_summaries([summary], "en"),
        render_briefing(briefing, "en"),
        render_report(report, "en"),
    ):
        assert printed.strip()
        assert not _OBEYED.search(printed)
    grey = render_briefing(briefing, "en", everything=True)
    assert not _OBEYED.search(grey.replace("\x1b[90m", "").replace("\x1b[0m", ""))


@pytest.fixture
def hostile_file(tmp_path: Path, small_settings: Settings) -> Path:
    """A library of a briefing whose words, title, speakers and file name hold what a terminal obeys."""
    if sys.platform == "win32":
        pytest.skip("no such file names here")
    escapes = ESCAPES.replace("\x7f", "")
    file = tmp_path / f"wall {escapes.replace('/', '')}.jsonl"
    said = '{{"speaker": "Ada Br\\u001b[31mook", "text": "The wall {0} is raised.", "title": "The {0} wall"}}\n'
    shown = escapes.encode("unicode_escape").decode().replace("\\x", "\\u00")
    file.write_text(said.format(shown) + said.format(shown).replace("Ada", "Iwan"), encoding="utf-8")
    with Library.open(settings=small_settings) as library:
        assert not library.add(file).failed
    return file


def test_the_command_prints_nothing_that_a_terminal_obeys(
    hostile_file: Path, small_settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONRECORD_LIBRARY", str(small_settings.library))
    monkeypatch.setenv("ONRECORD_MODEL", str(small_settings.model))
    with Library.open(settings=small_settings) as library:
        [summary] = library.summaries()
    commands = (
        ("list",), ("list", "--json"), ("show", summary.id), ("show", summary.id, "--all"),
        ("show", summary.id, "--json"), ("search", "wall raised"), ("search", "wall raised", "--json"),
        ("search", ESCAPES), ("add", str(hostile_file)), ("add", f"/no/such{ESCAPES}"), ("show", ESCAPES),
        ("check", f"no{ESCAPES}"), ("search", "why", "--since", ESCAPES), ("search", "\udcff why"),
        ("show", "\udcff"), ("add", "/no/such\udcff"), ("verify",), ("remove", summary.id),
    )  # fmt: skip
    for words in commands:
        monkeypatch.setattr(sys, "argv", ["onrecord", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        assert ended.value.code in (0, 1, None), words
        assert not _OBEYED.search((printed.out + printed.err).replace("\x1b[90m", "").replace("\x1b[0m", "")), words
        assert printed.out + printed.err, words


def test_a_hostile_briefing_in_a_real_browser(open_page: Open, server: Server) -> None:
    """Nothing of it runs, leaves or covers the page; `open_page` fails for a dialog, a script error and a request."""
    text = "".join(f"Ada Brook {words}: The lantern of Skarn is lit {words} at dusk.\n" for words in MARKUP)
    title = f"The lantern {''.join(MARKUP)}".replace('"', "'")
    added = httpx.post(
        f"{server.address}/api/briefings",
        files={"files": (f"lantern {MARKUP[1]}.txt", f'+++\ntitle = "{title}"\n+++\n{text}')},
        timeout=60,
    ).json()["files"][0]
    try:
        page = open_page()
        ask(page, f"When is the lantern of Skarn lit? {MARKUP[0]}{MARKUP[1]}")
        record = page.locator(".record").last
        assert "lantern" in str(record.text_content())
        record.locator("a.cite").first.click()
        page.wait_for_selector(".source-panel mark")
        ours = "script, iframe, form, object, embed, base, style, [style], [onerror], [onload], img, svg"
        for place in (page.locator(".record"), page.locator(".asked"), page.locator(".source-panel .speech")):
            assert place.locator(ours).count() == 0
        assert all(
            str(link.get_attribute("href")).startswith(("briefings/", "#"))
            for link in page.locator(".record a, .asked a").all()
        )
        read = open_page(f"/briefings/{added['briefing_id']}", visitor=page.context)
        assert read.locator("article").locator(ours).count() == 0
        assert "window.ran" in str(read.locator("article").text_content())
        for each in (page, read):
            assert each.evaluate("window.ran") is None
    finally:
        remove(server, added["briefing_id"])
