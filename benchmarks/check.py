"""Measure the quote check: invented articles with quotations of the six kinds, against the sample briefings.

    python benchmarks/check.py [--scores]

Prints each wrong verdict, then one JSON object: right verdicts, altered quotations called verbatim, seconds.
`--scores` prints the model's cosines of translated and not found quotations, by which the threshold was chosen.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

from onrecord.rag import Library

HERE = Path(__file__).parent


def main() -> None:
    """Check the articles and compare with the verdicts given for them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scores", action="store_true")
    options = parser.parse_args()
    expected = [json.loads(line) for line in (HERE / "check" / "verdicts.jsonl").read_text("utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as folder, Library.open(folder) as library:
        library.add(HERE.parent / "samples")
        library.load_model()
        started = time.perf_counter()
        articles = {gold["article"]: None for gold in expected}
        findings = {name: library.check((HERE / "check" / name).read_text("utf-8")).findings for name in articles}
        seconds = time.perf_counter() - started
    right, accused, missed = 0, 0, []
    for gold in expected:
        finding = next((one for one in findings[gold["article"]] if one.text.startswith(gold["begins"])), None)
        verdict = finding.verdict if finding else "not recognised as a quotation"
        if verdict == gold["verdict"]:
            right += 1
        else:
            missed.append({**gold, "found": verdict, "speaker": finding.speaker if finding else None})
        accused += gold["verdict"] == "altered" and verdict == "verbatim"
        if options.scores and gold["verdict"] in ("translated", "not_found") and finding:
            print(f"{gold['verdict']:12} {verdict:12} {finding.similarity:.3f} {gold['begins']}")
    for miss in missed:
        print(json.dumps(miss, ensure_ascii=False))
    print(
        json.dumps(
            {
                "quotations": len(expected),
                "found": sum(len(found) for found in findings.values()),
                "right": right,
                "altered_called_verbatim": accused,
                "seconds": round(seconds, 1),
            }
        )
    )


if __name__ == "__main__":
    main()
