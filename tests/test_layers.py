"""Dependencies point one way, and what is heavy is imported only by those who need it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from onrecord.rag import Library

ROOT = Path(__file__).parent.parent
ALLOWED = {"embeddings": {"embeddings"}, "rag": {"embeddings", "rag"}, "ui": {"rag", "ui"}}


def imported(file: Path) -> list[str]:
    names: list[str] = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: a relative import"
            names.append(node.module or "")
    return names


@pytest.mark.parametrize("layer", sorted(ALLOWED))
def test_each_layer_imports_only_those_below(layer: str) -> None:
    for file in (ROOT / layer).rglob("*.py"):
        for name in imported(file):
            if name.startswith("onrecord."):
                assert name.split(".")[1] in ALLOWED[layer], f"{file.name} imports {name}"


def test_the_page_and_the_command_use_only_public_names() -> None:
    for file in (ROOT / "ui").rglob("*.py"):
        for name in imported(file):
            if name.startswith("onrecord.rag"):
                assert name == "onrecord.rag", f"{file.name} imports {name}"


@pytest.mark.parametrize(("package", "user"), [("faiss", "embeddings/sketch.py"), ("ray", "rag/spreading.py")])
def test_one_file_imports_it(package: str, user: str) -> None:
    users = {
        file.relative_to(ROOT).as_posix()
        for layer in ALLOWED
        for file in (ROOT / layer).rglob("*.py")
        if any(name.split(".")[0] == package for name in imported(file))
    }
    assert users == {user}


def test_only_the_engine_in_postgresql_imports_its_driver() -> None:
    users = {
        file.relative_to(ROOT).parent.as_posix()
        for layer in ALLOWED
        for file in (ROOT / layer).rglob("*.py")
        if any(name.split(".")[0] in ("psycopg", "psycopg_pool", "pgvector") for name in imported(file))
    }
    assert users == {"rag/store/postgres"}


def test_the_command_starts_without_models_or_the_page() -> None:
    code = (
        "import sys; import onrecord.ui.command.cli; "
        "heavy = 'torch', 'faiss', 'gradio', 'sentence_transformers', 'trafilatura', 'ray'; "
        "print([n for n in heavy if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# What no command imports but those that read files, check, measure or serve.
HEAVY = {
    "torch",
    "sentence_transformers",
    "onnx",
    "gradio",
    "lxml",
    "onrecord.rag.evaluate",
    "onrecord.rag.exporting.export",
}
ADDING = {"onrecord.rag.adding", "onrecord.rag.transcript.understanding"}
CHECKING = {"onrecord.rag.checking.check"}


@pytest.mark.parametrize(
    ("arguments", "unused"),
    [
        (["ask", "What was said about the bridge?"], HEAVY | ADDING | CHECKING),
        (["check", "-"], HEAVY | ADDING),
        (["add", "samples"], HEAVY - {"lxml"} | CHECKING | {"onnxruntime"}),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_command_imports_only_what_it_uses(arguments: list[str], unused: set[str], sample_library: Library) -> None:
    """Of `add` where nothing is new, so that no model is needed."""
    code = (
        "import sys; from onrecord.ui.command.cli import app\n"
        f"app(['--library', {str(sample_library.folder)!r}, *{arguments!r}], standalone_mode=False)\n"
        "print('imported', *sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input="“It will open,” she said.",
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    imported = set(done.stderr.rpartition("imported ")[2].split())
    assert "onrecord.ui.command.cli" in imported
    assert unused & imported == set()


def test_gradio_is_imported_for_the_page_alone_and_writes_nothing() -> None:
    """Left to itself it reads and writes stubs for editors beside its components, at every start."""
    code = (
        "import sys; opened = []\n"
        "sys.addaudithook(lambda event, given: opened.append(str(given[0])) if event == 'open' else None)\n"
        "import onrecord.ui.application; print('gradio' in sys.modules)\n"
        "import onrecord.ui.web; print('gradio' in sys.modules, 'mcp' in sys.modules)\n"
        "print([name for name in opened if name.endswith('.pyi')])\n"
        "import onrecord.ui.command.mcp_server; print('mcp' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["False", "True False", "[]", "True"]
