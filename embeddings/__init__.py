"""Text to unit vectors, and the index that finds the nearest. Importing this costs nothing heavy."""

from onrecord.embeddings.arrays import read_arrays, write_arrays
from onrecord.embeddings.bundled import bundled_model
from onrecord.embeddings.encoder import Encoder, SentenceEncoder, load_encoder
from onrecord.embeddings.errors import DamagedIndex, ModelError
from onrecord.embeddings.places import Places
from onrecord.embeddings.replacing import beside, replacing
from onrecord.embeddings.tokens import TokenVectors
from onrecord.embeddings.vectors import Selection, VectorIndex
from onrecord.embeddings.vocabulary import log_likelihood

__all__ = [
    "DamagedIndex",
    "Encoder",
    "ModelError",
    "Places",
    "Selection",
    "SentenceEncoder",
    "TokenVectors",
    "VectorIndex",
    "beside",
    "bundled_model",
    "load_encoder",
    "log_likelihood",
    "read_arrays",
    "replacing",
    "write_arrays",
]
