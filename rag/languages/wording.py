"""How an answer is worded around its quotes, in English and French (pure).

Nothing here is ever inside quotation marks: a role is translated only outside them, and only where all its words are in
the table; a name is printed as the source has it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MONTHS = {
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    "fr": (
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
}
_LANGUAGE_NAMES = {
    "en": {"en": "English", "fr": "French", "de": "German", "es": "Spanish", "it": "Italian", "nl": "Dutch"},
    "fr": {"en": "anglais", "fr": "français", "de": "allemand", "es": "espagnol", "it": "italien", "nl": "néerlandais"},
}


@dataclass(frozen=True, slots=True)
class Wording:
    """The phrases of one language, as `str.format` templates; `colon` ends what leads to a quote."""

    said: str
    added: str
    answering: str
    reported: str
    report_says: str
    asked: str
    asked_whom: str
    in_question: str
    question_to: str
    replied: str
    unanswered: str
    by: str
    no_reply: str
    also: str
    nobody: str
    a_reporter: str
    in_language: str
    inferred: str
    when: str
    when_month: str
    searched_one: str
    searched_many: str
    nothing: str
    nearest: str
    passage_on: str
    passage_by: str
    passage_in: str
    mentions_one: str
    mentions_many: str
    mentions_by: str
    page: str
    more: str
    over_time: str
    over_time_undated: str
    over_time_once: str
    only_first: str
    only_last: str
    overview: str
    overview_parts: str
    undated: str
    colon: str


ENGLISH = Wording(
    said="{speaker} said{when}",
    added="{speaker} added",
    answering="Answering {asker}, ",
    reported="{speaker} is quoted as saying in {title}",
    report_says="{title} says",
    asked="{asker} asked{whom}{when}",
    asked_whom=" {speaker}",
    in_question="{asker}, in a question{whom}, said{when}",
    question_to=" to {speaker}",
    replied="{speaker} replied",
    unanswered="Asked by {asker}{when}, but not answered{by}",
    by=" by {speaker}",
    no_reply="No reply to it is on record.",
    also="Also",
    nobody="An unnamed speaker",
    a_reporter="a reporter",
    in_language="(in {language})",
    inferred=" (speaker inferred)",
    when=" on {date}",
    when_month=" in {date}",
    searched_one="the 1 briefing searched ({passages} passages)",
    searched_many="the {briefings} briefings searched ({passages} passages)",
    nothing="Nothing in {searched} answers this.",
    nearest="Nearest, not an answer",
    passage_on="the passage on {topic}",
    passage_by="a passage by {speaker}",
    passage_in="a passage in {title}",
    mentions_one="{term}: 1 mention{by} in {searched}.",
    mentions_many="{term}: {count} mentions{by} in {searched}.",
    mentions_by=" by {speaker}",
    page="Shown: {first}–{last} of {count} quotes, in order.",
    more="Ask for page {page} to see more.",
    over_time="From {first} to {last}, in order:",
    over_time_undated="The briefings that speak of it have no date, so no order in time is claimed:",
    over_time_once="Only one date speaks of it, so no change can be shown:",
    only_first="Words only in the first: {words}.",
    only_last="Words only in the last: {words}.",
    overview="{title}{when}: {count} exchanges.",
    overview_parts="{title}{when}: {count} parts.",
    undated="undated",
    colon=": ",
)

# A no-break space stands before a French colon.
FRENCH = Wording(
    said="{speaker} a dit{when}",
    added="{speaker} a ajouté",
    answering="En réponse à {asker}, ",
    reported="Propos rapportés de {speaker} dans {title}",
    report_says="On lit dans {title}",
    asked="{asker} a demandé{whom}{when}",
    asked_whom=" à {speaker}",
    in_question="{asker}, dans une question{whom}, a dit{when}",
    question_to=" à {speaker}",
    replied="{speaker} a répondu",
    unanswered="Demandé par {asker}{when}, mais resté sans réponse{by}",
    by=" de {speaker}",
    no_reply="Aucune réponse n'y est consignée.",
    also="Également",
    nobody="Une personne non nommée",
    a_reporter="la presse",
    in_language="(en {language})",
    inferred=" (attribution déduite)",
    when=" le {date}",
    when_month=" en {date}",
    searched_one="le seul briefing interrogé ({passages} passages)",
    searched_many="les {briefings} briefings interrogés ({passages} passages)",
    nothing="Rien dans {searched} ne répond à cette question.",
    nearest="Au plus près, sans y répondre",
    passage_on="le passage sur {topic}",
    passage_by="un passage de {speaker}",
    passage_in="un passage dans {title}",
    mentions_one="{term}\u00a0: 1 mention{by} dans {searched}.",
    mentions_many="{term}\u00a0: {count} mentions{by} dans {searched}.",
    mentions_by=" par {speaker}",
    page="Affichées\u00a0: citations {first} à {last} sur {count}, dans l'ordre.",
    more="Demandez la page {page} pour la suite.",
    over_time="Du {first} au {last}, dans l'ordre\u00a0:",
    over_time_undated="Les briefings qui en parlent n'ont pas de date\u00a0; aucun ordre n'est affirmé\u00a0:",
    over_time_once="Une seule date en parle\u00a0; aucun changement ne peut être montré\u00a0:",
    only_first="Mots présents seulement dans la première\u00a0: {words}.",
    only_last="Mots présents seulement dans la dernière\u00a0: {words}.",
    overview="{title}{when}\u00a0: {count} échanges.",
    overview_parts="{title}{when}\u00a0: {count} parties.",
    undated="sans date",
    colon="\u00a0: ",
)


def wording(language: str) -> Wording:
    """The wording of an answer: French for "fr", English for any other language."""
    return FRENCH if language == "fr" else ENGLISH


def plain(text: str) -> str:
    """A name or title as it may stand outside quotes: on one line, its double quotation marks made single."""
    return " ".join(re.sub(r"[“”«»\"„]", "’", re.sub(r"[“«„]\s*", "‘", text)).split())


def date_words(date: str, language: str) -> str:
    """An ISO 8601 date, maybe only a year or a month, in words: "12 September 2022"."""
    parts = date.split("T")[0].split("-")
    if not all(part.isdigit() for part in parts) or not 1 <= len(parts) <= 3:
        return plain(date)
    if len(parts) == 1 or not 1 <= int(parts[1]) <= 12:
        return plain(date)
    month = _MONTHS["fr" if language == "fr" else "en"][int(parts[1]) - 1]
    if len(parts) == 2:
        return f"{month} {parts[0]}"
    day = "1er" if language == "fr" and int(parts[2]) == 1 else str(int(parts[2]))
    return f"{day} {month} {parts[0]}"


def language_name(code: str, language: str) -> str:
    """The name of a language, in the language of the answer; its code where the name is not known."""
    return _LANGUAGE_NAMES["fr" if language == "fr" else "en"].get(code, code)
