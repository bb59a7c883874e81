"""Training by stages: each is seeded, kept when done, and goes on from its last checkpoint when it was cut off."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset

from onrecord.embeddings.bundled import PackedModel
from training.corpus import LearnedPassage, LearnedQuestion
from training.examples import Batch, batch, example
from training.model import TrainedReader
from training.objective import distance, log_probabilities, loss
from training.plan import Stage
from training.split import Split

Weights = dict[str, torch.Tensor]
Say = Callable[[str], None]

# The head begins at random and learns faster than the layers, which begin as the encoder's.
_HEAD_RATE = 5e-4
_DECAY, _LARGEST_GRADIENT = 0.01, 1.0
# The rate rises over this share of the steps, then falls in a straight line to its last share.
_RISING, _LAST_RATE = 0.05, 0.02
# The weights kept are a running mean over some 1 / (1 - AVERAGED) steps, fewer at the beginning.
_AVERAGED = 0.998
# Questions whose states fit in memory beside a busy machine's: gradients of a step are gathered over several such.
_TOGETHER_ON_CPU = 4
_WORKERS_ON_GPU = 8
# Steps between two lines of the log, and between two checkpoints: minutes of work may be lost, not hours.
_SAID, _KEPT = 50, 200
# Far from any other stage's: the draws of a step depend on nothing but the stage's seed and the step.
_SEEDS_APART = 1_000_003


@dataclass(frozen=True, slots=True)
class Material:
    """What stages are trained on: the encoder, the passages, and the questions to learn from."""

    packed: PackedModel
    passages: Sequence[LearnedPassage]
    split: Split


class Steps(Dataset[list[Batch]]):
    """The batches of each step from `first` on: drawn from the stage's seed and the step's number alone."""

    def __init__(self, stage: Stage, material: Material, together: int, first: int = 0) -> None:
        self._stage, self._material, self._together, self._first = stage, material, together, first
        self._order = order(stage, material.split)

    def __len__(self) -> int:
        return max(0, len(self._order) // self._stage.questions - self._first)

    def __getitem__(self, place: int) -> list[Batch]:
        stage, step = self._stage, place + self._first
        if place >= len(self):
            raise IndexError(place)
        chance = random.Random(stage.seed * _SEEDS_APART + step)
        asked = self._order[step * stage.questions : (step + 1) * stage.questions]
        examples = [
            example(one, self._material.passages, stage.passages, chance, cut=stage.cut, swap=stage.swap)
            for one in asked
        ]
        return [batch(examples[at : at + self._together]) for at in range(0, len(examples), self._together)]


def order(stage: Stage, split: Split) -> list[LearnedQuestion]:
    """The questions of a stage, pass after pass, each in an order of its own."""
    chance = random.Random(stage.seed)
    found: list[LearnedQuestion] = []
    for _ in range(stage.passes):
        drawn = chance.sample(split.fit, int(stage.fit * len(split.fit)))
        drawn += chance.sample(split.first, int(stage.first * len(split.first)))
        chance.shuffle(drawn)
        found += drawn
    return found


class Training:
    """A stage in progress: the model, its running mean and its optimiser."""

    def __init__(
        self,
        stage: Stage,
        material: Material,
        device: torch.device,
        begin: Weights | None = None,
        teachers: Sequence[TrainedReader] = (),
    ) -> None:
        torch.manual_seed(stage.seed)
        self.stage, self.device, self.step = stage, device, 0
        self.model = TrainedReader(material.packed, stage.layers)
        if begin is not None:
            # Of a reader with more layers, the first.
            self.model.load_state_dict({name: begin[name] for name in self.model.state_dict()})
        self.model.to(device)
        self.mean: Weights = {name: value.detach().clone() for name, value in self.model.state_dict().items()}
        self._teachers = teachers
        self._together = stage.questions if device.type == "cuda" else _TOGETHER_ON_CPU
        self._material = material
        self.steps = len(Steps(stage, material, self._together))
        groups = [{"params": self.model.body(), "lr": stage.rate}, {"params": self.model.head(), "lr": _HEAD_RATE}]
        self._optimizer = torch.optim.AdamW(groups, weight_decay=_DECAY)
        self._schedule = torch.optim.lr_scheduler.LambdaLR(self._optimizer, self._share_of_rate)

    def _share_of_rate(self, step: int) -> float:
        return min(1.0, (step + 1) / max(1.0, _RISING * self.steps)) * max(_LAST_RATE, 1 - step / max(1, self.steps))

    def batches(self) -> Iterator[list[Batch]]:
        """The steps still to go."""
        steps = Steps(self.stage, self._material, self._together, self.step)
        gpu = self.device.type == "cuda"
        loader: DataLoader[list[Batch]] = DataLoader(
            steps, batch_size=None, num_workers=_WORKERS_ON_GPU if gpu else 0, pin_memory=False
        )
        yield from loader

    def learn(self, batches: Sequence[Batch]) -> float:
        """One step; returns its loss."""
        # Of the step and not of what was drawn before: a stage that was cut off goes on as if it had not been.
        torch.manual_seed(self.stage.seed * _SEEDS_APART + self.step)
        self.model.train()
        self._optimizer.zero_grad()
        total = 0.0
        for part in batches:
            moved = part.to(self.device)
            lost = self._lost(moved) / len(batches)
            torch.autograd.backward(lost)
            total += float(lost.detach())
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), _LARGEST_GRADIENT)
        self._optimizer.step()
        self._schedule.step()
        self.step += 1
        self._average()
        return total

    def _lost(self, part: Batch) -> torch.Tensor:
        with torch.autocast(self.device.type, dtype=torch.bfloat16):
            scores = self.model(part)
        own = loss(scores, self.model.nothing, part)
        if not self._teachers:
            return own
        taught = torch.stack([said_by(teacher, part) for teacher in self._teachers]).mean(0)
        followed = distance(log_probabilities(scores, self.model.nothing, part), taught)
        return self.stage.taught * followed + (1 - self.stage.taught) * own

    @torch.no_grad()
    def _average(self) -> None:
        kept = min(_AVERAGED, (1 + self.step) / (10 + self.step))
        for name, value in self.model.state_dict().items():
            self.mean[name].lerp_(value, 1 - kept)

    def state(self) -> dict[str, Any]:
        """All that is needed to go on."""
        return {
            "step": self.step,
            "model": self.model.state_dict(),
            "mean": self.mean,
            "optimizer": self._optimizer.state_dict(),
            "schedule": self._schedule.state_dict(),
        }

    def resume(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` gave."""
        self.step = state["step"]
        self.model.load_state_dict(state["model"])
        self.mean = {name: value.to(self.device) for name, value in state["mean"].items()}
        self._optimizer.load_state_dict(state["optimizer"])
        self._schedule.load_state_dict(state["schedule"])


@torch.no_grad()
def said_by(reader: TrainedReader, part: Batch) -> torch.Tensor:
    """The probabilities (Q, 2S + 1) a reader gives, as `log_probabilities` orders them."""
    reader.eval()
    with torch.autocast(part.ids.device.type, dtype=torch.bfloat16):
        scores = reader(part)
    return log_probabilities(scores, reader.nothing, part).exp()


def run(stage: Stage, material: Material, folder: Path, device: torch.device, say: Say) -> None:
    """Train a stage, or what is left of it; its weights are in `folder` afterwards, for `trained` to open."""
    finished, unfinished = folder / f"{stage.name}.pt", folder / f"{stage.name}.unfinished.pt"
    if finished.exists():
        return
    begin = _load(folder / f"{stage.begins_with}.pt") if stage.begins_with else None
    teachers = [_opened(folder, name, material.packed, device) for name in stage.teachers]
    training = Training(stage, material, device, begin, teachers)
    if unfinished.exists():
        training.resume(_load(unfinished))
    started, at, lost = time.monotonic(), training.step, 0.0
    say(f"{stage.name}: step {at} of {training.steps}, {stage.questions} questions each")
    for batches in training.batches():
        lost += training.learn(batches)
        if training.step % _SAID == 0:
            left = (training.steps - training.step) * (time.monotonic() - started) / (training.step - at)
            say(f"{stage.name}: step {training.step} of {training.steps}, loss {lost / _SAID:.3f}, {left:.0f} s left")
            lost = 0.0
        if training.step % _KEPT == 0:
            _save(training.state(), unfinished)
    _save(training.mean, finished)
    unfinished.unlink(missing_ok=True)


def trained(stage: Stage, folder: Path, packed: PackedModel, device: torch.device) -> TrainedReader:
    """The reader that a stage ended with."""
    reader = TrainedReader(packed, stage.layers)
    reader.load_state_dict(_load(folder / f"{stage.name}.pt"))
    return reader.to(device)


def _opened(folder: Path, name: str, packed: PackedModel, device: torch.device) -> TrainedReader:
    weights = _load(folder / f"{name}.pt")
    layers = 1 + max(int(key.split(".")[1]) for key in weights if key.startswith("layers."))
    return trained(Stage(name, layers), folder, packed, device)


def _load(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return loaded


def _save(content: Mapping[str, Any], path: Path) -> None:
    """Whole or not at all: a night may end in the middle of a write."""
    new = path.with_suffix(".new")
    torch.save(dict(content), new)
    new.replace(path)
