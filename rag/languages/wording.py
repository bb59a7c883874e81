"""How an answer is worded around its quotes, in one language (pure).

Nothing here is ever inside quotation marks.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.lists import format_list


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of answers: `str.format` templates, each a whole sentence or a part that begins with its own blank.

    `locale` names the language's dates and languages to babel, and `first_day` is how the first of a month is written
    in a date. `colon` ends what leads to a quote, `semicolon` parts names and titles in a list, and `opening` and
    `closing` are the quotation marks around a quote.
    """

    locale: str = ""
    first_day: str = ""
    colon: str = ""
    semicolon: str = "; "
    opening: str = "“"
    closing: str = "”"
    on_day: str = ""
    in_month: str = ""
    in_year: str = ""
    undated: str = ""
    nobody: str = ""
    a_reporter: str = ""
    inferred: str = ""
    in_language: str = ""
    said: str = ""
    said_answering: str = ""
    said_asking: str = ""
    added: str = ""
    reported: str = ""
    quoted_by: str = ""
    report_says: str = ""
    asked: str = ""
    asked_whom: str = ""
    asking_whom: str = ""
    replied: str = ""
    no_reply: str = ""
    unanswered: str = ""
    by: str = ""
    searched_one: str = ""
    searched_many: str = ""
    nothing: str = ""
    nearest: str = ""
    passage_on: str = ""
    passage_by: str = ""
    passage_in: str = ""
    mentions_one: str = ""
    mentions_many: str = ""
    mentions_by: str = ""
    mentions_none: str = ""
    which: str = ""
    mark_answered: str = ""
    mark_open: str = ""
    mark_unclear: str = ""
    left_open: str = ""
    left_open_none: str = ""
    left_open_unclear: str = ""
    questions: str = ""
    questions_by: str = ""
    questions_by_whom: str = ""
    questions_none: str = ""
    speakers: str = ""
    turns_one: str = ""
    turns_many: str = ""
    quoted_one: str = ""
    quoted_many: str = ""
    shown: str = ""
    more: str = ""
    over_time: str = ""
    over_time_undated: str = ""
    over_time_once: str = ""
    only_first: str = ""
    only_last: str = ""
    overview: str = ""
    overview_parts: str = ""
    welcome: str = ""
    greeting: str = ""
    farewell: str = ""
    agreement: str = ""
    abilities: str = ""
    asked_in: str = ""
    holdings_none: str = ""
    holdings_one: str = ""
    holdings_many: str = ""
    holdings_dated: str = ""
    latest: str = ""
    silent: str = ""
    unheld: str = ""
    spoken_by: str = ""
    dates_within: str = ""
    dates_between: str = ""
    dates_since: str = ""
    dates_until: str = ""

    @property
    def marks(self) -> tuple[str, str]:
        """The quotation marks around a quote."""
        return self.opening, self.closing

    def date(self, date: str) -> str:
        """An ISO 8601 date, maybe only a year or a month, in words: "12 September 2022"; another text as it stands."""
        parts = date.split("T")[0].split("-")
        if len(parts) == 1 or not self.locale:
            return date
        try:
            year, month, day = (*map(int, parts), 1)[:3]
            whole = datetime.date(year, month, day)
        except ValueError:
            return date
        if len(parts) == 2:
            return format_skeleton("yMMMM", whole, locale=self.locale)
        said = format_date(whole, "long", locale=self.locale)
        return re.sub(r"\b1\b", self.first_day, said, count=1) if day == 1 else said

    def when(self, date: str | None) -> str:
        """ " on 12 September 2022", " in 2022"; nothing for an unknown date."""
        if not date:
            return ""
        template = (self.in_year, self.in_month, self.on_day)[min(date.count("-"), 2)]
        return template.format(date=self.date(date))

    def language(self, code: str) -> str:
        """ "(in French)"; the code of the language where its name is not known."""
        return self.in_language.format(language=self._name(code))

    def languages(self, codes: Iterable[str]) -> str:
        """ "English, French, German"."""
        return ", ".join(sorted(map(self._name, codes)))

    def any_of(self, names: Iterable[str]) -> str:
        """ "Ann Bell or Iris Bell"."""
        return format_list(list(names), style="or", locale=self.locale)

    def _name(self, code: str) -> str:
        return str(Locale.parse(self.locale).languages.get(code, code))


def plain(text: str) -> str:
    """A name or title as it may stand outside quotes: on one line, its double quotation marks made single."""
    return " ".join(re.sub(r"[“”«»\"„]", "’", re.sub(r"[“«„]\s*", "‘", text)).split())
