"""The bundled reader: a question and passages in, for each sentence how well it answers and how well it leaves open.

A cross-encoder over the bundled encoder's own word embeddings: its first layers, trained on to read a question and a
passage together (training/, docs/reader.md). Its weights lie in this package, eight bits each; the word embeddings are
those of the encoder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields, replace
from functools import lru_cache
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings import bundled
from onrecord.embeddings.errors import ModelError
from onrecord.embeddings.graph import bert_graph, multiplies_whole_numbers
from onrecord.embeddings.tokenizer import Tokenizer, sentencepiece_model
from onrecord.embeddings.transformer import Graph, open_transformer

if TYPE_CHECKING:
    from onrecord.embeddings.bundled import PackedModel

WEIGHTS = Path(__file__).with_name("reader.npz")
# Of the weights that training/ wrote; other weights are refused, not trusted.
SHA256 = "f0971b2bee72a9b3ac9cad94978df139fcef2e30d61c3025ad75f96df29d695d"
# Rows of so many weights share a scale.
BLOCK = 32
_LEAST_SCALE = np.finfo(np.float16).smallest_subnormal
# Tokens of the question, and of question and passage together, as in training; a longer passage is read in windows.
QUESTION_TOKENS, LONGEST = 72, 264
# Tokens of a window at most before its first sentence: the question, and what stands before the sentences.
_LONGEST_HEADING = LONGEST * 2 // 3

_HEAD = "head.npz"
_REMEDY = "Install OnRecord again: pip install --force-reinstall onrecord"

Scores = NDArray[np.float32]
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage to read: its pieces one after another, and which of them are its sentences, by position."""

    pieces: tuple[str, ...]
    sentences: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Window:
    """What is read at once: the ids of its tokens, and the places among them of sentences, by their number."""

    ids: list[int]
    places: dict[int, Place]


@dataclass(frozen=True, slots=True)
class Head:
    """What turns a sentence's states into two scores: two linear layers with GELU between, and the score of nothing."""

    hidden_weights: Scores
    hidden_bias: Scores
    output_weights: Scores
    output_bias: Scores
    nothing: float


class BundledReader:
    """Reads passages side by side, each on one core; safe to share between threads. `load_reader` opens it."""

    def __init__(self, graph: Graph, tokenizer: Tokenizer, head: Head) -> None:
        self._graph = graph
        self._tokenizer = tokenizer
        self._head = head

    @property
    def nothing(self) -> float:
        """The score of "none of these sentences", to weigh against those of `read` as logits."""
        return float(self._head.nothing)

    def read(self, question: str, passages: Sequence[Passage]) -> list[Scores]:
        """Score the sentences of passages.

        Returns:
            for each passage (sentences, 2) logits: how well each answers the question, and how well it leaves it open.
            An empty sentence has -inf for both.
        """
        asked = self._tokenizer.ids([f"query: {question}"])[0][:QUESTION_TOKENS]
        scores = [np.full((len(passage.sentences), 2), -np.inf, np.float32) for passage in passages]
        windows = [
            (number, window) for number, passage in enumerate(passages) for window in self._windows(asked, passage)
        ]
        states = self._graph.states([window.ids for _, window in windows])
        for (number, window), state in zip(windows, states, strict=True):
            scores[number][list(window.places)] = self._scored(state, list(window.places.values()))
        return scores

    def _windows(self, asked: Sequence[int], passage: Passage) -> list[_Window]:
        return _windows(asked, self._tokenizer.ids(passage.pieces), passage.sentences)

    def _scored(self, states: Scores, places: Sequence[Place]) -> Scores:
        parts = [np.concatenate([states[a:z].mean(axis=0), states[a:z].max(axis=0), states[0]]) for a, z in places]
        return _scores_of(np.array(parts, np.float32), self._head)


def _windows(asked: Sequence[int], pieces: Sequence[Sequence[int]], sentences: Sequence[int]) -> list[_Window]:
    """Cut the tokens of a passage into windows, each sentence whole in one of them where it fits at all.

    Each begins with the question and what stands before the first sentence and its speaker; a later one goes on with
    who speaks.
    """
    numbers = {piece: number for number, piece in enumerate(sentences) if pieces[piece]}
    if not numbers:
        return []
    opening, last = max(0, min(sentences) - 1), LONGEST - 1
    heading = [0, *asked, 2, 2, *(token for piece in pieces[:opening] for token in piece)][:_LONGEST_HEADING]
    windows = [_Window([*heading], {})]
    speaks: Sequence[int] = []
    for position in range(opening, len(pieces)):
        tokens = pieces[position]
        if len(heading) < len(windows[-1].ids) > last - len(tokens):
            windows.append(_Window([*heading, *(speaks if position in numbers else ())], {}))
        start = len(windows[-1].ids)
        windows[-1].ids.extend(tokens[: last - start])
        if position in numbers:
            windows[-1].places[numbers[position]] = (start, len(windows[-1].ids))
        else:
            speaks = tokens[: last - len(heading) - 1]
    return [_Window([*window.ids, 2], window.places) for window in windows if window.places]


def _scores_of(features: Scores, head: Head) -> Scores:
    raised: Scores = features @ head.hidden_weights.T + head.hidden_bias
    raised = np.asarray(0.5 * raised * (1 + _erf(raised / sqrt(2))), np.float32)
    scores: Scores = raised @ head.output_weights.T + head.output_bias
    return scores


def _erf(values: Scores) -> Scores:
    """The error function to within 1.5e-7 (Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26)."""
    sign, size = np.sign(values), np.abs(values)
    t = 1 / (1 + 0.3275911 * size)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return np.asarray(sign * (1 - series * np.exp(-size * size)), np.float32)


@lru_cache(maxsize=1)
def load_reader(*, cache: Path) -> BundledReader:
    """Open the bundled reader, once; its graph is kept in the folder `cache`. It shares the tokenizer of the encoder.

    Raises ModelError as `open_reader` does, or where the disk refuses.
    """
    folder = bundled.made_folder(cache, f"reader-{SHA256[:12]}-{bundled.CONVERSION}", _write)
    with np.load(folder / _HEAD, allow_pickle=False) as stored:
        head = Head(*(stored[field.name] for field in fields(Head)))
    with ThreadPoolExecutor(1) as pool:
        tokenizer = pool.submit(lambda: open_transformer(bundled.bundled_model(cache)).tokenizer)
        graph = Graph(str(folder / bundled.GRAPH))
    return BundledReader(graph, tokenizer.result(), head)


def open_reader(path: Path, sha256: str) -> BundledReader:
    """Open a reader's weights, as training/ writes them, over the encoder's word embeddings.

    Raises ModelError where the file is missing or another than `sha256` says, or the encoder's weights are.
    """
    packed = bundled.read_packed(bundled.packaged_bytes())
    model, head = _over(packed, path, sha256)
    tokenizer = Tokenizer(sentencepiece_model(packed))
    graph = Graph(bert_graph(model, whole=multiplies_whole_numbers()).SerializeToString())
    return BundledReader(graph, tokenizer, head)


def _write(folder: Path) -> None:
    import onnx

    model, head = _over(bundled.read_packed(bundled.packaged_bytes()), WEIGHTS, SHA256)
    folder.mkdir(parents=True)
    onnx.save(bert_graph(model, whole=multiplies_whole_numbers()), str(folder / bundled.GRAPH))
    np.savez(folder / _HEAD, **asdict(head))
    bundled.write_manifest(folder, (bundled.GRAPH, _HEAD))


def _over(packed: PackedModel, path: Path, sha256: str) -> tuple[PackedModel, Head]:
    """The layers of a reader's weights over the word embeddings of the encoder, and what scores their states."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(
            f"The reader's weights ({path}) cannot be read ({error.strerror or error}). {_REMEDY}"
        ) from error
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise ModelError(
            f"The reader's weights ({path}) are not the file expected (SHA-256 {found[:12]}…, not {sha256[:12]}…). "
            f"{_REMEDY}"
        )
    trained, head = unpacked_weights(path)
    layers = 1 + max(int(name[1 : name.index(".")]) for name in trained if name.startswith("l"))
    blocks = {"emb.word": packed.blocks["emb.word"]}
    return replace(packed, layers=layers, floats={**packed.floats, **trained}, blocks=blocks), head


def packed_weights(tensors: dict[str, Scores]) -> dict[str, NDArray[Any]]:
    """Matrices in eight bits with a float16 scale for each block of 32 weights; vectors and single numbers whole."""
    packed: dict[str, NDArray[Any]] = {}
    for name, values in tensors.items():
        if values.ndim < 2:
            packed[name] = values.astype(np.float32)
            continue
        blocks = values.reshape(-1, BLOCK)
        # Of a block of zeros too the scale is no zero, to be divided by.
        scales = np.maximum(np.abs(blocks).max(axis=1, keepdims=True) / 127, _LEAST_SCALE).astype(np.float16)
        packed[f"{name}|scales"] = scales[:, 0]
        packed[f"{name}|{values.shape[0]}"] = (
            np.rint(blocks / scales.astype(np.float32)).clip(-127, 127).astype(np.int8)
        )
    return packed


def unpacked_weights(path: Path) -> tuple[dict[str, Scores], Head]:
    """The trained tensors of a file that holds what `packed_weights` gives, as float32, and the head among them."""
    with np.load(path, allow_pickle=False) as stored:
        tensors: dict[str, Scores] = {}
        for key in stored.files:
            name, _, rows = key.partition("|")
            if not rows:
                tensors[name] = stored[key]
            elif rows.isdigit():
                scales = stored[f"{name}|scales"].astype(np.float32)[:, None]
                tensors[name] = (stored[key] * scales).reshape(int(rows), -1)
    hidden, hidden_bias, output, output_bias = (
        tensors.pop(f"head.{part}") for part in ("hidden.w", "hidden.b", "output.w", "output.b")
    )
    head = Head(hidden, hidden_bias, output, output_bias, float(tensors.pop("head.nothing")[0]))
    return {name: values.reshape(-1) if values.ndim < 2 else values for name, values in tensors.items()}, head
