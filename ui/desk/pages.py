"""The desk's pages: the card of a briefing, drawn by the server, and the list of questions left open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby
from urllib.parse import quote

from babel.numbers import format_decimal, format_percent
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from onrecord.rag import Citation, Library, QuestionOnRecord, SpeakerShare, UnknownBriefing
from onrecord.ui.desk.routes import Card, card_of
from onrecord.ui.page.html import attribution, fingerprint
from onrecord.ui.page.plain import language_of, plain_page, plain_response
from onrecord.ui.page.text import counted, printed_place, recording_at, spoken_date, words
from onrecord.ui.reader.pages import OUTSIDE, missing_page
from onrecord.ui.server.security import may_change

# Speakers in the table before the rest is folded away.
_SPEAKERS = 8
# The drawing's units: its width stands for all words spoken.
_WIDTH, _HEIGHT = 1000, 40


def desk_pages(library: Library) -> APIRouter:
    """The pages at `/briefings/<id>/card` and `/desk/open`."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/briefings/{briefing_id}/card", response_class=HTMLResponse)
    def card(request: Request, briefing_id: str) -> HTMLResponse:
        language = language_of(request)
        try:
            found = card_of(library, briefing_id)
        except UnknownBriefing:
            return plain_response(missing_page(language, base="../../"), 404)
        may_correct = found.superseded_by is None and may_change(request)
        return plain_response(card_page(found, language, may_correct=may_correct))

    @pages.get("/desk/open", response_class=HTMLResponse)
    def left_open(request: Request) -> HTMLResponse:
        return plain_response(open_page(language_of(request)))

    return pages


def card_page(card: Card, language: str, *, may_correct: bool = False) -> str:
    """A briefing at a glance; its script fills in what became of the questions.

    `may_correct` that a link leads to where it is corrected.
    """
    said = words(language)
    body = (
        f'<main class="card" data-briefing="{escape(card.briefing_id)}">'
        f"{_head(card, language, may_correct=may_correct)}"
        f"{_speakers(card.speakers, language)}{_exchanges(card, language)}"
        f'<section aria-labelledby="ask-title"><h2 id="ask-title">{said["could_ask"]}</h2>'
        f'<p class="meta">{said["could_ask_more"]}</p>'
        f'<ul id="could-ask" lang="{escape(card.language)}">'
        f'<li class="meta" lang="{language}">{said["trying"]}</li></ul>'
        "</section></main>"
    )
    return plain_page(card.title, body, language, script="desk/card", styles=["desk/desk"], base="../../")


def _head(card: Card, language: str, *, may_correct: bool) -> str:
    said = words(language)
    own = escape(card.language)
    facts = escape(" · ".join([spoken_date(card.date, language), card.file]))
    links = [f'<a href="../{quote(card.briefing_id, safe="")}">{said["open_reader"]}</a>']
    if card.url and card.url.lower().startswith(("http://", "https://")):
        links.append(f'<a href="{escape(card.url)}" rel="noopener noreferrer">{said["open_original"]}</a>')
    if card.media:
        links.append(f'<a href="{escape(card.media)}" {OUTSIDE}>{said["recording"]}</a>')
    if may_correct:
        links.append(f'<a href="correct">{said["correct_briefing"]}</a>')
    printed = "".join(f'<li lang="{own}">{escape(line)}</li>' for line in card.printed)
    told = [said["superseded"]] if card.superseded_by else []
    told += [said["heard_note"]] if card.kind == "recording" else []
    notice = "".join(f'<p class="notice" role="status">{one}</p>' for one in told)
    return (
        f'<header><h1 lang="{own}">{escape(card.title)}</h1><p class="meta">{facts}</p>'
        f'<p class="meta">{" · ".join(links)}</p>{notice}'
        + (f'<h2 class="small">{said["printed_head"]}</h2><ul class="printed">{printed}</ul>' if printed else "")
        + "</header>"
    )


def _speakers(speakers: tuple[SpeakerShare, ...], language: str) -> str:
    said = words(language)
    if not speakers:
        return ""
    quoted = speakers[0].quoted
    title = said["who_is_quoted"] if quoted else said["who_spoke_how_much"]
    most = max(one.share for one in speakers) or 1.0
    first = _speaker_table(speakers[:_SPEAKERS], most, title, language)
    rest = speakers[_SPEAKERS:]
    more = ""
    if rest:
        summary = counted(language, "more_speakers", len(rest))
        more = f"<details><summary>{summary}</summary>{_speaker_table(rest, most, summary, language)}</details>"
    return f'<section aria-labelledby="spoke"><h2 id="spoke">{title}</h2>{first}{more}</section>'


def _speaker_table(speakers: Iterable[SpeakerShare], most: float, caption: str, language: str) -> str:
    said = words(language)
    locale = said["locale"].replace("-", "_")
    rows = []
    for one in speakers:
        who = attribution(one.speaker, one.role, one.outlet, language)
        mark = f' <span class="badge">{said["inferred"]}</span>' if one.inferred and one.speaker else ""
        width = round(_WIDTH * one.share / most, 1)
        counts = (format_decimal(one.turns, locale=locale), format_decimal(one.words, locale=locale))
        numbers = "".join(
            f'<td class="number">{number}</td>' for number in (*counts, format_percent(one.share, locale=locale))
        )
        rows.append(
            f'<tr><th scope="row">{escape(who)}{mark}</th>{numbers}'
            f'<td class="bar"><svg viewBox="0 0 {_WIDTH} 10" preserveAspectRatio="none" aria-hidden="true" '
            f'focusable="false"><rect width="{width}" height="10"/></svg></td></tr>'
        )
    heads = (said["speaker"], said["turns"], said["words_spoken"], said["share"])
    cells = "".join(
        f'<th scope="col"{" class=number" if place else ""}>{name}</th>' for place, name in enumerate(heads)
    )
    return (
        f'<table class="spoke"><caption class="unseen">{caption}</caption>'
        f'<thead><tr>{cells}<td class="bar"></td></tr></thead><tbody>{"".join(rows)}</tbody></table>'
    )


def _exchanges(card: Card, language: str) -> str:
    said = words(language)
    if not card.questions:
        return f"<section><h2>{said['exchanges']}</h2><p>{said['no_exchanges']}</p></section>"
    groups = [(place, list(group)) for place, group in groupby(card.questions, lambda one: one.exchange)]
    return (
        f'<section aria-labelledby="exchanges"><h2 id="exchanges">{said["exchanges"]}</h2>'
        f'<p id="reading" class="meta" role="status">{counted(language, "reading_questions", len(card.questions))}</p>'
        f"{_course(card, groups, language)}{_sureness(language)}"
        f'<ol class="exchanges">{"".join(_exchange(*group, language) for group in groups)}</ol></section>'
    )


def _course(card: Card, groups: list[tuple[int, list[QuestionOnRecord]]], language: str) -> str:
    """The exchanges in their places among all words, each a link; the list below says the same in words."""
    said = words(language)
    first = {place: group[0].asked for place, group in groups}
    scale = _WIDTH / (card.course.words or 1)
    bars = []
    for one in card.course.stretches:
        asked = first[one.exchange]
        label = escape(f"{one.exchange + 1}. {attribution(asked.speaker, asked.role, asked.outlet, language)}")
        x, middle, end = (round(place * scale, 1) for place in (one.start, one.replied, one.end))
        bars.append(
            f'<a href="{_reader(asked)}" data-exchange="{one.exchange}" data-label="{label}" aria-label="{label}">'
            f'<title>{label}</title><rect class="put" x="{x}" y="14" width="{middle - x:.1f}" height="12"/>'
            f'<rect class="said" x="{middle}" y="4" width="{end - middle:.1f}" height="32"/></a>'
        )
    whole = f'<rect class="whole" y="18" width="{_WIDTH}" height="4"/>'
    keys = "".join(
        f'<li class="{name}">{said[f"outcome_{name}"]}</li>'
        for name in ("answered", "left_open", "unclear", "no_reply")
    )
    return (
        f'<figure class="course"><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" preserveAspectRatio="none" role="group" '
        f'aria-labelledby="course-caption">{whole}{"".join(bars)}</svg>'
        f'<figcaption id="course-caption">{said["course_caption"]}</figcaption><ul class="key">{keys}</ul></figure>'
    )


def _exchange(place: int, questions: list[QuestionOnRecord], language: str) -> str:
    asked = questions[0].asked
    who = escape(attribution(asked.speaker, asked.role, asked.outlet, language))
    mark = f' <span class="badge">{words(language)["inferred"]}</span>' if asked.inferred and asked.speaker else ""
    slots = "".join(
        f'{_quoted(one.asked)}{_spoken_at(one.asked, language)}<div class="reply"></div>' for one in questions
    )
    return f'<li id="exchange-{place + 1}"><h3 class="asker">{place + 1}. {who}{mark}</h3>{slots}</li>'


def _quoted(citation: Citation) -> str:
    return (
        f'<blockquote lang="{escape(citation.language)}">'
        f'<a href="{_reader(citation)}">“{escape(citation.quote)}”</a></blockquote>'
    )


def _spoken_at(citation: Citation, language: str) -> str:
    """Where a question stands in print or in the recording, where that is known."""
    places = [printed_place(citation.page, citation.line, language, None if citation.media else citation.seconds)]
    if citation.media:
        called = recording_at(citation.seconds, language)
        places.append(f'<a href="{escape(citation.media)}" {OUTSIDE}>{called}</a>')
    said = " · ".join(place for place in places if place)
    return f'<p class="meta">{said}</p>' if said else ""


def _reader(citation: Citation) -> str:
    """The address of a quote's place in the reader, from the card."""
    where = f"start={citation.start}&amp;end={citation.end}&amp;check={fingerprint(citation.quote)}"
    return f"../{quote(citation.briefing_id, safe='')}?{where}"


def _sureness(language: str) -> str:
    """How far the labels are to be believed; the figures are those of docs/quality.md."""
    said = words(language)
    return f'<details class="help"><summary>{said["how_sure"]}</summary><p>{said["how_sure_more"]}</p></details>'


def open_page(language: str) -> str:
    """The list of questions left open: a form for what is wanted, and room for what the script finds."""
    said = words(language)
    body = (
        f'<header class="plain-head"><h1>{said["left_open"]}</h1><p class="meta">{said["left_open_more"]}</p>'
        f"{_sureness(language)}</header>"
        f'<main><form id="wanted" role="search">{"".join(_fields(language))}</form>'
        '<p id="reading" role="status"></p><p id="count" role="status" class="meta"></p>'
        f'<p id="exports" class="links">{said["save_list"]} {"".join(_exports(language))}</p>'
        '<ol id="questions" class="open-questions"></ol></main>'
    )
    return plain_page(said["left_open"], body, language, script="desk/open", styles=["desk/desk"], base="../")


def _fields(language: str) -> Iterator[str]:
    said = words(language)
    anyone = f'<option value="">{said["any_of_them"]}</option>'
    yield _field("subject", said["subject"], '<input id="{id}" name="subject" type="search" autocomplete="off">')
    yield _field("speaker", said["left_open_by"], f'<select id="{{id}}" name="speaker">{anyone}</select>')
    yield _field("outlet", said["asked_by_outlet"], f'<select id="{{id}}" name="outlet">{anyone}</select>')
    for name in ("since", "until"):
        yield _field(name, said[name], f'<input id="{{id}}" name="{name}" type="date">')
    orders = "".join(
        f'<option value="{name}">{said[key]}</option>'
        for name, key in (
            ("newest", "newest_first"),
            ("oldest", "oldest_first"),
            ("speaker", "by_speaker"),
            ("outlet", "by_outlet"),
        )
    )
    yield _field("order", said["order"], f'<select id="{{id}}" name="order">{orders}</select>')
    yield f'<label class="tick"><input name="unclear" type="checkbox"> {said["with_unclear"]}</label>'
    yield f'<button type="reset">{said["reset"]}</button>'


def _field(name: str, label: str, control: str) -> str:
    return f'<div class="field"><label for="wanted-{name}">{label}</label>{control.format(id=f"wanted-{name}")}</div>'


def _exports(language: str) -> Iterator[str]:
    said = words(language)
    labels = {"csv": "table_csv", "xlsx": "table_xlsx", "markdown": "markdown", "docx": "docx"}
    for name, label in labels.items():
        address = f"../api/open/export?format={name}"
        yield f'<a class="button" data-format="{name}" download href="{address}">{said[label]}</a> '
