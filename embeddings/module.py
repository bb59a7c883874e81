"""The bundled model's transformer as a module of sentence-transformers that runs on onnxruntime."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from sentence_transformers.base.modules import InputModule
from tokenizers import Tokenizer

from onrecord.embeddings.bundled import GRAPH, MANIFEST, TOKENIZER

_LONGEST = 512
_PADDING = ("<pad>", 1)
# Texts of a batch that run together on one core, fewer where that leaves a core idle; more than eight of 200 tokens
# leave the processor's caches (8: 9.0 passages/s and 16: 6.8 on one core).
_TOGETHER = 8


class OnnxTransformer(InputModule):
    """Texts to token embeddings by onnxruntime. `modules.json` of the bundled model names this class.

    On a CPU a question takes a sixth of torch's time and a passage about half (docs/performance.md). Safe to share
    between threads.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._folder = folder
        options = onnxruntime.SessionOptions()
        # A question is done before a second thread has woken up; passages use the cores by running side by side,
        # which loses nothing to waiting inside each layer.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(folder / GRAPH), options, providers=["CPUExecutionProvider"])
        self._dimension = int(self._session.get_outputs()[0].shape[2])
        self.tokenizer: Any = Tokenizer.from_file(str(folder / TOKENIZER))
        self.tokenizer.enable_truncation(_LONGEST)
        self.tokenizer.enable_padding(pad_token=_PADDING[0], pad_id=_PADDING[1])

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **_: Any) -> dict[str, Any]:
        """Tokenize `inputs`, each after `prompt`: (texts, longest) ids, and the mask that is 0 over padding."""
        encoded = self.tokenizer.encode_batch([(prompt or "") + text for text in inputs])
        return {
            "input_ids": torch.tensor([text.ids for text in encoded]),
            "attention_mask": torch.tensor([text.attention_mask for text in encoded]),
        }

    def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Add `token_embeddings` (texts, tokens, dimension): the last hidden states."""
        ids, mask = features["input_ids"].numpy(), features["attention_mask"].numpy()
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
        return {**features, "token_embeddings": torch.from_numpy(np.concatenate(parts))}

    def get_embedding_dimension(self) -> int:
        """Numbers in a token's vector."""
        return self._dimension

    def save(self, output_path: str, *_: Any, **__: Any) -> None:
        """Copy the graph, the tokenizer and their checksums to another folder."""
        for name in (GRAPH, TOKENIZER, MANIFEST):
            shutil.copyfile(self._folder / name, Path(output_path) / name)

    @classmethod
    def load(cls, model_name_or_path: str, subfolder: str = "", *_: Any, **__: Any) -> OnnxTransformer:
        """Open the folder of the bundled model."""
        return cls(Path(model_name_or_path) / subfolder)


def _cores() -> int:
    """Cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not Linux
        return os.cpu_count() or 1
