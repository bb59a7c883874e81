"""The bundled model on onnxruntime: texts to unit vectors without importing torch."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings.bundled import GRAPH, MANIFEST, TOKENIZER
from onrecord.embeddings.errors import ModelError

Vectors = NDArray[np.float32]
Tokens = NDArray[np.int64]

_LONGEST = 512
_PADDING = ("<pad>", 1)
# Texts of like length run together; more than eight of 200 tokens leave the processor's caches (8: 9.0 passages/s and
# 16: 6.8 on one core, both at 25 MB less than 32).
_BATCH = 8


class OnnxModel:
    """The graph and the tokenizer of one folder; safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        """Open `folder`, which takes a quarter of a second. Raises ModelError where onnxruntime refuses it."""
        import onnxruntime
        from tokenizers import Tokenizer

        self._folder = folder
        options = onnxruntime.SessionOptions()
        # A question is done before a second thread has woken up; passages use the cores by running batches side by
        # side, which loses nothing to waiting inside each layer.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        try:
            self._session = onnxruntime.InferenceSession(
                str(folder / GRAPH), options, providers=["CPUExecutionProvider"]
            )
            self.tokenizer: Any = Tokenizer.from_file(str(folder / TOKENIZER))
        except Exception as error:
            raise ModelError(f"The embedding model in {folder} could not be loaded ({error}). Delete it.") from error
        self.tokenizer.enable_truncation(_LONGEST)
        self.tokenizer.enable_padding(pad_token=_PADDING[0], pad_id=_PADDING[1])
        self.dimension = int(self._session.get_outputs()[0].shape[2])

    def tokenize(self, texts: Sequence[str]) -> tuple[Tokens, Tokens]:
        """Return the (texts, longest) ids of tokens and the mask that is 0 over padding."""
        encoded = self.tokenizer.encode_batch(list(texts))
        return (
            np.array([text.ids for text in encoded], np.int64),
            np.array([text.attention_mask for text in encoded], np.int64),
        )

    def token_embeddings(self, ids: Tokens, mask: Tokens) -> Vectors:
        """Return the (texts, tokens, dimension) last hidden states."""
        result: Vectors = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return result

    def encode(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Return the (texts, dimension) unit vectors of `texts`, prompts included: the mean over each one's tokens.

        `progress` is called with the number of texts just finished.
        """
        vectors = np.empty((len(texts), self.dimension), np.float32)
        order = np.argsort([-len(text) for text in texts], kind="stable")
        batches = [order[start : start + _BATCH] for start in range(0, len(texts), _BATCH)]

        def run(batch: NDArray[np.intp]) -> tuple[NDArray[np.intp], Vectors]:
            ids, mask = self.tokenize([texts[position] for position in batch])
            weights = mask[:, :, None].astype(np.float32)
            means = (self.token_embeddings(ids, mask) * weights).sum(axis=1) / weights.sum(axis=1)
            return batch, means / np.linalg.norm(means, axis=1, keepdims=True)

        if len(batches) == 1:
            batch, rows = run(batches[0])
            vectors[batch] = rows
            return vectors
        with ThreadPoolExecutor(max(1, min(len(batches), _cores()))) as pool:
            for batch, rows in pool.map(run, batches):
                vectors[batch] = rows
                if progress is not None:
                    progress(len(batch))
        return vectors

    def save(self, folder: Path) -> None:
        """Copy the graph, the tokenizer and their checksums to another folder."""
        for name in (GRAPH, TOKENIZER, MANIFEST):
            shutil.copyfile(self._folder / name, folder / name)


def _cores() -> int:
    """Cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not Linux
        return os.cpu_count() or 1
