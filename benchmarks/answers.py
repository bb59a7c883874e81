"""Answers to questions over real briefings: status, quote and speaker against a short gold phrase.

Run from the project's root, with the development data beside it:

    python benchmarks/answers.py --part tuning [--show] [--library FOLDER]

`answers.jsonl` holds the questions. A hundred were written before anything was tuned, and a hash of the id parts them
into a tuning and a final half, over twelve briefings. The second set, 64 questions over eight more, was written by
somebody who had not seen an answer of the program, when the first half was tuned; it is asked over all twenty. `gold`
names the file, a short phrase that a right quote overlaps, and its speaker.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from onrecord.rag import Library
from onrecord.rag.types import Answer, Citation

QUESTIONS = Path(__file__).with_name("answers.jsonl")
SHARED = Path(__file__).resolve().parents[2] / "shared"
FOLDERS = (SHARED / "briefings", SHARED / "eval" / "whitehouse" / "briefings")


def questions(*parts: str) -> list[dict[str, Any]]:
    """The questions of some parts, or all."""
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()
    return [question for question in map(json.loads, lines) if not parts or question["part"] in parts]


def files(part: str) -> list[Path]:
    """The briefings to ask one part over; raises SystemExit where the development data is absent."""
    asked = questions() if part == "second" else questions("tuning", "final")
    names = sorted({gold["file"] for question in asked for gold in question["gold"]})
    found = [folder / name for name in names for folder in FOLDERS if (folder / name).is_file()]
    if len(found) != len(names):
        raise SystemExit(f"{SHARED} does not hold the {len(names)} briefings: the development data is needed.")
    return found


def overlapping(citation: Citation, text: str, golds: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The gold phrases that a citation's quote overlaps in its briefing's text."""
    found = []
    for gold in golds:
        place = text.find(gold["phrase"]) if citation.file == gold["file"] else -1
        while place >= 0:
            if citation.start < place + len(gold["phrase"]) and place < citation.end:
                found.append(gold)
                break
            place = text.find(gold["phrase"], place + 1)
    return found


def judge(library: Library, question: dict[str, Any], answer: Answer) -> dict[str, bool | None]:
    """Whether the status is right, a quote overlaps gold, the first quote does, and the speaker is right.

    The speaker is judged where a quote overlaps gold that has a speaker; None where there is nothing to judge.
    """
    texts = {c.briefing_id: library.briefing(c.briefing_id).text for c in answer.citations}
    pairs = [(c, g) for c in answer.citations for g in overlapping(c, texts[c.briefing_id], question["gold"])]
    spoken = [(c, g) for c, g in pairs if g["speaker"]]
    first = answer.citations[0].number if answer.citations else None
    return {
        "status": answer.status == question["status"],
        "quote": bool(pairs) if question["gold"] else None,
        "first": any(c.number == first for c, _ in pairs) if question["gold"] else None,
        "speaker": any(g["speaker"].casefold() in (c.speaker or "").casefold() for c, g in spoken) if spoken else None,
    }


def report(rows: list[tuple[dict[str, Any], dict[str, bool | None]]]) -> None:
    """Print the shares per language and per kind."""
    groups: dict[str, list[dict[str, bool | None]]] = {"all": [judged for _, judged in rows]}
    for question, judged in rows:
        groups.setdefault(question["language"], []).append(judged)
    for question, judged in rows:
        groups.setdefault(question["kind"], []).append(judged)
    for name, judged_rows in groups.items():
        parts = []
        for measure in ("status", "quote", "first", "speaker"):
            values = [judged[measure] for judged in judged_rows if judged[measure] is not None]
            parts.append(f"{measure} {sum(map(bool, values)) / len(values):.3f} of {len(values)}" if values else "")
        print(f"{name:12} " + "   ".join(part for part in parts if part))


def main() -> None:
    """Ask the questions and print the measures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=["tuning", "final", "second"], default="tuning")
    parser.add_argument("--library", type=Path, help="folder of the library, kept for the next run")
    parser.add_argument("--show", action="store_true", help="print each answer")
    options = parser.parse_args()
    folder = options.library or Path(tempfile.mkdtemp(prefix="onrecord-answers-"))
    rows = []
    seconds: Counter[str] = Counter()
    with Library.open(folder) as library:
        library.add(files(options.part))
        library.load_model()
        for question in questions(options.part):
            answer = library.ask(question["question"])
            judged = judge(library, question, answer)
            rows.append((question, judged))
            seconds.update(answer.seconds)
            if options.show:
                wrong = [name for name, value in judged.items() if value is False]
                print(f"\n## {question['id']} {question['kind']} {question['status']}: {question['question']}")
                print(f"   wrong: {', '.join(wrong) or 'nothing'}; {answer.status} {answer.confidence:.2f}")
                print("   " + answer.text)
    print(f"\n{options.part}")
    report(rows)
    print("mean seconds: " + ", ".join(f"{name} {value / len(rows):.3f}" for name, value in seconds.items()))


if __name__ == "__main__":
    main()
