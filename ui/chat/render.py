"""An answer as one line of HTML for the chat: pure, and everything that comes from a briefing or a user is escaped.

The chat passes messages through a Markdown parser and a sanitiser that drops `data-*` and `aria-*`. A message here is
one HTML element without a line break, which Markdown leaves alone; besides, every ASCII punctuation mark of foreign
text is a character reference, which Markdown never reads as markup. So the text seen is the text given.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby, zip_longest

from onrecord.rag import (
    Answer,
    Citation,
    Hit,
    Part,
    Passage,
    Quote,
    Words,
    quoted_words,
    quotes_alone,
    written_only,
)
from onrecord.ui.page.html import attribution, escape, source_link
from onrecord.ui.page.text import counted, printed_place, recording_at, spoken_date, words

# As many as fit without scrolling; the rest is one click away in the search.
_NEAREST_SHOWN = 3
_NEAREST_LENGTH = 220
# What can be done with an answer.
_ACTIONS = ("copy", "link", "export", "retry", "edit", "helpful", "unhelpful")
# A longer list is folded up: it says little that the answer above it does not.
_SOURCES_SHOWN = 5


def question_html(question: str, exchange: str = "") -> str:
    """A question as a message of the chat."""
    return f'<h2 class="asked" id="asked-{escape_id(exchange)}">{escape(question)}</h2>'


def error_html(message: str) -> str:
    """Words about a failure as a message of the chat."""
    return f'<div class="failed" role="alert">{escape(message)}</div>'


def interrupted_html(message: str, language: str, exchange: str) -> str:
    """Words in the place of an answer that never came to its end, with the buttons to ask again."""
    said = f'<div class="failed" role="status">{escape(message)}</div>'
    buttons = _actions(language, exchange, ("retry", "edit"))
    return f'<div class="record interrupted" id="record-{escape_id(exchange)}">{said}{buttons}</div>'


def waiting_html(message: str) -> str:
    """Words shown until the first words of an answer."""
    return f'<div class="waiting">{escape(message)}</div>'


def welcome_html(language: str, *, empty: bool, may_change: bool) -> str:
    """What the chat shows before the first question; an empty library explains itself, to whom may add to it or not."""
    filling = "empty_more" if may_change else "empty_reader"
    title, more = ("empty", filling) if empty else ("welcome", "welcome_more")
    said = words(language)
    head = f'<div class="welcome-title">{escape(said[title])}</div><p>{escape(said[more])}</p>'
    return f'<div class="welcome">{head}</div>'


def answer_html(
    answer: Answer,
    *,
    verified: frozenset[int],
    exchange: str = "",
    titles: Mapping[str, str] | None = None,
    limits: Sequence[str] = (),
    finished: bool = True,
) -> str:
    """An answer with status line, chips, sources and actions, without what a language model wrote beside it.

    `verified` holds the numbers of the citations whose slice equals their quote; `titles` the titles of briefings by
    id; `limits` the filters in words. An unfinished answer shows its status and what it says alone.
    """
    answer = quotes_alone(answer)
    said = f'<div class="said">{_prose(answer.parts, answer, exchange, finished=finished)}</div>'
    parts = [
        _status(answer, status_line(answer, verified, limits) if finished else _verdict(answer)),
        said,
    ]
    if finished:
        parts += [
            _sources(answer.citations, answer.parts, answer.language, exchange, verified),
            _nearest(answer, titles or {}),
            _dates_limit(answer, exchange),
            _limits_away(answer, exchange, limits),
            _actions(answer.language, exchange),
        ]
    state = "finished" if finished else "growing"
    return f'<div class="record {state}" id="record-{escape_id(exchange)}">{"".join(parts)}</div>'


def written_html(answer: Answer, *, verified: frozenset[int], exchange: str = "") -> str:
    """What a language model wrote beside an answer: a block of its own, told apart by its label; nothing where none is.

    It lists the sources that the quotes do not. `verified` is as for the answer.
    """
    written = answer.written
    if written is None:
        return ""
    said = words(answer.language)
    parts = []
    if written.parts or not written.complete:
        key = "written_by" if written.complete else "writing"
        label = f'<h3 class="label">{escape(said[key].format(model=written.model))}</h3>'
        parts.append(f'<div class="written-head">{label}{_forms(said) if written.complete else ""}</div>')
    if written.parts:
        prose = _prose(written.parts, answer, exchange, "wrote", finished=written.complete)
        parts.append(f'<div class="said">{prose}</div>')
    if written.left_out:
        parts.append(f'<p class="status">{counted(answer.language, "left_out", written.left_out)}</p>')
    if written.note:
        parts.append(f'<p class="status note">{escape(written.note)}</p>')
    parts.append(_sources(written_only(answer), written.parts, answer.language, exchange, verified))
    state = "finished" if written.complete else "growing"
    return f'<div class="record written {state}" id="written-{escape_id(exchange)}">{"".join(parts)}</div>'


def _forms(said: Mapping[str, str]) -> str:
    """The buttons that show and hide the two forms of an answer; a script says which are pressed."""
    buttons = "".join(
        f'<button type="button" class="form" value="{form}">{said[key]}</button>'
        for form, key in (("quotes", "form_quotes"), ("written", "form_written"))
    )
    return f'<div class="forms" role="group">{buttons}</div>'


def status_line(answer: Answer, verified: frozenset[int], limits: Sequence[str] = ()) -> str:
    """ "answered · 1 of 1 quotes verified · 2 briefings searched", as plain text in the answer's language."""
    language = answer.language
    parts = [_verdict(answer)]
    quoted = {citation.number for citation in quotes_alone(answer).citations}
    if quoted:
        parts.append(counted(language, "verified", len(quoted), verified=len(verified & quoted)))
    # Thanks and questions about the library are answered without a search.
    if answer.searched_briefings or answer.status == "not_found":
        searched = counted(language, "searched", answer.searched_briefings)
        if answer.searched_passages:
            searched += f" ({counted(language, 'searched_passages', answer.searched_passages)})"
        parts.append(searched)
    if answer.since or answer.until:
        limits = [*limits, _dates(answer)]
    if limits:
        parts.append(words(language)["filtered"].format(filters=", ".join(limits)))
        if answer.status == "not_found" and not answer.searched_briefings:
            parts.append(words(language)["none_pass"])
    if answer.undated:
        parts.append(counted(language, "undated_out", answer.undated))
    return " · ".join(parts)


def _verdict(answer: Answer) -> str:
    """The status in words; what was answered without a search, and quotes nothing, is about the program itself."""
    return words(answer.language)["about_onrecord" if _unsearched(answer) else answer.status]


def _unsearched(answer: Answer) -> bool:
    return answer.status == "answered" and not answer.citations and not answer.searched_briefings


def escape_id(exchange: str) -> str:
    """An exchange's id as it may stand in an HTML id."""
    return re.sub(r"[^A-Za-z0-9-]", "", exchange)


def _who(spoken: Citation | Passage, language: str) -> str:
    """Who spoke; the prose of a report has no speaker to be missed."""
    if not spoken.speaker and spoken.kind in ("report", "reported"):
        return words(language)["report"].capitalize()
    return attribution(spoken.speaker, spoken.role, spoken.outlet, language)


def _prose(parts: Sequence[Part], answer: Answer, exchange: str, chips: str = "cite", *, finished: bool) -> str:
    """Parts of an answer as paragraphs and lists; the ids of their chips begin with `chips`."""
    blocks = []
    for is_item, run in groupby(parts, key=lambda part: part.item):
        tag = "li" if is_item else "p"
        ids = f"{chips}-{escape_id(exchange)}"
        said = "".join(f"<{tag}>{_pieces(part, answer, ids, finished=finished)}</{tag}>" for part in run)
        blocks.append(f"<ul>{said}</ul>" if is_item else said)
    return "".join(blocks)


def _pieces(part: Part, answer: Answer, ids: str, *, finished: bool) -> str:
    """Escaped words, each quote marked as one in its own language, and behind it its chips and what to do with it."""
    citations = {citation.number: citation for citation in answer.citations}
    said, led = "", True
    for piece, following in zip_longest(part.pieces, part.pieces[1:]):
        if isinstance(piece, Words):
            # Who says it, and when, on a line of its own; then the words as a block.
            led = isinstance(following, Quote) and piece.text.rstrip().endswith(":")
            said += f'<span class="lead">{escape(piece.text)}</span>' if led else escape(piece.text)
            continue
        # A chip never stands alone at the beginning of a line.
        chips = "".join(
            "\N{NO-BREAK SPACE}" + _chip(citations[number], answer.language, ids)
            for number in dict.fromkeys(piece.citations)
        )
        if not isinstance(piece, Quote):
            said = said.removesuffix(" ") + chips
            continue
        language = escape(citations[piece.citations[0]].language)
        quoted = f'<q class="words" lang="{language}">{escape(quoted_words(piece, answer.citations))}</q>{chips}'
        if piece.note:
            quoted += f" {escape(piece.note)}"
        if finished:
            quoted += _of_quote(piece, answer.language)
        said += f'<span class="quote">{quoted}</span>' if led else quoted
    return said


def _of_quote(quote: Quote, language: str) -> str:
    """Buttons that copy and pin a quote, named by its numbers."""
    numbers = "".join(f"[{number}]" for number in dict.fromkeys(quote.citations))
    buttons = "".join(
        f'<button type="button" class="{name}">{words(language)[key]}<span class="unseen"> {numbers}</span></button>'
        for name, key in (("copy-quote", "copy"), ("pin pin-quote", "pin"))
    )
    return f'<span class="of-quote">{buttons}</span>'


def _chip(citation: Citation, language: str, ids: str) -> str:
    href = source_link(citation.briefing_id, citation.start, citation.end, citation.quote, citation.passage_id)
    # The hidden brackets keep "[1]" in copied text; the hidden word gives the link a name.
    hidden = f'<span class="unseen">{words(language)["source"]} [</span>'
    return (
        f'<a class="cite" id="{ids}-{citation.number}" href="{escape(href)}">'
        f'{hidden}{citation.number}<span class="unseen">]</span></a>'
    )


def _sources(
    citations: Sequence[Citation], parts: Sequence[Part], language: str, exchange: str, verified: frozenset[int]
) -> str:
    """Citations of parts of an answer in a list."""
    if not citations:
        return ""
    quoted = {
        number for part in parts for piece in part.pieces if isinstance(piece, Quote) for number in piece.citations
    }
    items = []
    for citation in citations:
        href = source_link(citation.briefing_id, citation.start, citation.end, citation.quote, citation.passage_id)
        who = _who(citation, language)
        if marks := [words(language)[mark] for mark in ("inferred", "heard") if getattr(citation, mark)]:
            who += f" ({', '.join(marks)})"
        place = _together(
            printed_place(citation.page, citation.line, language, None if citation.media else citation.seconds)
        )
        place = place and f"\N{NO-BREAK SPACE}· {place}"
        warning = "" if citation.number in verified else f' <em class="warn">{words(language)["unverified"]}</em>'
        # A quote has its button in its place.
        pin = f'<button type="button" class="pin pin-source">{words(language)["pin"]}</button>'
        pin = "" if citation.number in quoted else pin
        address = f'<span class="address">{escape(citation.url)}</span>' if citation.url else ""
        items.append(
            f'<li><a class="cited" id="listed-{escape_id(exchange)}-{citation.number}" href="{escape(href)}">'
            f'<span class="number">{citation.number}</span><span><span class="who">{escape(who)}</span> '
            f'<span class="where">{escape(citation.title)}\N{NO-BREAK SPACE}· {_date(citation.date, language)}{place}'
            f"</span></span></a>{pin}{warning}{_media(citation, language)}{address}</li>"
        )
    listed = f'<ol class="sources">{"".join(items)}</ol>'
    if len(items) <= _SOURCES_SHOWN:
        return listed
    summary = counted(language, "sources", len(items))
    return f'<details class="all-sources"><summary>{summary}</summary>{listed}</details>'


def _media(citation: Citation, language: str) -> str:
    """A link to the recording, opening at the words."""
    if citation.media is None:
        return ""
    return (
        f'<a class="media" href="{escape(citation.media)}" target="_blank" rel="noopener noreferrer">'
        f"{_together(recording_at(citation.seconds, language))}</a>"
    )


def _date(date: str | None, language: str) -> str:
    return _together(spoken_date(date, language))


def _together(text: str) -> str:
    """Words that stay on one line, such as a date."""
    return escape(text.replace(" ", "\N{NO-BREAK SPACE}"))


def _nearest(answer: Answer, titles: Mapping[str, str]) -> str:
    if answer.status != "not_found" or not answer.hits:
        return ""
    items = "".join(_near(hit, titles, answer.language) for hit in answer.hits[:_NEAREST_SHOWN])
    return f'<div class="nearest"><p>{words(answer.language)["nearest"]}</p><ul>{items}</ul></div>'


def _near(hit: Hit, titles: Mapping[str, str], language: str) -> str:
    passage = hit.passage
    href = source_link(passage.briefing_id, passage.start, passage.end, passage.text, passage.id)
    who = _who(passage, language)
    where = titles.get(passage.briefing_id, "")
    begins = shortened(passage.text, _NEAREST_LENGTH)
    return (
        f'<li><a class="near" href="{escape(href)}"><span class="who">{escape(who)}</span>'
        f'<span class="where">{escape(where)}</span>'
        f'<span class="begins" lang="{escape(passage.language)}">{escape(begins)}</span></a></li>'
    )


def shortened(text: str, length: int) -> str:
    """Text on one line, cut at a word's end with an ellipsis where it is longer than `length` characters."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[:length].rsplit(" ", 1)[0].rstrip(" ,;:.") + " …"


def _status(answer: Answer, line: str) -> str:
    """The status as a badge, with what else is said of it, above the answer."""
    badge = _verdict(answer)
    kind = "unsearched" if _unsearched(answer) else answer.status
    rest = escape(line.removeprefix(badge))
    said = f'<div class="status {kind}"><h3 class="verdict">{escape(badge)}</h3>{rest}</div>'
    if answer.standalone_question and answer.standalone_question.strip() != answer.question.strip():
        understood = words(answer.language)["understood"].format(question=answer.standalone_question)
        said += f'<p class="status understood">{escape(understood)}</p>'
    return said


def _dates(answer: Answer) -> str:
    """The dates that a question limits its answer to: "from 1 April 2025 to 30 April 2025"."""
    if answer.since == answer.until:
        return spoken_date(answer.since, answer.language)
    sides = (("since_date", answer.since), ("until_date", answer.until))
    said = words(answer.language)
    return " ".join(said[key].format(date=spoken_date(date, answer.language)) for key, date in sides if date)


def _dates_limit(answer: Answer, exchange: str) -> str:
    """The dates as a chip that takes them away: the question is then asked of any date."""
    if not exchange or not (answer.since or answer.until):
        return ""
    dates = _dates(answer)
    name = words(answer.language)["remove_filter"].format(filter=dates)
    return (
        f'<p class="limits"><button type="button" class="act limit any-date" value="{escape_id(exchange)}" '
        f'title="{escape(name)}"><span>{escape(dates)}</span> <span>×</span></button></p>'
    )


def _limits_away(answer: Answer, exchange: str, limits: Sequence[str]) -> str:
    """A button that asks again without the visitor's limits, where these may be why nothing better was found."""
    if not exchange or not limits or not (answer.status == "not_found" or answer.undated):
        return ""
    said = words(answer.language)["remove_limits"]
    button = f'<button type="button" class="act limit no-limits" value="{escape_id(exchange)}">{said}</button>'
    return f'<p class="limits">{button}</p>'


def _actions(language: str, exchange: str, names: Sequence[str] = _ACTIONS) -> str:
    if not exchange:
        return ""
    # `value` carries the exchange: the sanitiser drops data attributes.
    buttons = "".join(
        f'<button type="button" class="act {name}" value="{escape_id(exchange)}">{words(language)[name]}</button>'
        for name in names
    )
    return f'<div class="actions">{buttons}</div>'
