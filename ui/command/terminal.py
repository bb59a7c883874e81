"""Values to plain text for a terminal (pure). An answer is shown in its own language, all else in the one given.

What comes from a briefing, a file's name or a question can hold codes that a terminal obeys; none of them is printed.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from onrecord.rag import (
    Answer,
    Briefing,
    Citation,
    Hit,
    OpenQuestions,
    Summary,
    corrected_turns,
    quotes_alone,
    timecode,
    written_only,
)
from onrecord.ui.chat.render import status_line
from onrecord.ui.page.text import counted, printed_place, words

if TYPE_CHECKING:
    from onrecord.rag import AddReport

# As wide as "123,456 passages" in any of the languages.
_COUNT_WIDTH = 16
# What a terminal obeys or cannot print: control characters but tab and line feed, marks that turn the direction of what
# follows, halves of surrogate pairs.
_OBEYED = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """Text with U+FFFD for each character that a terminal would obey."""
    return _OBEYED.sub("\N{REPLACEMENT CHARACTER}", text)


def printable_json(value: object) -> str:
    """A value as JSON on one line, the characters that a terminal would obey as escapes: nothing is lost."""
    return _OBEYED.sub(lambda sign: f"\\u{ord(sign[0]):04x}", json.dumps(value, ensure_ascii=False))


def render_answer(answer: Answer, width: int = 100) -> str:
    """An answer with its numbered sources and its status line; what the library gives is verified.

    What a language model wrote beside it is left out: `render_written` gives that.
    """
    said = words(answer.language)
    answer = quotes_alone(answer)
    parts = ["\n".join(textwrap.fill(line, width) for line in answer.text.splitlines())]
    if answer.citations:
        parts.append(_sources(answer.citations, answer.language, width))
    parts.append(status_line(answer, frozenset(citation.number for citation in answer.citations)))
    if answer.standalone_question != answer.question:
        parts.insert(0, said["understood"].format(question=answer.standalone_question))
    return printable("\n\n".join(parts))


def render_written(answer: Answer, width: int = 100) -> str:
    """What a language model wrote beside an answer, under its label, with the sources that the quotes have not."""
    written = answer.written
    if written is None:
        return ""
    parts = []
    if written.parts:
        parts.append(textwrap.fill(words(answer.language)["written_by"].format(model=written.model), width))
        parts.append("\n".join(textwrap.fill(line, width) for line in written.text.splitlines()))
    if others := written_only(answer):
        parts.append(_sources(others, answer.language, width))
    if written.left_out:
        parts.append(counted(answer.language, "left_out", written.left_out))
    if written.note:
        parts.append(textwrap.fill(written.note, width))
    return printable("\n\n".join(parts))


def render_hits(hits: Sequence[Hit], language: str, width: int = 100) -> str:
    """Passages found, best first, with their scores."""
    said = words(language)
    blocks = []
    for hit in hits:
        passage = hit.passage
        who = ", ".join(part for part in (passage.speaker, passage.role, passage.outlet) if part) or said["no_speaker"]
        score = said["score"].format(score=f"{hit.score:.3f}")
        who += "" if passage.seconds is None else f", {timecode(passage.seconds)}"
        head = f"{hit.rank}. {who}  ({passage.briefing_id} {passage.start}–{passage.end}, {score})"
        blocks.append(head + "\n" + textwrap.indent(textwrap.fill(passage.text, width - 3), "   "))
    return printable("\n\n".join(blocks)) or said["nothing_found"]


def render_summaries(summaries: Sequence[Summary], language: str) -> str:
    """One line about each briefing."""
    if not summaries:
        return words(language)["no_briefings"]
    return printable(
        "\n".join(
            f"{item.id}  {item.date or '----------':10}  {item.language}  "
            f"{counted(language, 'passages', item.passages):>{_COUNT_WIDTH}}  {item.title}"
            for item in summaries
        )
    )


def render_briefing(briefing: Briefing, language: str, *, everything: bool = False) -> str:
    """A whole briefing: its turns under their speakers; with `everything`, boilerplate too, in grey."""
    said = words(language)
    kind = said["heard"] if briefing.kind == "recording" else briefing.kind
    facts = [briefing.date, briefing.language, kind, briefing.url, briefing.file]
    lines = [printable(briefing.title), printable(" · ".join(fact for fact in facts if fact)), ""]
    pieces: list[tuple[int, str]] = []
    corrected = corrected_turns(briefing)
    for place, turn in enumerate(briefing.turns):
        time = None if turn.seconds is None else timecode(turn.seconds)
        who = ", ".join(part for part in (turn.speaker or turn.label, turn.role, turn.outlet, time) if part)
        mark = said["inferred"] if turn.inferred else said["corrected"] if place in corrected else ""
        head = f"[{said[turn.kind]}] {who}{f' ({mark})' if mark else ''}\n" if who else ""
        pieces.append((turn.start, printable(head + briefing.text[turn.start : turn.end].strip())))
    if everything:
        for part in briefing.boilerplate:
            text = printable(briefing.text[part.start : part.end].strip())
            pieces.append((part.start, f"\x1b[90m[{part.reason}] {text}\x1b[0m"))
    lines += [piece + "\n" for _, piece in sorted(pieces)]
    return "\n".join(lines)


def render_report(report: AddReport, language: str) -> str:
    """One line a file, with what a reader says of it in lines of their own, and a closing count."""
    said = words(language)
    lines = []
    counts: dict[str, int] = {}
    for item in report.files:
        outcome = said[f"file_{item.outcome.replace(' ', '_')}"]
        counts[outcome] = counts.get(outcome, 0) + 1
        detail = counted(language, "passages", item.passages) if item.passages else ""
        facts = ", ".join(part for part in (detail, item.briefing_id or "", item.message) if part)
        line = f"{outcome}: {facts if item.outcome == 'failed' else f'{item.file} ({facts})'}"
        # A file's name may hold the end of a line, and is no line of ours.
        lines.append(line.replace("\n", "\N{REPLACEMENT CHARACTER}"))
        lines += [f"  {note}" for note in item.notes]
    lines.append(", ".join(f"{number} {outcome}" for outcome, number in counts.items()) or said["nothing_to_add"])
    return printable("\n".join(lines))


def render_open_questions(found: OpenQuestions, language: str, width: int = 100) -> str:
    """Each question with what became of it, and how much has been read."""
    said = words(language)
    blocks = []
    for one in found.questions:
        lines = [f"“{one.asked.quote}”", f"— {_credit(one.asked, language)}", f"[{said[f'outcome_{one.outcome}']}]"]
        if one.reply:
            lines += [f"“{one.reply.quote}”", f"— {_credit(one.reply, language)}"]
        blocks.append("\n".join(textwrap.fill(line, width) for line in lines))
    counts = {"read": found.read, "total": found.total}
    blocks.append(counted(language, "open_questions", len(found.questions), **counts))
    return printable("\n\n".join(blocks))


def _credit(citation: Citation, language: str) -> str:
    who = ", ".join(part for part in (citation.speaker, citation.role, citation.outlet) if part)
    place = f"{citation.briefing_id} {citation.start}–{citation.end}"
    return ", ".join(
        part for part in (who or words(language)["no_speaker"], citation.title, citation.date, place) if part
    )


def _sources(citations: Sequence[Citation], language: str, width: int) -> str:
    sources = (_source(citation, language) for citation in citations)
    return "\n".join(textwrap.fill(source, width, subsequent_indent="    ") for source in sources)


def _source(citation: Citation, language: str) -> str:
    who = ", ".join(part for part in (citation.speaker, citation.role, citation.outlet) if part)
    marks = [words(language)[mark] for mark in ("inferred", "heard") if getattr(citation, mark)]
    mark = f" ({', '.join(marks)})" if marks else ""
    place = printed_place(citation.page, citation.line, language, citation.seconds)
    where = ", ".join(part for part in (citation.title, citation.date, citation.url or citation.file, place) if part)
    return f"[{citation.number}] {who}{mark}{' — ' if who else ''}{where}, {citation.start}–{citation.end}"
