"""What a language model is asked: the statements, numbered, and the form in which it may answer (pure)."""

from __future__ import annotations

import json
from collections.abc import Sequence

from onrecord.rag.language_model.evidence import Evidence
from onrecord.rag.language_model.grounding import NO_ANSWER
from onrecord.rag.language_model.language_model import Message
from onrecord.rag.languages import answer_language

# Sentences of an answer, and of one that sums a briefing up or goes through time, by the number of its statements.
_FEWEST, _MOST = 4, 12
# Words of a sentence at least: fewer name no subject and no verb, and cannot be checked.
_LEAST_WORDS = 4


def messages(question: str, evidence: Sequence[Evidence], language: str) -> list[Message]:
    """The chat that asks for an answer: the rules, then the statements as lines of JSON, then the question.

    Each statement stands under its own number and speaker; the question that it replies to is beside it, and has no
    number. `language` is that of the question; where no prompt is known in it, the answer is in English.
    """
    words = answer_language(language).model
    several = len({one.citation.briefing_id for one in evidence}) > 1
    lines = "\n".join(json.dumps(_line(one, several=several), ensure_ascii=False) for one in evidence)
    return [
        {"role": "system", "content": words.instructions.format(no_answer=NO_ANSWER)},
        {"role": "user", "content": words.request.format(statements=lines, question=question)},
    ]


def _line(one: Evidence, *, several: bool) -> dict[str, str | int]:
    citation = one.citation
    known: dict[str, str | int | None] = {
        "n": one.number,
        "speaker": citation.speaker,
        "role": citation.role,
        "date": citation.date,
        "briefing": citation.title if several else None,
        "replies_to": one.asked,
        "words": citation.quote,
    }
    return {key: value for key, value in known.items() if value}


def most_sentences(evidence: Sequence[Evidence]) -> int:
    """How many sentences a model may write of so many statements."""
    return min(_MOST, max(_FEWEST, len(evidence)))


def grammar(evidence: Sequence[Evidence]) -> str:
    """The form of an answer in GBNF: sentences on lines of their own, each ending in one number that there is.

    One alone: a model that joins statements in a sentence gives the one's subject the other's verb.
    """
    numbers = " | ".join(json.dumps(str(one.number)) for one in evidence)
    return "\n".join(
        (
            f'root ::= "{NO_ANSWER}" | sentence ("\\n" sentence){{0,{most_sentences(evidence) - 1}}}',
            'sentence ::= text " "? cite "."?',
            f'text ::= first (" " word){{{_LEAST_WORDS - 1},}}',
            "first ::= [^\\[\\]\\n .,;:] [^\\[\\]\\n ]*",
            "word ::= [^\\[\\]\\n ]+",
            f'cite ::= "[" ({numbers}) "]"',
        )
    )
