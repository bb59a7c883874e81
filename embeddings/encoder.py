"""Text to unit vectors: what the rest of the program asks of a model, and sentence-transformers behind it."""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings import bundled
from onrecord.embeddings.errors import ModelError
from onrecord.embeddings.tokens import TokenVectors, question_vectors, token_vectors, without_tokens
from onrecord.embeddings.transformer import open_transformer, whole

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]
Progress = Callable[[int], None]
"""Called with the number of texts just finished."""

# Sixteen passages of 200 tokens fill the cores without the padding and memory of larger batches (measured flat 16–64).
_BATCH = 16
# Questions are asked again (a filter changed, a page reloaded), and the quotations of an article are compared with the
# same sentences; this many vectors take 30 MB.
_REMEMBERED = 20_000
_QUESTIONS_REMEMBERED = 1000
# The E5 family was trained with these; models published without prompts in their configuration but named so need them.
_E5_PROMPTS = ("query: ", "passage: ")
_E5_NAME = re.compile(r"(^|[-_/\\])e5([-_]|$)(?!.*instruct)", re.IGNORECASE)
_WEIGHTS = ("*.safetensors", "*.bin", "*.onnx", "*.pt")


class Encoder(Protocol):
    """A model that turns texts into unit vectors whose inner product says how near in meaning they are."""

    @property
    def name(self) -> str:
        """The model's name or path, as a user would give it."""

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the weights: vectors are comparable exactly where this is equal."""

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return (len(texts), dimension) unit vectors of questions."""

    def read_question(self, text: str) -> TokenVectors:
        """Return the vectors of a question and of its tokens; no tokens where they would not help to find passages."""

    def read_passages(self, texts: Sequence[str], progress: Progress | None = None) -> list[TokenVectors]:
        """Return the vectors of passages and of their tokens, in the order given; tokens where questions have them."""


class SentenceEncoder:
    """Any sentence-transformers model on the CPU; texts are read as wholes. Safe to share between threads."""

    def __init__(self, model: SentenceTransformer, *, name: str, fingerprint: str) -> None:
        """Wrap a loaded `model`; `name` and `fingerprint` are those that the library remembers."""
        import torch

        dimension = model.get_embedding_dimension()
        if dimension is None:
            raise ModelError(f"The model {name} does not say how long its vectors are: choose another.")
        self._model = model
        self.name = name
        self.dimension = int(dimension)
        self.fingerprint = fingerprint
        self._query_prompt, self._passage_prompt = _prompts(model, name)
        self._threads = torch.get_num_threads()
        self._queries = _Remembered(lambda texts: self._encode(texts, self._query_prompt), self.dimension)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return (len(texts), dimension) unit vectors of questions; recent ones are remembered."""
        return self._queries.vectors(texts)

    def read_question(self, text: str) -> TokenVectors:
        """Return the vector of a question; recent ones are remembered."""
        return without_tokens(self.encode_queries([text]))[0]

    def read_passages(self, texts: Sequence[str], progress: Progress | None = None) -> list[TokenVectors]:
        """Return the vectors of passages, in the order given; `progress` is called after each batch with its size."""
        return _in_batches(texts, lambda some: without_tokens(self._encode(some, self._passage_prompt)), progress)

    def _encode(self, texts: Sequence[str], prompt: str) -> Vectors:
        import torch

        # One short text is done before a second thread has woken up: on a busy machine 50 ms against 730.
        torch.set_num_threads(1 if len(texts) == 1 else self._threads)
        vectors = self._model.encode(
            list(texts), prompt=prompt, batch_size=_BATCH, show_progress_bar=False, normalize_embeddings=True
        )
        return np.asarray(vectors, np.float32)


class BundledEncoder:
    """The bundled model: passages by sentence-transformers, questions by its graph alone, which is open sooner.

    Both read by one graph and one tokenizer. Safe to share between threads.
    """

    name = bundled.NAME
    fingerprint = bundled.SHA256

    def __init__(self, folder: Path) -> None:
        """Open the model's `folder`; sentence-transformers is imported where the first passage is read."""
        self._folder = folder
        self._transformer = open_transformer(folder)
        self._common = bundled.common_part()
        self.dimension = self._transformer.dimension
        self._questions = lru_cache(_QUESTIONS_REMEMBERED)(
            lambda text: question_vectors(self._transformer, text, bundled.QUERY_PROMPT, self._common)
        )
        self._queries = _Remembered(self._wholes, self.dimension)
        self._opening = threading.Lock()
        self._model: SentenceTransformer | None = None

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return (len(texts), dimension) unit vectors of questions; recent ones are remembered."""
        return self._queries.vectors(texts)

    def read_question(self, text: str) -> TokenVectors:
        """Return the vectors of a question and of its tokens; recent ones are remembered."""
        return self._questions(text)

    def read_passages(self, texts: Sequence[str], progress: Progress | None = None) -> list[TokenVectors]:
        """Return the vectors of passages and of their tokens, in the order given.

        `progress` is called after each batch with its size.
        """
        if not texts:
            return []
        with self._opening:
            model = self._model = self._model or _open(str(self._folder), ours=True)
        return _in_batches(
            texts, lambda some: token_vectors(model, some, bundled.PASSAGE_PROMPT, self._common), progress
        )

    def _wholes(self, texts: Sequence[str]) -> Vectors:
        states = self._transformer.states(self._transformer.ids(texts, bundled.QUERY_PROMPT))
        return np.array([whole(one) for one in states], np.float32)


class _Remembered:
    """The vectors of texts, each encoded once while it is remembered; safe to share between threads."""

    def __init__(self, encode: Callable[[Sequence[str]], Vectors], dimension: int) -> None:
        self._encode = encode
        self._dimension = dimension
        self._known: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """The (len(texts), dimension) vectors of texts."""
        with self._lock:
            found = {text: self._known[text] for text in texts if text in self._known}
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        if missing:
            found.update(zip(missing, self._encode(missing), strict=True))
        with self._lock:
            for text in texts:
                self._known[text] = found[text]
                self._known.move_to_end(text)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return np.array([found[text] for text in texts], np.float32).reshape(len(texts), self._dimension)


def _in_batches(
    texts: Sequence[str], read: Callable[[list[str]], list[TokenVectors]], progress: Progress | None
) -> list[TokenVectors]:
    """Read texts in batches of like length; what is read is in the order given."""
    found: dict[int, TokenVectors] = {}
    for batch in _batches(texts):
        found |= zip(batch, read([texts[place] for place in batch]), strict=True)
        if progress is not None:
            progress(len(batch))
    return [found[place] for place in range(len(texts))]


def _batches(texts: Sequence[str]) -> Iterator[list[int]]:
    """The places of texts in batches, longest first: a batch is padded to its longest."""
    order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
    for start in range(0, len(order), _BATCH):
        yield order[start : start + _BATCH]


def load_encoder(model: str | None = None, *, cache: Path) -> Encoder:
    """Load a model: None is the bundled one, otherwise a sentence-transformers folder or name.

    `cache` is the folder in which the bundled model is unpacked. Its tokens are read, and those of no other model: what
    is found by words one by one was fitted to it, and lowers what others find (docs/quality.md). The
    model hub is reached only for a `model` that is not a folder: naming one is the user's explicit choice. Raises
    ModelError with what to do.
    """
    if model is None or model == bundled.NAME:
        return BundledEncoder(bundled.bundled_model(cache))
    loaded = _open(model)
    return SentenceEncoder(loaded, name=model, fingerprint=_fingerprint(_folder_of(model)))


def _open(model: str, *, ours: bool = False) -> SentenceTransformer:
    """Open a model; only in a folder that we wrote may `modules.json` name a class outside sentence-transformers."""
    local = Path(model).is_dir()
    # Read by the hub's library when it is first imported.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    if local:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return SentenceTransformer(model, device="cpu", local_files_only=local, trust_remote_code=ours)
    except Exception as error:
        reason = str(error).strip().splitlines()
        raise ModelError(
            f"The embedding model {model} could not be loaded ({reason[0] if reason else type(error).__name__}). "
            "Give the folder of a sentence-transformers model, or a name where the model hub can be reached."
        ) from error


def _prompts(model: SentenceTransformer, name: str) -> tuple[str, str]:
    query, passage = (model.prompts.get(kind) or "" for kind in ("query", "document"))
    if not query and not passage and _E5_NAME.search(name):
        return _E5_PROMPTS
    return query, passage


def _folder_of(model: str) -> Path:
    if Path(model).is_dir():
        return Path(model)
    from huggingface_hub import snapshot_download

    return Path(snapshot_download(model, local_files_only=True))


def _fingerprint(folder: Path) -> str:
    """SHA-256 over the names and contents of the weight files in `folder`."""
    digest = hashlib.sha256()
    for path in sorted({path for pattern in _WEIGHTS for path in folder.rglob(pattern)}):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()
