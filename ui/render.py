"""An answer as one line of HTML for the chat: pure, and everything that comes from a briefing or a user is escaped.

The chat passes messages through a Markdown parser and a sanitiser that drops `data-*` and `aria-*`. A message here is
one HTML element without a line break, which Markdown leaves alone; besides, every ASCII punctuation mark of foreign
text is a character reference, which Markdown never reads as markup. So the text seen is the text given.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from itertools import groupby
from urllib.parse import quote as url_quote

from onrecord.rag import Answer, Citation, Hit, Passage
from onrecord.ui.text import counted, spoken_date, words

# C0 controls but tab and newline: no browser shows them, and NUL breaks parsers.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_MARKER = re.compile(r"\[(\d{1,4})\]")
_UNFINISHED_MARKER = re.compile(r"\s*\[\d{0,4}$")
_BULLETS = ("- ", "• ")
_OPENING, _CLOSING = "“", "”"
# As many as fit without scrolling; the rest is one click away in the search.
_NEAREST_SHOWN = 3
_NEAREST_LENGTH = 220
# A longer list is folded up: it says little that the answer above it does not.
_SOURCES_SHOWN = 5


def escape(text: str) -> str:
    """Text for HTML and Markdown alike: punctuation as character references, line breaks as `<br>`."""
    clean = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n").replace("\r", "\n"))
    marked = _PUNCTUATION.sub(lambda match: f"&#{ord(match[0])};", clean)
    return marked.replace("\n", "<br>").replace("\u2028", "<br>").replace("\u2029", "<br>")


def fingerprint(quote: str) -> str:
    """Eight hexadecimal digits by which a link tells whether its words still stand there."""
    return sha256(quote.encode()).hexdigest()[:8]


def source_link(briefing_id: str, start: int, end: int, quote: str, passage_id: int) -> str:
    """The reader's address of a slice, relative to the page."""
    path = f"briefings/{url_quote(briefing_id, safe='')}?start={start}&end={end}&check={fingerprint(quote)}"
    return f"{path}#p{passage_id}"


def question_html(question: str, exchange: str = "") -> str:
    """A question as a message of the chat."""
    return f'<div class="asked" id="asked-{escape_id(exchange)}">{escape(question)}</div>'


def error_html(message: str) -> str:
    """Words about a failure as a message of the chat."""
    return f'<div class="failed" role="alert">{escape(message)}</div>'


def waiting_html(message: str) -> str:
    """Words shown until the first words of an answer."""
    return f'<div class="waiting">{escape(message)}</div>'


def welcome_html(language: str, *, empty: bool) -> str:
    """What the chat shows before the first question; an empty library explains itself."""
    title, more = ("empty", "empty_more") if empty else ("welcome", "welcome_more")
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
    """An answer with chips, sources, status line and actions.

    `verified` holds the numbers of the citations whose slice equals their quote; `titles` the titles of briefings by
    id; `limits` the filters in words. An unfinished answer shows its text alone, without a half-written marker.
    """
    text = answer.text if finished else _UNFINISHED_MARKER.sub("", answer.text)
    parts = [f'<div class="said">{_prose(text, answer, exchange)}</div>']
    if finished:
        parts += [
            _sources(answer, exchange, verified),
            _nearest(answer, titles or {}),
            _status(answer, verified, limits),
            _actions(answer.language, exchange),
        ]
    state = "finished" if finished else "growing"
    return f'<div class="record {state}" id="record-{escape_id(exchange)}">{"".join(parts)}</div>'


def status_line(answer: Answer, verified: frozenset[int], limits: Sequence[str] = ()) -> str:
    """ "answered · 1 of 1 quotes verified · 2 briefings searched", as plain text in the answer's language."""
    language = answer.language
    parts = [words(language)[answer.status]]
    if answer.citations:
        parts.append(counted(language, "verified", len(answer.citations), verified=len(verified)))
    searched = counted(language, "searched", answer.searched_briefings)
    if answer.searched_passages:
        searched += f" ({counted(language, 'searched_passages', answer.searched_passages)})"
    parts.append(searched)
    if limits:
        parts.append(words(language)["filtered"].format(filters=", ".join(limits)))
    return " · ".join(parts)


def escape_id(exchange: str) -> str:
    """An exchange's id as it may stand in an HTML id."""
    return re.sub(r"[^A-Za-z0-9-]", "", exchange)


def attribution(speaker: str | None, role: str | None, outlet: str | None, language: str) -> str:
    """Who spoke: "Mark Rutte, NATO Secretary General" or "Andrea Palasciano (Bloomberg)"."""
    said = speaker or role or words(language)["unnamed"]
    if speaker and role:
        said += f", {role}"
    return f"{said} ({outlet})" if outlet else said


def _who(spoken: Citation | Passage, language: str) -> str:
    """Who spoke; the prose of a report has no speaker to be missed."""
    if not spoken.speaker and spoken.kind in ("report", "reported"):
        return words(language)["report"].capitalize()
    return attribution(spoken.speaker, spoken.role, spoken.outlet, language)


def _prose(text: str, answer: Answer, exchange: str) -> str:
    """Paragraphs, and lists where lines begin with a dash."""
    parts = []
    for block in re.split(r"\n\s*\n", text):
        for is_list, lines in groupby(block.strip("\n").split("\n"), key=lambda line: line.startswith(_BULLETS)):
            if is_list:
                items = "".join(f"<li>{_cited(line[2:], answer, exchange)}</li>" for line in lines)
                parts.append(f"<ul>{items}</ul>")
            elif said := "\n".join(lines).strip():
                parts.append(f"<p>{_cited(said, answer, exchange)}</p>")
    return "".join(parts)


def _cited(text: str, answer: Answer, exchange: str) -> str:
    """Escaped text with markers as chips, and each quote marked as one in its own language."""
    citations = {citation.number: citation for citation in answer.citations}
    pieces: list[str] = []
    done = 0
    for match in _MARKER.finditer(text):
        citation = citations.get(int(match[1]))
        if citation is None:
            continue
        opening = max(_quote_opening(text, match.start(), citation), done - 1)
        if opening >= done:
            pieces.append(escape(text[done:opening]))
            quoted = text[opening : match.start()].rstrip()
            pieces.append(f'<q class="words" lang="{escape(citation.language)}">{escape(quoted)}</q>')
        else:
            pieces.append(escape(text[done : match.start()].rstrip(" ")))
        # A chip never stands alone at the beginning of a line.
        pieces.append("\N{NO-BREAK SPACE}" + _chip(citation, answer.language, exchange))
        done = match.end()
    return "".join(pieces) + escape(text[done:])


def _quote_opening(text: str, end: int, citation: Citation) -> int:
    """Where the quotation that ends before `end` opens; -1 where the text before the marker is no quotation."""
    said = text[:end].rstrip()
    whole = f"{_OPENING}{citation.quote}{_CLOSING}"
    if said.endswith(whole):
        return len(said) - len(whole)
    if not said.endswith(_CLOSING):
        return -1
    depth = 0
    for place in range(len(said) - 1, -1, -1):
        depth += (said[place] == _CLOSING) - (said[place] == _OPENING)
        if depth == 0:
            return place
    return -1


def _chip(citation: Citation, language: str, exchange: str) -> str:
    href = source_link(citation.briefing_id, citation.start, citation.end, citation.quote, citation.passage_id)
    # The hidden brackets keep "[1]" in copied text; the hidden word gives the link a name.
    hidden = f'<span class="unseen">{words(language)["source"]} [</span>'
    return (
        f'<a class="cite" id="cite-{escape_id(exchange)}-{citation.number}" href="{escape(href)}">'
        f'{hidden}{citation.number}<span class="unseen">]</span></a>'
    )


def _sources(answer: Answer, exchange: str, verified: frozenset[int]) -> str:
    if not answer.citations:
        return ""
    language = answer.language
    items = []
    for citation in answer.citations:
        href = source_link(citation.briefing_id, citation.start, citation.end, citation.quote, citation.passage_id)
        who = _who(citation, language)
        if citation.inferred:
            who += f" ({words(language)['inferred']})"
        warning = "" if citation.number in verified else f' <em class="warn">{words(language)["unverified"]}</em>'
        items.append(
            f'<li><a class="cited" id="listed-{escape_id(exchange)}-{citation.number}" href="{escape(href)}">'
            f'<span class="number">{citation.number}</span><span><span class="who">{escape(who)}</span> '
            f'<span class="where">{escape(citation.title)}\N{NO-BREAK SPACE}· {_date(citation.date, language)}</span>'
            f"</span></a>{warning}</li>"
        )
    listed = f'<ol class="sources">{"".join(items)}</ol>'
    if len(items) <= _SOURCES_SHOWN:
        return listed
    summary = counted(language, "sources", len(items))
    return f'<details class="all-sources"><summary>{summary}</summary>{listed}</details>'


def _date(date: str | None, language: str) -> str:
    """A date on one line."""
    return escape(spoken_date(date, language).replace(" ", "\N{NO-BREAK SPACE}"))


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


def _status(answer: Answer, verified: frozenset[int], limits: Sequence[str]) -> str:
    said = f'<p class="status {answer.status}">{escape(status_line(answer, verified, limits))}</p>'
    if answer.standalone_question and answer.standalone_question.strip() != answer.question.strip():
        understood = words(answer.language)["understood"].format(question=answer.standalone_question)
        said += f'<p class="status understood">{escape(understood)}</p>'
    if answer.note:
        said += f'<p class="status note">{escape(answer.note)}</p>'
    return said


def _actions(language: str, exchange: str) -> str:
    if not exchange:
        return ""
    # `value` carries the exchange: the sanitiser drops data attributes.
    buttons = "".join(
        f'<button type="button" class="act {name}" value="{escape_id(exchange)}">{words(language)[name]}</button>'
        for name in ("copy", "export", "retry", "edit", "helpful", "unhelpful")
    )
    return f'<div class="actions">{buttons}</div>'
