"""A language model's words beside an answer, checked sentence by sentence while they come.

Whatever goes wrong (a dead or slow server, a refusal, nonsense), the answer stands, with a note saying why.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from onrecord.rag.errors import ModelError
from onrecord.rag.language_model.grounding import NO_ANSWER, Grounded, Similarity, ground
from onrecord.rag.language_model.language_model import LanguageModel, Message
from onrecord.rag.language_model.model_text import settled
from onrecord.rag.languages import answer_language
from onrecord.rag.types import Answer, Briefing, Part, Passage, Piece, Words, Written


def messages(
    question: str, passages: Sequence[Passage], briefings: Mapping[str, Briefing], language: str
) -> list[Message]:
    """The chat that asks for an answer: the rules, then the passages as lines of JSON, then the question.

    `language` is that of the question; where no prompt is known in it, the answer is in English.
    """
    lines = []
    for number, passage in enumerate(passages, start=1):
        briefing = briefings[passage.briefing_id]
        known = {
            "n": number,
            "speaker": passage.speaker,
            "role": passage.role,
            "outlet": passage.outlet,
            "kind": passage.kind,
            "briefing": briefing.title,
            "date": briefing.date,
            "words": passage.text,
        }
        lines.append(json.dumps({key: value for key, value in known.items() if value}, ensure_ascii=False))
    words = answer_language(language).model
    rules = words.instructions.format(no_answer=NO_ANSWER)
    asked = words.request.format(passages="\n".join(lines), question=question)
    return [{"role": "system", "content": rules}, {"role": "user", "content": asked}]


def with_writing(
    default: Answer,
    passages: Sequence[Passage],
    briefings: Mapping[str, Briefing],
    model: LanguageModel,
    *,
    similarity: Similarity | None = None,
) -> Iterator[Answer]:
    """Yield the answer with what a model writes beside it as it grows, checked at every step; the last is complete."""
    started = time.perf_counter()
    spoken = answer_language(default.language)
    words = spoken.model
    question, raw, shown = default.standalone_question or default.question, "", ""

    def checked(text: str) -> Grounded:
        return ground(text, passages, briefings, question=question, language=default.language, similarity=similarity)

    def answer(grounded: Grounded, *, complete: bool) -> Answer:
        behind = len(default.citations)
        return replace(
            default,
            citations=(
                *default.citations,
                *(replace(one, number=one.number + behind) for one in grounded.citations),
            ),
            written=Written(
                model.name,
                tuple(_behind(part, behind) for part in grounded.parts),
                grounded.unsupported,
                complete,
            ),
            seconds={**default.seconds, "model": time.perf_counter() - started},
        )

    def none(note: str) -> Answer:
        seconds = {**default.seconds, "model": time.perf_counter() - started}
        return replace(default, written=Written(model.name, note=note), seconds=seconds)

    if not passages or default.status != "answered":
        yield default
        return
    # The quotes are whole; whoever shows them need not wait for the first words of a slow model.
    yield replace(default, written=Written(model.name, complete=False))
    try:
        for piece in model.reply(messages(question, passages, briefings, default.language)):
            raw += piece
            ready = settled(raw, spoken)
            if len(ready) > len(shown) and NO_ANSWER not in raw:
                shown = ready
                grounded = checked(ready)
                if grounded.citations:
                    yield answer(grounded, complete=False)
    except ModelError as error:
        yield none(words.failed.format(reason=error))
        return
    if NO_ANSWER in raw or re.sub(r"\W", "", raw).upper() in ("NOTFOUND", ""):
        yield none(words.no_answer)
        return
    grounded = checked(raw)
    yield answer(grounded, complete=True) if grounded.citations else none(words.nonsense)


def _behind(part: Part, numbers: int) -> Part:
    """A part whose citations come behind so many others."""

    def moved(piece: Piece) -> Piece:
        if isinstance(piece, Words):
            return piece
        return replace(piece, citations=tuple(number + numbers for number in piece.citations))

    return replace(part, pieces=tuple(map(moved, part.pieces)))
