"""A language model's words beside an answer, checked sentence by sentence while they come.

Attribute first, then write: the model is given the sentences that were chosen for the question, and may write of
nothing else. Whatever goes wrong (a dead or slow server, a refusal, nonsense), the answer stands, with a note why.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from onrecord.rag.errors import ModelError
from onrecord.rag.language_model.checking_sentence import Measuring
from onrecord.rag.language_model.evidence import Evidence
from onrecord.rag.language_model.grounding import NO_ANSWER, Grounding
from onrecord.rag.language_model.language_model import LanguageModel
from onrecord.rag.language_model.model_text import settled
from onrecord.rag.language_model.prompt import grammar, messages
from onrecord.rag.languages import answer_language
from onrecord.rag.types import Answer, Briefing, Written

# A sentence that has not come to its numbers by then is a model's that repeats itself.
_LONGEST_SENTENCE = 600


def with_writing(
    answer: Answer,
    evidence: Sequence[Evidence],
    briefings: Mapping[str, Briefing],
    model: LanguageModel,
    support: Measuring,
    *,
    in_time: bool = False,
) -> Iterator[Answer]:
    """Yield an answer with what a model writes beside it as it grows, checked at every step; the last is complete.

    With each piece that completes no sentence the same answer comes again, so that closing the iterator stops the
    model within a token. Nothing is asked of it where there is no evidence.

    Args:
        answer: without a language model; it stays as it is.
        evidence: the statements to write from, numbered from 1.
        briefings: those of the statements, by id.
        model: what writes.
        support: measures how well statements support a sentence.
        in_time: whether it is about a course of time: its sentences are then a list by date.
    """
    if not evidence:
        return
    started = time.perf_counter()
    spoken = answer_language(answer.language)
    words = spoken.model
    question = answer.standalone_question or answer.question
    checked = Grounding(evidence, briefings, answer.language, support, answer.citations, in_time, question)
    raw, ready = "", ""

    def so_far(text: str, *, complete: bool, note: str | None = None) -> Answer:
        grounded = checked.ground(text)
        if complete and not grounded.parts and note is None:
            note = words.nonsense
        outcomes = dict(Counter[str](one.outcome for one in grounded.judged))
        written = Written(model.name, grounded.parts, grounded.left_out, complete, note, outcomes)
        seconds = {**answer.seconds, "model": time.perf_counter() - started}
        return replace(answer, citations=grounded.citations, written=written, seconds=seconds)

    asked = messages(question, evidence, answer.language)
    # From the first moment it is seen that something is written.
    grown = so_far("", complete=False)
    yield grown
    try:
        for piece in model.reply(asked, grammar=grammar(evidence)):
            raw += piece
            if len(whole := settled(raw, spoken)) > len(ready):
                ready = whole
                grown = so_far(ready, complete=False)
            yield grown
            if len(raw) - raw.rfind("]") > _LONGEST_SENTENCE:
                break
    except ModelError as error:
        # What was whole before it broke off was checked as all else is.
        yield so_far(ready, complete=True, note=words.failed.format(reason=error))
        return
    if re.sub(r"\W", "", raw.replace(NO_ANSWER, "")) == "":
        yield so_far("", complete=True, note=words.no_answer)
        return
    yield so_far(raw.replace(NO_ANSWER, ""), complete=True)
