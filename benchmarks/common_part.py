"""Measure what all tokens of the bundled model have in common, on the samples, and write it beside the encoder.

Run from the project's root, after the model or the samples changed much:

    python benchmarks/common_part.py

English and French count alike. 150 tokens of each language from as many passages are enough; a few sentences are not
(their mean cost two points of recall on French questions).
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from sentence_transformers import SentenceTransformer

from onrecord.embeddings import bundled
from onrecord.rag import Library, Settings
from onrecord.rag.embedding import embedded_text

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Write embeddings/common_part.npy."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    folder = bundled.bundled_model(Settings.load().cache)
    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True, trust_remote_code=True)
    with tempfile.TemporaryDirectory() as temporary, Library.open(temporary) as library:
        library.add(ROOT / "samples")
        passages = [passage for briefing in library.briefings() for passage in library.passages(briefing.id)]
    means = []
    for language in ("en", "fr"):
        texts = [embedded_text(passage) for passage in passages if passage.language == language]
        read = model.encode(texts, prompt=bundled.PASSAGE_PROMPT, output_value="token_embeddings")
        # Without the marks of beginning and end, and the two tokens of the prompt.
        means.append(np.concatenate([np.asarray(states, np.float32)[3:-1] for states in read]).mean(axis=0))
    np.save(ROOT / "embeddings" / "common_part.npy", np.mean(means, axis=0, dtype=np.float32))


if __name__ == "__main__":
    main()
