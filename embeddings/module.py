"""The bundled model's transformer as a module of sentence-transformers."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from sentence_transformers.base.modules import InputModule
from torch.nn.utils.rnn import pad_sequence

from onrecord.embeddings.bundled import GRAPH, MANIFEST, TOKENIZER
from onrecord.embeddings.transformer import PADDING, open_transformer


class OnnxTransformer(InputModule):
    """Texts to token embeddings by onnxruntime. `modules.json` of the bundled model names this class.

    On a CPU a question takes a sixth of torch's time and a passage about half (docs/performance.md). Safe to share
    between threads.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._folder = folder
        self._transformer = open_transformer(folder)
        self.tokenizer: Any = self._transformer.tokenizer

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **_: Any) -> dict[str, Any]:
        """Tokenize `inputs`, each after `prompt`: (texts, longest) ids, and the mask that is 0 over padding."""
        rows = [torch.tensor(ids) for ids in self._transformer.ids(inputs, prompt or "")]
        ids = pad_sequence(rows, batch_first=True, padding_value=PADDING)
        return {"input_ids": ids, "attention_mask": (ids != PADDING).long()}

    def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Add `token_embeddings` (texts, tokens, dimension): the last hidden states."""
        lengths = features["attention_mask"].sum(dim=1).tolist()
        rows = [ids[:length] for ids, length in zip(features["input_ids"].tolist(), lengths, strict=True)]
        states = [torch.from_numpy(one) for one in self._transformer.states(rows)]
        return {**features, "token_embeddings": pad_sequence(states, batch_first=True)}

    def get_embedding_dimension(self) -> int:
        """Numbers in a token's vector."""
        return self._transformer.dimension

    def save(self, output_path: str, *_: Any, **__: Any) -> None:
        """Copy the graph, the tokenizer and their checksums to another folder."""
        for name in (GRAPH, TOKENIZER, MANIFEST):
            shutil.copyfile(self._folder / name, Path(output_path) / name)

    @classmethod
    def load(cls, model_name_or_path: str, subfolder: str = "", *_: Any, **__: Any) -> OnnxTransformer:
        """Open the folder of the bundled model."""
        return cls(Path(model_name_or_path) / subfolder)
