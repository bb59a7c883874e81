"""What hears speech in sound: one small protocol, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from onrecord.rag.hearing.sound import Samples
from onrecord.rag.readers.heard import HeardWord


@dataclass(frozen=True, slots=True)
class Utterance:
    """Words of one speaker, as far as pauses tell, in one language (its code)."""

    words: tuple[HeardWord, ...]
    language: str


class Transcriber(Protocol):
    """A model that hears speech."""

    @property
    def name(self) -> str:
        """What the model is called."""

    def hear(self, samples: Samples, language: str | None) -> tuple[list[Utterance], float]:
        """What is said in a piece of sound.

        Args:
            samples: (n,), at most 30 seconds, 16,000 a second.
            language: what was spoken before, which counts where the piece itself does not tell.

        Returns:
            what is said, in order, in seconds from the beginning of the piece, nothing for silence, music and noise;
            and how many seconds hold speech.
        """
