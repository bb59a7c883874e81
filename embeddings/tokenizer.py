"""The bundled model's tokenizer: texts to the ids of pieces of words, and where each piece stands in its text.

XLM-RoBERTa's SentencePiece model, run by SentencePiece itself. The `tokenizers` library builds a tree of hash tables of
the 250,000 pieces each time it opens them: .8 seconds and 280 MB where this takes .25 and 75.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onrecord.embeddings.bundled import PackedModel

# Kinds of pieces, and the field numbers below: sentencepiece_model.proto of SentencePiece.
_NORMAL, _UNKNOWN, _CONTROL = 1, 2, 3
_VARINT, _BYTES, _FLOAT = 0, 2, 5
# The model was trained on texts so written: control and zero-width characters dropped or made spaces, NFKC.
_NORMALISATION = "nmt_nfkc"


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of a text in order, n of them: their ids, and (n, 2) places in the text, without special tokens.

    A piece that begins a word takes in the space before it.
    """

    ids: list[int]
    spans: NDArray[np.int64]


class Tokenizer:
    """Texts to ids; safe to share between threads. Nothing in a text is taken for a special token."""

    def __init__(self, model: bytes) -> None:
        """Open a model that `sentencepiece_model` has made."""
        from sentencepiece import SentencePieceProcessor

        self._processor = SentencePieceProcessor(model_proto=model)

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of texts, without special tokens."""
        return [self._processor.encode(text) for text in texts]

    def pieces(self, text: str) -> Pieces:
        """The pieces of a text."""
        found = self._processor.encode(text, return_type="offset_mapping")
        return Pieces(found["ids"], np.array(found["offsets"], np.int64).reshape(-1, 2))


def sentencepiece_model(packed: PackedModel) -> bytes:
    """The pieces of a packed model in SentencePiece's own format, with the normalisation that goes before."""
    from sentencepiece import SentencePieceNormalizer

    special = {packed.bos: _CONTROL, packed.eos: _CONTROL, packed.pad: _CONTROL, packed.unknown: _UNKNOWN}
    names = {number: packed.pieces[number][0].encode() for number in special}
    # Named as a special token is, but no field of the trainer's tells of it: the last piece, for training alone.
    special |= {len(packed.pieces) - 1: _CONTROL}
    trainer = [
        _field(40, _VARINT, _varint(packed.unknown)),
        _field(41, _VARINT, _varint(packed.bos)),
        _field(42, _VARINT, _varint(packed.eos)),
        _field(43, _VARINT, _varint(packed.pad)),
        _field(45, _BYTES, names[packed.unknown]),
        _field(46, _BYTES, names[packed.bos]),
        _field(47, _BYTES, names[packed.eos]),
        _field(48, _BYTES, names[packed.pad]),
    ]
    normaliser = SentencePieceNormalizer(
        rule_name=_NORMALISATION, add_dummy_prefix=True, escape_whitespaces=True, remove_extra_whitespaces=True
    )
    # Messages of one kind, one behind the other, are one message.
    return b"".join(
        [
            *_encoded(packed.pieces, special),
            _field(2, _BYTES, b"".join(trainer)),
            normaliser.serialized_model_proto(),
        ]
    )


def _encoded(pieces: Sequence[tuple[str, float]], special: dict[int, int]) -> Iterator[bytes]:
    for number, (piece, score) in enumerate(pieces):
        parts = [
            _field(1, _BYTES, piece.encode()),
            _field(2, _FLOAT, np.float32(score).tobytes()),
            _field(3, _VARINT, _varint(special.get(number, _NORMAL))),
        ]
        yield _field(1, _BYTES, b"".join(parts))


def _field(number: int, kind: int, value: bytes) -> bytes:
    """A field in Protocol Buffers' wire format (protobuf.dev/programming-guides/encoding)."""
    key = _varint(number << 3 | kind)
    return key + _varint(len(value)) + value if kind == _BYTES else key + value


def _varint(number: int) -> bytes:
    groups = []
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*groups, number])
