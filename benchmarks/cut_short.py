"""Measure how well quotations that are cut before what limits them are flagged.

    python benchmarks/cut_short.py {choosing,reporting,places} [--wrong]

`check/limits.jsonl` has invented sentences, 30 a language, each with a cut (`|`); `limits` says whether what is cut off
takes back or limits what is left. Every other line is to choose words by, the rest to report on. All are on record;
what stands before each cut is quoted. Prints the quotations flagged among those that were cut so (`recall`), and the
share of the flagged that were (`precision`), by language too. `places` prints fifty places (seeded) in twenty
White House briefings of ../shared/eval where a quotation that is cut (`||`) would be flagged, to be read.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
from collections import defaultdict
from pathlib import Path

from onrecord.rag import Library
from onrecord.rag.languages import language

LIMITS = Path(__file__).parent / "check" / "limits.jsonl"
PARTS = {"choosing": 0, "reporting": 1}
WHITEHOUSE = Path(__file__).parent.parent.parent / "shared" / "eval" / "whitehouse" / "briefings"
SEED, BRIEFINGS, PLACES, FEWEST_WORDS, AROUND = 7, 20, 50, 4, 80


def main() -> None:
    """Quote what stands before each cut, and count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=(*PARTS, "places"))
    parser.add_argument("--wrong", action="store_true", help="Print what is flagged or not, wrongly.")
    options = parser.parse_args()
    if options.part == "places":
        print("\n".join(_places()))
        return
    lines = [json.loads(line) for line in LIMITS.read_text("utf-8").splitlines()]
    by_language = defaultdict(list)
    for line in lines[PARTS[options.part] :: 2]:
        by_language[line["language"]].append(line)
    counted = {}
    with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder) / "library") as library:
        for language, held in by_language.items():
            file = Path(folder) / f"{language}.txt"
            file.write_text("\n\n".join(f"Ada Brook: {one['sentence'].replace('| ', '')}" for one in held), "utf-8")
            library.add(file, language=language)
        for language, held in by_language.items():
            flagged = [_flagged(library, one, show=options.wrong) for one in held]
            counted[language] = [(one["limits"], flag) for one, flag in zip(held, flagged, strict=True)]
    counted["all"] = [one for each in counted.values() for one in each]
    print(json.dumps({name: _shares(found) for name, found in counted.items()}))


def _places() -> list[str]:
    chance = random.Random(SEED)
    found: dict[str, None] = {}
    spoken = language("en")
    for file in chance.sample(sorted(WHITEHOUSE.iterdir())[1::2], BRIEFINGS):
        text = file.read_text("utf-8", errors="replace")
        for span in spoken.sentences(text):
            sentence = text[span.start : span.end]
            for word in list(re.finditer(r"\S+", sentence))[FEWEST_WORDS:]:
                if spoken.article.restricts.match(sentence[word.start() :].lstrip(" ,;—-")):
                    cut = f"{sentence[: word.start()][-AROUND:]}|| {sentence[word.start() :][:AROUND]}"
                    found[" ".join(cut.split())] = None
    return chance.sample(list(found), PLACES)


def _flagged(library: Library, one: dict[str, str], *, show: bool) -> bool:
    quoted = one["sentence"].partition("|")[0].rstrip(" ,;")
    (finding,) = library.check(f"Ada Brook: “{quoted}”").findings
    if finding.verdict != "verbatim":
        raise SystemExit(f"{quoted}: is {finding.verdict}")
    flag = any(each.restriction for each in finding.sentences)
    if show and flag != one["limits"]:
        print("flagged" if flag else "missed ", one["sentence"])
    return flag


def _shares(counted: list[tuple[bool, bool]]) -> dict[str, float]:
    right = sum(limits and flag for limits, flag in counted)
    return {
        "cut so": sum(limits for limits, _ in counted),
        "recall": round(right / max(1, sum(limits for limits, _ in counted)), 3),
        "precision": round(right / max(1, sum(flag for _, flag in counted)), 3),
    }


if __name__ == "__main__":
    main()
