"""The values that flow through OnRecord: immutable, and free of any behaviour that needs a model or a disk.

Offsets count characters of `Briefing.text`; a quote is always `text[start:end]`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypedDict

Kind = Literal["statement", "question", "answer", "moderation", "report", "reported"]
Method = Literal["words", "sense", "search", "shipped"]
"""What `evaluate_folder` measures: BM25, nearest vectors, the search by both, or that as it ships, read."""
BriefingKind = Literal["transcript", "report"]
Status = Literal["answered", "asked_not_answered", "not_found"]
QuestionOutcome = Literal["answered", "left_open", "unclear", "no_reply"]
"""What became of a question on record; `unclear` is what a reader cannot tell surely enough to say it of a person."""


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
class JudgedQuestion:
    """A single question on record, and what became of it.

    `exchange` is the position in `Briefing.exchanges`; `asked` and `reply` are slices of the text: the question, and
    the sentence of the reply that answers it or leaves it open. `sure` (0.5–1) is how sure the outcome is.
    """

    exchange: int
    asked: Span
    reply: Span | None
    outcome: QuestionOutcome
    sure: float


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
    read otherwise than it stands.
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


Corrected = Literal["title", "date", "url", "language", "label", "turn"]
"""What of a briefing can be corrected: what is said of it, who speaks under a printed label, and who says one turn."""


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
    `value` is the new title, date, address or language, or the speaker's name; `before` is what stood there without it.
    `label` is the printed label whose turns are meant, or that of the one turn meant, which begins at `start` and whose
    words have this SHA-256.
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


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found, with its score (higher is nearer) and its rank from 1."""

    passage: Passage
    score: float
    rank: int


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered pointer to a quote: `briefing.text[start:end] == quote`.

    `page` is the page on which it begins, counted from 1, and `line` the number printed beside its line, where the
    briefing has them.
    """

    number: int
    briefing_id: str
    title: str
    date: str | None
    url: str | None
    file: str
    speaker: str | None
    role: str | None
    kind: Kind
    start: int
    end: int
    quote: str
    outlet: str | None = None
    language: str = "en"
    passage_id: int = 0
    inferred: bool = False
    seconds: float | None = None
    page: int | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class QuestionOnRecord:
    """A single question that was put in a briefing, quoted, and the sentence of the reply that tells what became of it.

    `exchange` is the position in `Briefing.exchanges`; `reply` is None where none is on record. `sure` (0.5–1) is how
    sure the outcome is; both are None before the reply has been read.
    """

    exchange: int
    asked: Citation
    reply: Citation | None = None
    outcome: QuestionOutcome | None = None
    sure: float | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """Words of an answer around its quotes, with the blanks that part them from what stands beside them."""

    text: str
    type: Literal["words"] = "words"


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a briefing: the numbers of the citations that hold them, which are slices of one turn in order.

    `note` names their language where it is not the answer's; `marks` are the quotation marks of the answer's language,
    with the blanks that belong to them.
    """

    citations: tuple[int, ...]
    note: str = ""
    marks: tuple[str, str] = ("“", "”")
    type: Literal["quote"] = "quote"


@dataclass(frozen=True, slots=True)
class Pointer:
    """The numbers of citations that support the words before it, which quote nothing."""

    citations: tuple[int, ...]
    type: Literal["pointer"] = "pointer"


Piece = Words | Quote | Pointer


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph of an answer or, where `item`, one item of a list in it."""

    pieces: tuple[Piece, ...]
    item: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """What a language model wrote from an answer's sentences: those of its own that were found to be supported.

    `model` is the name it is shown under. The parts point at the citations of the answer. `left_out` counts the
    sentences dropped because the words they cite do not support them, and `outcomes` all sentences by what became of them:
    "kept", "reattributed" (to another statement, which alone has all it says), or the check that one failed. `complete`
    is False while more may come. `note` tells the reader why there is nothing, or why it stopped. `text` is what the parts say, with `[n]` markers, as soon
    as it is an answer's.
    """

    model: str
    parts: tuple[Part, ...] = ()
    left_out: int = 0
    complete: bool = True
    note: str | None = None
    outcomes: Mapping[str, int] = field(default_factory=dict)
    text: str = field(init=False, default="")


@dataclass(frozen=True, slots=True)
class Answer:
    """Prose and the quotes in it, the citations they point at, and a status.

    `text` is what the parts say, with `[n]` markers, for whoever shows or reads plain text; nothing takes it apart.
    `confidence` (0–1) is the estimated probability that the library answers the question. `searched` counts the
    briefings and passages that the filters left, `undated` the briefings that limits on dates alone leave out; `since`
    and `until` are the dates that the question itself limits it to. `seconds` holds the time of each stage.

    `written` is what a language model wrote beside it, None where none was asked. Citations that only this points at
    come behind all others.

    Raises ValueError where a part points at a citation that is not there.
    """

    question: str
    standalone_question: str
    status: Status
    confidence: float
    language: str
    parts: tuple[Part, ...]
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    seconds: Mapping[str, float] = field(default_factory=dict)
    searched_briefings: int = 0
    searched_passages: int = 0
    undated: int = 0
    since: str | None = None
    until: str | None = None
    written: Written | None = None
    text: str = field(init=False, default="")

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", plain_text(self.parts, self.citations))
        if self.written is not None:
            object.__setattr__(self.written, "text", plain_text(self.written.parts, self.citations))


def plain_text(parts: Iterable[Part], citations: Iterable[Citation]) -> str:
    """Parts of an answer as text: a line each, items behind a dash, quotes in their marks with `[n]` markers behind."""
    quotes = {citation.number: citation.quote for citation in citations}
    return "\n".join("- " * part.item + "".join(_plain_piece(piece, quotes) for piece in part.pieces) for part in parts)


def quoted_words(quote: Quote, citations: Iterable[Citation]) -> str:
    """The words that a quote shows, in its quotation marks; an ellipsis joins slices of one turn."""
    quotes = {citation.number: citation.quote for citation in citations}
    return _in_marks(quote, quotes)


def _in_marks(quote: Quote, quotes: Mapping[int, str]) -> str:
    return " … ".join(quotes[number] for number in quote.citations).join(quote.marks)


def _plain_piece(piece: Piece, quotes: Mapping[int, str]) -> str:
    if isinstance(piece, Words):
        return piece.text
    if missing := set(piece.citations) - quotes.keys():
        raise ValueError(f"An answer points at {sorted(missing)}, which it does not cite.")
    markers = " ".join(f"[{number}]" for number in dict.fromkeys(piece.citations))
    if isinstance(piece, Pointer):
        return markers
    return " ".join(part for part in (_in_marks(piece, quotes), markers, piece.note) if part)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a search is limited to; None means no limit. Dates are ISO 8601, both ends included.

    Of several texts any one will do; what passes has to pass all filters.
    """

    speaker: str | tuple[str, ...] | None = None
    role: str | tuple[str, ...] | None = None
    outlet: str | tuple[str, ...] | None = None
    since: str | None = None
    until: str | None = None
    language: str | tuple[str, ...] | None = None
    briefing: str | tuple[str, ...] | None = None
    kind: Kind | tuple[Kind, ...] | None = None
    collection: str | tuple[str, ...] | None = None


class FilterOptions(TypedDict, total=False):
    """The same limits as keyword arguments of `Library.search`, `ask` and `stream`."""

    speaker: str | Sequence[str] | None
    role: str | Sequence[str] | None
    outlet: str | Sequence[str] | None
    since: str | None
    until: str | None
    language: str | Sequence[str] | None
    briefing: str | Sequence[str] | None
    kind: Kind | Sequence[Kind] | None
    collection: str | Sequence[str] | None


def each_of(wanted: str | tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The texts of a filter, of which any one will do; None where there is no limit."""
    return (wanted,) if isinstance(wanted, str) else wanted


@dataclass(frozen=True, slots=True)
class Passing:
    """How much passes filters; `undated` counts the briefings that their dates alone leave out, having none."""

    briefings: int
    passages: int
    undated: int
