"""Does a reply answer its question? A few words tell: refusals, deferrals, "I don't know" (pure)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from onrecord.rag.languages import Language
from onrecord.rag.languages.replies import ReplyPhrases

ReplyLabel = Literal["clear", "ambivalent", "non_reply"]
REPLY_LABELS: tuple[ReplyLabel, ...] = get_args(ReplyLabel)

_DASHES = re.compile(r"\s*(?:—|–|--)\s*")
# "I'm not going to — I'm not going to —": what is taken back or said twice hides the cue.
_STUTTER = re.compile(r"(?<![\w'’])([\w'’]+(?: [\w'’]+){0,6}?)(?: \1(?![\w'’]))+", re.IGNORECASE)
_BACK = re.compile(r"\?[\s”»\"]*$")
_OPENING = 2


def leaves_open(sentence: str, phrases: ReplyPhrases) -> bool:
    """Whether a sentence of a reply refuses, puts off, or has nothing to say, in the language of the phrases."""
    flat = _DASHES.sub(" ", " ".join(sentence.split()))
    if phrases.leaves_open.search(flat):
        return True
    once = _STUTTER.sub(r"\1", flat)
    return once != flat and phrases.leaves_open.search(once) is not None


# A linear model of three classes over six features, fitted by `benchmarks/evasion.py --fit` on the 164 replies of
# presidents in the CLARITY/QEvasion development pairs: six-fold cross-validated macro-F1 0.62 (majority 0.26).
# Each row: the intercept, then one weight for each feature in the order of `reply_features`.
_WEIGHTS: Mapping[ReplyLabel, tuple[float, ...]] = {
    "clear": (0.378, -0.061, -0.711, -6.039, 0.671, -1.213, 2.211),
    "ambivalent": (-0.324, 0.289, -0.490, -8.439, 0.132, -0.963, -0.530),
    "non_reply": (-0.054, -0.228, 1.200, 14.478, -0.803, 2.177, -1.682),
}


def reply_features(question: str, reply: Sequence[str], spoken: Language) -> tuple[float, ...]:
    """What the words of a reply show.

    Args:
        question: what was asked.
        reply: the sentences of the reply, in order.
        spoken: the language of both.

    Returns:
        log(1 + words); whether one of the first two sentences leaves the question open; the share of sentences that do;
        whether the reply begins with yes, no or the like; whether its first sentence asks back; the share of the
        question's telling words that the reply holds.
    """
    flags = [leaves_open(sentence, spoken.replies) for sentence in reply]
    text = " ".join(reply)
    asked = set(spoken.query_terms(question))
    return (
        math.log(1 + len(text.split())),
        float(any(flags[:_OPENING])),
        sum(flags) / len(flags) if flags else 0.0,
        float(bool(spoken.replies.says_yes_or_no.match(text))),
        float(bool(reply and _BACK.search(reply[0]))),
        len(asked & set(spoken.query_terms(text))) / len(asked) if asked else 0.0,
    )


def judge_reply(question: str, reply: Sequence[str], spoken: Language) -> ReplyLabel:
    """Judge whether a reply (its sentences, in order) answers a question: clear, ambivalent, or no reply at all."""
    features = reply_features(question, reply, spoken)

    def likely(label: ReplyLabel) -> float:
        intercept, *weights = _WEIGHTS[label]
        return intercept + sum(weight * feature for weight, feature in zip(weights, features, strict=True))

    return max(REPLY_LABELS, key=likely)
