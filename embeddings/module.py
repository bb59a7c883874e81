"""The bundled model's transformer as a module of sentence-transformers, so that all of that library can use it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from sentence_transformers.base.modules import InputModule

from onrecord.embeddings.runtime import OnnxModel


class OnnxTransformer(InputModule):
    """Texts to token embeddings by onnxruntime. `modules.json` of the bundled model names this class."""

    def __init__(self, folder: Path) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._folder = folder
        self._model = OnnxModel(folder)
        self.tokenizer = self._model.tokenizer

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **_: Any) -> dict[str, Any]:
        """Tokenize `inputs`, each after `prompt`."""
        ids, mask = self._model.tokenize([(prompt or "") + text for text in inputs])
        return {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}

    def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Add `token_embeddings` (batch, tokens, dimension)."""
        tokens = self._model.token_embeddings(features["input_ids"].numpy(), features["attention_mask"].numpy())
        return {**features, "token_embeddings": torch.from_numpy(tokens)}

    def get_embedding_dimension(self) -> int:
        """Numbers in a token's vector."""
        return self._model.dimension

    def save(self, output_path: str, *_: Any, **__: Any) -> None:
        """Write the graph and the tokenizer to `output_path`."""
        self._model.save(Path(output_path))

    @classmethod
    def load(cls, model_name_or_path: str, subfolder: str = "", *_: Any, **__: Any) -> OnnxTransformer:
        """Open the folder of the bundled model."""
        return cls(Path(model_name_or_path) / subfolder)
