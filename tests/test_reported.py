"""Whose words the quotations in news prose are, and what a speaker quotes. All texts and names are invented."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structures import structure_of

from onrecord.rag.text.quotations import quotations
from onrecord.rag.types import Span

ENGLISH = "The ferry minister, Ivo Brandel, presented the timetable on Monday. The council of Orsk meets in June.\n\n"
FRENCH = "La ministre des Bacs, Odile Varenne, a présenté les horaires lundi. Le conseil d’Orsk se réunit en juin.\n\n"
SPANISH = "La alcaldesa de Orsk, Elena Duarte, presentó los horarios el lunes. El concejo se reúne en junio.\n\n"
BRANDEL = ("Ivo Brandel", "ferry minister")
VARENNE = ("Odile Varenne", "ministre des Bacs")
DUARTE = ("Elena Duarte", "alcaldesa de Orsk")
NOBODY = (None, None)


def said(text: str) -> list[tuple[str | None, str | None]]:
    """Who says each quotation of a report."""
    structure = structure_of(text)
    assert structure.kind == "report"
    return [(words.speaker, words.role) for words in structure.reported]


@pytest.mark.parametrize(
    "sentence",
    [
        "“It sails every hour of the day,” Brandel told reporters.",
        "“It sails every hour of the day,” said Brandel.",
        "“It sails every hour of the day,” said the ferry minister, Ivo Brandel, in Orsk.",
        "“It sails every hour of the day,” the minister said.",
        "“It sails every hour of the day,” he said.",
        "Brandel said: “It sails every hour of the day.”",
        "Brandel later said that it “sails every hour of the day”.",
        "Asked about the fog, he said it “sails every hour of the day”.",
        "Brandel, who took office in May, said: “It sails every hour of the day.”",
        "Brandel, speaking in Orsk, said: “It sails every hour of the day.”",
        "Brandel, a former pilot, of Orsk, said: “It sails every hour of the day.”",
        "Brandel met Rosa Kittel on Monday. “It sails every hour of the day,” he said.",
        "According to Brandel, the ferry “sails every hour of the day”.",
        "The ferry “sails every hour of the day”, according to Brandel.",
        "Brandel left the room and said: “It sails every hour of the day.”",
        "He described it as “a ferry for every hour”.",
        "In Orsk, Brandel was short: “It sails every hour of the day.”",
        "‘It sails every hour of the day,’ Brandel said.",
        "'It sails every hour of the day,' Brandel said.",
        '"It sails every hour of the day," Brandel said.',
        "“It sails ‘every hour’ of the day, and the council’s boats too,” Brandel said.",
        "In a statement, Brandel said:\n\nIt sails every hour of the day.",
    ],
)
def test_words_are_those_of_whoever_the_sentence_says_speaks(sentence: str) -> None:
    assert said(ENGLISH + sentence) == [BRANDEL]


@pytest.mark.parametrize(
    "sentence",
    [
        "The opposition called the timetable “a list of good wishes”.",
        "Critics said the timetable was “a list of good wishes”.",
        "The pilots’ union called it “a list of good wishes”.",
        "The timetable is “a list of good wishes”, residents said.",
        "“It is a list of good wishes,” wrote the Orsk Courier in an editorial.",
        "“It is a list of good wishes,” the Orsk Courier wrote.",
        "“It is a list of good wishes,” said one passenger.",
        "“It is a list of good wishes,” said a passenger who had met Brandel.",
        "“It is a list of good wishes,” a passenger told Brandel.",
        "One passenger shouted: “It is a list of good wishes.”",
        "According to the chamber of trade, the timetable is “a list of good wishes”.",
        "The timetable is “a list of good wishes”, according to the chamber of trade.",
        "Brandel was told that the timetable was “a list of good wishes”.",
        "Brandel, called “a man of good wishes” by the union, left.",
        "Critics of Brandel said it was “a list of good wishes”.",
        "Everybody in Orsk laughed at “a list of good wishes”.",
        "A passenger said it was late. “It is a list of good wishes,” he said.",
        "Passengers were less polite. “It is a list of good wishes.”",
        "Kittelsen was less polite. “It is a list of good wishes,” she said. Nobody likes Kittelsen.",
    ],
)
def test_words_with_a_subject_of_their_own_are_never_the_last_persons(sentence: str) -> None:
    assert said(ENGLISH + sentence) == [NOBODY]


@pytest.mark.parametrize(
    ("sentence", "role"),
    [
        ("A spokesman for the pilots said: “We were never asked at all.”", "spokesman for the pilots"),
        ("“We were never asked at all,” said a spokeswoman for the pilots.", "spokeswoman for the pilots"),
        ("Brandel’s lawyer warned that “they were never asked at all”.", "Brandel’s lawyer"),
        ("The mayor of Orsk said that “they were never asked at all”.", "mayor of Orsk"),
    ],
)
def test_an_office_without_a_name_is_a_role(sentence: str, role: str) -> None:
    assert said(ENGLISH + sentence) == [(None, role)]


@pytest.mark.parametrize(
    "sentence",
    [
        "« Le bac part toutes les heures », a déclaré Mme Varenne.",
        "« Le bac part toutes les heures », a-t-elle dit.",
        "« Le bac part toutes les heures », a répondu lundi devant la presse Odile Varenne.",
        "« Le bac part toutes les heures », a dit la ministre.",
        "Mme Varenne a précisé que le bac « part toutes les heures du jour ».",
        "Selon Odile Varenne, le bac « part toutes les heures du jour ».",
        "Pour Odile Varenne, le bac « part toutes les heures du jour ».",
        "Interrogée sur le brouillard, elle a répondu : « Le bac part toutes les heures. »",
        "Elle parle de ce qu’elle a décrit comme « un bac pour toutes les heures ».",
        "Odile Varenne, qui est en poste depuis mai, a dit : « Le bac part toutes les heures. »",
        "Odile Varenne a rencontré Rose Kittel. « Le bac part toutes les heures », a-t-elle dit.",
        "Dans un communiqué, Odile Varenne a déclaré :\n\nLe bac part toutes les heures.",
    ],
)
def test_french_words_are_those_of_whoever_the_sentence_says_speaks(sentence: str) -> None:
    assert said(FRENCH + sentence) == [VARENNE]


@pytest.mark.parametrize(
    "sentence",
    [
        "L’opposition a qualifié les horaires de « liste de vœux pieux ».",
        "Le syndicat des pilotes a dénoncé « une liste de vœux pieux ».",
        "Selon la chambre de commerce, c’est « une liste de vœux pieux ».",
        "« C’est une liste de vœux pieux », a écrit le Courrier d’Orsk.",
        "« C’est une liste de vœux pieux », a lancé un passager.",
        "« C’est une liste de vœux pieux », disent les passagers.",
        "Les détracteurs de Mme Varenne ont parlé d’« une liste de vœux pieux ».",
        "Les passagers étaient moins polis. « C’est une liste de vœux pieux. »",
    ],
)
def test_french_words_with_a_subject_of_their_own_are_nobodys(sentence: str) -> None:
    assert said(FRENCH + sentence) == [NOBODY]


@pytest.mark.parametrize("place", ["ante la prensa", "al Diario", "en el muelle"])
def test_a_subject_that_goes_without_saying_leaves_room_for_a_place(place: str) -> None:
    assert said(f"{SPANISH}«El barco sale a todas horas del día», dijo {place}.") == [DUARTE]


@pytest.mark.parametrize(
    "words",
    [
        f"{SPANISH}«Es una lista de buenos deseos», dijo ayer la oposición.",
        f"{SPANISH}«Es una lista de buenos deseos», dijo antes la oposición.",
        f"{SPANISH}«Es una lista de buenos deseos», dijo en Orsk un pasajero.",
        f"{FRENCH}« C’est une liste de vœux pieux », a dit hier l’opposition.",
        f"{FRENCH}« C’est une liste de vœux pieux », a dit lundi un passager.",
        f"{ENGLISH}“It is a list of good wishes,” said yesterday a passenger.",
        f"{ENGLISH}“It is a list of good wishes,” said in Orsk residents.",
    ],
)
def test_a_subject_behind_a_place_or_a_time_is_somebody_else(words: str) -> None:
    assert said(words) == [NOBODY]


def test_a_quotation_goes_on_over_paragraphs_and_sentences() -> None:
    text = (
        "“It sails every hour of the day,” Brandel said. “Nobody waits for it.\n\n"
        "“And nobody ever pays for it.”\n\n"
        "Residents disagree."
    )
    assert said(ENGLISH + text) == [BRANDEL] * 3


def test_a_mark_that_nothing_closes_quotes_nothing() -> None:
    assert said(ENGLISH + "“It sails every hour of the day, Brandel said.\n\nThe council disagrees.") == []


def test_lines_broken_by_width_are_one_paragraph() -> None:
    text = (
        "“It sails every hour of the day, and whoever waits for it in the fog\nof the night is welcome,” Brandel said."
    )
    assert said(ENGLISH + text) == [BRANDEL]


@pytest.mark.parametrize("aside", ["told us nobody had asked", "told me nobody had asked", "said nobody had asked us"])
def test_a_report_is_no_speech_because_of_one_us(aside: str) -> None:
    text = f"{ENGLISH}“It sails every hour of the day,” Brandel said. Rosa Kittel, a pilot, {aside}."
    assert structure_of(text).kind == "report"


def test_a_statement_that_quotes_somebody_stays_a_statement() -> None:
    text = (
        "I am glad to be here, and I thank the council. We have worked on this for years. As my grandfather said, “the "
        "sea gives and the sea takes”. I believe that, and so do my colleagues."
    )
    assert structure_of(text).kind == "transcript"


SPEECH = """Council of Orsk, 3 May 2031

The CHAIR: The floor is Ms. Kittel's.
Ms. KITTEL: I speak against the timetable. {}
The CHAIR: Thank you. Does Mr. Brandel wish to answer that?
Mr. BRANDEL: I do not, and I thank you for asking.
Ms. KITTEL: Then I have nothing to add to what I said.
"""


@pytest.mark.parametrize(
    ("words", "quoted", "whose"),
    [
        ("When asked on the radio:\nWill it sail?", "Will it sail?", NOBODY),
        ("The governor replied:\nNo, it will not sail.\nThat is that.", "No, it will not sail.", (None, "governor")),
        ("As Governor Ansel Torp said, “it will never sail in a fog like this one”.", None, ("Ansel Torp", "Governor")),
        ("A pilot told me that “it will never sail in a fog like this one”.", None, NOBODY),
    ],
)
def test_what_a_speaker_quotes_is_whose_it_is_quoted_from(
    words: str, quoted: str | None, whose: tuple[str | None, str | None]
) -> None:
    text = SPEECH.format(words)
    structure = structure_of(text)
    (reported,) = structure.reported
    assert (reported.speaker, reported.role) == whose
    assert text[reported.start : reported.end] == (quoted or "it will never sail in a fog like this one")
    assert [turn.label for turn in structure.turns][:2] == ["The CHAIR", "Ms. KITTEL"]


@pytest.mark.parametrize(
    "words",
    [
        "I said: “It will never sail in a fog like this one, and I stand by it.”",
        "My message is simple: “It will never sail in a fog like this one.”",
        "He calls it “a ferry”.",
        "Let me tell you what we decided:\nIt will never sail in a fog.",
    ],
)
def test_a_speakers_own_words_are_quoted_from_nobody(words: str) -> None:
    assert structure_of(SPEECH.format(words)).reported == ()


@pytest.mark.parametrize(
    ("words", "quoted", "whose"),
    [
        ("As Governor Ansel Torp told me: “Not one pier closes.”", "Not one pier closes.", ("Ansel Torp", "Governor")),
        ("“Not one pier closes,” the governor told me.", "Not one pier closes,", (None, "governor")),
        ("Yet Mr. Torp said: “Not one pier closes.”", "Not one pier closes.", ("Mr. Torp", None)),
    ],
)
def test_a_short_sentence_is_whose_it_is_quoted_from(
    words: str, quoted: str, whose: tuple[str | None, str | None]
) -> None:
    text = SPEECH.format(words)
    (reported,) = structure_of(text).reported
    assert (reported.speaker, reported.role) == whose
    assert text[reported.start : reported.end] == quoted


def test_a_quoted_question_asks_nothing() -> None:
    structure = structure_of(SPEECH.format("When asked on the radio:\nWill it ever sail in a fog?"))
    assert structure.turns[1].kind != "question"


@given(st.text(alphabet="a ‘’'“”«»„\"\n.,", max_size=60))
def test_quotations_are_ordered_slices_within_their_paragraph(text: str) -> None:
    paragraphs, place = [], 0
    for line in text.split("\n"):
        if line.strip():
            paragraphs.append(Span(place, place + len(line)))
        place += len(line) + 1
    end = 0
    for quotation in quotations(text, paragraphs):
        assert end <= quotation.start < quotation.inner.start < quotation.inner.end <= quotation.end <= len(text)
        assert any(p.start <= quotation.start and quotation.end <= p.end for p in paragraphs)
        inner = text[quotation.inner.start : quotation.inner.end]
        assert inner == inner.strip()
        assert any(character.isalnum() for character in inner)
        end = quotation.end
