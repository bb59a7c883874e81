"""A recording to the document of what is heard in it: made once for the same bytes and model, and gone on with."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from onrecord.embeddings.replacing import replacing
from onrecord.rag.documents import id_of
from onrecord.rag.errors import UnreadableFile
from onrecord.rag.hearing.voices import installed_voices, told_apart
from onrecord.rag.hearing.whisper import EXTRA, fingerprint_of, installed, packaged_whisper
from onrecord.rag.readers.heard import HeardRecording, HeardStretch, heard_bytes, heard_in
from onrecord.rag.recordings import Recordings, sha256_of

HeardSoFar = Callable[[float, float | None], None]
"""Told how many seconds were heard, of how many, where that is known; what it raises ends the hearing."""
_PACKAGED = "Whisper base"
# Part of the names in the cache: raise it when what is heard of the same sound changes.
_VERSION = 2


@dataclass(frozen=True, slots=True)
class Listening:
    """Hears recordings, and keeps what was heard in a cache and the recordings themselves with the library.

    `model` is the folder of a Whisper model that the user named; None stands for the packaged one.
    """

    cache: Path
    model: Path | None
    recordings: Recordings
    kept: list[str] = field(default_factory=list)

    def document(self, path: Path, told: HeardSoFar, language: str | None = None) -> bytes:
        """The document of what is heard in a recording (see `readers.heard`), which is kept beside the library.

        The `language` (its code) is believed where the sound does not tell another. Raises UnreadableFile, naming the
        recording, where it cannot be heard, ModelError for a model that cannot be used, and what `told` raises; what
        was heard until then is in the cache, and the next call goes on from there.
        """
        try:
            sha256 = sha256_of(path)
            told(0.0, None)
            data = self._heard(path, sha256, told, language)
            briefing_id = id_of(data)
            if self.recordings.keep(path, briefing_id):
                self.kept.append(briefing_id)
        except OSError as error:
            raise UnreadableFile(f"{path}: cannot be opened or kept ({error.strerror or error}).") from error
        return data

    def _heard(self, path: Path, sha256: str, told: HeardSoFar, language: str | None) -> bytes:
        place = self.place(sha256, language)
        with suppress(OSError, UnreadableFile):
            data = place.read_bytes()
            if heard_in(path.name, data).sha256 == sha256:
                return data
        if not installed():
            raise UnreadableFile(
                f"{path.name}: a recording is heard with the extra “audio”, which is not installed. Say: {EXTRA}"
            )
        data = self._made(path, sha256, place.with_suffix(".part"), told, language)
        with replacing(place) as file:
            file.write_bytes(data)
        with suppress(OSError):
            place.with_suffix(".part").unlink()
        return data

    def place(self, sha256: str, language: str | None = None) -> Path:
        """Where the cache holds what the model has heard in the recording of this SHA-256, said to be in a language."""
        voices = "-voices" if installed_voices() else ""
        said = f"-{language}" if language else ""
        return self.cache / "heard" / f"{sha256[:32]}-{fingerprint_of(self.model)[:12]}{voices}{said}-{_VERSION}.json"

    def _made(self, path: Path, sha256: str, part: Path, told: HeardSoFar, language: str | None) -> bytes:
        from onrecord.rag.hearing.process import PIECE, HeardPiece, ToHear, heard_apart

        part.parent.mkdir(parents=True, exist_ok=True)
        pieces: list[HeardPiece] = []
        with suppress(OSError, ValidationError):
            for line in part.read_bytes().splitlines():
                piece = PIECE.validate_json(line)
                # Two processes may have heard the same at the same time: the pieces are the same.
                if not pieces or piece.until > pieces[-1].until:
                    pieces.append(piece)
        # Without what was cut off in the middle of a line.
        with replacing(part) as whole:
            whole.write_bytes(b"".join(PIECE.dump_json(piece) + b"\n" for piece in pieces))
        folder = packaged_whisper(self.cache) if self.model is None else self.model
        name = _PACKAGED if self.model is None else self.model.name
        languages = [said.language for piece in pieces for said in piece.said]
        since = pieces[-1].until if pieces else 0.0
        wanted = ToHear(str(path.absolute()), since, languages[-1] if languages else language, str(folder), name)
        for heard in heard_apart(wanted):
            if heard is not None:
                pieces.append(heard)
                with part.open("ab") as file:
                    file.write(PIECE.dump_json(heard) + b"\n")
            told(pieces[-1].until if pieces else 0.0, pieces[-1].seconds if pieces else None)
        said = [each for piece in pieces for each in piece.said]
        if not said:
            raise UnreadableFile(f"{path.name}: nobody speaks in this recording. Add one in which somebody does.")
        voices = told_apart([each.voice for each in said])
        stretches = [HeardStretch(each.words, each.language, voice) for each, voice in zip(said, voices, strict=True)]
        seconds = pieces[-1].until
        silent = max(0.0, seconds - sum(piece.spoken for piece in pieces))
        return heard_bytes(
            HeardRecording(
                *(sha256, pieces[-1].media_type, seconds, name, tuple(stretches)),
                silent=round(silent, 1),
                told=pieces[-1].seconds,
            )
        )
