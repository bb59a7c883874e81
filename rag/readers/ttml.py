"""TTML and DFXP subtitles: timed paragraphs of XML, with the agents that speak them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from onrecord.rag.errors import UnreadableFile
from onrecord.rag.readers.cues import source_of_cues, untimed_words
from onrecord.rag.readers.encoding import decode, whole_characters
from onrecord.rag.readers.metadata import found_metadata
from onrecord.rag.readers.voices import Cue
from onrecord.rag.text.clock import clock_seconds
from onrecord.rag.types import SourceText

_DECLARED_ENCODING = re.compile(r"<\?xml[^>]{0,200}\?>")
# An offset time (TTML2, section 12.3.1): a number and its unit.
_OFFSET = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(h|ms|m|s|f|t)")
_FRAMES = re.compile(r"(\d{1,3}:\d{1,2}:\d{1,2}):(\d{1,3})(?:\.\d+)?")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
# A document that says nothing of frames has so many a second (TTML2, section 7.2.4).
_FRAME_RATE = 30.0


@dataclass(frozen=True, slots=True)
class _Rates:
    """How many frames and ticks a second has."""

    frames: float
    ticks: float


def read_ttml(name: str, data: bytes) -> SourceText:
    """Return what is said, in paragraphs or turns, with a timecode at the start of every paragraph.

    Paragraphs of an agent with a name become turns. Raises UnreadableFile for damaged XML, and where no paragraph holds
    words.
    """
    markup = _DECLARED_ENCODING.sub("", decode(name, data), count=1)
    try:
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8"
        )
        root = etree.fromstring(markup.strip().encode("utf-8"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableFile(f"{name}: these subtitles are damaged XML. Get the file again and add that.") from error
    agents = _agents(root)
    rates = _rates(root)
    body = next((element for element in root.iter() if _tag(element) == "body"), root)
    source = source_of_cues(name, list(_cues(body, agents, rates)), shown=True)
    return found_metadata({"language": _attribute(root, "lang"), "title": _title(root)}).applied_to(source)


def _tag(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _attribute(element: etree._Element, wanted: str) -> str | None:
    """An attribute by its name alone: the namespaces of timed text changed with each version."""
    return next((str(value) for key, value in element.attrib.items() if etree.QName(key).localname == wanted), None)


def _title(root: etree._Element) -> str | None:
    head = next((element for element in root if _tag(element) == "head"), None)
    titles = [] if head is None else [element.text for element in head.iter() if _tag(element) == "title"]
    return titles[0] if titles else None


def _agents(root: etree._Element) -> dict[str, str]:
    """The name of each agent by its id."""
    agents = {}
    for element in root.iter():
        if _tag(element) == "agent":
            names = [" ".join(str(child.xpath("string()")).split()) for child in element if _tag(child) == "name"]
            identifier = _attribute(element, "id")
            if identifier and names and names[0]:
                agents[identifier] = whole_characters(names[0])
    return agents


def _rates(root: etree._Element) -> _Rates:
    def number(name: str, default: float) -> float:
        try:
            return float(_attribute(root, name) or default) or default
        except ValueError:
            return default

    frames = number("frameRate", _FRAME_RATE)
    numerator, _, denominator = (_attribute(root, "frameRateMultiplier") or "1 1").replace(":", " ").partition(" ")
    try:
        frames *= float(numerator) / float(denominator or 1)
    except (ValueError, ZeroDivisionError):
        frames = number("frameRate", _FRAME_RATE)
    return _Rates(frames or _FRAME_RATE, number("tickRate", frames if _attribute(root, "frameRate") else 1.0))


def _seconds(value: str | None, rates: _Rates) -> float | None:
    text = (value or "").strip()
    match = _FRAMES.fullmatch(text)
    if match:
        whole = clock_seconds(match.group(1))
        return None if whole is None else round(whole + int(match.group(2)) / rates.frames, 3)
    match = _OFFSET.fullmatch(text)
    if match:
        count, unit = float(match.group(1)), match.group(2)
        if unit == "f":
            return round(count / rates.frames, 3)
        return round(count / rates.ticks if unit == "t" else count * _SECONDS[unit], 3)
    return clock_seconds(text)


def _cues(body: etree._Element, agents: Mapping[str, str], rates: _Rates) -> Iterator[Cue]:
    """Yield the cues of every paragraph in order, and what stands outside all paragraphs as cues without a time."""
    waiting: list[tuple[etree._Element | str, float, str | None]] = [(body, 0.0, None)]
    while waiting:
        element, begin, agent = waiting.pop()
        if isinstance(element, str):
            yield from untimed_words([" ".join(element.split())])
        elif _tag(element) == "p":
            yield from _cue(element, begin, agent, agents, rates)
        elif _tag(element) != "metadata":
            # A container's times are added to those of what it holds (TTML2, section 12.4).
            inner = begin + (_seconds(_attribute(element, "begin"), rates) or 0.0)
            agent = _attribute(element, "agent") or agent
            parts: list[etree._Element | str] = [element.text or ""]
            for child in element:
                parts += [child, child.tail or ""]
            waiting += [(part, inner, agent) for part in reversed(parts)]


def _cue(
    paragraph: etree._Element, begin: float, agent: str | None, agents: Mapping[str, str], rates: _Rates
) -> Iterator[Cue]:
    """Yield what a paragraph shows: one cue, or one for each of its spans with a time or an agent of its own."""
    own = _seconds(_attribute(paragraph, "begin"), rates)
    start = None if own is None and not begin else round(begin + (own or 0.0), 3)
    end = _end(paragraph, begin, start, rates)
    agent = _attribute(paragraph, "agent") or agent
    lines = [paragraph.text or ""]

    def shown(voice: str | None, start: float | None, end: float | None) -> Iterator[Cue]:
        kept = tuple(words for line in lines if (words := whole_characters(" ".join(line.split()))))
        if kept:
            yield Cue(kept, start, end, agents.get(voice or ""))
        lines[:] = [""]

    for child in paragraph:
        tag = _tag(child)
        spoken_by = _attribute(child, "agent")
        timed = _seconds(_attribute(child, "begin"), rates)
        if tag == "span" and (spoken_by or timed is not None):
            yield from shown(agent, start, end)
            since = start if timed is None else round((start or 0.0) + timed, 3)
            _gather(child, lines)
            yield from shown(spoken_by or agent, since, _end(child, start or 0.0, since, rates))
        elif tag == "br":
            lines.append("")
        elif tag not in ("", "metadata", "agent", "desc", "title"):
            _gather(child, lines)
        lines[-1] += child.tail or ""
    yield from shown(agent, start, end)


def _end(element: etree._Element, begin: float, start: float | None, rates: _Rates) -> float | None:
    end = _seconds(_attribute(element, "end"), rates)
    if end is not None:
        return round(begin + end, 3)
    duration = _seconds(_attribute(element, "dur"), rates)
    return None if duration is None or start is None else round(start + duration, 3)


def _gather(element: etree._Element, lines: list[str]) -> None:
    """Add the text of a span, a line for each of its line breaks."""
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, inner in walk:
        if event == "start":
            if _tag(inner) == "br":
                lines.append("")
            lines[-1] += inner.text or ""
        elif inner is not element:
            lines[-1] += inner.tail or ""
