"""OnRecord beside other systems in one run, with the same model, passages and questions: docs/performance.md.

    python benchmarks/peers.py               make what is missing, measure, write the table and the chart
    python benchmarks/peers.py --real 60 --large 600 --repeat 1 --no-docs     a small run, to try it

Two corpora: real briefings that each system has embedded by the bundled model, and many copies with vectors that are
already there, which leaves what the systems themselves take. Each system runs in a process of its own, one after the
other, all of them as many times as said; the medians are shown. Cut off, it goes on from there when it is run again.
The others come into an environment of their own in `--folder`, with the versions in
benchmarks/side_by_side/requirements.txt. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.side_by_side.corpus import read_corpus
from benchmarks.side_by_side.making import make_large, make_real
from benchmarks.side_by_side.ours import NAME, READING, SEARCH
from benchmarks.side_by_side.report import Figures, medians, write_report
from benchmarks.side_by_side.systems import SYSTEMS
from onrecord.embeddings import bundled_model
from onrecord.rag import Settings

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = Path(__file__).parent / "side_by_side" / "requirements.txt"
SETS = ("quebec", "qmsum", "whitehouse")
# Nothing may be fetched while it is measured, and one thread serves a question: on few and shared cores, threads that
# wait for each other take several times the processor's time of one.
ENVIRONMENT = {
    "PYTHONPATH": str(ROOT),
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "HF_HUB_OFFLINE": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "TOKENIZERS_PARALLELISM": "false",
}


def main() -> None:
    """Measure all systems on both corpora."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "eval", help="the folder of the sets")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "peers", help="for all that is made and kept")
    parser.add_argument("--real", type=int, default=600, help="passages that the model reads, about")
    parser.add_argument("--large", type=int, default=20_000, help="passages with vectors that are already there")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--repeat-real", type=int, help="for the first corpus; as --repeat by default")
    parser.add_argument("--systems", nargs="*", default=[NAME, *SYSTEMS])
    parser.add_argument("--anew", action="store_true", help="forget what was measured before")
    parser.add_argument("--docs", action=argparse.BooleanOptionalAction, default=True)
    options = parser.parse_args()
    python = environment(options.folder / "environment")
    corpora = _corpora(options)
    repeats = {"real": options.repeat if options.repeat_real is None else options.repeat_real, "large": options.repeat}
    kept = options.folder / "runs.jsonl"
    if options.anew:
        kept.unlink(missing_ok=True)
    for corpus, folder in corpora.items():
        for number in range(repeats[corpus]):
            for name in options.systems:
                if len(_runs(kept, folder.name, name)) <= number:
                    found = run(name, folder, options.folder / "run", python, reading=number == 0)
                    with kept.open("a", encoding="utf-8") as lines:
                        lines.write(json.dumps({"corpus": folder.name, "system": name, "figures": found}) + "\n")
    measured = {
        corpus: {
            name: {**medians(runs), "runs": len(runs)}
            for name in options.systems
            if (runs := _runs(kept, folder.name, name))
        }
        for corpus, folder in corpora.items()
    }
    sizes = {corpus: _sizes(folder) for corpus, folder in corpora.items()}
    print(json.dumps({"sizes": sizes, "measured": measured}, indent=1))
    if options.docs:
        write_report(measured, sizes, ROOT / "docs")


def environment(folder: Path) -> Path:
    """The Python of the others' environment, which is made where it is missing or was made of other versions."""
    python, made_of = folder / "bin" / "python", folder / "requirements.txt"
    wanted = REQUIREMENTS.read_text(encoding="utf-8")
    if made_of.exists() and made_of.read_text(encoding="utf-8") == wanted:
        return python
    venv.create(folder, with_pip=True, clear=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "--constraint", str(REQUIREMENTS)]
    # torch goes first and alone: asked for by its exact version, pip takes a CPU build where one is at hand.
    torch = next(line for line in wanted.splitlines() if line.startswith("torch=="))
    for what in ([torch], ["--requirement", str(REQUIREMENTS)]):
        subprocess.run([*install, *what], check=True, stdout=sys.stderr)
    made_of.write_text(wanted, encoding="utf-8")
    return python


def run(name: str, corpus: Path, place: Path, python: Path, *, reading: bool) -> Figures:
    """One system in a process of its own, and opened again in another."""
    shutil.rmtree(place, ignore_errors=True)
    own = sys.executable if name == NAME else str(python)
    command = [own, "-m", "benchmarks.side_by_side.measure", name, str(corpus), str(place)]
    command += ["--model", str(bundled_model(Settings.load().cache))]
    # Reading takes many times what searching does, and varies little.
    ways = ["--ways", SEARCH, *([READING] if reading else [])] if name == NAME else []
    figures = {**_figures([*command, *ways]), **_figures([*command, "--reopen"])}
    shutil.rmtree(place, ignore_errors=True)
    return figures


def _figures(command: Sequence[str]) -> Figures:
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def _corpora(options: argparse.Namespace) -> dict[str, Path]:
    """The folders of the corpora, which are made where they are missing."""
    real = options.folder / f"real-{options.real}"
    large = options.folder / f"large-{options.real}-{options.large}"
    if not (real / "questions.jsonl").exists():
        shutil.rmtree(real, ignore_errors=True)
        make_real([options.data / each for each in SETS], options.real, 50, real)
    if not (large / "questions.jsonl").exists():
        shutil.rmtree(large, ignore_errors=True)
        make_large(real, options.large, read_corpus(real).questions[::2], large)
    return {"large": large, "real": real}


def _runs(kept: Path, corpus: str, name: str) -> list[Figures]:
    """The figures of the runs of a system on a corpus that are done."""
    lines = kept.read_text(encoding="utf-8").splitlines() if kept.exists() else []
    done = map(json.loads, lines)
    return [each["figures"] for each in done if (each["corpus"], each["system"]) == (corpus, name)]


def _sizes(folder: Path) -> dict[str, Any]:
    corpus = read_corpus(folder)
    return {"passages": len(corpus.passages), "questions": len(corpus.questions)}


if __name__ == "__main__":
    main()
