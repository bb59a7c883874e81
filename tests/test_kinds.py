"""Who asks, answers and leads in dialogues of many layouts. All texts and names are invented."""

from __future__ import annotations

import pytest
from structures import structure_of

LONG = "It took us three years to get there, and I am proud of what the crews of the harbour have done for all of you."


def kinds(text: str) -> list[str]:
    return [turn.kind for turn in structure_of(text).turns]


def test_a_host_without_printed_reporters() -> None:
    """Names before every paragraph, as services write them; answers in several turns; a host who calls on people."""
    text = f"""Ansel Torp: Good morning. {LONG}
Ansel Torp: The new pier is open. {LONG}
Ansel Torp: Thank you. Why don't we open it up for questions? Yes, please.
Ida Kern: Ida Kern with the Harbour Gazette. Why did it take so long to build the pier, and who is to blame for it?
Ansel Torp: We had two hard winters. Who could have known? {LONG}
Ansel Torp: And the stone came late. {LONG} Let me ask Dr. Vik about that.
Mara Vik: The stone came from the north. {LONG}
Ansel Torp: Dr. Lund.
Per Lund: I would only add that it was good stone. {LONG}
Ansel Torp: Yes, over there.
Ida Kern: And will the old pier be pulled down before the winter?
Ansel Torp: No, it stays where it is. {LONG}
"""
    assert kinds(text) == [
        *("statement", "statement", "moderation", "question", "answer", "answer", "answer"),
        *("moderation", "answer", "moderation", "question", "answer"),
    ]


def test_a_member_who_is_called_on_asks_whatever_the_form() -> None:
    text = f"""Lena Moe MP: Welcome to the committee. The first questions are from Tom Rask.
Tom Rask MP: Why was the pier built of stone, minister, and not of wood?
Anna Holm: Because wood does not last in salt water. {LONG}
Tom Rask MP: I was told that wood is cheaper by half.
Anna Holm: It is cheaper, and it has to be replaced every ten years. {LONG}
Tom Rask MP: Thank you.
Lena Moe MP: Thank you. Eva Dahl's questions are next.
Eva Dahl MP: I am sure that the minister knows that the town pays for the stone.
Anna Holm: The town pays a third of it. {LONG}
Eva Dahl MP: Will the ministry pay the rest?
Anna Holm: It will. {LONG}
Lena Moe MP: Tom Rask, you had a supplementary.
Tom Rask MP: What does the stone cost?
Anna Holm: Two million crowns. {LONG}
"""
    assert kinds(text)[1:] == [
        *("question", "answer", "question", "answer", "statement", "moderation", "question"),
        *("answer", "question", "answer", "moderation", "question", "answer"),
    ]


@pytest.mark.parametrize("chair", ["The CHAIR", "The SPEAKER", "The PRESIDENT", "The Acting Chair (Mr. Odd Berg)"])
def test_who_presides_moderates(chair: str) -> None:
    text = f"""{chair}: We will now go to Mr. Rask.
Mr. RASK: Mr. Chair, will the minister tell this house what the pier has cost?
Ms. HOLM: Two million crowns. {LONG}
{chair}: Order! I want to remind all members to keep their answers short.
Mr. RASK: And who paid for it, may I ask the minister once more?
Ms. HOLM: The town paid a third of it. {LONG}
{chair}: We will go to Ms. Dahl.
Ms. DAHL: Is the minister aware that the stone is cracked already?
Ms. HOLM: It is not. {LONG}
{chair}: That is all the time we have.
"""
    assert kinds(text) == ["moderation", "question", "answer"] * 3 + ["moderation"]


def test_a_president_among_reporters_answers() -> None:
    text = f"""THE PRESIDENT: Good morning. {LONG}
Q    Sir, what did the pier cost?
THE PRESIDENT: Two million.
Q    Who paid?
THE PRESIDENT: The town.
"""
    assert kinds(text) == ["statement", "question", "answer", "question", "answer"]


def test_naming_a_colleague_leaves_the_question_open() -> None:
    text = f"""MR. TORP: Good morning. {LONG} Let's go to the first question.
Q    What did the pier cost, and who paid for it?
DR. VIK: Two million crowns. {LONG}
MR. TORP: Dr. Lund?
DR. LUND: And the town paid a third of it. {LONG}
MR. TORP: Next question, please.
Q    Will the old one stay?
DR. VIK: It will. {LONG}
"""
    assert kinds(text)[1:] == ["question", "answer", "moderation", "answer", "moderation", "question", "answer"]


def test_what_an_interpreter_renders() -> None:
    text = f"""Operator: Thank you. Next question, please.
Interpreter: Good morning, minister. What did the pier cost, and who paid for it?
Ms. Holm: Two million crowns. {LONG}
Operator: Thank you. Next question, please.
Reporter: Will the old pier stay?
Interpreter: The old pier stays where it is, and it will be painted in the spring.
"""
    assert kinds(text) == ["moderation", "question", "answer", "moderation", "question", "answer"]


def test_nobody_is_an_asker_in_a_debate_where_all_do_both() -> None:
    text = """Anna Holm: The pier is a success. What would you have done?
Tom Rask: I would have built it of wood, as everybody told you.
Anna Holm: That is not true.
Tom Rask: It is true. Who told you otherwise?
Anna Holm: My engineers did, all of them.
Tom Rask: Your engineers are wrong.
Anna Holm: They are never wrong. Do you have engineers?
Tom Rask: I have carpenters.
"""
    assert kinds(text)[1] == "answer"
    assert kinds(text)[5] != "question"


def test_an_exchange_keeps_all_turns_of_one_answer() -> None:
    text = f"""MS. HOLM:  {LONG}
Q    What did it cost?
MS. HOLM:  Two million.
MS. HOLM:  And a half. {LONG}
Q    Who paid?
MS. HOLM:  The town.
"""
    (first, second) = structure_of(text).exchanges
    assert (first.questions, first.answers) == ((1,), (2, 3))
    assert (second.questions, second.answers) == ((4,), (5,))


def test_whoever_answers_second_leads_nothing() -> None:
    """Two hold a press conference: the second to answer speaks before the next question, and gives nobody the floor."""
    text = """PRESIDENT HOLM:  The Chancellor and I agree on the tunnel.
CHANCELLOR WEISS:  (As interpreted.)  The tunnel will be ready in 2031.
PRESIDENT HOLM:  And she said it was impossible!
CHANCELLOR WEISS:  I said it was expensive.
Q    What changed?  And Chancellor, who pays?
PRESIDENT HOLM:  The rock changed.  Chancellor?
CHANCELLOR WEISS:  (As interpreted.)  Lochty pays forty percent.
Q    Will trains be free?
PRESIDENT HOLM:  Nothing is free.
"""
    assert kinds(text) == [
        *("statement", "statement", "statement", "statement"),
        *("question", "answer", "answer", "question", "answer"),
    ]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("The ones on the ground. Yes, Edie?", "answer"),
        ("It will run. The early crossing we move to noon.", "answer"),
        ("Thank you. Next question, please.", "moderation"),
    ],
)
def test_an_answer_that_ends_by_giving_the_floor_is_an_answer(said: str, kind: str) -> None:
    text = f"""Spokesman: Good afternoon. {LONG}
Question: Any comment on the storm?
Spokesman: We regret it.
Question: Will the ferry run in it?
Deputy Spokesman: It will not.
Question: Which boats will?
Spokesman: {said}
Question: Edie Okafor, Coast Daily. What about fuel?
Spokesman: Eleven tankers.
"""
    assert kinds(text)[5:] == ["question", kind, "question", "answer"]


def test_who_calls_out_between_two_parts_of_an_answer_answers_nothing() -> None:
    text = """M. le président : La parole est à Mme Claire Duvivier.
Mme Claire Duvivier : Monsieur le ministre, quand direz-vous la vérité aux habitants ?
M. le président : La parole est à M. le ministre de la santé.
M. Hervé Lancelin, ministre de la santé : L’hôpital ne ferme pas ; il déménage au printemps.
M. Paul Duvivier : Très bien !
M. Hervé Lancelin, ministre : Et les trente lits seront ouverts en septembre.
M. le président : La séance est levée.
"""
    assert kinds(text) == ["moderation", "question", "moderation", "answer", "statement", "answer", "moderation"]


def test_numbered_answers_are_those_of_whom_the_head_names() -> None:
    text = """MINISTRY OF FISHERIES OF STANE
Written answers to the press, 4 June 2025
Answered by Minister Helga Tarn

Q1. Will the herring quota be cut this year?
A1. Yes. The herring quota falls by 12 per cent.

Q2. Who pays for the scrapping of boats?
A2. The fund pays 60 per cent.
"""
    turns = structure_of(text).turns
    assert [turn.kind for turn in turns] == ["question", "answer", "question", "answer"]
    assert [(turn.speaker, turn.role, turn.inferred) for turn in turns if turn.kind == "answer"] == [
        ("Helga Tarn", "Minister", True)
    ] * 2
    # Where nobody is named, a number is nobody's name, nor is a body in capitals a person's.
    assert {turn.speaker for turn in structure_of(text.replace("Answered by Minister Helga Tarn\n", "")).turns} == {
        None
    }
