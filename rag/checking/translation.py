"""How near two sentences in different languages are in sense.

A multilingual model places every sentence of one language on one side: raw cosines mix that side with the sense. With
each language's mean taken off, translations stand apart: of 40 sentences of our own, 20 translated and 20 merely on the
same subjects, all were told apart, with means over any 16 sentences of a library or more (benchmarks/check.py). That
holds of the bundled model, which compares them whatever model a library is searched with: the border is of its cosines.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings import Encoder
from onrecord.rag.holdings import Holdings
from onrecord.rag.languages import answer_language, language
from onrecord.rag.languages.detection import detect_language

_SAMPLE = 48
_SAMPLED_BRIEFINGS = 12

Vector = NDArray[np.float32]


class Translations:
    """Nearness across languages over the briefings of a library; the means are measured at the first use."""

    def __init__(self, holdings: Holdings, bundled: Encoder) -> None:
        """Compare by the `bundled` model; the `holdings` tell what the sentences of a language have in common."""
        self._holdings = holdings
        self._encoder = bundled
        self._means: dict[str, Vector] = {}
        # The quotations of one article are mostly compared with the same passages.
        self._known: dict[str, Vector] = {}

    def similarity(self, quotation: str, texts: Sequence[str]) -> list[float]:
        """The cosines, each language's mean taken off, of a quotation with texts that are all in one language."""
        if not texts:
            return []
        vectors = self._vectors([quotation, *texts])
        own = detect_language(quotation)
        theirs = detect_language(" ".join(texts))
        wanted = _unit(vectors[:1] - self._mean(own, theirs))[0]
        scores: list[float] = (_unit(vectors[1:] - self._mean(theirs, own)) @ wanted).tolist()
        return scores

    def _vectors(self, texts: Sequence[str]) -> Vector:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._encoder.encode_queries(new), strict=True))
        return np.stack([self._known[text] for text in texts])

    def _mean(self, code: str, other: str) -> Vector:
        if code not in self._means:
            sample = self._sample(code)
            if len(sample) >= _SAMPLE // 3:
                self._means[code] = self._encode(sample)
            elif _parallel(code) and _parallel(other) and len(self._sample(other)) >= _SAMPLE // 3:
                offset = self._encode(_parallel(code)) - self._encode(_parallel(other))
                self._means[code] = self._encode(self._sample(other)) + offset
            else:
                self._means[code] = self._encode(_parallel(answer_language(code).code))
        return self._means[code]

    def _encode(self, texts: Sequence[str]) -> Vector:
        mean: Vector = self._encoder.encode_queries(texts).mean(axis=0)
        return mean

    def _sample(self, code: str) -> list[str]:
        """Sentences from all over the briefings in a language, the same ones each time."""
        return self._holdings.of_one_state(lambda: self._sampled(code))

    def _sampled(self, code: str) -> list[str]:
        held = [summary.id for summary in self._holdings.summaries() if summary.language == code]
        chosen = held[:: max(1, len(held) // _SAMPLED_BRIEFINGS)]
        found: list[str] = []
        for briefing_id in chosen:
            own = [
                passage.text[span.start : span.end]
                for passage in self._holdings.passages(briefing_id)
                for span in islice(language(code).sentences(passage.text), 2)
            ]
            found += own[:: max(1, len(own) * len(chosen) // _SAMPLE)]
        return found[:_SAMPLE]


def _parallel(code: str) -> tuple[str, ...]:
    """Sentences that every language has: what parts their means is the language alone.

    They stand in where a library holds nothing in the language of a quotation.
    """
    return language(code).article.parallel


def _unit(vectors: Vector) -> Vector:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vector = (vectors / np.maximum(lengths, np.float32(1e-9))).astype(np.float32)
    return unit
