"""What a model makes of passages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from onrecord.embeddings import Encoder
from onrecord.rag.errors import OnRecordError
from onrecord.rag.retrieval.interaction import pack, said_words
from onrecord.rag.store import Archive, Embedded, EmbeddingModel
from onrecord.rag.types import Passage

_Read = tuple[str, str, str]


def embed(
    passages: Sequence[Passage], encoder: Encoder, progress: Callable[[int], None] | None = None
) -> list[Embedded]:
    """What a model makes of passages, each read behind its context; `progress` as for `Encoder.read_passages`."""
    texts = [embedded_text(passage) for passage in passages]
    embedded = []
    for passage, text, tokens in zip(passages, texts, encoder.read_passages(texts, progress), strict=True):
        own = replace(tokens, spans=tokens.spans - (len(text) - len(passage.text)))
        embedded.append(Embedded(tokens.whole, pack(said_words(passage.text, passage.language, own))))
    return embedded


def embedded_text(passage: Passage) -> str:
    """What is embedded for a passage: its context (title, date, speaker, question), then its words."""
    return f"{passage.context}\n{passage.text}" if passage.context else passage.text


def embed_again(
    store: Archive,
    encoder: Encoder,
    versions: Sequence[tuple[Sequence[Passage], str | None]],
    advance: Callable[[int], None] | None = None,
) -> list[list[Embedded]]:
    """What a model makes of the passages of briefings, each with the id of the version that it replaces, or None.

    What was made for the versions before is kept. `advance` is told how many passages more are done.
    """
    advance = advance or (lambda _: None)
    made: dict[_Read, Embedded] = {}
    for _, before in versions:
        made |= _made_before(store, before) if before else {}
    passages = [passage for own, _ in versions for passage in own]
    missing = {_read_as(passage): passage for passage in passages if _read_as(passage) not in made}
    advance(len(passages) - len(missing))
    made |= zip(missing, embed(list(missing.values()), encoder, advance), strict=True)
    return [[made[_read_as(passage)] for passage in own] for own, _ in versions]


def model_kept(encoder: Encoder) -> EmbeddingModel:
    """What a store keeps of the model that its vectors are of."""
    return EmbeddingModel(encoder.name, encoder.dimension, encoder.fingerprint)


def _read_as(passage: Passage) -> _Read:
    """All of a passage that a model makes something of."""
    return passage.context, passage.text, passage.language


def _made_before(store: Archive, briefing_id: str) -> dict[_Read, Embedded]:
    """What was made of the passages of a version that is now replaced; nothing where that is gone or damaged."""
    try:
        passages = store.passages(briefing_id)
        embedded = store.embedded(briefing_id)
    except OnRecordError:
        return {}
    return dict(zip(map(_read_as, passages), embedded, strict=True)) if embedded else {}
