"""How people ask, answer and give each other the floor."""

from __future__ import annotations

from dataclasses import dataclass

from onrecord.rag.languages.phrases import NEVER, Phrase


@dataclass(frozen=True, slots=True)
class SpeechPhrases:
    """How people ask, answer and give each other the floor.

    Giving the floor:
        gives_floor: somebody is given the floor, whoever it is ("Next question.", "In the back.").

    Asking:
        asks: words that put a question without a question mark ("I wonder").
        question_opening: how a question opens that is written down with a full stop; matched where a sentence begins.
        follow_up_opening: how a turn opens that goes on asking; matched where it begins.
        follow_up: words that call a question a follow-up.

    Speaking:
        first_person: "I" and its forms. A site says "we" too, so that stands apart.
        first_person_plural: "we" and its forms.
        courtesies: thanks and greetings, which nobody but a speaker says.
        audience: forms of addressing and thanking listeners that open a speech.
        spoken_title: the beginning of a title that says who speaks; ends where the office or name begins.
        title_end: what ends the name of the speaker in a title.
    """

    gives_floor: Phrase = NEVER
    asks: Phrase = NEVER
    question_opening: Phrase = NEVER
    follow_up_opening: Phrase = NEVER
    follow_up: Phrase = NEVER
    first_person: Phrase = NEVER
    first_person_plural: Phrase = NEVER
    courtesies: Phrase = NEVER
    audience: Phrase = NEVER
    spoken_title: Phrase = NEVER
    title_end: Phrase = NEVER
