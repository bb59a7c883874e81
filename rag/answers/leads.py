"""Who says a quote, to whose question: the words that lead to it, outside its quotation marks (pure)."""

from __future__ import annotations

from collections.abc import Mapping

from onrecord.rag.answers.naming import contracted, named, surname, with_outlet
from onrecord.rag.answers.quoting import turn_position
from onrecord.rag.languages import Language
from onrecord.rag.languages.wording import plain
from onrecord.rag.types import Briefing, Citation, Exchange, Span


class Leads:
    """Words about speakers for one answer. It remembers who spoke last, so as to say "Rutte added"."""

    def __init__(self, language: Language, sources: Mapping[str, Briefing]) -> None:
        self._language = language
        self._sources = sources
        self._words = language.wording
        self._last: tuple[str, str | None, tuple[int, ...] | None] | None = None

    def lead(self, citation: Citation) -> str:
        """What stands before a quote: "Answering X (Y), NATO Secretary General Z said: "."""
        briefing = self._sources[citation.briefing_id]
        position = turn_position(briefing, Span(citation.start, citation.end))
        exchange = exchange_at(briefing, position)
        this = (citation.briefing_id, citation.speaker, exchange.answers[:1] if exchange else None)
        again = self._last == this and citation.speaker is not None
        self._last = this
        if citation.kind == "reported":
            return self._reported(citation)
        if citation.kind == "report":
            return self.sentence(self._words.report_says.format(title=self.title(briefing)))
        if again and citation.speaker:
            return self.sentence(self._words.added.format(speaker=surname(citation.speaker)))
        when = self._words.when(citation.date)
        if citation.kind == "question":
            asker = with_outlet(citation.speaker, citation.outlet) or self._words.a_reporter
            to = self.answerer(briefing, exchange)
            whom = self._words.asking_whom.format(speaker=to) if to else ""
            return self.sentence(self._words.said_asking.format(asker=asker, whom=whom, when=when))
        answering = exchange is not None and position in exchange.answers and citation.kind == "answer"
        template = self._words.said_answering if answering else self._words.said
        asker = self.asker(briefing, exchange)
        return self.sentence(template.format(speaker=self.speaker(citation), asker=asker, when=when))

    def _reported(self, citation: Citation) -> str:
        briefing = self._sources[citation.briefing_id]
        who = named(citation.speaker, citation.role, self._language, briefing.text)
        title = self.title(briefing)
        if not who:
            return self.sentence(self._words.report_says.format(title=title))
        return self.sentence(self._words.reported.format(speaker=who, title=title))

    def sentence(self, words: str) -> str:
        """Words that lead to a quote as they are printed: a capital first, articles contracted, a colon last."""
        words = contracted(words, self._language.offices)
        return words[:1].upper() + words[1:] + self._words.colon

    def speaker(self, citation: Citation) -> str:
        """The speaker of a quote, with the role, as the subject of a sentence."""
        who = named(citation.speaker, citation.role, self._language, self._sources[citation.briefing_id].text)
        return (who or self._words.nobody) + (self._words.inferred if citation.inferred and who else "")

    def asker(self, briefing: Briefing, exchange: Exchange | None) -> str:
        """Who asked in an exchange, with the outlet; a reporter where the source does not say."""
        for position in exchange.questions if exchange else ():
            turn = briefing.turns[position]
            if who := with_outlet(turn.speaker, turn.outlet):
                return who
        return self._words.a_reporter

    def answerer(self, briefing: Briefing, exchange: Exchange | None) -> str | None:
        """Who answered in an exchange: the name alone, or the role where there is no name."""
        for position in exchange.answers if exchange else ():
            turn = briefing.turns[position]
            if turn.speaker or turn.role:
                return named(turn.speaker or turn.role, None, self._language, briefing.text)
        return None

    def title(self, briefing: Briefing) -> str:
        """The briefing's title, or the name of its file."""
        return plain(briefing.title or briefing.file)


def exchange_at(briefing: Briefing, turn: int | None) -> Exchange | None:
    """The exchange that a turn belongs to; None where it stands outside any."""
    if turn is None:
        return None
    return next((e for e in briefing.exchanges if turn in e.questions or turn in e.answers), None)
