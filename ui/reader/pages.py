"""The reader: a whole briefing on one page, with its speakers, its exchanges and what is no speech greyed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise
from urllib.parse import quote as quote_path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from onrecord.rag import (
    Briefing,
    Library,
    Passage,
    Turn,
    UnknownBriefing,
    corrected_turns,
    media_at,
    second_at,
    timecode,
)
from onrecord.ui.page.html import attribution, fingerprint
from onrecord.ui.page.plain import language_of, plain_page, plain_response
from onrecord.ui.page.text import recording_at, spoken_date, words
from onrecord.ui.reader.outline import outline
from onrecord.ui.server.security import may_change

# Longer text between turns is no speaker's label.
_LABEL_LENGTH = 160
OUTSIDE = 'target="_blank" rel="noopener noreferrer"'
"""What a link to somebody else's page says besides its address."""
_LETTER = re.compile(r"[^\W\d_]")


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
        recording = library.recording(briefing_id)
        page = reader_page(
            briefing,
            library.passages(briefing_id),
            language,
            None if changed else quote,
            changed=changed,
            may_correct=briefing.superseded_by is None and may_change(request),
            recording=recording.media_type if recording else None,
        )
        return plain_response(page)

    return pages


def missing_page(language: str, base: str = "../") -> str:
    """The page for an id that no briefing has; `base` is that of `plain_page`."""
    said = words(language)
    body = f"<main><h1>{said['no_such_page']}</h1><p>{said['no_such_briefing']}</p></main>"
    return plain_page(said["no_such_page"], body, language, base=base)


def reader_page(
    briefing: Briefing,
    passages: Sequence[Passage],
    language: str,
    quote: tuple[int, int] | None = None,
    *,
    changed: bool = False,
    may_correct: bool = False,
    recording: str | None = None,
) -> str:
    """A briefing as HTML; the text of its `<article>` without headings is `briefing.text` to the letter.

    `quote` is the slice to mark; `changed` says that the words once quoted there are others now, `may_correct` that a
    link leads to where it is corrected. `recording` is the media type of what can be played beside it. Each turn's
    speaker is shown once, as its heading; a label as printed that says no more is kept in the article and hidden.
    """
    said = words(language)
    facts = [spoken_date(briefing.date, language), briefing.file]
    original = briefing.url if briefing.url and briefing.url.lower().startswith(("http://", "https://")) else None
    notices = [said["changed"]] if changed else []
    notices += [said["superseded"]] if briefing.superseded_by else []
    notices += [said["heard_note"]] if briefing.kind == "recording" else []
    head = (
        '<header class="plain-head">'
        f'<h1 lang="{escape(briefing.language)}">{escape(briefing.title)}</h1>'
        f'<p class="meta">{escape(" · ".join(facts))}'
        + f' · <a href="{quote_path(briefing.id, safe="")}/card">{said["card"]}</a>'
        + (f' · <a href="{escape(original)}" rel="noopener noreferrer">{said["open_original"]}</a>' if original else "")
        + _media(briefing, language)
        + (f' · <a href="{escape(briefing.id)}/correct">{said["correct_briefing"]}</a>' if may_correct else "")
        + "</p>"
        + "".join(f'<p class="notice" role="status">{notice}</p>' for notice in notices)
        + "</header>"
    )
    side = outline(briefing, language)
    contents = (
        f'<button type="button" id="open-outline" aria-controls="outline" aria-expanded="false">{said["contents"]}'
        "</button>"
        if side
        else ""
    )
    bar = (
        f'<div class="reading-bar"><p class="reading-title" aria-hidden="true">{escape(briefing.title)}</p>{contents}'
        f'<form class="find-text" role="search"><label for="find">{said["find_text"]}</label>'
        f'<input id="find" type="search" placeholder="{said["find_short"]}" autocomplete="off" aria-keyshortcuts="/">'
        '<output for="find"></output>'
        f'<button type="button" id="previous-match" aria-label="{said["previous_match"]}" disabled>‹</button>'
        f'<button type="submit" aria-label="{said["next_match"]}" disabled>›</button></form>'
        f"{_player(briefing, recording, quote)}</div>"
    )
    article = "".join(_pieces(briefing, passages, language, quote, playable=recording is not None))
    body = (
        f'{head}{bar}<div class="reading">'
        + (f'<aside id="outline" aria-label="{said["contents"]}">{side}</aside>' if side else "")
        + f'<main><article lang="{escape(briefing.language)}">{article}</article></main></div>'
    )
    styles = ["reader/reader", "desk/pinning"]
    return plain_page(briefing.title, body, language, script="reader/reader", styles=styles, base="../")


def _media(briefing: Briefing, language: str) -> str:
    """A link to the recording at its address, where one is known."""
    address = media_at(briefing)
    return f' · <a href="{escape(address)}" {OUTSIDE}>{words(language)["recording"]}</a>' if address else ""


def _player(briefing: Briefing, recording: str | None, quote: tuple[int, int] | None) -> str:
    """Where the script puts the player, with the second at which it begins."""
    if recording is None:
        return ""
    second = second_at(briefing, quote[0]) if quote else None
    of = f'data-type="{escape(recording)}" data-briefing="{briefing.id}" data-seconds="{second or 0}"'
    return f'<div id="player" {of}></div>'


def _pieces(
    briefing: Briefing,
    passages: Sequence[Passage],
    language: str,
    quote: tuple[int, int] | None,
    *,
    playable: bool,
) -> Iterator[str]:
    """The text in blocks: turns under their speakers, boilerplate, and what stands between them."""
    starts = sorted({passage.start: passage.id for passage in reversed(passages)}.items())
    blocks: list[tuple[int, int, str, str, str | None]] = []
    corrected = corrected_turns(briefing)
    for place, turn in enumerate(briefing.turns):
        opening = f'<section class="turn {turn.kind}" id="t{place}" data-speaker="{escape(turn.speaker or "")}">'
        media = None if playable else media_at(briefing, turn.start)
        heading = _heading(turn, language, corrected=place in corrected, playable=playable, media=media)
        blocks.append((turn.start, turn.end, opening, heading, turn.label))
    for start, end in _chrome(briefing):
        opened = " open" if quote is not None and quote[0] < end and start < quote[1] else ""
        note = f'<summary class="note">{words(language)["boilerplate"]}</summary>'
        blocks.append((start, end, f'<details class="boilerplate"{opened}>', note, None))
    place = 0
    for start, end, opening, heading, label in sorted(blocks, key=lambda block: block[:2]):
        start = max(start, place)
        if start >= end:
            continue
        yield _between(briefing.text, place, start, starts, quote, label)
        said = _marked(briefing.text, start, end, starts, quote)
        yield f'{opening}{heading}<div class="text" data-start="{start}">{said}</div></{opening[1:].split()[0]}>'
        place = end
    yield _between(briefing.text, place, len(briefing.text), starts, quote)


def _chrome(briefing: Briefing) -> list[tuple[int, int]]:
    """The stretches of what is no speech, those together between which nothing but blanks stands."""
    found: list[tuple[int, int]] = []
    for part in sorted(briefing.boilerplate, key=lambda part: part.start):
        if found and not briefing.text[found[-1][1] : part.start].strip():
            found[-1] = (found[-1][0], max(found[-1][1], part.end))
        else:
            found.append((part.start, part.end))
    return found


def _heading(turn: Turn, language: str, *, corrected: bool, playable: bool, media: str | None) -> str:
    said = words(language)
    # Who has no name is shown under the label that is printed.
    who = attribution(turn.speaker or (turn.label or "").strip(" :") or None, turn.role, turn.outlet, language)
    mark = "inferred" if turn.inferred else "corrected" if corrected else None
    kind = said[turn.kind] + (f", {said[mark]}" if mark else "")
    time = ""
    if turn.seconds is not None:
        shown = timecode(turn.seconds)
        time = f' <span class="time">{shown}</span>'
        if media:
            label = recording_at(turn.seconds, language)
            time = f' <a class="time" href="{escape(media)}" aria-label="{label}" title="{label}" {OUTSIDE}>{shown}</a>'
        if playable:
            label = said["play_from"].format(time=shown)
            at = f'data-seconds="{turn.seconds}" aria-label="{label}"'
            time = f' <button type="button" class="time" {at}>{shown}</button>'
    return f'<h2 class="who">{escape(who)} <span class="badge">{escape(kind)}</span>{time}</h2>'


def _between(
    text: str,
    start: int,
    end: int,
    passages: Sequence[tuple[int, int]],
    quote: tuple[int, int] | None,
    label: str | None = None,
) -> str:
    """What stands between turns: a label as printed on one line, longer text as it is.

    Blanks, and at the end the `label` of the turn that follows, whose heading says it, are kept and not shown.
    """
    if start == end:
        return ""
    printed = start + text[start:end].rfind(label) if label and label in text[start:end] else end
    if _LETTER.search(text[printed:end].replace(label or "", "", 1)):
        printed = end
    parts = [(start, printed, not _LETTER.search(text[start:printed])), (printed, end, True)]
    shown = []
    for first, last, hidden in parts:
        if first < last:
            quoted = quote is not None and quote[0] < last and first < quote[1]
            style = "label" if last - first <= _LABEL_LENGTH else "between"
            marked = _marked(text, first, last, passages, quote)
            shown.append(
                f'<div class="{style}" data-start="{first}"{" hidden" if hidden and not quoted else ""}>{marked}</div>'
            )
    return "".join(shown)


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
