"""Public sets of questions about paragraphs to candidates: PIAF (French) and ClapNQ (English)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings import Encoder
from onrecord.rag.languages import language
from training.corpus import GOLD, NEITHER, Candidate, Collection, CorpusWriter
from training.question_sets import MissingData

# Paragraphs set beside the one asked about: those nearest to the question, or among so many nearest.
_PIAF_OTHERS, _PIAF_NEAREST, _CLAPNQ_NEAREST = 11, 13, 9
# Of a long passage so many characters are embedded: the encoder reads little more.
_EMBEDDED = 1500
# The vectors of so many texts' tokens, which are not needed, fit in memory.
_AT_ONCE = 256
# What stands before a paragraph, which nobody says.
_HEAD = "statement, :"


@dataclass(frozen=True, slots=True)
class _Paragraph:
    text: str
    sentences: tuple[str, ...]


def learn_piaf(writer: CorpusWriter, folder: Path, encoder: Encoder) -> None:
    """Add French questions with exact spans in paragraphs, each beside the paragraphs nearest to it."""
    corpus, queries = _lines(folder / "corpus.jsonl"), _lines(folder / "queries.jsonl")
    french = language("fr")
    spans = [[(one.start, one.end) for one in french.sentences(line["text"])] for line in corpus]
    paragraphs = [
        _Paragraph(line["text"], tuple(line["text"][a:b] for a, b in cut))
        for line, cut in zip(corpus, spans, strict=True)
    ]
    places = {line["doc_id"]: place for place, line in enumerate(corpus)}
    nearest = _nearest(encoder, [line["question"] for line in queries], [one.text for one in paragraphs], _PIAF_NEAREST)
    for query, near in zip(queries, nearest, strict=True):
        own = places[query["gold"][0]]
        labels = [
            GOLD if any(start < b and a < end for start, end, _ in query["gold_spans"]) else NEITHER
            for a, b in spans[own]
        ]
        others = [place for place in near if place != own][:_PIAF_OTHERS]
        _learn(writer, paragraphs, query["question"], own, labels, others, query["id"], query["gold"][0], "piaf", "fr")


def learn_clapnq(writer: CorpusWriter, folder: Path, encoder: Encoder) -> None:
    """Add English questions with the sentences that answer, and near misses that nothing answers."""
    answerable = _lines(folder / "answerable.jsonl")
    rows = [*answerable, *_lines(folder / "unanswerable.jsonl")]
    paragraphs = [
        _Paragraph(passage["text"], tuple(one for one in passage["sentences"] if one.strip()))
        for passage in (row["passages"][0] for row in rows)
    ]
    texts = [one.text[:_EMBEDDED] for one in paragraphs]
    nearest = _nearest(encoder, [row["input"] for row in rows], texts, _CLAPNQ_NEAREST)
    for own, (row, near) in enumerate(zip(rows, nearest, strict=True)):
        chosen = {sentence for output in row["output"][:1] for sentence in output["selected_sentences"]}
        labels = [GOLD if sentence in chosen else NEITHER for sentence in paragraphs[own].sentences]
        # A question said to be answered whose sentences are not found again teaches nothing.
        if GOLD in labels or own >= len(answerable):
            others = [place for place in near if place != own]
            _learn(writer, paragraphs, row["input"], own, labels, others, str(row["id"]), str(own), "clapnq", "en")


def _learn(
    writer: CorpusWriter,
    paragraphs: Sequence[_Paragraph],
    question: str,
    own: int,
    labels: Sequence[int],
    others: Sequence[int],
    id_: str,
    document: str,
    collection: Collection,
    language_: str,
) -> None:
    candidates = []
    for place in [own, *others]:
        sentences = paragraphs[place].sentences
        position = writer.passage(
            (collection, paragraphs[place].text), [_HEAD, *sentences], range(1, len(sentences) + 1)
        )
        marks = labels if place == own else [NEITHER] * len(sentences)
        candidates.append(Candidate(position, np.array(marks, np.int8)))
    writer.question(
        question,
        candidates,
        id=id_,
        collection=collection,
        document=document,
        language=language_,
        type=collection,
        status="answered" if GOLD in labels else "not_found",
    )


def _nearest(encoder: Encoder, questions: Sequence[str], texts: Sequence[str], many: int) -> NDArray[np.int64]:
    """For each question the positions of the texts nearest to it, nearest first: (questions, many)."""
    read = (encoder.read_passages(texts[at : at + _AT_ONCE]) for at in range(0, len(texts), _AT_ONCE))
    vectors = np.array([one.whole for part in read for one in part])
    nearness = encoder.encode_queries(questions) @ vectors.T
    return np.argsort(-nearness, axis=1)[:, :many]


def _lines(path: Path) -> list[dict[str, Any]]:
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    except OSError as error:
        raise MissingData(f"{path} cannot be read. Name the folder that holds the sets: make reader DATA=…") from error
