"""What was found for a question, quoted: an answer, and what became of a question on record.

A quote is always `text[start:end]` of its briefing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from onrecord.rag.types.briefings import Kind, Span
from onrecord.rag.types.searches import Hit

Status = Literal["answered", "asked_not_answered", "not_found"]
QuestionOutcome = Literal["answered", "left_open", "unclear", "no_reply"]
"""What became of a question on record; `unclear` is what a reader cannot tell surely enough to say it of a person."""


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
class Citation:
    """A numbered pointer to a quote: `briefing.text[start:end] == quote`.

    `page` is the page on which it begins, counted from 1, and `line` the number printed beside its line, where the
    briefing has them. `heard` says that a machine heard the words in a recording, which `seconds` leads to.
    `media` is the address of the recording, opening at that second, where somebody has told one.
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
    heard: bool = False
    media: str | None = None


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
    sentences dropped because the words they cite do not support them. `outcomes` counts all by what became of them:
    "kept", "reattributed" (to one other statement, which has all that they say), or the check that they failed.
    `complete` is False while more may come. `note` tells the reader why there is nothing, or why it stopped. `text` is
    what the parts say, with `[n]` markers, as soon as it is an answer's.
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
