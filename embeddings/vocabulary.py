"""How likely words are, told from the pieces of words that the bundled model was trained on.

Its tokenizer holds 250,000 pieces of words of a hundred languages, each with the logarithm of its probability. A word
that people write is made of few likely pieces; letters put together by chance are made of many.
"""

from __future__ import annotations

from functools import lru_cache

from onrecord.embeddings.bundled import packaged_pieces

# What begins a word is marked so in the pieces.
_START = "▁"
# Pieces are no longer than this (the longest has 16 letters), and a letter that no piece holds costs as much.
_LONGEST, _UNKNOWN = 16, -25.0


@lru_cache(maxsize=1)
def _pieces() -> dict[str, float]:
    """The pieces in small letters, with their log probabilities."""
    return {piece: score for piece, score in packaged_pieces() if piece.removeprefix(_START).islower()}


@lru_cache(maxsize=4096)
def log_likelihood(word: str) -> float:
    """The logarithm of the probability of a word in small letters, by its likeliest division into pieces.

    Only differences mean something: `log_likelihood("long") + log_likelihood("term")` is above
    `log_likelihood("longterm")`, and that of "environ" and "mental" far below that of "environmental".
    Raises ModelError where the package that carries the pieces is missing or another one.
    """
    pieces, marked = _pieces(), _START + word
    best = [0.0]
    for end in range(1, len(marked) + 1):
        found = [best[end - 1] + _UNKNOWN]
        for start in range(max(0, end - _LONGEST - 1), end):
            score = pieces.get(marked[start:end])
            if score is not None:
                found.append(best[start] + score)
        best.append(max(found))
    return best[-1]
