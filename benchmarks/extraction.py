"""How much of real pages and prints is kept, and how much of what is around them goes.

Usage: python benchmarks/extraction.py ../shared/eval
Reads `messy_html/` (pages, `gold.jsonl` with the strings that must stay or go) and `pdf/` (printed transcripts).
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections import Counter
from pathlib import Path

from onrecord.rag.readers import Document, read
from onrecord.rag.types import SourceText

# Printed on the edges of a page and nowhere else: a number alone or "2 of 26".
_PAGE_NUMBER = re.compile(r"(?:page\s*)?\d{1,4}(?:\s*(?:of|/|de|sur)\s*\d{1,4})?", re.IGNORECASE)
# A speaker in capitals with a full stop or colon, as printed transcripts label turns.
_LABEL = re.compile(r"\b(?:[A-Z][A-Z.’'-]+ ){0,3}[A-Z][A-Z’'-]{3,}[.:](?= )")


def main(folder: Path) -> None:
    """Print the figures of both sets."""
    pages, prints = folder / "messy_html", folder / "pdf"
    if pages.is_dir():
        measure_pages(pages)
    if prints.is_dir():
        measure_prints(prints)


def measure_pages(folder: Path) -> None:
    """Print the share of must-keep strings in the main text, and of must-drop strings outside it."""
    counts: Counter[str] = Counter()
    started = time.perf_counter()
    for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        source = read_source(folder / gold["file"])
        body = " ".join(body_of(source).split())
        everything = " ".join(source.text.split())
        for words in gold["must_keep"]:
            counts["keep"] += 1
            counts["kept"] += " ".join(words.split()) in body
        for words in gold["must_drop"]:
            counts["drop"] += 1
            counts["dropped"] += words not in body
            counts["still there"] += words in everything
        counts["titles"] += source.title == gold["title"]
        counts["pages"] += 1
        counts["words"] += len(body.split())
        counts["gold words"] += gold["gold_words"]
    seconds = time.perf_counter() - started
    print(f"{folder.name}: {counts['pages']} pages in {seconds:.1f} s")
    print(f"  must stay, kept in the main text:   {share(counts['kept'], counts['keep'])}")
    print(f"  must go, not in the main text:      {share(counts['dropped'], counts['drop'])}")
    print(f"  must go, still in the whole text:   {share(counts['still there'], counts['drop'])}")
    print(f"  titles right:                       {share(counts['titles'], counts['pages'])}")
    print(f"  words of main text / of gold text:  {counts['words']} / {counts['gold words']}")


def measure_prints(folder: Path) -> None:
    """Print what page furniture is left in the text, and how many labels begin a line."""
    for path in sorted(folder.glob("*.pdf")):
        started = time.perf_counter()
        source = read_source(path)
        seconds = time.perf_counter() - started
        furniture = [source.text[mark.start : mark.end].split("\n") for mark in source.boilerplate]
        repeated = {re.sub(r"\d+", "#", line) for lines in furniture for line in lines}
        lines = [line for line in body_of(source).split("\n") if line.strip()]
        left = [line for line in lines if _PAGE_NUMBER.fullmatch(line) or re.sub(r"\d+", "#", line) in repeated]
        inside = sum(text in line for line in lines for text in repeated if "#" not in text)
        labels = Counter(match.group() for line in lines for match in _LABEL.finditer(line))
        speakers = {label for label in labels if any(line.startswith(label) for line in lines)}
        starting = sum(line.startswith(label) for line in lines for label in speakers)
        total = sum(labels[label] for label in speakers)
        print(f"pdf/{path.name}: {len(lines)} paragraphs in {seconds:.1f} s")
        print(f"  lines of page furniture set apart:  {sum(map(len, furniture))}")
        print(f"  headers, footers, numbers left:     {len(left) + inside}")
        print(f"  labels at the start of a line:      {share(starting, total)}")


def read_source(path: Path) -> SourceText:
    """Return what the reader makes of a file."""
    found = next(read(path.name, path.read_bytes()))
    if not isinstance(found, Document):
        raise found
    return found.source


def body_of(source: SourceText) -> str:
    """Return the text without what is marked as boilerplate."""
    pieces, end = [], 0
    for mark in source.boilerplate:
        pieces.append(source.text[end : mark.start])
        end = mark.end
    return "".join([*pieces, source.text[end:]])


def share(part: int, whole: int) -> str:
    """Return `part` of `whole`, also in percent."""
    return f"{part} of {whole} ({100 * part / whole:.1f} %)" if whole else "none"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
