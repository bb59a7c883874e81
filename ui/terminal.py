"""Values to plain text for a terminal (pure)."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from onrecord.rag import AddReport, Answer, Briefing, Citation, Hit, Summary

_STATUS = {
    "en": {"answered": "answered", "asked_not_answered": "asked, not answered", "not_found": "not found"},
    "fr": {"answered": "répondu", "asked_not_answered": "demandé, sans réponse", "not_found": "introuvable"},
}


def render_answer(answer: Answer, width: int = 100) -> str:
    """An answer with its numbered sources and its status line."""
    parts = ["\n".join(textwrap.fill(line, width) for line in answer.text.splitlines())]
    if answer.citations:
        parts.append("\n".join(textwrap.fill(_source(c), width, subsequent_indent="    ") for c in answer.citations))
    parts.append(_status_line(answer))
    if answer.standalone_question != answer.question:
        asked = "Understood as" if answer.language != "fr" else "Compris comme"
        parts.insert(0, f"{asked}: {answer.standalone_question}")
    return "\n\n".join(parts)


def render_hits(hits: Sequence[Hit], width: int = 100) -> str:
    """Passages found, best first, with their scores."""
    blocks = []
    for hit in hits:
        passage = hit.passage
        who = ", ".join(part for part in (passage.speaker, passage.role, passage.outlet) if part) or "no speaker"
        head = f"{hit.rank}. {who}  ({passage.briefing_id} {passage.start}–{passage.end}, score {hit.score:.3f})"
        blocks.append(head + "\n" + textwrap.indent(textwrap.fill(passage.text, width - 3), "   "))
    return "\n\n".join(blocks) or "Nothing found."


def render_summaries(summaries: Sequence[Summary]) -> str:
    """One line about each briefing."""
    if not summaries:
        return "The library is empty. `onrecord add PATH` adds files and folders."
    return "\n".join(
        f"{item.id}  {item.date or '----------':10}  {item.language}  {item.passages:5} passages  {item.title}"
        for item in summaries
    )


def render_briefing(briefing: Briefing, *, everything: bool = False) -> str:
    """A whole briefing: its turns under their speakers; with `everything`, boilerplate too, in grey."""
    facts = [briefing.date, briefing.language, briefing.kind, briefing.url, briefing.file]
    lines = [briefing.title, " · ".join(fact for fact in facts if fact), ""]
    pieces: list[tuple[int, str]] = []
    for turn in briefing.turns:
        who = ", ".join(part for part in (turn.speaker or turn.label, turn.role, turn.outlet) if part)
        inferred = " (inferred)" if turn.inferred else ""
        head = f"[{turn.kind}] {who}{inferred}\n" if who else ""
        pieces.append((turn.start, head + briefing.text[turn.start : turn.end].strip()))
    if everything:
        for part in briefing.boilerplate:
            words = briefing.text[part.start : part.end].strip()
            pieces.append((part.start, f"\x1b[90m[{part.reason}] {words}\x1b[0m"))
    lines += [piece + "\n" for _, piece in sorted(pieces)]
    return "\n".join(lines)


def render_report(report: AddReport) -> str:
    """One line a file, and a closing count."""
    lines = []
    for item in report.files:
        detail = f"{item.passages} passages" if item.passages else ""
        facts = ", ".join(part for part in (detail, item.briefing_id or "", item.message) if part)
        lines.append(f"{item.outcome}: {facts if item.outcome == 'failed' else f'{item.file} ({facts})'}")
    counts = {item.outcome: 0 for item in report.files}
    for item in report.files:
        counts[item.outcome] += 1
    lines.append(", ".join(f"{number} {outcome}" for outcome, number in counts.items()) or "nothing to add")
    return "\n".join(lines)


def _source(citation: Citation) -> str:
    who = ", ".join(part for part in (citation.speaker, citation.role, citation.outlet) if part)
    inferred = " (inferred)" if citation.inferred else ""
    where = ", ".join(part for part in (citation.title, citation.date, citation.url or citation.file) if part)
    return f"[{citation.number}] {who}{inferred}{' — ' if who else ''}{where}, {citation.start}–{citation.end}"


def _status_line(answer: Answer) -> str:
    french = answer.language == "fr"
    parts = [_STATUS["fr" if french else "en"][answer.status]]
    count = len(answer.citations)
    if count and french:
        parts.append(f"{count} citation{'s' * (count > 1)} vérifiée{'s' * (count > 1)} sur {count}")
    elif count:
        parts.append(f"{count} of {count} quotes verified")
    searched = answer.searched_briefings
    if french:
        parts.append(f"{searched} briefing{'s' * (searched > 1)} interrogé{'s' * (searched > 1)}")
    else:
        parts.append(f"{searched} briefing{'s' * (searched != 1)} searched")
    return " · ".join(parts)
