"""What sites and pages say, not speakers."""

from __future__ import annotations

from dataclasses import dataclass, field

from onrecord.rag.languages.phrases import NEVER, Phrase


@dataclass(frozen=True, slots=True)
class SiteCues:
    """What sites say to their visitors, a phrase for each kind of thing: a line is judged by the kinds it shows."""

    cookies: Phrase = NEVER
    consent: Phrase = NEVER
    newsletter: Phrase = NEVER
    subscribing: Phrase = NEVER
    password: Phrase = NEVER
    account: Phrase = NEVER
    clicking: Phrase = NEVER
    email: Phrase = NEVER
    legal: Phrase = NEVER
    sharing: Phrase = NEVER
    getting_around: Phrase = NEVER
    reading_on: Phrase = NEVER
    this_site: Phrase = NEVER
    downloading: Phrase = NEVER
    advertisement: Phrase = NEVER
    press_contacts: Phrase = NEVER


@dataclass(frozen=True, slots=True)
class PagePhrases:
    """What sites and pages say, not speakers.

    Attributes:
        site: what sites say, by kind.
        visitor: how a site addresses its visitor.
        page_number: a whole line that is a page number for sure ("Page 3 of 10").
        page_count: a whole line that is one where it comes back on other pages ("p. 3", "3 of 10").
        end: the words that close a transcript, without marks and time around them.
        fields: names of fields in a page's head, folded ("date" in "Date: 2 May").
        byline: a whole line that says who wrote or when it was published.
        editors_note: a whole line by which editors say what kind of text it is ("As delivered").
        around_date: words that stand beside a date on a line of its own.
    """

    site: SiteCues = field(default_factory=SiteCues)
    visitor: Phrase = NEVER
    page_number: Phrase = NEVER
    page_count: Phrase = NEVER
    end: Phrase = NEVER
    fields: frozenset[str] = frozenset()
    byline: Phrase = NEVER
    editors_note: Phrase = NEVER
    around_date: Phrase = NEVER
