"""What a language model on this machine costs: its speed, its memory, and the first words of other answers meanwhile.

    python benchmarks/writing.py MODEL.gguf [--rounds 5]

In turns each question is asked without a model, with one set, and with one that is writing for somebody else; what is
timed is the answer with its quotes, which comes before a model is asked. The model is then timed by its process: tokens
a second of the clock and of a core, so that what else the machine does shows.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import psutil

import onrecord
from onrecord.rag import Library, Settings
from onrecord.rag.language_model.language_model import Message
from onrecord.rag.language_model.local import LocalModel, local_model

QUESTIONS = (
    "Will there be a fifth ferry?",
    "Who cut the Selkie cable?",
    "Quelle hauteur le fleuve a-t-il atteinte au pont de Saint-Vriac ?",
)
_TOKENS = 60
_MEGABYTE = 1e6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, help="A GGUF file.")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    model = local_model(options.model)
    alone, beside = Settings(llm=None, llm_url=None), Settings(llm=str(options.model), llm_url=None)
    with tempfile.TemporaryDirectory() as folder:
        with Library.open(folder, settings=alone) as library:
            library.add([Path(onrecord.__file__).parent / "samples"])
        with (
            Library.open(folder, settings=alone) as without,
            Library.open(folder, settings=beside) as with_one,
        ):
            _first_words(without, with_one, model, options.rounds)
    _speed(model)


def _first_words(without: Library, with_one: Library, model: LocalModel, rounds: int) -> None:
    taken: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for library in (without, with_one):
        library.ask(QUESTIONS[0], written=False)
    for _ in range(rounds):
        for question in QUESTIONS:
            taken["no model is set"].append(_asked(without, question))
            taken["a model is set"].append(_asked(with_one, question))
            with _Writing(model):
                taken["it writes for somebody else"].append(_asked(with_one, question))
    usual = [median(column) for column in zip(*taken["no model is set"], strict=True)]
    print("until the quotes are there, medians: clock, processor time of the asking process")
    for name, times in taken.items():
        clock, processor = (median(column) for column in zip(*times, strict=True))
        print(
            f"  {name:<28}{clock * 1e3:6.0f} ms ({clock / usual[0]:.2f}) {processor * 1e3:6.0f} ms "
            f"({processor / usual[1]:.2f})"
        )


def _asked(library: Library, question: str) -> tuple[float, float]:
    clock, processor = time.perf_counter(), time.process_time()
    answers = library.stream(question)
    next(answers)
    taken = time.perf_counter() - clock, time.process_time() - processor
    answers.close()  # type: ignore[attr-defined]  # it is a generator
    return taken


class _Writing:
    """The model at work in the background, from its first token until the block ends."""

    def __init__(self, model: LocalModel) -> None:
        self._model, self._begun, self._over = model, threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._write)

    def _write(self) -> None:
        for piece in _reply(self._model):
            if piece:
                self._begun.set()
            if self._over.is_set():
                return

    def __enter__(self) -> None:
        self._thread.start()
        self._begun.wait()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


def _reply(model: LocalModel) -> Iterator[str]:
    counting: Message = {"role": "user", "content": "Tell a long story about a harbour."}
    return model.reply([counting])


def _speed(model: LocalModel) -> None:
    process = psutil.Process(model.pid)
    pieces = filter(None, _reply(model))
    next(pieces)
    clock, processor = time.perf_counter(), process.cpu_times().user
    tokens = sum(1 for _ in itertools.islice(pieces, _TOKENS))
    clock, processor = time.perf_counter() - clock, process.cpu_times().user - processor
    print(
        f"{model.name} writes {tokens / clock:.1f} tokens/s, {tokens / processor:.1f} a second of a core; its process "
        f"holds {model.memory() / _MEGABYTE:,.0f} MB"
    )


if __name__ == "__main__":
    main()
