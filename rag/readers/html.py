"""A web page as saved by a browser: all its visible text, with what stands around the main text marked."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache

import lxml.html
import trafilatura
from lxml import etree

from onrecord.rag.errors import UnreadableFile
from onrecord.rag.languages.detection import detect_language
from onrecord.rag.readers.composing import Composer
from onrecord.rag.readers.encoding import decode
from onrecord.rag.readers.html_blocks import Block, blocks_of
from onrecord.rag.readers.html_rows import table_rows
from onrecord.rag.readers.html_said import SaidOnPage, keep_what_was_said
from onrecord.rag.readers.metadata import Metadata, found_metadata
from onrecord.rag.readers.voices import form_words
from onrecord.rag.types import SourceText

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{1,40})", re.IGNORECASE)
# What browsers write at the top of a page they save.
_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+?)\s*-->")
_WORD = re.compile(r"\w+")

# Enough words to be found by chance nowhere else on the page.
_TELLING_WORDS = 6
# The main text stands in the innermost element that holds nearly all of what trafilatura chose; a stray teaser
# elsewhere on the page must not widen it to the whole page.
_MOST = 0.9
# An element is as good as the main text itself when no more than a date line or two in it was not chosen.
_NEARLY_ALL = 0.98
# More than half link text is navigation; prose with links in it stays far below (a list of links is above 0.9).
_LINK_SHARE = 0.5
# A text of more characters than this shows its language by itself.
_TELLING_LENGTH = 400
# A page heading is followed by the text within about this many words (date, place, share buttons between).
_HEADING_REACH = 80

_CHROME_TAGS = frozenset(("nav", "aside", "footer", "form", "button", "dialog", "menu"))
# What a page sets apart from the lines around it; where one of so many words stands in them too, it is a pull quote.
_APART_TAGS = frozenset(("blockquote", "aside", "figure"))
_FEWEST_PULLED = 3
_NOTE_ROLES = frozenset(("doc-footnote", "doc-endnote", "doc-endnotes"))
_CHROME_ROLES = frozenset(("navigation", "complementary", "banner", "contentinfo", "search", "dialog", "menu"))


def read_html(name: str, data: bytes) -> SourceText:
    """Return the page's visible text in its order, whatever stands outside the main text marked as site chrome.

    The main text is what trafilatura chooses, completed by the lines between that it left out. Title, date, address and
    language are the page's own. Raises UnreadableFile for a page without text.
    """
    return read_markup(name, _decoded(name, data))


def read_markup(name: str, markup: str) -> SourceText:
    """Do what `read_html` does with a page that is decoded already."""
    page = _parsed(name, markup)
    found = page.find("body")
    body = page if found is None else found
    said = keep_what_was_said(body)
    blocks = list(blocks_of(body, table_rows(body), said))
    if not any(map(str.isalnum, "".join(block.text for block in blocks))):
        raise UnreadableFile(
            f"{name}: the page holds no text. If it shows text in a browser, save it there as a complete web page or "
            "as PDF, and add that."
        )
    shown = etree.tostring(page, encoding="unicode", method="html") if said.sentences() else markup
    main = _main_blocks(blocks, _chosen(shown))
    source = _composed(blocks, main, said)
    return _metadata(page, markup, blocks, main).applied_to(source)


def _decoded(name: str, data: bytes) -> str:
    declared = _CHARSET.search(data[:4096])
    if declared and not data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        label = declared.group(1).decode("ascii").lower()
        # What calls itself Latin-1 on the web is Windows-1252 (WHATWG Encoding Standard); what is UTF-8 throughout is
        # UTF-8 whatever it calls itself, since browsers convert on saving.
        encoding = {"iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252"}.get(label, label)
        if not _is_utf8(data):
            with suppress(UnicodeError, LookupError):
                return decode(name, data.decode(encoding).encode("utf-8"))
    return decode(name, data)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _parsed(name: str, markup: str) -> etree._Element:
    # huge_tree lifts libxml2's limit of 256 nested elements, which old pages of nested tables pass.
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True)
    try:
        page = lxml.html.document_fromstring(markup.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        if _has_error(parser, "ERR_NO_MEMORY"):
            raise MemoryError from error
        raise UnreadableFile(f"{name}: the page holds no text ({error}). Save it again from the browser.") from error
    # The parser stops at either, and the rest of the page would be lost unseen.
    if _has_error(parser, "ERR_NO_MEMORY"):
        raise MemoryError
    if _has_error(parser, "ERR_RESOURCE_LIMIT"):
        raise UnreadableFile(f"{name}: its elements are nested too deeply. Save the page as PDF or text and add that.")
    return page


def _has_error(parser: lxml.html.HTMLParser, kind: str) -> bool:
    return any(entry.type_name == kind for entry in parser.error_log)


def _words(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))


def _chosen(markup: str) -> list[str]:
    """Return the lines of the main text by trafilatura, as lower-case words; empty where it finds none."""
    try:
        extracted = trafilatura.extract(markup, include_comments=False, include_tables=True, favor_recall=True)
    except Exception:  # noqa: BLE001  (pages are odd without limit, and this one can be read without the advice)
        return []
    return [words for line in (extracted or "").splitlines() if (words := _words(line))]


def _main_blocks(blocks: Sequence[Block], chosen: Sequence[str]) -> list[bool]:
    """Return for each block whether it belongs to the main text."""
    lines = set(chosen)
    stream = f" {' '.join(chosen)} "
    words = [_words(block.text) for block in blocks]
    sure = [line.count(" ") + 1 >= _TELLING_WORDS and f" {line} " in stream for line in words]
    if not any(sure):
        # Of lines as short as these, what was chosen tells nothing of the others.
        plain = [not _is_chrome(block, None) for block in blocks]
        return plain if any(plain) or not chosen else [line in lines for line in words]
    container, dense = _container(blocks, sure)
    inside = [_is_inside(block.element, container) for block in blocks]
    anchors = [number for number in range(len(blocks)) if sure[number] and inside[number]]
    first, last = anchors[0], anchors[-1]
    kin = {(blocks[number].element.getparent(), blocks[number].element.tag) for number in anchors}
    main = []
    for number, block in enumerate(blocks):
        if sure[number] or (inside[number] and words[number] in lines):
            main.append(True)
        elif not inside[number] or _is_chrome(block, container):
            main.append(False)
        else:
            # What was left out in an element of little else, or between chosen lines, is short ("Q  Yes."), not
            # foreign; elsewhere only what is set like the chosen lines belongs.
            between = first < number < last
            main.append(dense or between or (block.element.getparent(), block.element.tag) in kin)
    rows = [number for number, block in enumerate(blocks) if block.spoken or block.head]
    # The rows of a transcript belong together.
    whole = set(rows) if any(main[number] for number in rows) else set()
    return [is_main or number in whole for number, is_main in enumerate(main)]


def _container(blocks: Sequence[Block], sure: Sequence[bool]) -> tuple[etree._Element, bool]:
    """Return the element that holds the main text, and whether it holds little else."""
    chosen: Counter[etree._Element] = Counter()
    whole: Counter[etree._Element] = Counter()
    for block, is_sure in zip(blocks, sure, strict=True):
        for element in (block.element, *block.element.iterancestors()):
            whole[element] += len(block.text)
            chosen[element] += len(block.text) if is_sure else 0
    enough = _MOST * sum(len(block.text) for block, is_sure in zip(blocks, sure, strict=True) if is_sure)
    holders = [element for element in chosen if chosen[element] >= enough]
    # They all lie on one path from the root: the one with the least text is the innermost. From there outwards, as
    # long as hardly anything is added that was not chosen.
    container = min(holders, key=lambda element: (whole[element], -sum(1 for _ in element.iterancestors())))
    parent = container.getparent()
    while parent is not None and chosen[parent] >= _NEARLY_ALL * whole[parent]:
        container, parent = parent, parent.getparent()
    return container, chosen[container] >= _NEARLY_ALL * whole[container]


def _is_inside(element: etree._Element, container: etree._Element) -> bool:
    return element is container or any(ancestor is container for ancestor in element.iterancestors())


@cache
def _chrome_names() -> re.Pattern[str]:
    return _named(form_words().site_parts)


@cache
def _note_names() -> re.Pattern[str]:
    return _named(form_words().note_parts)


def _named(parts: frozenset[str]) -> re.Pattern[str]:
    """A pattern for values of `class` and `id` in which one of these words stands by itself."""
    words = "|".join(re.escape(part) for part in sorted(parts))
    return re.compile(rf"(?:^|[\s_-])(?:{words})(?:$|[\s_-])", re.IGNORECASE)


def _is_chrome(block: Block, container: etree._Element | None) -> bool:
    if block.hidden or block.linked > _LINK_SHARE * len(block.text):
        return True
    element: etree._Element | None = block.element
    while element is not None and element is not container and element.tag != "body":
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if element.tag in _CHROME_TAGS or element.get("role") in _CHROME_ROLES or _chrome_names().search(names):
            return True
        element = element.getparent()
    return False


def _composed(blocks: Sequence[Block], main: Sequence[bool], said: SaidOnPage) -> SourceText:
    composer = Composer()
    was_main = True
    pulled = _pulled_out([block if is_main else None for block, is_main in zip(blocks, main, strict=True)])
    for number, (block, is_main) in enumerate(zip(blocks, main, strict=True)):
        reason = "site chrome" if not is_main else "table header" if block.head else None
        if number in pulled:
            reason = "pull quote"
        if is_main and _is_note(block, said):
            reason = "footnote"
        gap = "\n\n" if block.apart or is_main != was_main else "\n"
        times = [] if block.seconds is None or reason else [(0, block.seconds)]
        composer.add_text(block.text, gap=gap, timecodes=times, reason=reason)
        was_main = is_main
    return composer.source(notes=said.sentences())


def _pulled_out(main: Sequence[Block | None]) -> set[int]:
    """The blocks of the main text that only repeat, set apart, what is said in another one.

    They stand wherever the page has room, in the middle of somebody else's words.
    """
    apart = [number for number, block in enumerate(main) if block and _stands_apart(block)]
    around = set(range(len(main))).difference(apart)
    said = "\n".join(f" {_words(block.text)} " for number, block in enumerate(main) if block and number in around)
    words = {number: f" {_words(block.text)} " for number in apart if (block := main[number])}
    return {number for number, each in words.items() if each.count(" ") > _FEWEST_PULLED and each in said}


def _stands_apart(block: Block) -> bool:
    element: etree._Element | None = block.element
    while element is not None and element.tag != "body":
        if element.tag in _APART_TAGS:
            return True
        element = element.getparent()
    return False


def _is_note(block: Block, said: SaidOnPage) -> bool:
    """Whether a block is one of the page's notes: a mark leads to it, or its element is named or marked as one."""
    element: etree._Element | None = block.element
    while element is not None and element.tag != "body":
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if element in said.notes or element.get("role") in _NOTE_ROLES or _note_names().search(names):
            return True
        element = element.getparent()
    return False


def _metadata(page: etree._Element, markup: str, blocks: Sequence[Block], main: Sequence[bool]) -> Metadata:
    try:
        said = trafilatura.extract_metadata(page, extensive=False).as_dict()
    except Exception:  # noqa: BLE001  (as above)
        said = {}
    locale = page.xpath("string(//meta[@property='og:locale' or @http-equiv='content-language']/@content)")
    saved = _SAVED_FROM.search(markup[:2000])
    certain = found_metadata(
        {
            "url": saved.group(1) if saved else None,
            "language": page.get("lang") or page.get("xml:lang") or locale or None,
        }
    )
    body = " ".join(block.text for block, is_main in zip(blocks, main, strict=True) if is_main)
    if len(body) > _TELLING_LENGTH and detect_language(body, default=certain.language or "") != certain.language:
        # Many sites give the language of their frame on every page.
        certain = replace(certain, language=None)
    heading = _heading(blocks, main)
    title = said.get("title") or None
    if heading and title and not _alike(heading, title, blocks):
        # The page's metadata speak of something else (the section it was listed in): its date and address do as well.
        return certain.over(found_metadata({"title": heading}))
    return certain.over(found_metadata({"title": heading or title, "date": said.get("date"), "url": said.get("url")}))


def _heading(blocks: Sequence[Block], main: Sequence[bool]) -> str | None:
    """Return the first-level heading right above the main text or at its top, if there is one."""
    body = next((n for n, block in enumerate(blocks) if main[n] and len(block.text.split()) >= _TELLING_WORDS), None)
    if body is None:
        return None
    between = 0
    for block in reversed(blocks[: body + 1]):
        if block.element.tag == "h1":
            return block.text
        between += len(block.text.split()) if block is not blocks[body] else 0
        if between > _HEADING_REACH:
            break
    return None


def _alike(heading: str, title: str, blocks: Sequence[Block]) -> bool:
    """Return whether `title` is a wording of `heading`, and not of another first-level heading on the page."""
    first, second = set(_words(heading).split()), set(_words(title).split())
    if first != second and any(_words(block.text) == _words(title) for block in blocks if block.element.tag == "h1"):
        return False
    return 2 * len(first & second) >= min(len(first), len(second))
