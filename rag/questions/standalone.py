"""A follow-up question in words that stand alone, for people to read and for the answer to be chosen by (pure).

Only what is plain is rewritten: a name put where "and on Moldova?" leaves the rest unsaid, or where a pronoun has one
name to stand for. Whatever is not plain is left as it was typed, since a wrong name misleads and a pronoun does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from onrecord.rag.languages import LANGUAGES, Language, language
from onrecord.rag.languages.detection import detect_language
from onrecord.rag.languages.followups import FollowUpPhrases
from onrecord.rag.people.names import CAPITAL
from onrecord.rag.people.naming import Roll, people_named
from onrecord.rag.questions.period import dates_said, period_in
from onrecord.rag.text.folding import folded_words
from onrecord.rag.types import Span

ANYBODY = "NN"
"""What stands for a name in phrases."""

Stands = Literal["person", "thing", "either"]
"""What a pronoun may stand for."""

_NAME_WORD = rf"{CAPITAL}[\w’'&.-]*\w|{CAPITAL}"
_ENDS = " ?!."
_WORD = re.compile(r"[^\W\d_]+")
_QUOTED = re.compile(r"[“«„\"][^“”«»„\"]+[”»“\"]")
# What a sentence may open with before its first word.
_OPENING = " ¿¡«“„\"'"
_SENTENCE_ENDS = ".!?…:"
# The rest of a question in which a pronoun stands, and not of a remark before it ("It sounds good. How …").
_ASKS_ON = re.compile(r"[^.!…]*(?:\?|$)")
# Something longer than so many words is no name that was left to be filled in.
_MOST_NEW = 6


@dataclass(frozen=True, slots=True)
class Said:
    """Something asked, and the language it is in; `last` is the last question of it where it holds two."""

    text: str
    language: Language
    last: str | None = None


@dataclass(frozen=True, slots=True)
class _Small:
    """The small words before a name: a preposition that melts into an article, and the article; maybe neither."""

    preposition: str = ""
    article: str = ""


def said(text: str, before: Said | None = None) -> Said:
    """A text with the language it is in: where few words tell, that of what was asked before.

    Words in quotation marks, such as a title, may be in another.
    """
    own = _QUOTED.sub(" ", text)
    telling = own if _WORD.search(own) else text
    return Said(text, language(detect_language(telling, default=before.language.code if before else None)))


@dataclass(frozen=True, slots=True)
class Before:
    """What was said before a question: the question before it, itself completed, and who spoke last in its answer.

    `people` are those on record, of whom a follow-up may name one.
    """

    question: Said
    speaker: str | None = None
    people: Roll = field(default_factory=Roll)


def completed(question: Said, before: Before | None) -> Said:
    """Write a follow-up so that it can be understood alone.

    Args:
        question: as typed.
        before: what was said before it; None where there is nothing.

    Returns:
        the question with what it leaves unsaid filled in; behind the question before it, where it has no word that says
        what it is about ("Why not?"); the question itself where it stands alone, or where what is meant is not plain.
    """
    if before is None or not before.question.text.strip() or not question.text.strip():
        return question
    if question.language.followups.still.search(question.text):
        return before.question
    if filled := _ellipsis_filled(question, before):
        return said(filled, question)
    named = _pronoun_filled(question, before)
    if is_bare(question):
        last = named or question.text
        earlier = before.question.text.rstrip()
        end = "" if earlier[-1] in _SENTENCE_ENDS else "."
        return Said(f"{earlier}{end} {last}", question.language, last)
    return said(named, question) if named else question


def is_bare(question: Said) -> bool:
    """Whether a question has no word that says what it is about ("Why not?", "Who asked that?")."""
    words = question.language
    telling = (word for word in folded_words(question.text) if word not in words.function_words.words)
    return words.code in LANGUAGES and not words.telling_terms(" ".join(telling))


def _ellipsis_filled(question: Said, before: Before) -> str | None:
    """The earlier question with what is new ("And on Moldova?") in the place of its subject, speaker or time."""
    phrases, earlier = question.language.followups, before.question
    match = phrases.ellipsis.match(question.text.strip())
    if not match or question.language is not earlier.language:
        return None
    new, preposition = match["new"].strip(), (match["preposition"] or "").lower()
    # A month may be spelt as a verb is ("in May").
    if timed := _time_filled(question, match, earlier):
        return timed
    if phrases.clause.search(new) or len(new.split()) > _MOST_NEW:
        return None
    small = _small_words(question.language.code).match(new)
    name = new[small.end() :] if small else new
    if not _name(question.language.code).match(name):
        return _subject_filled(preposition, new, earlier)
    names, sayers = _names(earlier), _sayers(earlier)
    topics = [one for one in names if one.group() not in sayers]
    if preposition:
        topics = [one for one in topics if _fits(preposition, earlier.text[: one.start()], earlier.language)]
    elif not topics or (people_named(name, before.people) and not people_named(_listed(topics), before.people)):
        # "And Merkel?" after "What did Rutte say about Ukraine?" puts one speaker in the place of the other.
        topics = [one for one in names if one.group() in sayers] or topics
    if len(topics) != 1:
        return None
    kept, held = _without_small(earlier.text[: topics[0].start()], earlier.language)
    article = _small(small.group() if small else "", phrases).article
    return kept + _joined(_Small(held.preposition, article), name, phrases) + earlier.text[topics[0].end() :]


def _subject_filled(preposition: str, new: str, earlier: Said) -> str | None:
    """The earlier question about something else: "And on the ferries?" after "What did Bell say about the wall?"."""
    words = earlier.language
    same = words.followups.topical if preposition in words.followups.topical else {preposition}
    ends = "|".join(sorted(words.saying.having_said, key=len, reverse=True)) or "(?!)"
    subject = rf"\b(?:{'|'.join(map(re.escape, same))})\s+(?P<subject>[^?.!,;]+?)(?=\s+(?:{ends})\b|[{_ENDS}]*$)"
    found = re.search(subject, earlier.text, re.IGNORECASE) if preposition else None
    if found is None or len(found["subject"].split()) > _MOST_NEW:
        return None
    time = period_in(found["subject"], words)
    kept = f" {found['subject'][time.span.start : time.span.end]}" if time else ""
    return f"{earlier.text[: found.start()]}{preposition} {new}{kept}{earlier.text[found.end() :]}"


def _listed(names: Sequence[re.Match[str]]) -> str:
    return ", ".join(name.group() for name in names)


def _time_filled(question: Said, match: re.Match[str], earlier: Said) -> str | None:
    """The earlier question of the time that a follow-up gives: "And in 2025?", "What about in April?"."""
    words = question.language
    new = question.text.strip()[match.start("preposition") if match["preposition"] else match.start("new") :].rstrip(
        _ENDS
    )
    time, before, dates = period_in(new, words), period_in(earlier.text, words), dates_said(earlier.text, words)
    said_alone = dates_said(new, words)
    if len(said_alone) == 1 and said_alone[0][0] == Span(0, len(new)) and len(dates) == 1:
        return earlier.text[: dates[0][0].start] + new + earlier.text[dates[0][0].end :]
    if time is None or time.span != Span(0, len(new)) or (dates and before is None):
        return None
    if before:
        return earlier.text[: before.span.start] + new + earlier.text[before.span.end :]
    asked = earlier.text.rstrip(_ENDS)
    return f"{asked} {new}{earlier.text[len(asked) :]}"


def _fits(preposition: str, before: str, words: Language) -> bool:
    """Whether a preposition means the same as what stands before a name."""
    bare = _without_small(before, words)[0].rstrip().lower()
    last = bare.rpartition(" ")[2]
    return bare.endswith(preposition) or {last, preposition} <= words.followups.topical


@cache
def _small_words(code: str) -> re.Pattern[str]:
    """Up to two small words before a name, as a pattern; those that end in an apostrophe need no blank."""
    phrases = language(code).followups
    elided = {phrases.elided[word] for word in _prepositions(phrases) if word in phrases.elided}
    known = sorted({*phrases.contracted, *_prepositions(phrases), *phrases.articles, *elided}, key=len, reverse=True)
    one = "|".join(known).replace("'", "['’]") or "(?!)"
    return re.compile(rf"(?:(?<!\w)(?:{one})(?:(?<=['’])\s*|\s+)){{1,2}}", re.IGNORECASE)


def _prepositions(phrases: FollowUpPhrases) -> set[str]:
    return {both.split()[0] for both in phrases.contracted.values()}


def _without_small(before: str, words: Language) -> tuple[str, _Small]:
    """What stands before a name, parted from the small words right before it."""
    found = next((match for match in _small_words(words.code).finditer(before) if match.end() == len(before)), None)
    return (before[: found.start()], _small(found.group(), words.followups)) if found else (before, _Small())


def _small(text: str, phrases: FollowUpPhrases) -> _Small:
    preposition = article = ""
    for word in re.findall(r"\w+'?", text.lower().replace("’", "'")):
        if word in phrases.contracted:
            preposition, article = phrases.contracted[word].split()
        elif word in phrases.articles:
            article = word
        else:
            preposition = next((whole for whole, cut in phrases.elided.items() if cut == word), word)
    return _Small(preposition, article)


def _joined(small: _Small, name: str, phrases: FollowUpPhrases) -> str:
    """A name behind a preposition and an article, contracted: "du Kosovo", "d'Arctic Sentry"."""
    both = f"{small.preposition} {small.article}"
    words = [next((one for one, two in phrases.contracted.items() if two == both), "")] if small.article else []
    if not any(words):
        words = [_elided(small.preposition, small.article or name, phrases), small.article]
    return "".join(word if word.endswith("'") else f"{word} " for word in words if word) + name


def _elided(word: str, following: str, phrases: FollowUpPhrases) -> str:
    vowel = following[:1].lower() in phrases.vowels
    return phrases.elided.get(word, word) if vowel and following else word


def _pronoun_filled(question: Said, before: Before) -> str | None:
    """The question with the one name that its pronoun can stand for."""
    phrases, text, earlier = question.language.followups, question.text, before.question
    found = [match for match in _WORD.finditer(text) if match.group().lower() in phrases.persons | phrases.things]
    pronouns = {match.group().lower() for match in found}
    kinds = {_stands_for(pronoun, phrases) for pronoun in pronouns}
    if len(kinds) != 1 or (kinds == {"either"} and len(pronouns) > 1) or phrases.dummy.search(text):
        return None
    kind, first = kinds.pop(), found[0]
    if not _ASKS_ON.match(text, first.end()):
        return None
    if kind != "person" and _capitals(Said(text[: first.start()], question.language)):
        return None
    says = bool(phrases.speaks.search(text))
    if before.speaker and kind != "thing" and not _sayers(earlier) and (says or not _names(earlier)):
        # Whoever answered is meant where the question names nobody.
        return None if before.speaker in text else _put(before.speaker, text, phrases)
    meant = _meant(earlier, kind, says=says)
    if meant is None or meant.group() in text:
        return None
    article = _without_small(earlier.text[: meant.start()], earlier.language)[1].article
    if question.language is not earlier.language:
        article = ""
    # "La Moldavie" is no "il"; of names without an article the words say nothing.
    agreeing = phrases.agreeing.get(first.group().lower(), article)
    if article and not article.endswith("'") and article != agreeing:
        return None
    return _put(_joined(_Small("", article), meant.group(), phrases), text, phrases)


def _stands_for(pronoun: str, phrases: FollowUpPhrases) -> Stands:
    if pronoun in phrases.persons and pronoun in phrases.things:
        return "either"
    return "person" if pronoun in phrases.persons else "thing"


def _put(name: str, text: str, phrases: FollowUpPhrases) -> str | None:
    """The text with a name in the place of its first pronoun; None where its grammar is not known."""
    found = [(match.start(), rule) for rule in phrases.pronouns if (match := rule.find.search(text))]
    if not found:
        return None
    start, rule = min(found, key=lambda one: one[0])
    opens = not text[:start].strip(_OPENING)
    if opens:
        text = text[:start] + text[start].lower() + text[start + 1 :]
    match = rule.find.match(text, start)
    if match is None:
        return None
    before, _, after = match.expand(rule.into).partition(ANYBODY)
    *words, last = before.rstrip().split(" ")
    cut = _elided(last, name, phrases)
    piece = "".join((*(f"{word} " for word in words), cut, "" if cut.endswith("'") or not before else " ", name, after))
    return text[:start] + (piece[:1].upper() + piece[1:] if opens else piece) + text[match.end() :]


def _meant(earlier: Said, kind: Stands, *, says: bool) -> re.Match[str] | None:
    """The one name that a pronoun can stand for, or None where there is none or a choice."""
    sayers, names = _sayers(earlier), _names(earlier)
    others = [name for name in names if name.group() not in sayers]
    # Who spoke before speaks again. Of those spoken of, no words tell a person from a place.
    if sayers and kind != "thing":
        return next(iter(sayers.values())) if len(sayers) == 1 and (says or not others) else None
    if kind == "thing" and any(earlier.language.followups.acts.search(text) for text, _ in _with_anybody(earlier)):
        # Who does something is as likely a person as a thing, and no "it".
        return None
    return others[0] if len(others) == 1 else None


def _sayers(asked: Said) -> dict[str, re.Match[str]]:
    """The names of those whose words a question asks for."""
    sayer = asked.language.followups.sayer
    return {name.group(): name for text, name in _with_anybody(asked) if name and sayer.search(text)}


def _with_anybody(asked: Said) -> Iterator[tuple[str, re.Match[str] | None]]:
    """The text as it is, then with what stands for a name in the place of each."""
    yield asked.text, None
    for name in _capitals(asked):
        yield asked.text[: name.start()] + ANYBODY + asked.text[name.end() :], name


def _names(asked: Said) -> list[re.Match[str]]:
    """The names in a question that stand by themselves ("Moldova", not "the Moldovan reporter")."""
    after = asked.language.followups.after_name
    return [name for name in _capitals(asked) if after.match(asked.text[name.end() :])]


@cache
def _name(code: str) -> re.Pattern[str]:
    """A name in a question: capitalised words and numbers, and what joins them to one ("Bosnia and Herzegovina")."""
    joints = sorted(language(code).followups.in_names, key=len, reverse=True)
    between = "|".join([*(rf"\s+{joint}\s+" for joint in joints), r"\s+"])
    return re.compile(rf"(?:{_NAME_WORD})(?:(?:{between})(?:{_NAME_WORD}|\d+))*")


def _capitals(asked: Said) -> list[re.Match[str]]:
    """What is capitalised like a name, without what only opens a sentence."""
    words, text = asked.language, asked.text
    name, no_names = _name(words.code), words.followups.no_names | words.sentence_ends.starters
    found = []
    position = 0
    while match := name.search(text, position):
        first = match.group().split()[0]
        before, apostrophe, rest = first.replace("’", "'").partition("'")
        if first.lower().replace("’", "'") in no_names or _only_opens(asked, match):
            position = match.start() + len(first)
        elif apostrophe and rest and before.lower() in words.terms.elisions:
            # An elision belongs to the words around the name.
            position = match.start() + len(before) + 1
        else:
            found.append(match)
            position = match.end()
    return found


def _only_opens(asked: Said, name: re.Match[str]) -> bool:
    """Whether a word may carry its capital only because it opens a sentence ("Really?", "Becoming a …")."""
    before = asked.text[: name.start()].rstrip()
    opens = not before.strip(_OPENING) or before[-1] in _SENTENCE_ENDS
    alone = len(name.group().split()) == 1 and not name.group().isupper()
    return opens and alone and not asked.language.followups.after_opening.match(asked.text[name.end() :])
