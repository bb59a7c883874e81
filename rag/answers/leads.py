"""Who says a quote, to whose question: the words that lead to it, outside its quotation marks (pure).

Whoever a lead names as the speaker is the speaker of the citation that it leads to.
"""

from __future__ import annotations

from collections.abc import Mapping

from onrecord.rag.answers.naming import contracted, speaker_named, surname, with_outlet
from onrecord.rag.languages import Language
from onrecord.rag.languages.wording import plain
from onrecord.rag.people.names import base_name
from onrecord.rag.people.voices import is_voice
from onrecord.rag.text.quotes import turn_at
from onrecord.rag.types import Briefing, Citation, Exchange, Turn


class Leads:
    """Words about speakers for one answer. It remembers who spoke last, so as to say "Rutte added"."""

    def __init__(self, language: Language, sources: Mapping[str, Briefing]) -> None:
        self._language = language
        self._sources = sources
        self._words = language.wording
        self._last: tuple[str, str | None, bool, tuple[int, ...] | None] | None = None

    def lead(self, citation: Citation) -> str:
        """What stands before a quote: "Answering X (Y), NATO Secretary General Z said: "."""
        briefing = self._sources[citation.briefing_id]
        position = turn_at(briefing, citation.start)
        exchange = exchange_at(briefing, position)
        reported = citation.kind == "reported"
        this = (citation.briefing_id, citation.speaker, reported, exchange.answers[:1] if exchange else None)
        again = self._last == this
        self._last = this
        if reported:
            return self.sentence(self._reported(citation, self._words.when(citation.date)))
        if citation.kind == "report":
            return self.sentence(self._words.report_says.format(title=title_of(briefing)))
        if again and citation.speaker:
            return self.added(citation)
        when = self._words.when(citation.date)
        if citation.kind == "question":
            asker, whom = self.asker(citation), self.whom(self._words.asking_whom, briefing, exchange)
            return self.sentence(self._words.said_asking.format(asker=asker, whom=whom, when=when))
        said, asker = self._words.said, ""
        if exchange and position in exchange.answers and citation.kind == "answer":
            said, asker = self._words.said_answering, self._asked_by(briefing, exchange)
        return self.sentence(said.format(speaker=self.speaker(citation), asker=asker, when=when))

    def added(self, citation: Citation) -> str:
        """What leads to more words of somebody who has just been quoted."""
        who = self.speaker(citation)
        if citation.speaker and not is_voice(base_name(citation.speaker)):
            who = self._marked(surname(citation.speaker), citation)
        return self.sentence(self._words.added.format(speaker=who))

    def asked(self, citation: Citation) -> str:
        """What leads to a question: "Otto Brandt (Kustblatt) asked Elin Varga on 2 April 2031: "."""
        if citation.kind == "reported":
            return self.lead(citation)
        briefing = self._sources[citation.briefing_id]
        exchange = exchange_at(briefing, turn_at(briefing, citation.start))
        whom = self.whom(self._words.asked_whom, briefing, exchange)
        when = self._words.when(citation.date)
        return self.sentence(self._words.asked.format(asker=self.asker(citation), whom=whom, when=when))

    def replied(self, citation: Citation) -> str:
        """What leads to a reply behind its question; whoever is quoted in it did not reply."""
        if citation.kind == "reported":
            return self.lead(citation)
        return self.sentence(self._words.replied.format(speaker=self.speaker(citation)))

    def unanswered(self, citation: Citation, exchange: Exchange) -> str:
        """What leads to words of a reply that leave its question open."""
        briefing = self._sources[citation.briefing_id]
        who = speaker_named(citation.speaker or citation.role, None, self._language, briefing.text)
        by = self._words.by.format(speaker=self._marked(who, citation)) if who else ""
        asker, when = self._asked_by(briefing, exchange), self._words.when(citation.date)
        return self.sentence(self._words.unanswered.format(asker=asker, when=when, by=by))

    def dated(self, citation: Citation) -> str:
        """What leads to a quote in a list by date: "2 April 2031, Elin Varga: "."""
        date = self._words.date(citation.date) if citation.date else self._words.undated
        return contracted(f"{date}, {self.credit(citation)}", self._language.offices) + self._words.colon

    def listed(self, citation: Citation) -> str:
        """What leads to a quote in a list of one briefing: "Elin Varga: "; nothing for the prose of a report."""
        return "" if citation.kind == "report" else self.sentence(self.credit(citation))

    def credit(self, citation: Citation) -> str:
        """Whose words a quote is, in a few: the speaker with the outlet, the role, or the title of a report."""
        if citation.kind == "reported":
            return self._reported(citation)
        if who := with_outlet(citation.speaker, citation.outlet) or plain(citation.role or ""):
            return self._marked(who, citation)
        if citation.kind == "report":
            return title_of(self._sources[citation.briefing_id])
        return self._words.a_reporter if citation.kind == "question" else self._words.nobody

    def sentence(self, words: str) -> str:
        """Words that lead to a quote as they are printed: a capital first, articles contracted, a colon last."""
        words = contracted(words, self._language.offices)
        return words[:1].upper() + words[1:] + self._words.colon

    def speaker(self, citation: Citation) -> str:
        """The speaker of a quote, with the role, as the subject of a sentence."""
        who = speaker_named(citation.speaker, citation.role, self._language, self._sources[citation.briefing_id].text)
        return self._marked(who, citation) if who else self._words.nobody

    def asker(self, citation: Citation) -> str:
        """Who asks in a quote, with the outlet; a reporter where the source does not say."""
        who = with_outlet(citation.speaker, citation.outlet)
        return self._marked(who, citation) if who else self._words.a_reporter

    def whom(self, template: str, briefing: Briefing, exchange: Exchange | None) -> str:
        """Whom a question is put to: whoever answers first, by name alone; nothing where nobody is known."""
        for turn in _turns(briefing, exchange.answers if exchange else ()):
            if who := speaker_named(turn.speaker or turn.role, None, self._language, briefing.text):
                return template.format(speaker=who)
        return ""

    def _asked_by(self, briefing: Briefing, exchange: Exchange) -> str:
        """Who asked first in an exchange, with the outlet; a reporter where the source does not say."""
        askers = (with_outlet(turn.speaker, turn.outlet) for turn in _turns(briefing, exchange.questions))
        return next(filter(None, askers), self._words.a_reporter)

    def _reported(self, citation: Citation, when: str = "") -> str:
        """Whose words are quoted inside other text, and who quotes them: a speaker of the briefing, or a report."""
        briefing = self._sources[citation.briefing_id]
        position = turn_at(briefing, citation.start)
        turn = None if position is None else briefing.turns[position]
        by = speaker_named(turn.speaker or turn.role, None, self._language, briefing.text) if turn else None
        if by is None:
            return self._words.reported.format(speaker=self.speaker(citation), title=title_of(briefing))
        return self._words.quoted_by.format(speaker=self.speaker(citation), by=by, when=when)

    def _marked(self, who: str, citation: Citation) -> str:
        # A lead to reported words says by whom they are reported, which is all that is known of their speaker.
        return who + self._words.inferred if citation.inferred and citation.kind != "reported" else who


def title_of(briefing: Briefing) -> str:
    """The briefing's title, or the name of its file."""
    return plain(briefing.title or briefing.file)


def exchange_at(briefing: Briefing, turn: int | None) -> Exchange | None:
    """The exchange that a turn belongs to; None where it stands outside any."""
    if turn is None:
        return None
    return next((e for e in briefing.exchanges if turn in e.questions or turn in e.answers), None)


def _turns(briefing: Briefing, positions: tuple[int, ...]) -> list[Turn]:
    return [briefing.turns[position] for position in positions]
