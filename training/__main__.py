"""Make the bundled reader: `make reader DATA=../shared`, or `python -m training --help`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path

import torch

from onrecord.embeddings import Encoder, load_encoder
from onrecord.embeddings.bundled import packaged_bytes, read_packed
from onrecord.embeddings.reader import WEIGHTS
from onrecord.embeddings.tokenizer import Tokenizer, sentencepiece_model
from onrecord.rag import Settings
from onrecord.rag.errors import OnRecordError
from training.asked import learn_asked
from training.calibrate import shifts_of
from training.corpus import Corpus, CorpusWriter, Tokenize, load_corpus, save_corpus
from training.exchanges import learn_exchanges
from training.export import export
from training.paragraphs import learn_clapnq, learn_piaf
from training.plan import ALONE, TAUGHT, Stage, on_cpu
from training.question_sets import MissingData, write_own_set
from training.score import Said, Scores, said, scored, threshold_of
from training.split import Split, split
from training.train import Material, run, trained

_TRANSCRIPTS = ("whitehouse", "qmsum")


def main(arguments: Sequence[str] | None = None) -> int:
    """Prepare the data, train, measure, and write the reader; what is done already is not done again."""
    parser = argparse.ArgumentParser(prog="make reader", description=main.__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with eval/asked, eval/whitehouse, train/…")
    parser.add_argument("--work", type=Path, required=True, help="folder for what is made on the way (2 GB)")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="the file to write (default: %(default)s)")
    parser.add_argument("--taught", action="store_true", help="train two teachers first, to follow: for a GPU")
    chosen = parser.parse_args(arguments)
    try:
        _make(chosen.data, chosen.work, chosen.out, TAUGHT if chosen.taught else ALONE)
    except OnRecordError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _make(data: Path, work: Path, out: Path, stages: Sequence[Stage]) -> None:
    work.mkdir(parents=True, exist_ok=True)
    packed = read_packed(packaged_bytes())
    corpus = prepared(data, work, Tokenizer(sentencepiece_model(packed)).ids)
    parts = split(corpus.questions)
    _say(
        f"to fit on {len(parts.fit)}, to choose by {len(parts.choose)}, to report on {len(parts.report)}, "
        f"to begin with {len(parts.first)} questions"
    )
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    stages = stages if device.type == "cuda" else on_cpu(stages)
    material = Material(packed, corpus.passages, parts)
    for stage in stages:
        run(stage, material, work, device, _say)
    reader = trained(stages[-1], work, packed, device)
    print(report(partial(said, reader, passages=corpus.passages), parts))
    shifts = shifts_of(said(reader, parts.choose, corpus.passages))
    _say(f"taken off: {shifts.nothing} that nothing answers, {shifts.opens} that a sentence leaves open")
    print(f"{export(reader.state_dict(), out, shifts)}  {out}")


def prepared(data: Path, work: Path, tokenize: Tokenize) -> Corpus:
    """All that the reader learns from; each collection is kept in `work` once it is made. Raises MissingData."""
    settings = Settings.load()
    encoder: list[Encoder] = []

    def model() -> Encoder:
        # Loaded for the first collection that is still to be made, if any.
        if not encoder:
            encoder.append(load_encoder(cache=settings.cache))
        return encoder[0]

    def own(writer: CorpusWriter) -> None:
        write_own_set(data / "eval", work / "own")
        learn_asked(writer, work / "own", work / "library-own", model(), settings, "own")

    def asked(writer: CorpusWriter) -> None:
        learn_asked(writer, data / "eval" / "asked", work / "library-asked", model(), settings, "asked")

    collections: dict[str, Callable[[CorpusWriter], None]] = {
        "asked": asked,
        "own": own,
        "exchanges": lambda writer: learn_exchanges(writer, _transcripts(data)),
        "piaf": lambda writer: learn_piaf(writer, data / "train" / "piaf_fr", model()),
        "clapnq": lambda writer: learn_clapnq(writer, data / "train" / "clapnq", model()),
    }
    whole = Corpus()
    for name, learn in collections.items():
        kept = work / f"{name}.json.gz"
        if not kept.exists():
            _say(f"preparing {name}")
            writer = CorpusWriter(tokenize)
            learn(writer)
            save_corpus(writer.corpus(), kept)
        whole = whole.joined(load_corpus(kept))
    return whole


def report(read: Callable[[Sequence[object]], list[Said]], parts: Split) -> str:
    """A table of the scores on the questions to choose by and to report on, and on the latter by language."""
    chosen, reported = read(parts.choose), read(parts.report)
    threshold = threshold_of(chosen)
    rows = {"choose": chosen, "report": reported}
    for language in sorted({one.question.language for one in reported}):
        rows[f"report, {language}"] = [one for one in reported if one.question.language == language]
    names = [field.name for field in fields(Scores)]
    lines = [["split", *names]]
    for name, part in rows.items():
        scores = scored(part, threshold)
        lines.append([name, *(f"{getattr(scores, one):.3g}" for one in names)])
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _transcripts(data: Path) -> list[Path]:
    files = [file for name in _TRANSCRIPTS for file in sorted((data / "eval" / name / "briefings").glob("*"))]
    if not files:
        raise MissingData(f"{data / 'eval'} holds no transcripts. Name the folder of the sets: make reader DATA=…")
    return files


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
