"""What a library mends itself with: files read again as when they were added, passages embedded again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from onrecord.embeddings import Encoder
from onrecord.rag.documents import read_again
from onrecord.rag.embedding import embed, model_kept
from onrecord.rag.store import Embedded, EmbeddingModel, Kept
from onrecord.rag.types import Briefing, Passage


class Mender:
    """Reads files again and embeds passages again; `encoder` is called only when there is something to embed."""

    def __init__(self, encoder: Callable[[], Encoder]) -> None:
        self._load = encoder

    @cached_property
    def _encoder(self) -> Encoder:
        return self._load()

    def original(self, source: str, sha256_: str) -> bytes | None:
        """The bytes of a file from where it was added, or None where it is gone or another."""
        try:
            data = Path(source).read_bytes()
        except (OSError, ValueError):
            return None
        return data if sha256(data).hexdigest() == sha256_ else None

    def read(self, kept: Kept) -> tuple[Briefing, tuple[Passage, ...]] | None:
        """A briefing read again from its file, and its passages; None where it cannot be read.

        What it was told to be called when it was added, and what was corrected since, is known where its row is sound.
        """
        found = read_again(kept.data, kept, kept.corrections, told=kept.is_sound)
        if found is None or kept.lineage:
            return found
        briefing, passages = found
        return replace(briefing, lineage=briefing.id), passages

    def model(self) -> EmbeddingModel:
        """The model that `embed` uses."""
        return model_kept(self._encoder)

    def embed(self, passages: Sequence[Passage]) -> list[Embedded]:
        """What the model makes of passages."""
        return embed(passages, self._encoder)
