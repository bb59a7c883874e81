"""A passage as a reader sees it: its occasion, the question on record, and who says what."""

from __future__ import annotations

from dataclasses import replace

from answering import SCRIPT, Script, briefing_of

from onrecord.rag.passages import passages_of
from onrecord.rag.reading.composing import ComposedPassage, composed
from onrecord.rag.types import Briefing, Passage


def seen(part: str, script: Script = SCRIPT, date: str | None = "2031-04-02") -> tuple[ComposedPassage, Briefing]:
    briefing = briefing_of(date=date, script=script)
    return composed(next(one for one in passages_of(briefing) if part in one.text), briefing), briefing


def test_sentences_are_slices_of_the_briefing_in_order() -> None:
    for passage in passages_of(briefing := briefing_of()):
        one = composed(passage, briefing)
        assert one.sentences
        assert list(one.sentences) == sorted(one.sentences, key=lambda sentence: sentence.span.start)
        for sentence in one.sentences:
            assert one.pieces[sentence.piece] == briefing.text[sentence.span.start : sentence.span.end]
            turn = briefing.turns[sentence.turn]
            assert turn.start <= sentence.span.start < sentence.span.end <= turn.end
            assert passage.start <= sentence.span.start < sentence.span.end <= passage.end


def test_the_title_and_date_come_first() -> None:
    one, _ = seen("40 million")
    assert one.pieces[0] == "Harbour briefing (2031-04-02)"
    undated, _ = seen("40 million", date=None)
    assert undated.pieces[0] == "Harbour briefing"


def test_a_turn_is_headed_by_its_kind_and_speaker() -> None:
    one, _ = seen("40 million")
    assert one.pieces[1:] == (
        "statement, Elin Varga:",
        "Good morning.",
        "The harbour wall will cost 40 million crowns.",
    )
    assert [sentence.piece for sentence in one.sentences] == [2, 3]


def test_who_has_no_name_is_called_by_the_role_or_the_kind() -> None:
    by_role: Script = [("statement", None, "Harbour Minister", None, "The wall will cost 40 million crowns.")]
    assert seen("40 million", by_role)[0].pieces[1] == "statement, Harbour Minister:"
    unknown: Script = [("question", None, None, None, "Will the wall cost more than 40 million crowns, minister?")]
    assert seen("40 million", unknown)[0].pieces[1] == "question, reporter:"
    said: Script = [("statement", None, None, None, "The wall will cost 40 million crowns.")]
    assert seen("40 million", said)[0].pieces[1] == "statement, :"


def part_of(briefing: Briefing, words: str) -> Passage:
    """The passage that holds some words, cut to them: it holds a reply without its question."""
    passage = next(one for one in passages_of(briefing) if words in one.text)
    start = briefing.text.index(words)
    return replace(passage, start=start, end=start + len(words), text=words)


def test_the_question_on_record_is_shown_where_the_passage_does_not_hold_it() -> None:
    briefing = briefing_of()
    one = composed(part_of(briefing, "The lighthouse keeper matters to all of us."), briefing)
    assert one.pieces[1].startswith("asked: ")
    assert "Which fund will pay" in one.pieces[1]
    assert one.pieces[2:] == ("answer, Elin Varga:", "The lighthouse keeper matters to all of us.")
    whole = next(passage for passage in passages_of(briefing) if passage.exchange == 1)
    assert "Which fund" in whole.text
    assert not any(piece.startswith("asked: ") for piece in composed(whole, briefing).pieces)


def test_long_titles_and_questions_are_shortened() -> None:
    asked = " ".join(["Which", *["old"] * 60, "fund will pay for the lighthouse?"])
    script: Script = [
        ("question", "Mia Lund", None, "Radio Nord", asked),
        ("answer", "Elin Varga", "Harbour Minister", None, "The fund for ports. It was agreed in May."),
    ]
    briefing = replace(briefing_of(script=script), title=" ".join(map(str, range(30))))
    one = composed(part_of(briefing, "It was agreed in May."), briefing)
    assert one.pieces[0] == "0 1 2 3 4 5 6 7 8 9 10 11 12 13 (2031-04-02)"
    assert len(one.pieces[1].split()) == 41


def test_a_passage_outside_every_turn_has_no_sentences() -> None:
    briefing = briefing_of()
    passage = replace(passages_of(briefing)[0], start=0, end=1)
    one = composed(passage, replace(briefing, turns=()))
    assert one.sentences == ()
