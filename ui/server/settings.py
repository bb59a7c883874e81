"""What an operator can set about the server: its limits, and what it writes into its log."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from onrecord.rag import Settings


class ServerSettings(Settings):
    """The library's settings with those of the server, read in the same way: `ONRECORD_<NAME>`, else `settings.toml`.

    Times are in seconds. `docs/operations.md` says what each limit is for.
    """

    connections: int = Field(default=512, ge=8, le=65_536)
    answering: int = Field(default=8, ge=1, le=1000)
    waiting: int = Field(default=48, ge=0, le=1000)
    waiting_seconds: float = Field(default=30.0, gt=0, le=600)
    request_seconds: float = Field(default=10.0, gt=0, le=600)
    silence_seconds: float = Field(default=20.0, gt=0, le=600)
    stopping_seconds: float = Field(default=10.0, ge=0, le=600)
    upload_megabytes: int = Field(default=200, ge=1, le=10_000)
    log: Literal["text", "json"] = "text"
    log_questions: bool = False
