"""The reader as it is trained: the encoder's first layers and a head over each sentence, in torch."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from onrecord.embeddings.bundled import Blocks, PackedModel
from onrecord.embeddings.reader import BLOCK
from training.examples import Batch

_DROPPED = 0.1
_LINEAR, _NORMALISED = ("q", "k", "v", "ao", "fi", "fo"), ("aln", "oln")
# Below every score: a sentence has tokens, so that none keeps this as its maximum.
_NO_STATE = -1e4


class Layer(nn.Module):
    """One post-norm layer of the encoder; its parts are named as in the packed weights."""

    def __init__(self, packed: PackedModel, number: int) -> None:
        super().__init__()
        self._heads = packed.heads
        linear = {name: _linear(packed, f"l{number}.{name}") for name in _LINEAR}
        normalised = {name: _normalisation(packed, f"l{number}.{name}") for name in _NORMALISED}
        self.parts = nn.ModuleDict({**linear, **normalised})

    def forward(self, states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """States (batch, tokens, hidden) → the same; `mask` (batch, 1, 1, tokens) is true where there is a token."""
        q, k, v, ao, fi, fo, aln, oln = (self.parts[name] for name in (*_LINEAR, *_NORMALISED))
        rows, tokens, hidden = states.shape

        def headed(values: torch.Tensor) -> torch.Tensor:
            return values.view(rows, tokens, self._heads, -1).transpose(1, 2)

        attended = functional.scaled_dot_product_attention(
            headed(q(states)),
            headed(k(states)),
            headed(v(states)),
            attn_mask=mask,
            # On a CPU, weights that are dropped take attention off its fast path: half of a step.
            dropout_p=_DROPPED if self.training and states.is_cuda else 0.0,
        )
        attended = ao(attended.transpose(1, 2).reshape(rows, tokens, hidden))
        middle = aln(states + functional.dropout(attended, _DROPPED, self.training))
        raised: torch.Tensor = fo(functional.gelu(fi(middle)))
        last: torch.Tensor = oln(middle + functional.dropout(raised, _DROPPED, self.training))
        return last


class TrainedReader(nn.Module):
    """Reads batches; `nothing` is the score of "none of these sentences".

    The word embeddings are the encoder's, in four bits, and are not trained. `prior` is how much is taken off a
    sentence for each unit of the logarithm of its passage's rank: the search knows something the reader need not learn.
    """

    def __init__(self, packed: PackedModel, layers: int) -> None:
        super().__init__()
        words = packed.blocks["emb.word"]
        hidden = packed.hidden
        self._fixed("numbers", words.nibbles.reshape(packed.vocabulary, -1, BLOCK))
        self._fixed("scales", words.scales.reshape(packed.vocabulary, -1, 1))
        self._fixed("positions", packed.floats["emb.pos"].reshape(-1, hidden) + packed.floats["emb.type"][:hidden])
        self.embedded = _normalisation(packed, "emb.ln").requires_grad_(False)
        self.layers = nn.ModuleList(Layer(packed, number) for number in range(layers))
        self.hidden = nn.Linear(3 * hidden, hidden)
        self.output = nn.Linear(hidden, 2)
        self.nothing = nn.Parameter(torch.zeros(1))
        self.prior = nn.Parameter(torch.zeros(1))

    def _fixed(self, name: str, values: NDArray[np.generic]) -> None:
        # Not saved with the trained weights: it is the encoder's.
        self.register_buffer(name, torch.from_numpy(np.ascontiguousarray(values)), persistent=False)

    def head(self) -> list[nn.Parameter]:
        """The weights that begin at random."""
        return [*self.hidden.parameters(), *self.output.parameters(), self.nothing, self.prior]

    def body(self) -> list[nn.Parameter]:
        """The weights that begin as the encoder's."""
        return list(self.layers.parameters())

    def forward(self, batch: Batch) -> torch.Tensor:
        """Scores (sentences, 2): how well each sentence of a batch answers, and how well it leaves open."""
        states, owners, first = [], [], []
        for start, end, tokens in batch.chunks:
            read = self._read(batch.ids[start:end, :tokens], batch.mask[start:end, :tokens])
            own = batch.owners[start:end, :tokens]
            states.append(read[own >= 0].float())
            owners.append(own[own >= 0])
            first.append(read[:, 0].float())
        state, owner, many = torch.cat(states), torch.cat(owners), len(batch.sequences)
        counts = torch.bincount(owner, minlength=many)[:, None]
        mean = state.new_zeros(many, state.shape[1]).index_add_(0, owner, state) / counts
        highest = state.new_full(mean.shape, _NO_STATE).scatter_reduce(
            0, owner[:, None].expand(-1, state.shape[1]), state, "amax"
        )
        features = torch.cat([mean, highest, torch.cat(first)[batch.sequences]], dim=1)
        raised = functional.dropout(functional.gelu(self.hidden(features)), _DROPPED, self.training)
        scores: torch.Tensor = self.output(raised).float() - self.prior * batch.ranks[:, None]
        return scores

    def _read(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        words = (self.get_buffer("numbers")[ids].float() - 8) * self.get_buffer("scales")[ids]
        states = self.embedded(words.flatten(-2) + self.get_buffer("positions")[: ids.shape[1]])
        states = functional.dropout(states, _DROPPED, self.training)
        for layer in self.layers:
            states = layer(states, mask[:, None, None, :])
        read: torch.Tensor = states
        return read


def _linear(packed: PackedModel, name: str) -> nn.Linear:
    bias = packed.floats[f"{name}.b"]
    weights = _whole(packed.blocks[f"{name}.w"]).reshape(len(bias), -1)
    linear = nn.Linear(weights.shape[1], len(bias))
    linear.load_state_dict({"weight": torch.from_numpy(weights), "bias": torch.tensor(bias)})
    return linear


def _normalisation(packed: PackedModel, name: str) -> nn.LayerNorm:
    normalisation = nn.LayerNorm(packed.hidden, eps=packed.epsilon)
    values = {part: torch.tensor(packed.floats[f"{name}.{part[0]}"]) for part in ("weight", "bias")}
    normalisation.load_state_dict(values)
    return normalisation


def _whole(blocks: Blocks) -> NDArray[np.float32]:
    return (blocks.nibbles.astype(np.float32) - 8) * blocks.scales[:, None]
