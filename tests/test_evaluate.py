from __future__ import annotations

import json
from pathlib import Path

import pytest

from onrecord.rag import InvalidRequest, Settings, evaluate_folder, report_rows, rows_of
from onrecord.rag.evaluate import Gold, is_hit, read_questions

BRIEFINGS = {
    "harbour.en.txt": "The new harbour wall cost forty million crowns and was finished in the spring of last year.",
    "harbour.fr.txt": "Le nouveau mur du port a coûté quarante millions de couronnes et fut achevé au printemps.",
    "schools.en.txt": "Every village school will have a nurse by autumn, said the minister for education on Monday.",
    "schools.fr.txt": "Chaque école de village aura une infirmière d’ici l’automne, a dit lundi la ministre.",
}
QUESTIONS = [
    {"id": "1", "question": "How much did the harbour wall cost?", "language": "en", "gold": "harbour"},
    {"id": "2", "question": "Qui aura une infirmière à l’école du village ?", "language": "fr", "gold": "schools"},
    {
        "id": "3",
        "question": "And when was it finished?",
        "language": "en",
        "gold": "harbour",
        "history": [{"speaker": "user", "text": "What about the wall?"}, {"speaker": "agent", "text": "It cost much."}],
    },
    {"id": "4", "question": "Who won the chess tournament?", "language": "en", "gold": None},
]


@pytest.fixture
def question_set(tmp_path: Path) -> Path:
    """Four texts of our own in two languages, and four questions, one of which nothing answers."""
    (tmp_path / "briefings").mkdir()
    for name, text in BRIEFINGS.items():
        (tmp_path / "briefings" / name).write_text(text, encoding="utf-8")
    lines = []
    for question in QUESTIONS:
        files = [name for name in BRIEFINGS if question["gold"] and name.startswith(str(question["gold"]))]
        gold = [{"file": name, "start": 0, "end": len(BRIEFINGS[name])} for name in files]
        lines.append(json.dumps(question | {"gold": gold, "answerable": bool(gold)}, ensure_ascii=False))
    (tmp_path / "questions.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def test_a_set_is_measured_by_language_pair_history_and_abstention(question_set: Path, tmp_path: Path) -> None:
    asked: list[tuple[int, int]] = []
    rows = {
        row.setting: row
        for row in evaluate_folder(
            question_set, Settings.load(), keep=tmp_path / "kept", asking=lambda *n: asked.append(n)
        )
    }
    assert asked[-1] == (4, 4)
    assert {
        "en → en",
        "en → fr",
        "fr → fr",
        "en → fr in a library of both",
        "en → any language",
        "en → en without history",
        "en: answerable or not",
    } <= set(rows)
    assert rows["en → en"].questions == 2
    # With two passages in a language, any ranking holds the right one among ten.
    assert rows["en → en"].measures["recall@10"] == (1.0, 1.0, 1.0)
    assert rows["fr → fr"].measures["recall@1"][0] == 1.0
    assert all(low <= value <= high for row in rows.values() for value, low, high in row.measures.values())
    plain = evaluate_folder(question_set, Settings.load(), method="words", keep=tmp_path / "kept")
    assert "en: answerable or not" not in {row.setting for row in plain}
    searched = evaluate_folder(question_set, Settings.load(), method="search", keep=tmp_path / "kept")
    assert {row.setting for row in searched} == {row.setting for row in plain}
    assert {row.setting: row for row in searched}["fr → fr"].measures["recall@10"][0] == 1.0
    report = {"rows": [{"setting": row.setting, "questions": row.questions, "measures": row.measures} for row in plain]}
    assert rows_of(json.loads(json.dumps(report))) == plain
    assert "+0.000" in report_rows(plain, plain)


@pytest.mark.parametrize(
    ("start", "end", "hit"),
    [(100, 200, True), (50, 150, True), (49, 149, False), (0, 300, True), (150, 160, True), (200, 300, False)],
)
def test_a_hit_lies_half_inside_or_covers_half(start: int, end: int, hit: bool) -> None:
    assert is_hit(start, end, Gold("file", 100, 200)) == hit


def test_a_set_in_beirs_layout_is_read(tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_text('{"_id": "d/1", "title": "Harbour", "text": "The wall cost much."}\n')
    (tmp_path / "queries.jsonl").write_text(
        '{"_id": "q1", "text": "What did the wall cost?"}\n{"_id": "q2", "text": "Not judged"}\n'
    )
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td/1\t1\nq1\td/2\t0\n")
    (question,) = read_questions(tmp_path)
    assert question.gold == (Gold("d_1.txt"),)
    rows = evaluate_folder(tmp_path, Settings.load())
    assert [(row.setting, row.measures["recall@1"][0]) for row in rows] == [("en → en", 1.0)]


@pytest.mark.parametrize("content", [None, "{}", "[1]", "not JSON"])
def test_what_is_no_set_is_refused(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "questions.jsonl").write_text(content)
    with pytest.raises(InvalidRequest):
        evaluate_folder(tmp_path, Settings.load())
    with pytest.raises(InvalidRequest):
        rows_of({"rows": [{}]})
