"""How near two sentences in different languages are in sense.

A multilingual model places every sentence of one language on one side: raw cosines mix that side with the sense. With
each language's mean taken off, translations stand apart: of 40 sentences of our own, 20 translated and 20 merely on the
same subjects, all were told apart, with means over any 16 sentences of a library or more (benchmarks/check.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings import Encoder
from onrecord.rag.languages import language
from onrecord.rag.languages.detection import detect_language
from onrecord.rag.store import Store

_SAMPLE = 48
_SAMPLED_BRIEFINGS = 12
# The same sentences in both languages: what parts their means is the language alone. They stand in where a library
# holds nothing in the language of the quotation.
_PARALLEL = {
    "en": (
        "Good morning, thank you all for coming.",
        "We have just finished a very useful meeting with our partners.",
        "The government will present its plan to parliament next week.",
        "I cannot give you a number today, but I will come back to you.",
        "Prices have gone up, and families feel it every day.",
        "Our soldiers did their duty under very difficult conditions.",
        "The law says clearly who is responsible for this.",
        "I spoke to the president on the telephone this morning.",
        "Twenty countries have signed the agreement so far.",
        "The work will begin in the spring and last two years.",
        "We do not comment on matters that are before the courts.",
        "That is a question you should put to the ministry.",
        "Nobody expected the river to rise so fast.",
        "We need more doctors, more nurses and more beds.",
        "It is a good decision for the country and for Europe.",
        "The road was closed for three days because of the snow.",
        "I do not agree with what my colleague said yesterday.",
        "The company has promised to create four hundred jobs.",
        "They attacked the city during the night, and we condemn it.",
        "Are there any other questions?",
    ),
    "fr": (
        "Bonjour, merci à tous d’être venus.",
        "Nous venons de terminer une réunion très utile avec nos partenaires.",
        "Le gouvernement présentera son plan au parlement la semaine prochaine.",
        "Je ne peux pas vous donner de chiffre aujourd’hui, mais je reviendrai vers vous.",
        "Les prix ont augmenté, et les familles le ressentent chaque jour.",
        "Nos soldats ont fait leur devoir dans des conditions très difficiles.",
        "La loi dit clairement qui en est responsable.",
        "J’ai parlé au président au téléphone ce matin.",
        "Vingt pays ont signé l’accord jusqu’à présent.",
        "Les travaux commenceront au printemps et dureront deux ans.",
        "Nous ne commentons pas les affaires qui sont devant les tribunaux.",
        "C’est une question qu’il faut poser au ministère.",
        "Personne ne s’attendait à ce que le fleuve monte aussi vite.",
        "Il nous faut plus de médecins, plus d’infirmières et plus de lits.",
        "C’est une bonne décision pour le pays et pour l’Europe.",
        "La route a été fermée pendant trois jours à cause de la neige.",
        "Je ne suis pas d’accord avec ce que mon collègue a dit hier.",
        "L’entreprise a promis de créer quatre cents emplois.",
        "Ils ont attaqué la ville pendant la nuit, et nous le condamnons.",
        "Y a-t-il d’autres questions ?",
    ),
}

Vector = NDArray[np.float32]


class Translations:
    """Nearness across languages over the briefings of a store; the means are measured at the first use."""

    def __init__(self, store: Store, encoder: Encoder) -> None:
        self._store = store
        self._encoder = encoder
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

    def vector(self, quotation: str) -> Vector:
        """The unit vector of a quotation, to look for its sense in the passages."""
        vector: Vector = self._vectors([quotation])[0]
        return vector

    def _vectors(self, texts: Sequence[str]) -> Vector:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._encoder.encode_queries(new), strict=True))
        return np.stack([self._known[text] for text in texts])

    def _mean(self, language: str, other: str) -> Vector:
        if language not in self._means:
            sample = self._sample(language)
            if len(sample) >= _SAMPLE // 3:
                self._means[language] = self._encode(sample)
            elif language in _PARALLEL and other in _PARALLEL and len(self._sample(other)) >= _SAMPLE // 3:
                offset = self._encode(_PARALLEL[language]) - self._encode(_PARALLEL[other])
                self._means[language] = self._encode(self._sample(other)) + offset
            else:
                self._means[language] = self._encode(_PARALLEL.get(language, _PARALLEL["en"]))
        return self._means[language]

    def _encode(self, texts: Sequence[str]) -> Vector:
        mean: Vector = self._encoder.encode_queries(texts).mean(axis=0)
        return mean

    def _sample(self, code: str) -> list[str]:
        """Sentences from all over the briefings in a language, the same ones each time."""
        held = [summary.id for summary in self._store.summaries() if summary.language == code]
        chosen = held[:: max(1, len(held) // _SAMPLED_BRIEFINGS)]
        found: list[str] = []
        for briefing_id in chosen:
            own = [
                passage.text[span.start : span.end]
                for passage in self._store.passages(briefing_id)
                for span in islice(language(code).sentences(passage.text), 2)
            ]
            found += own[:: max(1, len(own) * len(chosen) // _SAMPLE)]
        return found[:_SAMPLE]


def _unit(vectors: Vector) -> Vector:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vector = (vectors / np.maximum(lengths, np.float32(1e-9))).astype(np.float32)
    return unit
