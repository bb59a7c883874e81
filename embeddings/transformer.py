"""The bundled model's graph and tokenizer, run by onnxruntime: texts in, the state of every token out.

Neither torch nor sentence-transformers is imported here: a question is read a second after the process has started.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings.bundled import GRAPH, TOKENIZER

_LONGEST = 512
_PADDING = 1
# Texts of a batch that run together on one core, fewer where that leaves a core idle; more than eight of 200 tokens
# leave the processor's caches (8: 9.0 passages/s and 16: 6.8 on one core).
_TOGETHER = 8

Ids = NDArray[np.int64]


class Transformer:
    """Texts to token states; safe to share between threads. `open_transformer` gives the one of a folder."""

    def __init__(self, folder: Path) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        # A question is done before a second thread has woken up; passages use the cores by running side by side,
        # which loses nothing to waiting inside each layer.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(folder / GRAPH), options, providers=["CPUExecutionProvider"])
        self.dimension = int(self._session.get_outputs()[0].shape[2])
        self.tokenizer: Any = Tokenizer.from_file(str(folder / TOKENIZER))
        self.tokenizer.enable_truncation(_LONGEST)

    def tokens(self, texts: Sequence[str], prompt: str = "") -> tuple[Ids, Ids]:
        """Tokenize texts, each behind a prompt: (texts, longest) ids, and the mask that is 0 over padding."""
        return padded([text.ids for text in self.tokenizer.encode_batch([prompt + text for text in texts])])

    def states(self, ids: Ids, mask: Ids) -> NDArray[np.float32]:
        """The last hidden states, (texts, tokens, dimension), of texts of which the longest come first."""
        together = min(_TOGETHER, -(-len(ids) // _cores()))
        starts = range(0, len(ids), together)

        def run(start: int) -> Any:
            rows = slice(start, start + together)
            # Sorted by length, so the padding that all rows of a part share is cut off.
            longest = int(mask[rows].sum(axis=1).max())
            states = self._session.run(
                None, {"input_ids": ids[rows, :longest], "attention_mask": mask[rows, :longest]}
            )[0]
            return np.pad(states, ((0, 0), (0, ids.shape[1] - longest), (0, 0)))

        if len(starts) == 1:
            parts = [run(0)]
        else:
            with ThreadPoolExecutor(min(len(starts), _cores())) as pool:
                parts = list(pool.map(run, starts))
        return np.concatenate(parts)

    def wholes(self, states: NDArray[np.float32], mask: Ids) -> NDArray[np.float32]:
        """Unit vectors of texts, (texts, dimension), from the states of their tokens: their mean, as the model's
        pooling makes it in sentence-transformers."""
        weights = mask[:, :, None].astype(np.float32)
        means = (states * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9)
        return unit(means)


@lru_cache(maxsize=1)
def open_transformer(folder: Path) -> Transformer:
    """The transformer of a folder of the bundled model: whoever asks gets the same, so that it is in memory once."""
    return Transformer(folder)


def padded(rows: Sequence[Sequence[int]]) -> tuple[Ids, Ids]:
    """The ids of texts side by side, (texts, longest), and the mask that is 0 over what fills them up."""
    longest = max(map(len, rows))
    ids, mask = (np.full((len(rows), longest), filler, np.int64) for filler in (_PADDING, 0))
    for place, row in enumerate(rows):
        ids[place, : len(row)], mask[place, : len(row)] = row, 1
    return ids, mask


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
