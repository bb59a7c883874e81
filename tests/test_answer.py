"""Answers: exact quotes whatever the texts, and each kind of question over a small invented briefing."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from answering import Script, ask, briefing_of, people_in
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from onrecord.embeddings.reader import Passage as PassageToRead
from onrecord.rag import Library
from onrecord.rag.answers.answer import compose
from onrecord.rag.answers.drafting import Draft
from onrecord.rag.answers.selection import topic_of
from onrecord.rag.passages import passages_of
from onrecord.rag.questions.question import read_question
from onrecord.rag.reading.reader import read_passages
from onrecord.rag.types import Answer, Briefing, Exchange, Hit, Quote, Reported, Span, Turn


def test_a_fact_is_quoted_with_speaker_role_date_and_asker() -> None:
    answer = ask("When will the ferry sail again?")
    assert answer.status == "answered"
    assert answer.text.startswith(
        "Answering Otto Brandt (Kustblatt), Elin Varga (Harbour Minister) said on 2 April 2031: “The ferry will sail"
    )


def test_a_correction_in_the_next_breath_is_quoted_too() -> None:
    assert "The other way around, so May for freight" in ask("When will the ferry sail again?").citations[0].quote


def test_who_asked_names_person_and_outlet_and_quotes_question_and_reply() -> None:
    answer = ask("Who asked about the ferry?")
    assert answer.text.startswith("Otto Brandt (Kustblatt) asked Elin Varga on 2 April 2031: “When will the ferry")
    assert [citation.kind for citation in answer.citations] == ["question", "answer"]


@pytest.mark.parametrize("question", ["Who asked about Sandholm?", "What did Otto Brandt of the Sandholm Daily ask?"])
def test_what_is_quoted_was_asked_and_is_no_greeting(question: str) -> None:
    script: Script = [
        ("question", "Otto Brandt", None, "Kustblatt", "I am from Sandholm Daily. How deep is the new harbour?"),
        ("answer", "Elin Varga", "Harbour Minister", None, "It is nine metres deep at low tide."),
    ]
    answer = ask(question, briefing_of(script=script))
    assert [citation.quote for citation in answer.citations] == [
        "How deep is the new harbour?",
        "It is nine metres deep at low tide.",
    ]


def test_what_an_outlet_asked_is_found_by_its_name() -> None:
    answer = ask("What did the Radio Nord reporter want to know?")
    assert answer.citations[0].speaker == "Mia Lund"


def test_a_reply_that_leaves_the_question_open_is_told_from_an_answer() -> None:
    answer = ask("Did she say which fund will pay for the new lighthouse keeper?")
    assert answer.status == "asked_not_answered"
    assert "I don’t have an answer" in answer.citations[0].quote
    assert answer.text.startswith(
        "Asked by Mia Lund (Radio Nord) on 2 April 2031, but not answered by Elin Varga: “I don"
    )


def test_a_clear_reply_is_no_refusal_whatever_it_leaves_aside() -> None:
    script: Script = [
        ("question", "Otto Brandt", None, "Kustblatt", "What is your view of the war between Ostland and Westland?"),
        (
            "answer",
            "Elin Varga",
            "Harbour Minister",
            None,
            "Yes. We have taken the side of peace, and have said so from the first day. What Ostland spends on the war "
            "with Westland I can’t tell you, but it is a lot. We have asked both to sit down at one table.",
        ),
    ]
    assert (
        ask("What is her view of the war between Ostland and Westland?", briefing_of(script=script)).status
        == "answered"
    )


@pytest.mark.xfail(strict=True, reason="handing on in the words of the question is taken for the answer")
def test_a_colleague_who_is_given_the_floor_answers() -> None:
    script: Script = [
        ("question", "Mia Lund", None, "Radio Nord", "Which fund will pay for the new lighthouse keeper?"),
        (
            "answer",
            "Elin Varga",
            "Harbour Minister",
            None,
            "I don’t have the figures for the lighthouse keeper. I’ll let Mr. Dahl tell you which fund will pay.",
        ),
        ("answer", "Ole Dahl", "Treasurer", None, "The harbour fund will pay for the new lighthouse keeper."),
    ]
    answer = ask("Did they say which fund will pay for the new lighthouse keeper?", briefing_of(script=script))
    assert (answer.status, answer.citations[0].speaker) == ("answered", "Ole Dahl")


def test_what_another_question_left_open_is_not_what_was_asked(sample_library: Library) -> None:
    answer = sample_library.ask("When does the second lot of the vaccine arrive in Ostmere?")
    assert answer.status == "answered"
    assert "the second on the 9th of June" in answer.citations[0].quote


def test_who_asks_answers_nothing() -> None:
    script: Script = [
        ("question", "Otto Brandt", None, "Kustblatt", "When will the ferry to Sandholm sail again, minister?"),
        ("answer", "Elin Varga", "Harbour Minister", None, "The ferry will sail again in June."),
    ]
    answer = ask("When will the ferry to Sandholm sail again?", briefing_of(script=script))
    assert [citation.speaker for citation in answer.citations] == ["Elin Varga"]


def test_words_led_up_to_are_quoted_with_what_leads_up_to_them() -> None:
    script: Script = [
        (
            "statement",
            "Elin Varga",
            "Harbour Minister",
            None,
            "When the lighthouse burnt down, the King of Ostland wrote a letter to Sandholm. And he said, “Build it "
            "higher.” He said much else that day. We did.",
        ),
    ]
    answer = ask(
        "What letter did the King of Ostland write when the lighthouse burnt down?", briefing_of(script=script)
    )
    assert answer.citations[0].quote.endswith("And he said, “Build it higher.”")


def test_every_mention_is_counted_by_code_and_dated_in_order() -> None:
    answer = ask("Every mention of lighthouse", briefing_of("late", "2031-06-01"), briefing_of("early", "2030-01-05"))
    assert answer.text.startswith("Lighthouse: 6 mentions in the 2 briefings searched")
    assert [citation.briefing_id for citation in answer.citations] == ["early"] * 3 + ["late"] * 3


def test_mentions_are_found_whatever_the_occasion_named() -> None:
    answer = ask("Every time Varga brought up the ferry at the press conference in Lysvik")
    assert answer.text == ask("Every time Varga mentioned the ferry").text


def test_a_long_list_is_paged() -> None:
    briefings = [briefing_of(f"b{number}", f"2031-01-{number + 1:02}") for number in range(5)]
    first, second = (
        ask("Every mention of lighthouse", *briefings),
        ask("Every mention of lighthouse page 2", *briefings),
    )
    assert len(first.citations) == 10
    assert "Ask for page 2" in first.text
    assert len(second.citations) == 5
    assert "11–15 of 15" in second.text


def test_mentions_by_a_speaker_are_hers_alone() -> None:
    answer = ask("Every time Varga mentioned the lighthouse")
    assert {citation.speaker for citation in answer.citations} == {"Elin Varga"}


_TWO_BELLS: Script = [
    ("statement", "Ann Bell", "Minister", None, "The sea wall will be built. The sea wall is safe."),
    ("statement", "Iris Bell", "Mayor", None, "Nobody asked us about the sea wall."),
]


def test_mentions_by_two_people_of_one_surname_are_counted_apart() -> None:
    bells = briefing_of(script=_TWO_BELLS)
    hers = ask("Every time Ann Bell mentioned the sea wall", bells)
    assert hers.text.startswith("Sea wall: 2 mentions by Ann Bell in ")
    assert {citation.speaker for citation in hers.citations} == {"Ann Bell"}
    both = ask("Every time Bell mentioned the sea wall", bells)
    assert both.text.startswith("Sea wall: 2 mentions by Ann Bell in ")
    assert "\nSea wall: 1 mention by Iris Bell in " in both.text
    assert "3 mentions" not in both.text
    assert [citation.speaker for citation in both.citations] == ["Ann Bell", "Ann Bell", "Iris Bell"]


def test_over_time_quotes_first_and_last_with_dates() -> None:
    early, late = briefing_of("early", "2030-01-05"), briefing_of("late", "2031-06-01")
    answer = ask("How has Varga's position on the harbour wall changed?", late, early)
    assert answer.text.startswith("From 5 January 2030 to 1 June 2031, in order:")
    assert [citation.briefing_id for citation in answer.citations] == ["early", "late"]


def test_two_people_of_one_name_are_followed_apart() -> None:
    said = {
        ("2031-04-02", "Ann Bell"): "The harbour wall will cost 40 million crowns.",
        ("2031-04-03", "Iris Bell"): "The harbour wall has no permit.",
        ("2031-05-02", "Ann Bell"): "The harbour wall will cost 50 million crowns.",
        ("2031-06-02", "Speaker 1 (Ports, June 2031)"): "The harbour wall is too high.",
        ("2031-07-02", "Speaker 1 (Ports, July 2031)"): "The harbour wall is too low.",
    }
    briefings = [
        briefing_of(date, date, [("statement", speaker, None, None, words)]) for (date, speaker), words in said.items()
    ]
    answer = ask("How has Bell's position on the harbour wall changed?", *briefings)
    assert [citation.speaker for citation in answer.citations] == ["Ann Bell", "Ann Bell", "Iris Bell"]
    assert "Ann Bell: From 2 April 2031 to 2 May 2031, in order:" in answer.text
    assert "Iris Bell: Only one date speaks of it, so no change can be shown:" in answer.text
    answer = ask("How has Speaker 1's position on the harbour wall changed?", *briefings)
    assert len(answer.citations) == 2
    assert answer.text.count("Only one date speaks of it") == 2
    assert "Words only in" not in answer.text
    # Nobody's position changes where two people differ.
    assert "Words only in" not in ask("How has the position on the harbour wall changed?", *briefings).text


def test_an_overview_quotes_each_question_with_its_reply() -> None:
    speakers = [citation.speaker for citation in ask("What was discussed?").citations]
    assert speakers == ["Otto Brandt", "Elin Varga", "Mia Lund", "Elin Varga"]


def test_nothing_found_says_what_was_searched_and_cites_nothing() -> None:
    answer = ask("What did she say about the price of bread?")
    assert answer.status == "not_found"
    assert answer.citations == ()
    assert "1 briefing searched" in answer.text
    assert "“" not in answer.text


@pytest.mark.parametrize(
    ("sentence", "topic"),
    [
        ("Well, I’m sure that I’ll see Sean O’Brien.", "Sean O’Brien"),
        ("And so I’m glad.", None),
        ("It is the Lysvik Fund’s money.", "Lysvik Fund"),
    ],
)
def test_what_a_passage_is_about_is_a_name(sentence: str, topic: str | None) -> None:
    assert topic_of(sentence) == topic


def test_a_french_question_gets_french_words_around_an_english_quote() -> None:
    answer = ask("Combien coûtera le mur du port ?")
    assert answer.language == "fr"
    assert answer.text.startswith("Elin Varga (Harbour Minister) a dit le 2 avril 2031")
    assert "(en anglais)" in answer.text


def test_reported_words_belong_to_the_person_quoted() -> None:
    text = (
        "In the evening the minister left. Otto Brandt wrote that “the wall will never be built by this council” again."
    )
    start = text.index("the wall")
    end = text.index("” again")
    report = Briefing(
        "r",
        "Evening paper",
        None,
        "en",
        None,
        "paper.txt",
        "report",
        text,
        (Turn(0, len(text), kind="report"),),
        reported=(Reported(start, end, "Otto Brandt", None),),
    )
    answer = ask("What did Otto Brandt say about the wall?", replace(report))
    cited = answer.citations[0]
    assert (cited.speaker, cited.kind) in {("Otto Brandt", "reported"), (None, "report")}
    assert answer.text.startswith(("Otto Brandt is quoted", "Evening paper says"))


_ALPHABET = [
    "the",
    "ferry",
    "wall",
    "lighthouse",
    "fund",
    "may",
    "pay",
    "June",
    "“",
    "”",
    "«",
    "»",
    '"',
    "'",
    "…",
    "—",
    "-",
    ".",
    "?",
    "!",
    "40%",
    "I",
    "don't",
    "have",
    "anything",
    "no",
    "sorry",
    "it",
    "“quoted”",
    "é",
    "œ",
    "\xa0",
    "\u202f",
    "\u2028",
    "Varga",
    "Nord\n",
    "Mr.",
    "[1]",
    "said",
    "ferry.",
    "wall?",
]
_WORDS = st.sampled_from(_ALPHABET)
_QUESTIONS = [
    "When will the ferry sail?",
    "Who asked about the ferry?",
    "What did Radio Nord ask?",
    "Did Varga say which fund will pay?",
    "Every mention of ferry",
    "How has Varga's position on the wall changed?",
    "Which questions were asked?",
    "Que dit Varga du ferry ?",
    "Toutes les mentions de wall",
]


class _Chance:
    """A reader that finds answers, refusals and nothing anywhere."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    @property
    def nothing(self) -> float:
        return self._chance.uniform(-4, 4)

    def read(self, question: str, passages: Sequence[PassageToRead]) -> list[NDArray[np.float32]]:
        return [
            np.array([[self._chance.gauss(0, 2) for _ in range(2)] for _ in passage.sentences], np.float32)
            for passage in passages
        ]


@st.composite
def _random_briefing(draw: st.DrawFn) -> Briefing:
    text, turns = "", []
    kinds = draw(st.lists(st.sampled_from(["statement", "question", "answer", "moderation"]), min_size=1, max_size=5))
    for kind in kinds:
        words = " ".join(draw(st.lists(_WORDS, min_size=1, max_size=25))).strip() or "the"
        speaker = draw(st.sampled_from([None, "Elin Varga", "Mia Lund “the ferry”"]))
        text += "\n"
        outlet = "Radio Nord" if kind == "question" else None
        turns.append(Turn(len(text), len(text) + len(words), None, speaker, None, outlet, kind))
        text += words
    date = draw(st.sampled_from([None, "2031-04-02", "2031-05"]))
    return _with_exchanges("b" + str(len(text)), text, turns, date)


def _with_exchanges(identity: str, text: str, turns: list[Turn], date: str | None) -> Briefing:
    kinds = [turn.kind for turn in turns]
    exchanges = tuple(
        Exchange((number,), tuple(n for n in range(number + 1, len(kinds)) if kinds[n] == "answer"))
        for number, kind in enumerate(kinds)
        if kind == "question"
    )
    return Briefing(identity, "A “title”", date, "en", None, "f", "transcript", text, tuple(turns), exchanges)


def _assert_only_slices(answer: Answer, sources: dict[str, Briefing]) -> None:
    """What a reader takes for a quote, from an opening mark to the next closing one, is a slice or slices joined."""
    slices = [citation.quote for citation in answer.citations]
    for citation in answer.citations:
        assert sources[citation.briefing_id].text[citation.start : citation.end] == citation.quote
    joined = [
        " … ".join(slices[first:last]) for first in range(len(slices)) for last in range(first + 1, len(slices) + 1)
    ]
    joined += [" … ".join(pair) for pair in itertools.permutations(slices, 2)]
    pieces = [piece for part in answer.parts for piece in part.pieces]
    for opening, closing in {piece.marks for piece in pieces if isinstance(piece, Quote)} or {("“", "”")}:
        for inside in re.findall(f"{opening}([^{closing}]*){closing}", answer.text):
            assert any(inside in quote for quote in joined), (inside, slices)


@settings(max_examples=60, deadline=None)
@given(st.lists(_random_briefing(), min_size=1, max_size=2, unique_by=lambda b: b.id), st.integers(0, 2**31))
def test_no_answer_holds_a_quote_that_is_no_slice(briefings: list[Briefing], seed: int) -> None:
    _ask_all(briefings, random.Random(seed))


def _ask_all(briefings: list[Briefing], chance: random.Random) -> int:
    sources = {briefing.id: briefing for briefing in briefings}
    passages = [passage for briefing in briefings for passage in passages_of(briefing)]
    for question in _QUESTIONS:
        chosen = chance.sample(passages, min(len(passages), 6))
        read = partial(read_passages, _Chance(chance), sources=sources)
        hits = [Hit(passage, 0.8, rank) for rank, passage in enumerate(chosen, 1)]
        asked = read_question(question, (), people_in(sources))
        answer = compose(Draft(asked, hits, sources, (0, 0), read(question, chosen), read))
        _assert_only_slices(answer, sources)
    return len(_QUESTIONS)


def test_ten_thousand_random_answers_hold_no_quote_that_is_no_slice() -> None:
    chance = random.Random(20260101)
    asked = 0
    while asked < 10_000:
        asked += _ask_all([_shuffled(chance, number) for number in range(chance.randint(1, 2))], chance)


def _shuffled(chance: random.Random, number: int) -> Briefing:
    """A briefing of random words under random speakers."""
    text, turns = "", []
    kinds = [
        chance.choice(["statement", "question", "answer", "answer", "moderation"]) for _ in range(chance.randint(1, 6))
    ]
    for kind in kinds:
        words = " ".join(chance.choice(_ALPHABET) for _ in range(chance.randint(3, 40))).strip() or "the"
        text += "\n"
        outlet = "Radio Nord" if kind == "question" else None
        speaker = chance.choice([None, "Elin Varga", "Mia Lund “the ferry”"])
        turns.append(Turn(len(text), len(text) + len(words), None, speaker, None, outlet, kind))  # type: ignore[arg-type]
        text += words
    return _with_exchanges(f"b{number}", text, turns, chance.choice([None, "2031-04-02", "2031-05"]))


def test_a_plain_reply_answers() -> None:
    script: Script = [
        ("question", "Mia Lund", None, "Radio Nord", "Which fund will pay for the new lighthouse keeper?"),
        ("answer", "Elin Varga", "Harbour Minister", None, "A secret fund will pay for the new lighthouse keeper."),
    ]
    answer = ask("Did she say which fund will pay for the new lighthouse keeper?", briefing_of(script=script))
    assert answer.status == "answered"


def test_spans_of_the_same_slice_share_a_number() -> None:
    answer = ask("Who asked about the ferry?")
    assert len({(c.briefing_id, Span(c.start, c.end)) for c in answer.citations}) == len(answer.citations)
