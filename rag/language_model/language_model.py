"""What writes: any model that replies to a chat, and the limits that hold for every one (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, Protocol, TypedDict

# A model on a laptop may take half a minute to begin; nobody waits longer than two for an answer.
SILENCE_SECONDS = 60.0
WHOLE_SECONDS = 120.0
# An answer is a few sentences: more than this is a model that cannot stop.
MOST_CHARACTERS = 8_000
MOST_TOKENS = 600


class Message(TypedDict):
    """One message of a chat: the rules of the `system`, or what the `user` asks."""

    role: Literal["system", "user"]
    content: str


class LanguageModel(Protocol):
    """A chat model, wherever it runs."""

    @property
    def name(self) -> str:
        """What it is called where its words are shown."""

    def reply(self, messages: Sequence[Message], *, grammar: str | None = None) -> Iterator[str]:
        """Yield the text of a reply in pieces as it is made, as likely as the model holds it (temperature 0).

        It ends after at most `MOST_CHARACTERS` characters, `MOST_TOKENS` tokens and `WHOLE_SECONDS` seconds. Closing
        the iterator stops the model, within a token once it writes; where it runs outside this thread, empty pieces
        come while it reads, so that whoever waits can go away. `grammar` (GBNF, the notation of llama.cpp) says what
        may be written; a model that knows no grammars writes without.

        Raises ModelError, whose message of one line may be shown, where there is no reply or it breaks off.
        """


def within_limits(pieces: Iterator[str]) -> Iterator[str]:
    """The pieces of a reply up to `MOST_CHARACTERS` characters."""
    left = MOST_CHARACTERS
    for piece in pieces:
        yield piece[:left]
        left -= len(piece)
        if left <= 0:
            return
