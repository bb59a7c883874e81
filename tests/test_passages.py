"""How turns are cut into passages."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structures import briefing_of, check_passages

from onrecord.rag.passages import MOST_WORDS, passages_of
from onrecord.rag.text.quotes import turn_at
from onrecord.rag.types import Boilerplate, Briefing, Passage, SourceText

SENTENCE = "We have worked on the harbour for many years and we will go on with it. "


def passages(text: str) -> tuple[Briefing, tuple[Passage, ...]]:
    briefing = briefing_of(text)
    found = passages_of(briefing)
    check_passages(briefing, found)
    return briefing, found


@pytest.mark.parametrize("sentences", [12, 13, 14, 20, 41, 100])
def test_long_answers_are_cut_evenly_at_the_ends_of_sentences(sentences: int) -> None:
    _, found = passages("MS. TARN:  " + SENTENCE * sentences + "\nQ    Why?\nMS. TARN:  " + SENTENCE * 12)
    first = [passage for passage in found if passage.turn == 0]
    sizes = [len(passage.text.split()) for passage in first]
    assert all(passage.text.endswith("it.") for passage in first)
    assert max(sizes) <= MOST_WORDS
    assert min(sizes) >= 90


def test_short_turns_never_stand_alone() -> None:
    text = "MS. TARN:  Good morning.\nQ    Is it open?\nMS. TARN:  Yes.\nQ    Since when?\nMS. TARN:  Since Friday."
    _, found = passages(text)
    assert all(len(passage.text.split()) >= 10 for passage in found)


def test_a_short_answer_keeps_its_question() -> None:
    question = "Q    " + SENTENCE * 4 + "Is that right?"
    briefing, found = passages(f"MS. TARN:  {SENTENCE * 9}\n{question}\nMS. TARN:  No.\nQ    {SENTENCE * 5}\n")
    (joined,) = [passage for passage in found if "Is that right?" in passage.text]
    assert joined.text.endswith("MS. TARN:  No.")
    assert (joined.kind, joined.exchange, joined.turn) == ("answer", 0, 1)
    place = briefing.text.index("Is that right?")
    turn = turn_at(briefing, place)
    assert turn is not None
    assert briefing.turns[turn].kind == "question"
    assert turn_at(briefing, briefing.text.index("MS. TARN:  No.")) is None


def test_long_answers_stand_without_the_question_but_know_it() -> None:
    text = f"Q    {SENTENCE * 3}When does the harbour open?\nMS. TARN:  {SENTENCE * 6}\nQ    {SENTENCE * 2}Is it?"
    _, found = passages(text)
    answer = found[1]
    assert answer.text == (SENTENCE * 6).strip()
    assert "When does the harbour open?" in answer.context
    assert "When does the harbour open?" not in found[0].context


def test_context_names_briefing_date_and_speaker() -> None:
    text = "Press briefing by Minister Greta Holm\n2 May 2031\nMINISTER HOLM:  " + SENTENCE * 4 + "\nQ    Why?\n"
    _, found = passages(text)
    assert found[0].context.splitlines() == [
        "Press briefing by Minister Greta Holm",
        "2031-05-02",
        "Greta Holm, Minister",
    ]


def test_no_passage_reaches_over_boilerplate() -> None:
    text = "MS. TARN:  " + SENTENCE * 2 + "\nADVERT 1\n" + SENTENCE * 2 + "\nQ    Why?\nADVERT 2\nMS. TARN:  Because."
    marks = tuple(
        Boilerplate(text.index(f"ADVERT {n}"), text.index(f"ADVERT {n}") + 8, "advertisement") for n in (1, 2)
    )
    briefing = briefing_of(SourceText(text, boilerplate=marks))
    found = passages_of(briefing)
    check_passages(briefing, found)
    assert not any("ADVERT" in passage.text for passage in found)


def test_text_without_sentences_or_blanks_is_cut() -> None:
    for text in ("word " * 5_000, "x" * 50_000, "語" * 20_000):
        _, found = passages(text)
        assert len(found) > 5
        assert all(len(passage.text) <= 6_000 for passage in found)


def test_language_of_each_passage() -> None:
    french = "Nous avons travaillé au port pendant des années et nous allons continuer avec vous tous. "
    _, found = passages(
        "The Chair: " + SENTENCE * 9 + "\nM. Roc: " + french * 9 + "\nThe Chair: Thank you.\nM. Roc: Merci."
    )
    assert [passage.language for passage in found][:2] == ["en", "fr"]


def test_unchanged_words_keep_their_id_in_a_re_issue() -> None:
    first = "MS. TARN:  " + SENTENCE * 9 + "\nQ    " + "Why is that so, and who has decided it for us all? " * 4
    again = "MS. TARN:  " + SENTENCE * 9 + "\nQ    " + "Why is that so, and who has decided it at last? " * 4
    before = passages_of(briefing_of(first, id="b1", lineage="b1"))
    after = passages_of(briefing_of(again, id="b2", lineage="b1"))
    other = passages_of(briefing_of(first, id="b3", lineage="b3"))
    assert before[0].id == after[0].id
    assert before[1].id != after[1].id
    assert not {each.id for each in before} & {each.id for each in other}
    assert after[0].briefing_id == "b2"


def test_the_same_words_twice_have_two_ids() -> None:
    _, found = passages("MS. TARN:  " + SENTENCE * 3 + "\nQ    " + "Why? " * 30 + "\nMS. TARN:  " + SENTENCE * 3)
    assert found[0].text == found[-1].text
    assert found[0].id != found[-1].id


@settings(deadline=None, max_examples=40)
@given(st.text(alphabet=st.sampled_from(" \n\t\u00a0"), max_size=8))
def test_blanks_do_not_change_an_id(blanks: str) -> None:
    text = "We open the harbour on Friday, and there will be music. I thank you all for coming."
    spaced = text.replace(" ", " " + blanks.replace("\n", " "))
    briefing = briefing_of(text)
    (one,) = passages_of(briefing)
    (other,) = passages_of(replace(briefing_of(spaced), lineage=briefing.lineage))
    assert one.id == other.id
