"""Measure when the quote check calls a quotation altered: misquoted words of a library, and words of other briefings.

    python benchmarks/misquoted.py {choosing,reporting} [--wrong]

Of the briefings in ../shared/eval/whitehouse some are added. Slices of their sentences are misquoted by one or two
seeded edits (a word of meaning exchanged for another one, left out or put in, a number changed, "not" put in or taken
out); slices of the others' sentences, which nobody on record said, are quoted as they are. Both are of 3 to 14 words.
The two parts have different briefings throughout. Prints one JSON object: of the misquoted the share traced to their
place (`recall`), and of all that are called altered the share that is misquoted and traced (`precision`), by length
too. `--wrong` prints what is called altered and was never said.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from onrecord.rag import Briefing, Library
from onrecord.rag.languages import language
from onrecord.rag.text.quotes import occurrences

WHITEHOUSE = Path(__file__).parent.parent.parent / "shared" / "eval" / "whitehouse" / "briefings"
PARTS = {"choosing": (0, 11), "reporting": (1, 12)}
# Briefings on record, briefings of others, and quotations of each kind.
HELD, OTHERS, QUOTATIONS = 8, 8, 240
SHORTEST, LONGEST, SHORT = 3, 14, 6


@dataclass(frozen=True)
class Quoted:
    """A quotation: of `briefing.text[start:end]`, misquoted, or of nobody on record (`briefing` is None)."""

    words: str
    length: int
    briefing: str | None = None
    start: int = 0
    end: int = 0


def main() -> None:
    """Check every quotation and count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--wrong", action="store_true")
    options = parser.parse_args()
    first, seed = PARTS[options.part]
    chance = random.Random(seed)
    files = sorted(WHITEHOUSE.iterdir())[first::2]
    chance.shuffle(files)
    with tempfile.TemporaryDirectory() as folder, Library.open(folder) as library:
        library.add(files[HELD : HELD + OTHERS])
        strange = [sliced(briefing, chance) for briefing in _drawn(library.briefings(), chance)]
    with tempfile.TemporaryDirectory() as folder, Library.open(folder) as library:
        library.add(files[:HELD])
        held = library.briefings()
        vocabulary = [word for one in held for word in re.findall(r"[a-z]{4,}", one.text) if meaning(word)]
        quotations = [misquoted(sliced(one, chance), vocabulary, chance) for one in _drawn(held, chance)]
        quotations += [Quoted(one.words, one.length) for one in strange]
        quotations = [one for one in quotations if not any(any(occurrences(one.words, b.text)) for b in held)]
        library.load_model()
        started = time.process_time()
        counts: Counter[str] = Counter()
        for one in quotations:
            _count(one, library, counts, show=options.wrong)
        print(json.dumps({**_shares(counts), "seconds": round(time.process_time() - started, 1)}))


def _drawn(briefings: list[Briefing], chance: random.Random) -> list[Briefing]:
    return [chance.choice(briefings) for _ in range(QUOTATIONS)]


def meaning(word: str) -> bool:
    """Whether a word is more than grammar."""
    return bool(language("en").query_terms(word))


def sliced(briefing: Briefing, chance: random.Random) -> Quoted:
    """A run of words of one sentence."""
    while True:
        turn = chance.choice(briefing.turns)
        span = chance.choice(language("en").sentences(briefing.text[turn.start : turn.end]))
        words = list(re.finditer(r"\S+", briefing.text[turn.start + span.start : turn.start + span.end]))
        length = chance.randint(SHORTEST, LONGEST)
        if len(words) < length:
            continue
        first = chance.randint(0, len(words) - length)
        start = turn.start + span.start + words[first].start()
        end = turn.start + span.start + words[first + length - 1].end()
        quoted = briefing.text[start:end]
        if sum(meaning(word) for word in re.findall(r"\w+", quoted)) > 1 and not re.search(r"[“”\"\n\[(]", quoted):
            return Quoted(quoted, length, briefing.id, start, end)


def misquoted(quoted: Quoted, vocabulary: list[str], chance: random.Random) -> Quoted:
    """The same with an edit, and with two from eight words on."""
    words = quoted.words.split()
    for _ in range(2 if len(words) >= 8 else 1):
        telling = [place for place, word in enumerate(words) if meaning(word.strip(".,;:!?"))]
        place = chance.choice(telling) if telling else 0
        numbers = [place for place, word in enumerate(words) if re.fullmatch(r"\d+[.,]?", word)]
        edit = chance.choice(["exchange", "exchange", "leave out", "put in", "negate"])
        if numbers:
            words[numbers[0]] = str(int(re.sub(r"\D", "", words[numbers[0]])) + 3)
        elif edit == "exchange":
            words[place] = chance.choice(vocabulary)
        elif edit == "leave out" and len(telling) > 2:
            del words[place]
        elif edit == "put in":
            words.insert(place, chance.choice(vocabulary))
        elif "not" in words:
            words.remove("not")
        else:
            words.insert(place, "not")
    return Quoted(" ".join(words), quoted.length, quoted.briefing, quoted.start, quoted.end)


def _count(one: Quoted, library: Library, counts: Counter[str], *, show: bool) -> None:
    size = "short" if one.length <= SHORT else "long"
    found = library.check(f"Someone said: “{one.words}”").findings
    finding = found[0] if found else None
    traced = finding is not None and any(
        each.briefing_id == one.briefing and each.start < one.end and one.start < each.end for each in finding.citations
    )
    called = finding is not None and finding.verdict in ("altered", "stitched")
    for kind in ("all", size):
        counts[f"{kind} misquoted"] += one.briefing is not None
        counts[f"{kind} traced"] += traced and called
        counts[f"{kind} called"] += called
    if show and called and one.briefing is None and finding is not None:
        print(f"{finding.similarity:.2f}  {one.words}  |  {finding.citations[0].quote}")


def _shares(counts: Counter[str]) -> dict[str, object]:
    return {
        kind: {
            "misquoted": counts[f"{kind} misquoted"],
            "recall": round(counts[f"{kind} traced"] / max(1, counts[f"{kind} misquoted"]), 3),
            "precision": round(counts[f"{kind} traced"] / max(1, counts[f"{kind} called"]), 3),
        }
        for kind in ("all", "short", "long")
    }


if __name__ == "__main__":
    main()
