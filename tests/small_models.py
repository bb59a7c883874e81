"""Models that are real and fast, and mean nothing."""

from __future__ import annotations

from pathlib import Path


def random_model(folder: Path, *, seed: int) -> Path:
    """Write a sentence-transformers model of 256 random byte vectors into a folder; the seed tells which one."""
    import numpy as np
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer, models, pre_tokenizers

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={letter: number for number, letter in enumerate(alphabet)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    weights = np.random.default_rng(seed).standard_normal((len(alphabet), 32)).astype(np.float32)
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=weights)], device="cpu").save(str(folder))
    return folder
