"""The reader: a whole briefing on one page, with its speakers, its exchanges and what is no speech greyed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise
from urllib.parse import quote as quote_path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from onrecord.rag import Briefing, Library, Passage, UnknownBriefing, corrected_turns
from onrecord.ui.page.html import attribution, fingerprint
from onrecord.ui.page.plain import language_of, plain_page, plain_response
from onrecord.ui.page.text import spoken_date, words

# Longer text between turns is no speaker's label.
_LABEL_LENGTH = 160


def reader_pages(library: Library) -> APIRouter:
    """The permanent address of each briefing: `/briefings/<id>?start=…&end=…#p<passage>`."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/briefings/{briefing_id}", response_class=HTMLResponse)
    def read(
        request: Request, briefing_id: str, start: int | None = None, end: int | None = None, check: str | None = None
    ) -> HTMLResponse:
        language = language_of(request)
        try:
            briefing = library.briefing(briefing_id)
        except UnknownBriefing:
            return plain_response(missing_page(language), 404)
        quote = (
            (start, end) if start is not None and end is not None and 0 <= start < end <= len(briefing.text) else None
        )
        changed = bool(quote and check and fingerprint(briefing.text[quote[0] : quote[1]]) != check)
        page = reader_page(
            briefing,
            library.passages(briefing_id),
            language,
            None if changed else quote,
            changed=changed,
            may_correct=briefing.superseded_by is None and not getattr(request.state, "reads_only", False),
        )
        return plain_response(page)

    return pages


def missing_page(language: str, base: str = "../") -> str:
    """The page for an id that no briefing has; `base` is that of `plain_page`."""
    said = words(language)
    body = f"<main><h1>{said['no_such_page']}</h1><p>{said['no_such_briefing']}</p></main>"
    return _page(said["no_such_page"], body, language, base)


def reader_page(
    briefing: Briefing,
    passages: Sequence[Passage],
    language: str,
    quote: tuple[int, int] | None = None,
    *,
    changed: bool = False,
    may_correct: bool = False,
) -> str:
    """A briefing as HTML; the text of its `<article>` without headings is `briefing.text` to the letter.

    `quote` is the slice to mark; `changed` says that the words once quoted there are others now,
    `may_correct` that a link leads to where it is corrected.
    """
    said = words(language)
    facts = [spoken_date(briefing.date, language), briefing.file]
    original = briefing.url if briefing.url and briefing.url.lower().startswith(("http://", "https://")) else None
    notices = [said["changed"]] if changed else []
    notices += [said["superseded"]] if briefing.superseded_by else []
    head = (
        '<header class="plain-head">'
        f'<h1 lang="{escape(briefing.language)}">{escape(briefing.title)}</h1>'
        f'<p class="meta">{escape(" · ".join(facts))}'
        + f' · <a href="{quote_path(briefing.id, safe="")}/card">{said["card"]}</a>'
        + (f' · <a href="{escape(original)}" rel="noopener noreferrer">{said["open_original"]}</a>' if original else "")
        + (f' · <a href="{escape(briefing.id)}/correct">{said["correct_briefing"]}</a>' if may_correct else "")
        + "</p>"
        + "".join(f'<p class="notice" role="status">{notice}</p>' for notice in notices)
        + f'<form class="find-text" role="search"><label for="find">{said["find_text"]}</label>'
        f'<input id="find" type="search" autocomplete="off"><output for="find"></output>'
        f'<button type="submit">{said["next_match"]}</button></form></header>'
    )
    article = "".join(_pieces(briefing, passages, language, quote))
    body = f'{head}<main><article lang="{escape(briefing.language)}">{article}</article></main>'
    return _page(briefing.title, body, language)


def _page(title: str, body: str, language: str, base: str = "../") -> str:
    styles = ["reader/reader", "desk/pinning"]
    return plain_page(title, body, language, script="reader/reader", styles=styles, base=base)


def _pieces(
    briefing: Briefing, passages: Sequence[Passage], language: str, quote: tuple[int, int] | None
) -> Iterator[str]:
    """The text in blocks: turns under their speakers, boilerplate, and what stands between them."""
    starts = sorted({passage.start: passage.id for passage in reversed(passages)}.items())
    blocks: list[tuple[int, int, str, str]] = []
    corrected = corrected_turns(briefing)
    for place, turn in enumerate(briefing.turns):
        who = attribution(turn.speaker, turn.role, turn.outlet, language)
        mark = "inferred" if turn.inferred else "corrected" if place in corrected else None
        kind = words(language)[turn.kind] + (f", {words(language)[mark]}" if mark else "")
        heading = f'<h2 class="who">{escape(who)} <span class="badge">{escape(kind)}</span></h2>'
        blocks.append((turn.start, turn.end, f"turn {turn.kind}", heading))
    for chrome in briefing.boilerplate:
        note = f'<p class="note">{words(language)["boilerplate"]}</p>'
        blocks.append((chrome.start, chrome.end, "boilerplate", note))
    place = 0
    for start, end, style, heading in sorted(blocks):
        start = max(start, place)
        if start >= end:
            continue
        yield _between(briefing.text, place, start, starts, quote)
        said = _marked(briefing.text, start, end, starts, quote)
        yield f'<section class="{style}">{heading}<div class="text" data-start="{start}">{said}</div></section>'
        place = end
    yield _between(briefing.text, place, len(briefing.text), starts, quote)


def _between(
    text: str, start: int, end: int, passages: Sequence[tuple[int, int]], quote: tuple[int, int] | None
) -> str:
    """What stands between turns: a label as printed on one line, longer text as it is."""
    if start == end:
        return ""
    style = "label" if end - start <= _LABEL_LENGTH else "between"
    return f'<div class="{style}" data-start="{start}">{_marked(text, start, end, passages, quote)}</div>'


def _marked(text: str, start: int, end: int, passages: Sequence[tuple[int, int]], quote: tuple[int, int] | None) -> str:
    """Escaped text with an anchor where each passage begins and the quote in `<mark>`."""
    anchors = {place: f'<a id="p{id_}"></a>' for place, id_ in passages if start <= place < end}
    cuts = {start, end, *anchors}
    if quote:
        cuts |= {place for place in quote if start < place < end}
    parts = []
    for left, right in pairwise(sorted(cuts)):
        piece = escape(text[left:right])
        inside = quote is not None and quote[0] <= left < quote[1]
        parts.append(anchors.get(left, "") + (f"<mark>{piece}</mark>" if inside and piece else piece))
    return "".join(parts)
