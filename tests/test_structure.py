"""How the code is built: words of languages live in the languages' files, an idea has one home, nothing looks up."""

from __future__ import annotations

import ast
import dataclasses
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from onrecord.rag.languages import LANGUAGES, language

ROOT = Path(__file__).parent.parent
RAG = ROOT / "rag"
MODULES = sorted(RAG.rglob("*.py"))


def name_of(module: Path) -> str:
    return module.relative_to(ROOT).as_posix()


def tree_of(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"))


# --- No word of a human language outside the languages' files.

# What looks like such words and is none, by what it is.
NO_WORDS = {
    "rag/people/spellings.py": ("ou|oo",),  # sounds
    "rag/readers/markdown.py": ("<(del|",),  # tags of pages
    "rag/language_model/model_text.py": ("<(think|", "<(?:think|"),  # tags that models wrap their thoughts in
    "rag/people/voices.py": ("no|nr|",),  # signs of a number, in several languages
    "rag/readers/captions.py": ("</?(?:",),  # tags of captions
    "rag/readers/html.py": ("nav|navbar",),  # names that web pages give their parts
    "rag/readers/raised.py": ("ft|mi|yd",),  # units of length and time
    "rag/readers/ttml.py": ("h|ms|m|s",),  # units of time
    "rag/text/folding.py": ("|qu)",),  # what an apostrophe cuts off
    "rag/people/naming.py": ("|qu)",),  # the same, before a name
    "rag/asking.py": ("since",),  # names of filters
}

_WORD = r"[^\W\d_]{2,}"
_MIXED = re.compile(r"(?=[^\W\d_]*[A-Za-z])(?=[^\W\d_]*[^\W\d_A-Za-z])[^\W\d_]{2,}")
_LIST = re.compile(r"[\w\s'’-]+")
_SQL = re.compile(r"\b(?:SELECT|CREATE|INSERT|UPDATE|DELETE|PRAGMA|ALTER|DROP|FROM|WHERE|ORDER BY)\b")
# A list of words is told by this share of words that a language's file holds too.
_SHARE, _FEWEST = 0.7, 5


def words_of_languages() -> frozenset[str]:
    """Function words, verbs of saying, offices and forms of address: what lists of words are mostly made of."""
    known: set[str] = set()
    for code in LANGUAGES:
        words = language(code)
        known |= words.terms.stop_words | words.sentence_ends.starters | words.function_words.words
        for group in (words.saying, words.labels):
            known |= {
                word
                for part in dataclasses.fields(group)
                if part.name != "fields" and isinstance(getattr(group, part.name), frozenset)
                for word in getattr(group, part.name)
            }
    return frozenset(word.lower() for word in known if len(word) > 1)


KNOWN = words_of_languages()


def values_of_types() -> frozenset[str]:
    """The strings that a type lists, such as kinds of speech: names of values, however they are spelt."""
    literals = (
        node.slice
        for module in MODULES
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.Subscript) and getattr(node.value, "id", "") == "Literal"
    )
    parts = (part.value for literal in literals for part in ast.walk(literal) if isinstance(part, ast.Constant))
    return frozenset(part for part in parts if isinstance(part, str))


VALUES = values_of_types()


def spoken(tree: ast.Module) -> set[int]:
    """The nodes of docstrings, of messages of errors and logs, and of annotations: they are said in English."""
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            found |= {id(line.value) for line in node.body if isinstance(line, ast.Expr)}
        if isinstance(node, ast.Raise | ast.Subscript):
            found |= set(map(id, ast.walk(node)))
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called.endswith(("Error", "UnreadableFile", "InvalidRequest", "exception", "warning")):
                found |= set(map(id, ast.walk(node)))
    return found


def holds_words(text: str) -> bool:
    """Whether a string holds words of a language: alternatives of a pattern, a list, or a word with an accent."""
    bare = re.sub(r"\\[a-zA-Z]", "", re.sub(r"\[[^\]]*\]", "", text))
    if _SQL.search(bare):
        return False
    alternatives = re.findall(rf"(?:(?<=[|(:])|^){_WORD}(?=[|?)]|$)", bare) if "|" in bare else []
    words = [word.lower() for word in re.findall(_WORD, bare)]
    listed = _LIST.fullmatch(bare) and len(words) >= _FEWEST and len(set(words)) == len(words)
    return (
        _MIXED.search(bare) is not None
        or any(word.lower() in KNOWN for word in alternatives)
        or bool(listed and sum(word in KNOWN for word in words) >= _SHARE * len(words))
    )


def word_places(module: Path) -> Iterator[str]:
    """The places of a module that hold words of a language."""
    tree = tree_of(module)
    said = spoken(tree)
    for node in ast.walk(tree):
        place = f"{name_of(module)}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            if holds_words(node.value) and not any(part in node.value for part in NO_WORDS.get(name_of(module), ())):
                yield f"{place} {node.value!r}"
        elif isinstance(node, ast.Set | ast.List | ast.Tuple) and id(node) not in said:
            words = [part.value for part in node.elts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
            known = [word for word in words if word.lower() in KNOWN - VALUES]
            listed = len(words) == len(node.elts) > 1 and len(known) >= _SHARE * len(words)
            if listed and words[0] not in NO_WORDS.get(name_of(module), ()):
                yield f"{place} {words}"
        elif isinstance(node, ast.Compare):
            sides = [side.value for side in (node.left, *node.comparators) if isinstance(side, ast.Constant)]
            if any(side in LANGUAGES for side in sides):
                yield f"{place} names a language"


@pytest.mark.parametrize("module", [module for module in MODULES if module.parent.name != "languages"], ids=name_of)
def test_words_of_a_language_stand_in_its_file(module: Path) -> None:
    assert not list(word_places(module))


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("(?:said|told) (?:us|them)", True),
        ("avec selon après avant", True),
        ("the a an this that these", True),
        ("[A-ZÀ-Þ]+|[a-zß-ÿ]+", False),
        (": holds no words that could be quoted. Check the file.", False),
        ("SELECT id FROM briefing WHERE id IS NOT NULL", False),
        ("<script|style>", False),
    ],
)
def test_words_of_a_language_are_told_from_other_strings(text: str, holds: bool) -> None:
    assert holds_words(text) is holds


# --- An idea has one home, and floors build on each other.

# From below: what stands on one floor may import those below it, and only checking its neighbour, the exports.
FLOORS = (
    {"types", "errors"},
    {"settings", "text"},
    {"languages"},
    {"people"},
    {"readers", "fetch", "transcript", "store"},
    {"passages", "questions", "collecting", "tallies", "corrections", "recordings", "speaking"},
    {"holdings"},
    {"retrieval", "quoting"},
    {"reading", "embedding"},
    {"answers", "models"},
    {"checking", "exporting", "asking", "comparing"},
    {"sheets"},
    {"judging"},
    {"language_model"},
    {"documents"},
    {"hearing"},
    {"originals"},
    {"adding"},
    {"repairing", "spreading", "copying", "correcting", "backing_up"},
    {"evaluate", "keeping"},
    {"library"},
    {"evaluate_writing"},
    {"__init__"},
)
NEIGHBOURS = {("checking", "exporting")}


def room_of(module: Path) -> str:
    parts = module.relative_to(RAG).with_suffix("").parts
    return parts[0]


def imported_rooms(module: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(module)):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for name in names:
            if name.startswith("onrecord.rag"):
                yield [*name.split("."), "__init__"][2]


def test_no_floor_looks_up() -> None:
    floor = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
    edges = {(room_of(module), room) for module in MODULES for room in imported_rooms(module)}
    looks_up = {(own, room) for own, room in edges if own != room and floor[own] <= floor[room]}
    assert looks_up <= NEIGHBOURS


def test_every_room_has_a_floor() -> None:
    assert {room_of(module) for module in MODULES} <= {room for rooms in FLOORS for room in rooms}


def rows_about(package: str) -> list[list[str]]:
    """What each row of the table about a package names in its first column, in docs/architecture.md."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = text[text.index(f"Inside `{package}/`") :].split("|---|---|\n")[1].split("\n\n")[0]
    return [re.findall(r"`([\w.]+)/?`", row.split("|")[1]) for row in table.splitlines()]


@pytest.mark.parametrize("package", ["rag", "embeddings", "ui"])
def test_the_architecture_names_every_room(package: str) -> None:
    rooms = {
        path.name
        for path in (ROOT / package).iterdir()
        if path.name not in ("__init__.py", "__pycache__") and (path.is_dir() or path.suffix == ".py")
    }
    named = [name for row in rows_about(package) for name in row]
    assert sorted(named) == sorted(rooms)


def test_the_architecture_goes_from_the_lowest_floor_up() -> None:
    floor = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
    told = [floor[name.removesuffix(".py")] for row in rows_about("rag") for name in row]
    assert told == sorted(told)


def public_names(module: Path) -> set[str]:
    found: set[str] = set()
    for node in tree_of(module).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return {name for name in found if not name.startswith("_")}


def test_no_public_name_has_a_second_home() -> None:
    homes: dict[str, list[str]] = defaultdict(list)
    for module in MODULES:
        for name in public_names(module):
            homes[name].append(name_of(module))
    assert {name: at for name, at in homes.items() if len(at) > 1} == {}


# --- To add a language, a reader, a store or a way of answering is to add one file under a contract test.

# The registries, each with the contract tests that run over all of it.
REGISTRIES = ("LANGUAGES", "READERS")


def parametrised_over() -> Counter[str]:
    """How many tests run over each name that stands in a list of their cases."""
    found: Counter[str] = Counter()
    for module in (ROOT / "tests").glob("test_*.py"):
        for node in ast.walk(tree_of(module)):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("parametrize", "fixture"):
                given = [*node.args, *(keyword.value for keyword in node.keywords)]
                found.update({part.id for each in given for part in ast.walk(each) if isinstance(part, ast.Name)})
    return found


@pytest.mark.parametrize("registry", REGISTRIES)
def test_a_contract_test_runs_over_each_registry(registry: str) -> None:
    assert parametrised_over()[registry]
