"""Which language model a user chooses, and a short request that shows whether it replies."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from onrecord.rag.errors import InvalidRequest, ModelError
from onrecord.rag.language_model.choosing import chosen
from onrecord.rag.language_model.language_model import Message
from onrecord.rag.settings import Settings, in_environment, keep_settings

# Any chat model goes on counting, whatever languages it knows.
_REQUEST: tuple[Message, ...] = ({"role": "user", "content": "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, …, 40"},)
# Enough to tell how fast it writes.
_PIECES = 48
# A server that does not stream sends all at once; then a token is counted as so many characters of the reply.
_STREAMED = 0.05
_CHARACTERS_A_TOKEN = 4


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A language model: a `file` (GGUF) on this machine, or a server's `url` with the `model` there; neither: none."""

    file: str | None = None
    url: str | None = None
    model: str | None = None
    key: str | None = None

    @classmethod
    def of(cls, settings: Settings) -> ModelChoice:
        """What the settings name."""
        return cls(settings.llm, settings.llm_url, settings.llm_model, settings.llm_key)

    def with_key_of(self, other: ModelChoice) -> ModelChoice:
        """This with the key of another one where it has none: for the same address alone, since a key is a secret."""
        return self if self.key or not self.url or self.url != other.url else replace(self, key=other.key)

    def within(self, settings: Settings) -> Settings:
        """The settings with this choice in them; raises InvalidRequest for half a choice."""
        made = settings.model_copy(update=self.settings())
        if self != ModelChoice() and chosen(made) is None:
            raise InvalidRequest("This names no language model. Give the path of a file, or a server's address.")
        return made

    def settings(self) -> dict[str, str | None]:
        """The names of the settings that say so, with their values."""
        return {"llm": self.file, "llm_url": self.url, "llm_model": self.model, "llm_key": self.key}


def set_in_environment() -> bool:
    """Whether the environment names the language model: the user's settings then say nothing about it."""
    return in_environment(ModelChoice().settings())


def kept(choice: ModelChoice, settings: Settings) -> Settings:
    """The settings with a choice in them, which is kept in the user's file too.

    Raises InvalidRequest for half a choice, and where the environment has chosen already.
    """
    if set_in_environment():
        raise InvalidRequest("The environment names the language model (ONRECORD_LLM…). Change or unset it there.")
    made = choice.within(settings)
    keep_settings(choice.settings())
    return made


@dataclass(frozen=True, slots=True)
class Trial:
    """What a language model did with one short request: how long until its first words, and how fast it then wrote."""

    model: str
    seconds: float
    tokens_a_second: float


def tried(settings: Settings) -> Trial:
    """Send the model that the settings name one short request; raises ModelError, or InvalidRequest where none is."""
    model = chosen(settings)
    if model is None:
        raise InvalidRequest("No language model is set. Choose a file or a server first.")
    started = time.perf_counter()
    times: list[float] = []
    characters = 0
    pieces = model.reply(_REQUEST)
    for piece in pieces:
        if piece:
            times.append(time.perf_counter() - started)
            characters += len(piece)
        if len(times) == _PIECES:
            break
    if not times:
        raise ModelError(f"{model.name} replied without a word. Choose another model.")
    writing = times[-1] - times[0]
    if writing > _STREAMED * times[-1]:
        return Trial(model.name, times[0], (len(times) - 1) / writing)
    return Trial(model.name, times[0], characters / _CHARACTERS_A_TOKEN / times[-1])
