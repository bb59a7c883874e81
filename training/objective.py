"""What the reader is to say, as a loss: one softmax over answering, leaving open, and nothing (pure)."""

from __future__ import annotations

import math

import torch

from training.corpus import ALSO, GOLD, TRAP
from training.examples import STATUSES, Batch

_IMPOSSIBLE = -1e4
# What is added to the score of a trap while learning: it must be beaten by a margin.
TRAP_MARGIN = 0.7
# A sentence that would do counts half of one that answers.
_ALSO = math.log(0.5)
# The least logarithm of a probability that counts when a teacher is followed: below, its own error is larger.
_LEAST = -30.0


def log_probabilities(
    scores: torch.Tensor, nothing: torch.Tensor, batch: Batch, trap_margin: float = 0.0
) -> torch.Tensor:
    """For each question (Q, 2S + 1): that a sentence answers (S), that it leaves open (S), that nothing does."""
    held = batch.cells >= 0
    found = scores[batch.cells.clamp(min=0)]
    answers = torch.where(held, found[..., 0] + trap_margin * (batch.labels == TRAP), _IMPOSSIBLE)
    opens = torch.where(held, found[..., 1], _IMPOSSIBLE)
    return torch.log_softmax(torch.cat([answers, opens, nothing.expand(len(held), 1)], dim=1), dim=1)


def loss(scores: torch.Tensor, nothing: torch.Tensor, batch: Batch) -> torch.Tensor:
    """The mean of -log of the probability of what is right to say.

    Where a question is answered, that is any of the sentences that answer; where it is left open, any that does; of
    an exchange, either; and nothing, where nothing shown may be quoted.
    """
    logs = log_probabilities(scores, nothing, batch, TRAP_MARGIN)
    many = batch.labels.shape[1]
    weight = torch.full_like(logs[:, :many], _IMPOSSIBLE)
    weight = torch.where(batch.labels == ALSO, _ALSO, torch.where(batch.labels == GOLD, 0.0, weight))
    answers, opens = torch.logsumexp(logs[:, :many] + weight, 1), torch.logsumexp(logs[:, many:-1] + weight, 1)
    by_status = {
        "answered": answers,
        "asked_not_answered": opens,
        "not_found": logs[:, -1],
        "exchange": torch.logaddexp(answers, opens),
    }
    said = torch.stack([by_status[status] for status in STATUSES], dim=1)
    chosen = said.gather(1, batch.statuses[:, None])[:, 0]
    quotable = ((batch.labels == GOLD) | (batch.labels == ALSO)).any(1)
    return -torch.where(quotable, chosen, logs[:, -1]).mean()


def distance(logs: torch.Tensor, taught: torch.Tensor) -> torch.Tensor:
    """The mean cross-entropy of what a reader says (logarithms) to what its teachers say (probabilities)."""
    return -(taught * logs.clamp(min=_LEAST)).sum(1).mean()
