"""The vectors of texts and of their single tokens in context, and where the tokens stand in the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings.tokenizer import Tokenizer
from onrecord.embeddings.transformer import MOST_PIECES, Transformer, unit, whole

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """A text as read: `whole` is its unit vector; then its tokens in order, n of them.

    `spans` are (n, 2) places in the text; `vectors` (n, dimension) unit vectors, from which what all tokens have in
    common was taken off. n is 0 where a model is read by whole texts alone.
    """

    spans: NDArray[np.int64]
    vectors: NDArray[np.float32]
    whole: NDArray[np.float32]


def without_tokens(wholes: NDArray[np.float32]) -> list[TokenVectors]:
    """Texts read as wholes alone, from their unit vectors, (texts, dimension)."""
    none = np.empty((0, 2), np.int64)
    return [TokenVectors(none, wholes[:0], whole) for whole in wholes]


def token_vectors(
    model: SentenceTransformer, texts: Sequence[str], prompt: str, common: NDArray[np.float32]
) -> list[TokenVectors]:
    """The tokens of texts as a model reads them behind a prompt; special tokens and the prompt's are left out.

    `common` is the mean of all tokens' vectors, (dimension,). A transformer's tokens lie in a narrow cone, where every
    two are alike (Ethayarajh 2019, arXiv:1909.00512); it is taken off each.
    """
    if not texts:
        return []
    read: Any = model.encode(list(texts), prompt=prompt, output_value=None, show_progress_bar=False)
    return [
        _tokens(
            model.tokenizer,
            np.asarray(features["token_embeddings"], np.float32),
            unit(np.asarray(features["sentence_embedding"], np.float32)[None])[0],
            text,
            prompt,
            common,
        )
        for features, text in zip(read, texts, strict=True)
    ]


def question_vectors(transformer: Transformer, text: str, prompt: str, common: NDArray[np.float32]) -> TokenVectors:
    """The tokens of a question, as `token_vectors` gives them, without sentence-transformers."""
    (states,) = transformer.states(transformer.ids([text], prompt))
    return _tokens(transformer.tokenizer, states, whole(states), text, prompt, common)


def _tokens(
    tokenizer: Tokenizer,
    states: NDArray[np.float32],
    whole: NDArray[np.float32],
    text: str,
    prompt: str,
    common: NDArray[np.float32],
) -> TokenVectors:
    spans = tokenizer.pieces(prompt + text).spans[:MOST_PIECES] - len(prompt)
    # The last token of a prompt ends where the text begins.
    with_extent = spans[:, 1] > spans[:, 0]
    own = with_extent & (spans[:, 1] > 0)
    if not own.any():
        own = with_extent
    # The first state is that of the token that begins every text.
    centred = states[1 : 1 + len(spans)][own] - common
    return TokenVectors(np.maximum(spans[own], 0), unit(centred), whole)
