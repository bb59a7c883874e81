"""Who speaks when, as far as voices can be told apart: vectors of voices, put into groups.

The vectors are those of a small network by Resemble AI (GE2E: Wan and others, 2018, arXiv:1710.10467; Apache-2.0),
whose weights the package `resemblyzer` carries. Nothing of that package but this one file is used, and where it is not
installed nobody is told apart.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from onrecord.rag.errors import ModelError
from onrecord.rag.hearing.sound import RATE, Samples

PACKAGE = "resemblyzer"
_FILE = "pretrained.pt"
# Of the file in resemblyzer 0.1.4, which is that of 2019.
SHA256 = "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e"
# As the network was trained: 40 mel bands of windows of 25 ms every 10 ms, 160 of them (1.6 s) at once; and the sound
# at the loudness of -30 dB.
_WINDOW, _HOP, _MELS, _FRAMES = RATE // 40, RATE // 100, 40, 160
_STEP = _FRAMES // 2
_LOUDNESS = 10 ** (-30 / 20)
# Words of fewer seconds have no voice that can be told.
_LEAST = 0.9
# Voices are told apart only where each is this much nearer to its own than to any other (mean silhouette, -1 to 1):
# parts of one voice, grouped, come to 0.1 or 0.2 (docs/recordings.md).
_APART = 0.4
_MOST_VOICES = 8


class Voices:
    """The network; raises ModelError where its file is another than expected."""

    def __init__(self, file: Path) -> None:
        import torch

        if hashlib.sha256(file.read_bytes()).hexdigest() != SHA256:
            raise ModelError(f"{file} is not the file expected. Say: pip install --no-deps {PACKAGE}==0.1.4")
        held = torch.load(file, map_location="cpu", weights_only=True)["model_state"]
        self._lstm = torch.nn.LSTM(_MELS, 256, 3, batch_first=True)
        self._linear = torch.nn.Linear(256, 256)
        for network, name in ((self._lstm, "lstm."), (self._linear, "linear.")):
            network.load_state_dict({key[len(name) :]: held[key] for key in held if key.startswith(name)})

    def vector(self, samples: Samples) -> tuple[float, ...] | None:
        """The unit vector of the voice in some sound, (256,); None where it is too short to tell."""
        import torch

        if len(samples) < _LEAST * RATE:
            return None
        loudness = float(np.sqrt(np.mean(np.square(samples)))) or 1.0
        bands = _mel_bands(samples * max(1.0, _LOUDNESS / loudness))
        bands = np.pad(bands, ((0, max(0, _FRAMES - len(bands))), (0, 0)), mode="wrap")
        starts = range(0, len(bands) - _FRAMES + 1, _STEP)
        with torch.inference_mode():
            _, (hidden, _) = self._lstm(torch.from_numpy(np.stack([bands[at : at + _FRAMES] for at in starts])))
            found = torch.nn.functional.normalize(torch.relu(self._linear(hidden[-1])), dim=1).mean(0).numpy()
        return tuple(round(float(value), 4) for value in found / (np.linalg.norm(found) or 1.0))


def installed_voices() -> Path | None:
    """The network's file, where the package that carries it is installed."""
    spec = importlib.util.find_spec(PACKAGE)
    places = spec.submodule_search_locations if spec else None
    return Path(places[0]) / _FILE if places else None


def _mel_bands(samples: Samples) -> NDArray[np.float32]:
    from faster_whisper.feature_extractor import FeatureExtractor

    filters = FeatureExtractor.get_mel_filters(RATE, _WINDOW, _MELS)
    padded = np.pad(samples, _WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
    power: NDArray[np.float64] = np.abs(np.fft.rfft(frames * np.hanning(_WINDOW + 1)[:-1], axis=1)) ** 2
    bands: NDArray[np.float32] = (power @ filters.T).astype(np.float32)
    return bands


def told_apart(vectors: Sequence[Sequence[float] | None]) -> list[int | None]:
    """Number the voices of utterances, in the order in which they first speak (pure).

    Args:
        vectors: of each utterance the unit vector of its voice, None where it is too short to tell.

    Returns:
        1, 2, … for each utterance, one too short going with the one before it; None throughout where one voice alone
        is heard or voices cannot be told apart.
    """
    nobody: list[int | None] = [None] * len(vectors)
    places = [place for place, vector in enumerate(vectors) if vector is not None]
    if len(places) < 3:
        return nobody
    unit = np.array([vectors[place] for place in places], np.float32)
    distances = 1.0 - unit @ unit.T
    groups = _grouped(distances)
    if groups is None:
        return nobody
    numbers: dict[int, int] = {}
    found: list[int | None] = list(nobody)
    for place, group in zip(places, groups, strict=True):
        found[place] = numbers.setdefault(group, len(numbers) + 1)
    before: int | None = 1
    for place, number in enumerate(found):
        before = found[place] = number or before
    return found


def _grouped(distances: NDArray[np.float32]) -> list[int] | None:
    """The groups, by average linkage, that part best; None where none part well."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    np.fill_diagonal(distances, 0.0)
    joined = linkage(squareform(np.maximum(distances, 0.0), checks=False), "average")
    best, groups = _APART, None
    for count in range(2, min(_MOST_VOICES, len(distances) - 1) + 1):
        tried = fcluster(joined, count, "maxclust")
        score = _silhouette(distances, tried)
        if score > best:
            best, groups = score, [int(group) for group in tried]
    return groups


def _silhouette(distances: NDArray[np.float32], groups: NDArray[np.int32]) -> float:
    """How much nearer each is to its own group than to the nearest other one (Rousseeuw, 1987), weighed; -1 to 1.

    A group of one is no voice that was heard again: it counts as parted badly.
    """
    scores = []
    for place, group in enumerate(groups):
        own = groups == group
        if own.sum() == 1:
            scores.append(0.0)
            continue
        inner = distances[place][own].sum() / (own.sum() - 1)
        outer = min(distances[place][groups == other].mean() for other in set(groups) - {group})
        scores.append((outer - inner) / max(inner, outer, 1e-9))
    return float(np.mean(scores)) if len(set(groups)) > 1 else -1.0
