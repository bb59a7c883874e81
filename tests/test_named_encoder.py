"""A library that is searched with a model the user names is answered from as well as with the bundled one."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import answers
from onrecord.rag import Library, Settings

MEASURES = ("status", "quote", "first", "speaker")
# Of 21 questions with a gold sentence one is .048.
_WITHIN = 0.05


@pytest.fixture(scope="module")
def bundled_figures(tmp_path_factory: pytest.TempPathFactory, source_documents: Path) -> dict[str, float]:
    return figures(Settings(library=tmp_path_factory.mktemp("bundled")))


def figures(settings: Settings) -> dict[str, float]:
    """The shares of English questions over twelve briefings that are answered rightly, by measure."""
    asked = [question for question in answers.questions("tuning") if question["language"] == "en"]
    with Library.open(settings=settings) as library:
        assert not library.add(answers.files("tuning")).failed
        judged = [answers.judge(library, question, library.ask(question["question"])) for question in asked]
    known = {name: [row[name] for row in judged if row[name] is not None] for name in MEASURES}
    return {name: sum(map(bool, values)) / len(values) for name, values in known.items()}


@pytest.mark.timeout(1800)
def test_answers_with_a_second_encoder_are_as_good(
    tmp_path: Path, second_model: Path, bundled_figures: dict[str, float]
) -> None:
    named = figures(Settings(library=tmp_path, model=str(second_model)))
    assert {name: named[name] >= value - _WITHIN for name, value in bundled_figures.items()} == dict.fromkeys(
        MEASURES, True
    ), (named, bundled_figures)
