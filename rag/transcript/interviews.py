"""Interviews without labels: questions told by their form (bold, a heading, a quoted block), and who answers (pure)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from onrecord.rag.people.labels import Person
from onrecord.rag.people.names import CAPITAL, is_full
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.transcript.lines import Line
from onrecord.rag.transcript.mentions import Mentions, Voice
from onrecord.rag.transcript.turns import TurnCut
from onrecord.rag.transcript.unlabelled import is_spoken, speaker_in_title
from onrecord.rag.types import Boilerplate, Turn

# A form marks questions where so many lines have it, and this share of them asks.
_FEWEST, _ASKING = 2, 0.6
_FORMS = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("heading", r"(?P<open>#{1,6}\s+)(?P<words>\S.*?)(?P<close>\s*#*)"),
        ("bold", r"(?P<open>(?:\*\*|__)\s?)(?P<words>\S.*?)(?P<close>\s?(?:\*\*|__))"),
        ("slanted", r"(?P<open>[*_])(?P<words>[^*_\s].*?)(?P<close>[*_])"),
        ("quoted", r"(?P<open>>\s?)(?P<words>[^>\s].*?)(?P<close>)"),
    )
)
# What stands behind a reporter's name: "of Coast Radio".
_OUTLET = re.compile(rf"\s+\S+\s+(?P<outlet>{CAPITAL}[\w&'’-]*(?:\s{CAPITAL}[\w&'’-]*)*)")
_ASKS = re.compile(r"[?？][\"”»’')\]]*$")


@dataclass(frozen=True, slots=True)
class InterviewQuestion:
    """A line that puts a question: its number, and where its words begin and end without the marks around them."""

    line: int
    start: int
    end: int
    form: str


def questions_of(lines: Sequence[Line], vocabulary: Vocabulary) -> list[InterviewQuestion]:
    """Find the questions of an interview that prints them in one form and the answers in none.

    Args:
        lines: the lines of a text without labels, without boilerplate.
        vocabulary: how the text writes its words.

    Returns:
        the questions in order; none where no form asks for the most part, or where the answers are nobody's speech.
    """
    by_form: dict[str, list[tuple[Line, re.Match[str]]]] = defaultdict(list)
    for line in lines:
        for form, pattern in _FORMS:
            if match := pattern.fullmatch(line.text):
                marks = match.group("open").strip() if form == "heading" else ""
                by_form[form + marks].append((line, match))
                break
    for form, members in sorted(by_form.items(), key=lambda item: -len(item[1])):
        asking = sum(bool(_ASKS.search(match.group("words"))) for _, match in members)
        marked = {line.number for line, _ in members}
        answers = [line for line in lines if line.number > members[0][0].number and line.number not in marked]
        if asking < max(_FEWEST, _ASKING * len(members)) or len(answers) < len(members) / 2:
            continue
        if is_spoken(" ".join(line.text for line in answers), vocabulary.words, among_turns=True):
            first = next(place for place, (_, match) in enumerate(members) if _ASKS.search(match.group("words")))
            return [
                InterviewQuestion(line.number, line.start + match.start("words"), line.start + match.end("words"), form)
                for line, match in members[first:]
                # What is a heading and no question parts the interview.
                if not form.startswith("heading") or _ASKS.search(match.group("words"))
            ]
    return []


def interview_of(lines: Sequence[Line], questions: Sequence[InterviewQuestion], marked: dict[int, str]) -> TurnCut:
    """Cut an interview at its questions.

    Args:
        lines: all lines of the text.
        questions: those that put a question.
        marked: the lines that are boilerplate.

    Returns:
        a turn without a label for each question and each answer; the marks around the questions are boilerplate.
    """
    cut = TurnCut()
    asked = {question.line: question for question in questions}
    answer: list[Line] = []
    for line in lines[questions[0].line :]:
        question = asked.get(line.number)
        if question is None:
            if line.number not in marked:
                answer.append(line)
            continue
        if answer:
            cut.turns.append(Turn(answer[0].start, answer[-1].end, kind="answer"))
            answer = []
        cut.turns.append(Turn(question.start, question.end, kind="question"))
        for start, end in ((line.start, question.start), (question.end, line.end)):
            if start < end:
                cut.spans.append(Boilerplate(start, end, "markup"))
    if answer:
        cut.turns.append(Turn(answer[0].start, answer[-1].end, kind="answer"))
    return cut


def interviewee(title: str | None, head: Sequence[str], vocabulary: Vocabulary) -> Person | None:
    """The one who answers: whom the title says speaks, or the one named with an office in title and head.

    Args:
        title: the text's title.
        head: the lines before the first question; those that say who wrote the text count for nothing.
        vocabulary: how the text writes its words.
    """
    people = Mentions(vocabulary)
    held: dict[str, Voice] = {}
    titled: dict[str, Voice] = {}
    for line in dict.fromkeys([title or "", *head]):
        if vocabulary.words.pages.byline.fullmatch(line):
            continue
        # An office behind a name ends with a mark, which a line of the head does without.
        for mention in people.in_prose(f"{line}."):
            name = mention.voice.name
            if not name or not is_full(name) or _belongs_to_outlet(line, mention.end, vocabulary):
                continue
            # In a line of capitals a body and a place look like names; then an office must tell.
            if (line == title or line.strip("#* ") == title) and (mention.voice.role or not line.isupper()):
                titled[name] = mention.voice
            if mention.voice.role:
                held[name] = mention.voice
    said = (speaker_in_title(line, vocabulary) for line in (title, *head))
    if named := next(filter(None, said), None):
        office = held.get(named.name or "")
        return replace(named, role=named.role or (office.role if office else None))
    for found in (titled, held):
        if len(found) == 1:
            (voice,) = found.values()
            return Person(name=voice.name, role=voice.role or held.get(voice.name or "", voice).role)
    return None


def interviewer(head: Sequence[str], vocabulary: Vocabulary) -> Person | None:
    """The one reporter whom the head names with their outlet: "… talks to Jane Doe of Coast Radio".

    Args:
        head: the lines before the first question.
        vocabulary: how the text writes its words.
    """
    people = Mentions(vocabulary)
    found: dict[str, Person] = {}
    for line in dict.fromkeys(head):
        for mention in people.in_prose(f"{line}."):
            name = mention.voice.name
            if name and is_full(name) and _belongs_to_outlet(line, mention.end, vocabulary):
                outlet = _OUTLET.match(line, mention.end)
                found[name] = Person(name=name, outlet=outlet.group("outlet") if outlet else None)
    return next(iter(found.values())) if len(found) == 1 else None


def named_by_heading(heading: str, turns: Sequence[Turn]) -> Turn | None:
    """The turn of the one speaker whom a heading names in full: who answers the questions below it."""
    named = {turn.speaker: turn for turn in turns if turn.speaker and is_full(turn.speaker) and turn.speaker in heading}
    return next(iter(named.values())) if len(named) == 1 else None


def _belongs_to_outlet(line: str, end: int, vocabulary: Vocabulary) -> bool:
    """Whether a name is that of a reporter: "Jane Doe of Coast Radio"."""
    after = line[end:].split()[:2]
    of = vocabulary.words.introductions.outlet_of
    return len(after) > 1 and bool(of.fullmatch(after[0])) and after[1][:1].isupper()
