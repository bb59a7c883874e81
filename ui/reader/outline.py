"""What a briefing's reader finds its way by: the exchanges as links, and the people who speak (pure)."""

from __future__ import annotations

from html import escape

from onrecord.rag import Briefing, Span, Turn
from onrecord.ui.page.html import attribution
from onrecord.ui.page.text import words

# Of a question, so much stands in the list: two lines of it.
_QUESTION_SHOWN = 90


def outline(briefing: Briefing, language: str) -> str:
    """The side of the page as HTML: a link to each exchange, a tick box for each speaker; maybe empty."""
    said = words(language)
    items = [_item(briefing, place, language) for place in _beginnings(briefing)]
    parts = []
    if items:
        parts.append(
            f'<nav aria-labelledby="exchanges"><h2 id="exchanges">{said["contents"]}</h2>'
            f'<ol lang="{escape(briefing.language)}">{"".join(items)}</ol></nav>'
        )
    people = speakers(briefing)
    if len(people) > 1:
        boxes = "".join(
            f'<li><label><input type="checkbox" name="speaker" value="{escape(name)}"> {escape(name)}</label>'
            f' <span class="turns">{count}</span></li>'
            for name, count in people.items()
        )
        parts.append(
            f'<form id="speakers"><fieldset><legend>{said["who_spoke"]}</legend><ul>{boxes}</ul></fieldset>'
            f'<button type="reset" hidden>{said["all_speakers"]}</button></form>'
        )
    return "".join(parts)


def speakers(briefing: Briefing) -> dict[str, int]:
    """Who speaks, in the order of first speaking, and in how many turns."""
    counts: dict[str, int] = {}
    for turn in briefing.turns:
        if turn.speaker:
            counts[turn.speaker] = counts.get(turn.speaker, 0) + 1
    return counts


def _beginnings(briefing: Briefing) -> list[int]:
    """The positions of the turns that the list leads to: the first of all, and each exchange's first question."""
    asked = [exchange.questions[0] for exchange in briefing.exchanges if exchange.questions]
    return sorted({0, *asked}) if asked else []


def _item(briefing: Briefing, place: int, language: str) -> str:
    turn = briefing.turns[place]
    exchange = next((one for one in briefing.exchanges if one.questions[:1] == (place,)), None)
    who = attribution(turn.speaker, None if exchange else turn.role, turn.outlet, language)
    if exchange is None:
        what = f'<span class="what" lang="{language}">{words(language)["opening"]}</span>'
    else:
        what = f'<span class="what">{escape(_question(briefing, exchange.asked[0] if exchange.asked else turn))}</span>'
    return f'<li><a href="#t{place}"><span class="asker">{escape(who)}</span> {what}</a></li>'


def _question(briefing: Briefing, place: Span | Turn) -> str:
    text = " ".join(briefing.text[place.start : place.end].split())
    return text if len(text) <= _QUESTION_SHOWN else text[:_QUESTION_SHOWN].rsplit(" ", 1)[0] + " …"
