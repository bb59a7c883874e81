"""The embedding model, loaded in the background so that the page is there at once and can say how far it is."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import Literal

from onrecord.rag import Library, OnRecordError

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ModelState:
    """Whether questions can be answered yet; `message` says why not where loading failed."""

    state: Literal["loading", "ready", "failed"]
    message: str = ""


class ModelLoading:
    """Loads a library's model in a thread of its own."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._now = ModelState("loading")
        self._done = threading.Event()

    def start(self) -> None:
        """Begin; returns at once."""
        threading.Thread(target=self._load, name="model-loading", daemon=True).start()

    def state(self) -> ModelState:
        """How far it is."""
        return self._now

    def wait(self, seconds: float | None = None) -> ModelState:
        """Wait until it is loaded or has failed, at most `seconds`."""
        self._done.wait(seconds)
        return self._now

    def _load(self) -> None:
        try:
            self._library.load_model()
            self._now = ModelState("ready")
        except OnRecordError as error:
            self._now = ModelState("failed", str(error))
        except Exception:  # noqa: BLE001 - a thread has nobody to raise to; the page says it and the log has the cause
            _log.exception("The model could not be loaded")
            self._now = ModelState("failed", "see the server's messages")
        finally:
            self._done.set()
