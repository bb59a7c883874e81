"""The trained weights as the file that the product opens: eight bits, by the names of the encoder's tensors."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch

from onrecord.embeddings.reader import packed_weights
from training.calibrate import Shifts


def export(weights: Mapping[str, torch.Tensor], path: Path, shifts: Shifts) -> str:
    """Write the weights of a trained reader, its scores shifted; returns the SHA-256 of the file.

    `prior` stays behind: the product weighs the search against the reading itself.
    """
    tensors = {name: tensor.detach().float().cpu().numpy() for name, tensor in weights.items()}
    tensors["nothing"] = tensors["nothing"] - np.float32(shifts.nothing)
    tensors["output.bias"] = tensors["output.bias"] - np.array([0.0, shifts.opens], np.float32)
    packed = packed_weights({_name(name): values for name, values in tensors.items() if _is_read(name)})
    np.savez_compressed(path, **packed)  # type: ignore[arg-type]  # its stub takes the names for `allow_pickle`
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _is_read(name: str) -> bool:
    return name != "prior" and not name.startswith("embedded.")


def _name(name: str) -> str:
    """`layers.0.parts.q.weight` → `l0.q.w`; `hidden.bias` → `head.hidden.b`; `nothing` → `head.nothing`."""
    part, _, kind = name.rpartition(".")
    if name.startswith("layers."):
        _, number, _, part = part.split(".")
        return f"l{number}.{part}.{kind[0]}"
    return f"head.{part}.{kind[0]}" if part else f"head.{name}"
