"""The models of a library, each loaded when it is first asked for and once for all threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

from onrecord.embeddings import Encoder, load_encoder
from onrecord.embeddings.bundled import SHA256 as BUNDLED
from onrecord.embeddings.reader import load_reader
from onrecord.rag.embedding import model_kept
from onrecord.rag.languages.detection import load_detector
from onrecord.rag.reading.reader import Reader
from onrecord.rag.settings import Settings
from onrecord.rag.store import Archive
from onrecord.rag.store.refusing import require_model


class Models:
    """The encoder and the reader of one library. Safe to use from several threads."""

    def __init__(self, settings: Settings, store: Archive) -> None:
        self._settings = settings
        self._store = store
        self._encoder: Encoder | None = None
        self._bundled: Encoder | None = None
        self._encoder_lock = threading.Lock()
        self._reader: Reader | None = None
        self._reader_lock = threading.Lock()

    def load(self) -> None:
        """Load them all, and the language detector; takes seconds. Raises as `encoder` and `reader` do."""
        # Daemons, unlike the threads of a pool, neither hold up a process that ends meanwhile nor are refused in it.
        beside = [threading.Thread(target=_tried, args=(load,), daemon=True) for load in (self.reader, load_detector)]
        for thread in beside:
            thread.start()
        self.encoder()
        for thread in beside:
            thread.join()
        # What failed there is tried again here, and raised.
        self.reader()
        load_detector()

    def encoder(self) -> Encoder:
        """The model that the settings name. Raises ModelError; LibraryError where the vectors held are of another."""
        with self._encoder_lock:
            if self._encoder is None:
                encoder = self.new_encoder()
                require_model(self._store.model(), model_kept(encoder))
                self._encoder = encoder
            return self._encoder

    def new_encoder(self) -> Encoder:
        """The model that the settings name, loaded anew, whatever model the vectors held are of; raises ModelError."""
        return load_encoder(self._settings.model, cache=self._settings.cache)

    def bundled_encoder(self) -> Encoder:
        """The bundled model, whichever one the library is searched with; raises as `encoder` does."""
        encoder = self.encoder()
        if encoder.fingerprint == BUNDLED:
            return encoder
        with self._encoder_lock:
            if self._bundled is None:
                self._bundled = load_encoder(cache=self._settings.cache)
            return self._bundled

    def reader(self) -> Reader:
        """The model that chooses the sentences of an answer; raises ModelError."""
        with self._reader_lock:
            if self._reader is None:
                self._reader = load_reader(cache=self._settings.cache)
            return self._reader


def _tried(load: Callable[[], object]) -> None:
    with suppress(Exception):
        load()
