"""What a question asks for."""

from __future__ import annotations

from dataclasses import dataclass

from onrecord.rag.languages.phrases import NEVER, Phrase


@dataclass(frozen=True, slots=True)
class QuestionPhrases:
    """What a question asks for, and what states it.

    Kinds of questions, of which the first that is found decides; the group `subject` is what the question is about:

    - `mentions`: every place where something is said ("every time … mentioned the wall").
    - `over_time`: how what is said changed.
    - `left_open`: the questions that nobody answered.
    - `questions_counted`, `questions_listed`: how many questions there are and whose, and all of them; `subject` is who
      asked.
    - `speakers`: who spoke at all.
    - `overview`: what was spoken of, or asked, at all.
    - `all_said`: what the `subject`, somebody on record or in office, said at all.
    - `who_asked`, `what_asked`: questions on record, by their subject or by who asked.

    What is said to the program itself, as a whole: `thanks`, `greeting`, `farewell`, `agreement` ("ok");
    what it can do (`abilities`); how many
    briefings there are, in which languages and of which time (`holdings`), and which (`briefings`).

    What is wanted, of which again the first decides: `number`, `date`, `person`, `reason`, `yes_no`. A sentence states
    a number with a word of `amounts` (beside the numbers of dates), a reason with `giving_reason`.

    `talking` says that somebody's words are wanted. Right before a name, at the end of what is searched, stand
    `attributing` where whoever bears it says what is asked for ("according to"), and `about` where it is talked about,
    unless it is a `stance` that somebody holds ("the position of"). `of_subject` parts whose words are wanted from what
    they are about.

    A briefing is spoken of by a word of `conferences` where it is a transcript and of `reports` where it is a news
    report; those and the words of `general` do not tell one from another.

    `reply_asked` asks, after a question about a question on record, what was replied to that.

    In a list: `page` holds its `number`, and `more` asks for what follows, or for the page of its `number`;
    `before_term` stands before the term whose mentions are wanted ("the word"), `mentioned_by` between it and who
    mentions it, `occasion` behind it; `frame` stands before the subject of a change ("what she says about").
    """

    mentions: Phrase = NEVER
    over_time: Phrase = NEVER
    left_open: Phrase = NEVER
    questions_counted: Phrase = NEVER
    questions_listed: Phrase = NEVER
    speakers: Phrase = NEVER
    overview: Phrase = NEVER
    all_said: Phrase = NEVER
    who_asked: Phrase = NEVER
    what_asked: Phrase = NEVER
    thanks: Phrase = NEVER
    greeting: Phrase = NEVER
    farewell: Phrase = NEVER
    agreement: Phrase = NEVER
    abilities: Phrase = NEVER
    holdings: Phrase = NEVER
    briefings: Phrase = NEVER
    number: Phrase = NEVER
    date: Phrase = NEVER
    person: Phrase = NEVER
    reason: Phrase = NEVER
    yes_no: Phrase = NEVER
    amounts: frozenset[str] = frozenset()
    giving_reason: Phrase = NEVER
    talking: Phrase = NEVER
    attributing: Phrase = NEVER
    about: Phrase = NEVER
    of_subject: Phrase = NEVER
    reply_asked: Phrase = NEVER
    stance: Phrase = NEVER
    conferences: frozenset[str] = frozenset()
    reports: frozenset[str] = frozenset()
    general: frozenset[str] = frozenset()
    page: Phrase = NEVER
    more: Phrase = NEVER
    before_term: Phrase = NEVER
    mentioned_by: Phrase = NEVER
    occasion: Phrase = NEVER
    frame: Phrase = NEVER
