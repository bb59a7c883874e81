"""The bundled model's graph and tokenizer, run by onnxruntime: texts in, the state of every token out.

Neither torch nor sentence-transformers is imported here: a question is read a second after the process has started.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings.bundled import GRAPH, TOKENIZER
from onrecord.embeddings.tokenizer import Tokenizer

BEGIN, PADDING, END = 0, 1, 2
# The model reads 512 tokens; two are the first and the last.
MOST_PIECES = 510

States = NDArray[np.float32]


class Graph:
    """A graph from `input_ids` to `token_embeddings`; safe to share between threads.

    Texts run one by one, each on one core, as many side by side as there are cores: nothing is filled up to the length
    of another, what stands beside a text makes no difference, and its states stay in the processor's own memory (45
    passages a second on one core, against 32 in batches of eight).
    """

    def __init__(self, graph: bytes | str) -> None:
        """Open a graph, or that of a file."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        # A question is done before a second thread has woken up.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session: Any = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self.dimension = int(self._session.get_outputs()[0].shape[2])

    def states(self, rows: Sequence[Sequence[int]]) -> list[States]:
        """The last hidden states, (tokens, dimension), of each of some texts, given as ids."""
        if len(rows) < 2:
            return [self._run(ids) for ids in rows]
        with ThreadPoolExecutor(min(len(rows), _cores())) as pool:
            return list(pool.map(self._run, rows))

    def _run(self, ids: Sequence[int]) -> States:
        states: States = self._session.run(None, {"input_ids": np.array([ids], np.int64)})[0][0]
        return states


class Transformer(Graph):
    """Texts to token states. `open_transformer` gives the one of a folder."""

    def __init__(self, folder: Path) -> None:
        with ThreadPoolExecutor(1) as pool:
            # Either takes a quarter of a second outside Python.
            tokenizer = pool.submit(lambda: Tokenizer((folder / TOKENIZER).read_bytes()))
            super().__init__(str(folder / GRAPH))
        self.tokenizer = tokenizer.result()

    def ids(self, texts: Sequence[str], prompt: str = "") -> list[list[int]]:
        """The ids of texts, each behind a prompt, between the tokens that begin and end every text."""
        return [[BEGIN, *ids[:MOST_PIECES], END] for ids in self.tokenizer.ids([prompt + text for text in texts])]


def open_transformer(folder: Path) -> Transformer:
    """The transformer of a folder of the bundled model: whoever asks gets the same, so that it is in memory once."""
    with _OPENING:
        return _opened(folder)


_OPENING = threading.Lock()


@lru_cache(maxsize=1)
def _opened(folder: Path) -> Transformer:
    return Transformer(folder)


def whole(states: States) -> NDArray[np.float32]:
    """The unit vector of a text, (dimension,), from the states of its tokens, (tokens, dimension): their mean, as the
    model's pooling makes it in sentence-transformers."""
    vector: NDArray[np.float32] = unit(states.mean(axis=0, keepdims=True))[0]
    return vector


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Vectors, (n, dimension), each of length one."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), np.float32)


def _cores() -> int:
    """Cores that this process may use; one of several on a machine is told so, as Ray tells its workers."""
    told = os.environ.get("OMP_NUM_THREADS", "")
    if told.isdecimal() and int(told):
        return int(told)
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not Linux
        return os.cpu_count() or 1
