"""Dates: the words under the structure. All texts are invented."""

from __future__ import annotations

import pytest
from structures import structure_of


@pytest.mark.parametrize(
    ("head", "date"),
    [
        ("Press briefing\n2031-05-02", "2031-05-02"),
        ("Press briefing, May 2, 2031\nLysvik", "2031-05-02"),
        ("Press briefing\nFriday, 2 May 2031", "2031-05-02"),
        ("Point de presse\nLe vendredi 2 mai 2031", "2031-05-02"),
        ("Point de presse du 1er mai 2031", "2031-05-01"),
        ("Point de presse\n02/05/2031", "2031-05-02"),
        ("Press briefing\n25/12/2031", "2031-12-25"),
        # Nobody can tell which is the month.
        ("Press briefing\n02/05/2031", None),
        ("Press briefing\n31 February 2031", None),
        ("Press briefing\nIn May", None),
    ],
)
def test_date_of_a_briefing(head: str, date: str | None) -> None:
    french = (
        "Mme Holm : Le port est ouvert et nous en sommes heureux.\nQuestion : Depuis quand ?\nMme Holm : Depuis lundi."
    )
    english = (
        "MS. HOLM:  The harbour is open, and we are glad.\nQ    Since when?\nMS. HOLM:  Since Monday, and for good."
    )
    assert structure_of(f"{head}\n{french if head.startswith('Point') else english}").date == date


def test_a_date_in_the_words_is_not_the_briefings() -> None:
    assert structure_of("MS. HOLM:  It opened on May 2, 2031, as you know.\nQ    Did it?").date is None


@pytest.mark.parametrize(
    ("words", "date"),
    [
        ("yesterday", "2031-05-01"),
        ("the day before yesterday", "2031-04-30"),
        ("tomorrow", "2031-05-03"),
        ("this morning", "2031-05-02"),
        ("last December", "2030-12"),
        ("next June", "2031-06"),
        ("last May", "2030-05"),
        ("last Tuesday", "2031-04-29"),
        ("last Friday", "2031-04-25"),
        ("next Monday", "2031-05-05"),
        ("last week", "2031-W17"),
        ("last month", "2031-04"),
        ("last year", "2030"),
        ("three weeks ago", "2031-W15"),
        ("14 months ago", "2030-03"),
        ("two years ago", "2029"),
        ("hier", "2031-05-01"),
        ("avant-hier", "2031-04-30"),
        ("demain", "2031-05-03"),
        ("aujourd’hui", "2031-05-02"),
        ("il y a trois jours", "2031-04-29"),
        ("la semaine dernière", "2031-W17"),
        ("le mois prochain", "2031-06"),
        ("l’an dernier", "2030"),
        ("en décembre dernier", "2030-12"),
        ("lundi prochain", "2031-05-05"),
    ],
)
def test_relative_dates(words: str, date: str) -> None:
    french = not words.isascii() or words.split()[0] in ("hier", "avant-hier", "demain", "il", "la", "le", "lundi")
    text = f"Nous en avons parlé {words}, et ce fut tout." if french else f"We spoke of it {words}, and that was all."
    (mention,) = structure_of(text, date="2031-05-02").dates
    assert mention.date == date
    assert text[mention.start : mention.end] in words
    assert structure_of(text).dates == ()
    assert structure_of(text, date="2031-05").dates == ()


@pytest.mark.parametrize(
    ("words", "date"),
    [
        ("We all know what happened on January 6th, and who was there.", "2030-01-06"),
        ("The hatred that we saw on 6 January was not ours.", "2030-01-06"),
        ("Nothing has been the same ever since January 6th.", None),
        ("The council will meet on January 6th, as it always does.", "2031-01-06"),
        ("You just said on January 6th that it opens.", "2031-01-06"),
        ("What happened on Monday, January 6th, was expected.", "2031-01-06"),
        ("What happened on December 20th was expected.", "2030-12-20"),
        ("Nous savons tous ce qui s’est passé le 6 janvier, et pourquoi.", "2030-01-06"),
        ("Le conseil se réunira le 6 janvier, et nous y serons tous.", "2031-01-06"),
        ("Wir wissen alle, was am 6. Januar geschah, und warum.", "2030-01-06"),
        ("Der Rat tagt am 6. Januar, und wir werden alle dort sein.", "2031-01-06"),
        ("Todos sabemos lo que pasó el 6 de enero y por qué fue.", "2030-01-06"),
        ("El consejo se reúne el 6 de enero y allí estaremos todos.", "2031-01-06"),
    ],
)
def test_a_day_without_a_year_near_its_anniversary(words: str, date: str | None) -> None:
    assert [mention.date for mention in structure_of(words, date="2031-01-04").dates] == ([date] if date else [])


def test_a_date_before_all_time_is_left_alone() -> None:
    assert structure_of("It was 999 years ago, it was 999 weeks ago.", date="0005-01-01").dates == ()


def test_a_list_of_speakers_is_no_title() -> None:
    text = (
        "Harbour talk\n\nSPEAKERS\nIda Lund, Otto Vik, Speaker 1\n\n"
        "Ida Lund  00:05\nGood morning to all of you.\n\nOtto Vik  00:14\nThe pier opens in May.\n\n"
        "Speaker 1  00:20\nWill it be safe?\n\nOtto Vik  00:25\nIt will be safe.\n"
    )
    assert structure_of(text).title == "Harbour talk"


def test_a_presiding_officer_leads() -> None:
    text = (
        "Mr. LUND. Will the Senator yield for a question?\nMs. VIK. I yield to him.\n"
        "The PRESIDING OFFICER. Without objection, it is so ordered.\nMr. LUND. What does the pier cost?\n"
        "Ms. VIK. It costs nine million crowns.\nThe PRESIDING OFFICER. The time has expired.\n"
    )
    kinds = {turn.kind for turn in structure_of(text).turns if "PRESIDING" in (turn.label or "")}
    assert kinds == {"moderation"}
