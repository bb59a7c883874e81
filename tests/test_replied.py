"""What is taken for a reply to a question on record. All names and statements are invented."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from answering import briefing_of

from onrecord.rag.answers.replied import reply_to
from onrecord.rag.passages import passages_of
from onrecord.rag.reading.composing import composed
from onrecord.rag.reading.reader import Reading, ReadSentence
from onrecord.rag.types import Briefing, Passage

RESPECT = "I have the highest respect for the people of Sandholm."
DREDGED = "We will dredge the harbour of Sandholm in May and rebuild the pier."


def replied(reply: str) -> Briefing:
    return briefing_of(
        script=[
            ("question", "Mia Lund", None, "Radio Nord", "What will you do for the harbour of Sandholm?"),
            ("answer", "Elin Varga", "Harbour Minister", None, reply),
        ]
    )


def opening(briefing: Briefing, *open_weights: float) -> tuple[str, float, str]:
    """The sentence, the share and the outcome where the sentences of a reply leave its question open with weights."""

    def read(_question: str, passages: Sequence[Passage]) -> Reading:
        found = [
            ReadSentence(passage, one.span, briefing.text[one.span.start : one.span.end], one.turn, 0.05, weight)
            for passage in passages
            for one, weight in zip(
                [one for one in composed(passage, briefing).sentences if one.turn == 1], open_weights, strict=True
            )
        ]
        return Reading(tuple(found), 0.0)

    reply = reply_to(read, briefing, passages_of(briefing), briefing.exchanges[0], ["What will you do?"])
    assert reply is not None
    return reply.sentence.text, reply.open_share, reply.outcome


@pytest.mark.parametrize(
    "thanks",
    [
        "Thank you so much for the question.",
        "Thank you, Mia.",
        "Good afternoon.",
    ],
)
def test_thanks_before_a_reply_are_no_part_of_it(thanks: str) -> None:
    text, share, _ = opening(replied(f"{thanks} {RESPECT} {DREDGED}"), 0.9, 0.02, 0.01)
    assert text in (RESPECT, DREDGED)
    assert share < 0.5


def test_thanks_with_a_refusal_are_a_reply() -> None:
    refusal = "Thank you, but I cannot comment on that."
    assert opening(replied(f"{refusal} {RESPECT}"), 0.85, 0.01)[::2] == (refusal, "left_open")
    assert opening(replied("Thank you."), 0.95)[::2] == ("Thank you.", "left_open")


def test_a_reply_of_which_no_sentence_says_so_is_not_said_to_leave_its_question_open() -> None:
    briefing = replied(f"{RESPECT} {DREDGED} It is a fine harbour. Many ships call there.")
    assert opening(briefing, 0.2, 0.2, 0.2, 0.2)[2] == "unclear"
    assert opening(briefing, 0.7, 0.03, 0.03, 0.03)[2] == "left_open"
