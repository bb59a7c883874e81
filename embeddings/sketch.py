"""What FAISS does for the vector index: sketches that propose the nearest. The only file that imports it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings.places import Ids

Vectors = NDArray[np.float32]
Codes = NDArray[np.uint8]


class Sketch:
    """A bit for each number of each vector, over the mean of such vectors (RaBitQ), one row after the other."""

    def __init__(self, codes: Codes, centre: Vectors) -> None:
        """Make the sketch that has these codes, one a row, around the centre that they are over."""
        faiss = _faiss()
        self._index: Any = faiss.IndexRaBitQ(len(centre), faiss.METRIC_INNER_PRODUCT)
        faiss.copy_array_to_vector(centre, self._index.center)
        faiss.copy_array_to_vector(np.ascontiguousarray(codes).reshape(-1), self._index.codes)
        self._index.ntotal = len(codes)
        self._index.is_trained = True

    @classmethod
    def around(cls, seen: Vectors) -> Sketch:
        """An empty sketch around the mean of (n, dimension) vectors that are like those it will hold."""
        faiss = _faiss()
        made = cls.__new__(cls)
        made._index = faiss.IndexRaBitQ(seen.shape[1], faiss.METRIC_INNER_PRODUCT)
        made._index.train(seen)
        return made

    def add(self, vectors: Vectors) -> None:
        """Add (n, dimension) vectors as the next rows."""
        self._index.add(vectors)

    def of_rows(self, rows: Ids) -> Sketch:
        """A sketch of some rows alone, in the order given."""
        return Sketch(self.codes[rows], self.centre)

    def proposed(self, query: Vectors, count: int, usable: NDArray[np.bool_] | None = None) -> Ids:
        """The rows, (count,), that seem nearest to a vector; `usable` says of each whether it may be one of them."""
        faiss, parameters = _faiss(), None
        if usable is not None:
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(np.packbits(usable, bitorder="little")))
        rows: Ids = self._index.search(query.reshape(1, -1), count, params=parameters)[1][0]
        return rows

    @property
    def codes(self) -> Codes:
        """The codes where they lie, one a row; to be read before more is added."""
        size = self._index.ntotal * self._index.code_size
        held: Codes = _faiss().rev_swig_ptr(self._index.codes.data(), size).reshape(-1, self._index.code_size)
        return held

    @property
    def centre(self) -> Vectors:
        """The mean, (dimension,), that the codes are over."""
        centre: Vectors = _faiss().vector_to_array(self._index.center)
        return centre


def version_of_codes() -> str:
    """Which codes mean the same: another version of FAISS may lay them out otherwise."""
    return str(_faiss().__version__)


def products_in_place(vectors: Vectors, rows: Ids, query: Vectors) -> Vectors:
    """The inner products of some rows with a vector, read where they lie."""
    faiss = _faiss()
    found = np.empty(len(rows), np.float32)
    faiss.fvec_inner_products_by_idx(
        *map(faiss.swig_ptr, (found, query, vectors, rows)), vectors.shape[1], 1, len(rows)
    )
    return found


def _faiss() -> Any:
    """Import FAISS on first use; a search by one thread leaves the other cores to other searches."""
    import faiss

    faiss.omp_set_num_threads(1)
    return faiss
