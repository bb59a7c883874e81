"""A source document and what is understood of it.

Offsets count characters of `Briefing.text`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["statement", "question", "answer", "moderation", "report", "reported"]
BriefingKind = Literal["transcript", "report", "recording"]
"""A transcript that people made, a report, or what a machine heard in a recording."""


@dataclass(frozen=True, slots=True)
class Span:
    """A slice of a briefing's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Turn:
    """One speaker's uninterrupted words; `start` and `end` leave the label out.

    `label` is printed in the source (None where there is none); `inferred` says that the speaker is our conclusion,
    not the source's statement. `seconds` is the timecode of the first word, where the source has one.
    """

    start: int
    end: int
    label: str | None = None
    speaker: str | None = None
    role: str | None = None
    outlet: str | None = None
    kind: Kind = "statement"
    inferred: bool = False
    country: str | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with what was replied: positions in `Briefing.turns`.

    `asked` holds the single questions inside the question turns; `follows` is the position in `Briefing.exchanges`
    of the exchange that this one follows up.
    """

    questions: tuple[int, ...]
    answers: tuple[int, ...]
    asked: tuple[Span, ...] = ()
    follows: int | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    """Somebody's words quoted inside other text; the speaker is None where no sentence names one."""

    start: int
    end: int
    speaker: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Boilerplate:
    """Text that is kept but neither indexed nor quoted: site chrome, page furniture, prompts."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class DateMention:
    """A relative date in the text ("yesterday") resolved against the briefing's own date (ISO 8601, maybe partial)."""

    start: int
    end: int
    date: str


@dataclass(frozen=True, slots=True)
class SourceText:
    """What a reader makes of one file: its text, and what the format itself says about it.

    `turns` is None unless the format marks turns itself (JSON lines of turns, subtitles with voices).
    `timecodes` are (offset, seconds) in order of offset. `pages` are (offset, page) where the text goes over to another
    page, counted from 1 as a viewer counts them, and `lines` are (offset, number) where a line begins that has a number
    in the margin. `boilerplate` is what the format shows to be no speech (navigation, page furniture); more may be
    found in the words themselves. `notes` are sentences for whoever adds the file: what was left out of the text or
    read otherwise than it stands. `heard` says that a machine made the text of what it heard in a recording.
    """

    text: str
    title: str | None = None
    date: str | None = None
    url: str | None = None
    language: str | None = None
    turns: tuple[Turn, ...] | None = None
    timecodes: tuple[tuple[int, float], ...] = ()
    boilerplate: tuple[Boilerplate, ...] = ()
    pages: tuple[tuple[int, int], ...] = ()
    lines: tuple[tuple[int, int], ...] = ()
    notes: tuple[str, ...] = ()
    heard: bool = False


@dataclass(frozen=True, slots=True)
class Structure:
    """What is understood of a text: who said what to whom, and what is not speech at all.

    `timecodes` are (offset, seconds) in order of offset, of the file's format or printed in the text.
    """

    kind: BriefingKind
    language: str
    title: str | None
    date: str | None
    turns: tuple[Turn, ...]
    exchanges: tuple[Exchange, ...] = ()
    boilerplate: tuple[Boilerplate, ...] = ()
    reported: tuple[Reported, ...] = ()
    dates: tuple[DateMention, ...] = ()
    timecodes: tuple[tuple[int, float], ...] = ()


Corrected = Literal["title", "date", "url", "language", "media", "label", "turn"]
"""What of a briefing can be corrected: what is said of it, where its recording lies, who speaks under a printed label,
and who says one turn."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks: a name, with a role and an outlet where they are known."""

    name: str
    role: str | None = None
    outlet: str | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """What somebody says of a briefing over its file as added; the words are never changed.

    `number` is its own within the briefing, `at` the time (ISO 8601) and `by` who made it, where that is known.
    `value` is the new title, date, address, language or place of the recording (`Briefing.media`), or the speaker's
    name, which is empty where nobody can tell; `before` is what stood there without it. `label` is the printed label
    whose turns are meant, or that of the one turn meant, which begins at `start` and whose words have this SHA-256.
    """

    number: int
    of: Corrected
    value: str
    at: str = ""
    by: str | None = None
    before: str | None = None
    role: str | None = None
    outlet: str | None = None
    label: str | None = None
    start: int | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Briefing:
    """One source document. `file` is its name as added, `source` the path or address it came from.

    `lineage` is the id of the first version of this document; a re-issue has an id of its own and the same lineage.
    `superseded_by` is the id of the version that replaced this one, or None. `sha256` is that of the file as added.
    `timecodes` are (offset, seconds) in order of offset, where the file has them; so are `pages` (offset, page) and
    `lines` (offset, number), as in `SourceText`. `corrections` have been kept to in all of it, in the order made.
    """

    id: str
    title: str
    date: str | None
    language: str
    url: str | None
    file: str
    kind: BriefingKind
    text: str
    turns: tuple[Turn, ...]
    exchanges: tuple[Exchange, ...] = ()
    boilerplate: tuple[Boilerplate, ...] = ()
    reported: tuple[Reported, ...] = ()
    dates: tuple[DateMention, ...] = ()
    sha256: str = ""
    source: str = ""
    lineage: str = ""
    added: str = ""
    superseded_by: str | None = None
    timecodes: tuple[tuple[int, float], ...] = ()
    pages: tuple[tuple[int, int], ...] = ()
    lines: tuple[tuple[int, int], ...] = ()
    corrections: tuple[Correction, ...] = ()

    @property
    def media(self) -> str | None:
        """Where somebody said that its recording lies: an address (http, https), or a whole path on some machine."""
        return next((one.value for one in reversed(self.corrections) if one.of == "media"), None)


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit that is embedded and retrieved: `briefing.text[start:end]`.

    `turn` is the position of its (first) turn and `exchange` of its exchange, where it has one. `context` is what is
    embedded before the text (title, date, speaker, the question answered) and is never quoted.
    """

    id: int
    briefing_id: str
    start: int
    end: int
    text: str
    speaker: str | None
    role: str | None
    kind: Kind
    outlet: str | None = None
    language: str = "en"
    turn: int = 0
    exchange: int | None = None
    seconds: float | None = None
    context: str = ""
