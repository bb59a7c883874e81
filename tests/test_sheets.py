"""Sheets of questions and quotations in, the same with citations out: nothing is run, and what is cut off goes on."""

from __future__ import annotations

import csv
import io
import re
import signal
import time
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from commanding import Command
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner
from xlsxwriter import Workbook

from onrecord.rag import (
    InvalidRequest,
    Library,
    OnRecordError,
    QuotedWords,
    RunOfRows,
    UnreadableFile,
    answer_result,
    check_results,
    export_sheet,
    sheet_in,
    sheet_of,
)
from onrecord.rag.exporting.workbook import workbook
from onrecord.rag.readers.sheets import SheetCell, tables_in
from onrecord.ui.command.cli import app

# Invented.
SAID = """Ada Quill (Minister of Ports): The new breakwater opens in May. The port may pay, unless courts object.

Ivo Stern (Coast Radio): Who paid for the breakwater, Minister?

Ada Quill (Minister of Ports): The port paid for it, from its own reserves.
"""


@pytest.fixture
def filled(small_library: Library, tmp_path: Path) -> Library:
    file = tmp_path / "2031-06-01-harbour.txt"
    file.write_text(SAID, encoding="utf-8")
    assert not small_library.add(file, date="2031-06-01", url="https://ports.example/harbour").failed
    return small_library


def made(*rows: list[Any]) -> bytes:
    """A workbook as others write them, a formula among its cells."""
    out = io.BytesIO()
    with Workbook(out) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet = book.add_worksheet("Questions")
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                if isinstance(cell, tuple):
                    sheet.write_formula(number, place, cell[0], value=cell[1])
                elif isinstance(cell, datetime | date):
                    sheet.write_datetime(number, place, cell, day)
                else:
                    sheet.write(number, place, cell)
    return out.getvalue()


def rows_in(name: str, data: bytes) -> list[list[SheetCell]]:
    """The rows of what has one sheet."""
    [rows] = tables_in(name, data)
    return rows


def read_back(data: bytes) -> list[dict[str, Any]]:
    heads, *rows = rows_in("back.xlsx", data)
    return [dict(zip(heads, row, strict=False)) for row in rows]


@pytest.mark.parametrize(
    ("headings", "wanted", "places"),
    [
        (["Nr", "Question", "Speaker"], "question", {"question": 1, "speaker": 2}),
        (["Citation :", "Orateur", "Fonction"], "quotation", {"quotation": 0, "speaker": 1, "role": 2}),
        (["Wer", "Zitat"], "quotation", {"speaker": 0, "quotation": 1}),
        (["PREGUNTA", "desde", "Hasta"], "question", {"question": 0, "since": 1, "until": 2}),
        (["Who", "Item"], "quotation", {"speaker": 0, "quotation": 1}),
        (["who?", "Question", "Questions"], "question", {"speaker": 0, "question": 1}),
    ],
)
def test_columns_are_found_by_their_headings(headings: list[str], wanted: Any, places: dict[str, int]) -> None:
    sheet = sheet_of([headings, ["x"] * len(headings)], wanted)
    assert (sheet.headings, dict(sheet.places), len(sheet.rows)) == (tuple(headings), places, 1)


def test_without_known_headings_every_row_counts() -> None:
    sheet = sheet_in("list.csv", b"Who paid, and when?\nWhat did it cost?\n", "question")
    assert (sheet.headings, sheet.texts) == ((), ["Who paid, and when?", "What did it cost?"])


def test_short_rows_and_signs_in_quotation_marks_are_no_matter() -> None:
    text = 'Nr;Frage;Wer\n1;"Wer zahlt; und wann?";Ada Quill\n2;Warum?\n'
    sheet = sheet_in("fragen.csv", text.encode(), "question")
    assert sheet.texts == ["Wer zahlt; und wann?", "Warum?"]
    assert [dict(sheet.filters(row)) for row in sheet.rows] == [{"speaker": ["Ada Quill"]}, {}]


def test_cells_are_read_as_what_they_are_and_formulas_as_what_they_gave() -> None:
    data = made(["Question", "Day", "Sum"], ["Who paid?", date(2031, 6, 1), ("=1+1", 2)], [2031, 2.5, True])
    rows = rows_in("a.xlsx", data)
    assert rows[1:] == [["Who paid?", date(2031, 6, 1), 2], [2031, 2.5, True]]
    assert sheet_of(rows, "question").texts == ["Who paid?", "2031"]


def booked(*sheets: list[list[Any]], merged: str = "", hidden: int = -1) -> bytes:
    """A workbook of several sheets, some cells of its first merged."""
    out = io.BytesIO()
    with Workbook(out) as book:
        for number, rows in enumerate(sheets):
            sheet = book.add_worksheet()
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)
            if merged and not number:
                sheet.merge_range(merged, "Ada Quill")
            if number == hidden:
                sheet.hide()
            else:
                # The one that is active stays to be seen.
                sheet.activate()
    return out.getvalue()


def test_a_title_above_the_headings_is_carried_through(filled: Library) -> None:
    at = datetime(2031, 5, 1, 12, 30)
    rows = [["For the minister", "", ""], [], ["Nr", "Question", "Since"], [1, "Who paid?", at], [2, "Why?", "2031"]]
    sheet = sheet_in("a.xlsx", made(*[[cell or None for cell in row] for row in rows]), "question")
    assert (sheet.headings, sheet.texts) == (("Nr", "Question", "Since"), ["Who paid?", "Why?"])
    assert [dict(sheet.filters(row)) for row in sheet.rows] == [{"since": "2031-05-01"}, {"since": "2031"}]
    for format in ("xlsx", "csv"):
        back = export_sheet(sheet, {1: {"status": "answered"}}, format)
        again = sheet_in(f"a.{format}", back, "question")
        assert again.texts == sheet.texts
        assert again.above[0][:1] == ("For the minister",)
        assert again.rows[1][again.headings.index("status")] == "answered"


@pytest.mark.parametrize(
    ("rows", "texts"),
    [
        # Headings that nobody knows, behind an empty column and a number; without any.
        (
            [["", "No.", "Line"], ["", 1, "Who paid, Minister?"], ["", 2, "Why not?"]],
            ["Line", "Who paid, Minister?", "Why not?"],
        ),
        ([["", ""], ["", "The port paid"]], ["", "The port paid"]),
        # What is called a question is the kind of a row.
        ([["Words", "Kind"], ["Who paid for it?", "question"]], ["Words", "Who paid for it?"]),
    ],
)
def test_the_column_of_sentences_is_taken_where_none_is_called_so(rows: list[list[Any]], texts: list[str]) -> None:
    assert sheet_of(rows, "question").texts == texts


def test_the_sheet_that_is_meant_is_found_in_a_workbook() -> None:
    cover, asked = [["How to use this file"]], [["Question", "Speaker"], ["Who paid?", ""], ["Why?", ""]]
    assert sheet_in("a.xlsx", booked(cover, asked), "question").texts == ["Who paid?", "Why?"]
    # One that is hidden is not read, and one with merged cells says the same in all rows of them.
    assert sheet_in("a.xlsx", booked([["Question"], ["Old?"]], asked, hidden=0), "question").texts == [
        "Who paid?",
        "Why?",
    ]
    merged = sheet_in("a.xlsx", booked(asked, merged="B2:B3"), "question")
    assert [merged.filters(row) for row in merged.rows] == [{"speaker": ["Ada Quill"]}] * 2


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", "Zitat;Wer\r\n“Das Meer”;Müller\r\n".encode("cp1252")),
        ("a.csv", "sep=;\nZitat;Wer\n“Das Meer”;Müller\n".encode()),
        ("a.csv", "Zitat\tWer\n“Das Meer”\tMüller\n".encode("utf-16")),
        ("a.tsv", "Zitat\tWer\n“Das Meer”\tMüller\n".encode()),
    ],
)
def test_tables_are_read_as_programs_write_them(name: str, data: bytes) -> None:
    sheet = sheet_in(name, data, "quotation")
    assert [sheet.quotation(row) for row in sheet.rows] == [QuotedWords("“Das Meer”", "Müller")]


def test_lines_of_a_text_stay_as_they_are() -> None:
    text = 'Où est le port ?\n\n"Breakwater", who paid;\twhy?\n'
    assert sheet_in("a.txt", text.encode("cp1252"), "question").texts == text.split("\n")[:3]


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("sign.csv", b"Question,Who\nWho paid, and why?,Ada\n" + b"Why?,Ada\n" * 20, "row 2 has more cells"),
        ("hidden.xlsx", booked([["Question"]], [[]], hidden=0), "hidden"),
        ("empty.csv", b"", "empty"),
        ("blank.csv", b",,\n,,\n", "no rows"),
        ("broken.xlsx", b"PK\x03\x04 no workbook", "cannot be read as a workbook"),
        ("wide.csv", b"a," * 300, "200 columns"),
    ],
)
def test_what_is_no_sheet_is_refused_in_one_line(name: str, data: bytes, why: str) -> None:
    with pytest.raises(UnreadableFile, match=why) as refused:
        sheet_in(name, data, "question")
    assert "\n" not in str(refused.value)


def test_two_far_cells_fill_no_memory() -> None:
    out = io.BytesIO()
    with Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_string(0, 0, "Question")
        sheet.write_string(1_048_575, 16_383, "x")
    with pytest.raises(UnreadableFile, match=r"far\.xlsx"):
        rows_in("far.xlsx", out.getvalue())
    assert rows_in("near.xlsx", made(["Question"])) == [["Question"]]


def test_answers_come_with_their_sources_in_further_columns(filled: Library) -> None:
    sheet = sheet_of([["Question", "speaker", "ref"], ["Who paid for the breakwater?", "Ada Quill", 7]], "question")
    answer = filled.ask(sheet.texts[0], **sheet.filters(sheet.rows[0]))
    result = answer_result(answer, version="1", library=filled.digest())
    [row] = read_back(export_sheet(sheet, {0: result}, "xlsx"))
    assert (row["ref"], row["speaker"], row["status"]) == (7, "Ada Quill", answer.status)
    first = answer.citations[0]
    assert (row["quote"], row["speaker (OnRecord)"], row["briefing"]) == (first.quote, first.speaker, first.title)
    assert (row["date"], row["library"], row["answer"]) == (date(2031, 6, 1), filled.digest(), answer.text)
    assert row["link"].startswith("https://ports.example/harbour#:~:text=")


def test_quotations_are_checked_as_those_of_whom_the_sheet_names(filled: Library) -> None:
    quotations = [
        QuotedWords("The port paid for it", "Ada Quill"),
        QuotedWords("« The new breakwater opens in May. »", "Ivo Stern", "Coast Radio"),
        QuotedWords("The new breakwater opens in June", role="the minister"),
        QuotedWords("Nobody ever spoke of whales here"),
    ]
    report = filled.check_quotations(quotations)
    verdicts = ["verbatim", "other_speaker", "altered", "not_found"]
    assert [one.verdict for one in report.findings] == verdicts
    assert [report.article[one.start : one.end].strip("“”") for one in report.findings] == [
        one.text for one in report.findings
    ]
    alone = check_results(report)
    assert alone == [check_results(filled.check_quotations([one]))[0] for one in quotations]
    assert [one["verdict"] for one in alone] == verdicts
    assert alone[2]["difference"] == "The new breakwater opens in {+June+}[-May-]"
    assert {one["library"] for one in alone} == {report.library, filled.digest()}
    with pytest.raises(InvalidRequest, match="empty"):
        filled.check_quotations([QuotedWords("“ ”")])


def test_a_quotation_cut_short_says_how_its_sentence_goes_on(filled: Library) -> None:
    (result,) = check_results(filled.check_quotations([QuotedWords("The port may pay", "Ada Quill")]))
    assert (result["verdict"], result["restriction"]) == ("verbatim", "unless courts object.")
    assert result["sentence"] == "The port may pay, unless courts object."


@given(
    st.lists(
        st.one_of(
            st.text(max_size=30),
            st.sampled_from(["=1+1", "+1", "-5", "@x", "\t=2", "-2,5 %"]),
            st.integers(-(10**9), 10**9),
            st.dates(date(1000, 1, 1), date(3000, 1, 1)),
            st.booleans(),
        ),
        min_size=1,
        max_size=4,
    )
)
@settings(max_examples=40, deadline=None)
def test_nothing_in_a_sheet_is_run_and_other_columns_are_carried_through(cells: list[Any]) -> None:
    sheet = sheet_of([["Question"], ["Who?", *cells]], "question")
    written = export_sheet(sheet, {0: {"quote": "=cmd()", "confidence": -0.5}}, "csv").decode("utf-8-sig")
    heads, row = csv.reader(io.StringIO(written, newline=""))
    own = row[1 : 1 + len(cells)]
    for cell, kept in zip(cells, own, strict=True):
        assert re.fullmatch(r"(?s)(?![=+\-@]).*|[-+]?[\d.,]+%?", kept)
        if isinstance(cell, int | date):
            assert kept == str(cell)
    assert row[heads.index("quote")] == "'=cmd()"
    book = export_sheet(sheet, {0: {"quote": "=cmd()"}}, "xlsx")
    assert b"<f>" not in book


def test_a_workbook_holds_texts_as_texts(tmp_path: Path) -> None:
    import zipfile

    cells = ["=1+1", "https://a.example", "x" * 40_000, "\x01\ud800", None, date(1066, 1, 1)]
    book = workbook(["=head"], [[cell] for cell in cells])
    with zipfile.ZipFile(io.BytesIO(book)) as opened:
        xml = opened.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in xml
    assert "hyperlink" not in xml
    rows = rows_in("texts.xlsx", book)
    assert [row[0] for row in rows[:3]] == ["=head", "=1+1", "https://a.example"]
    assert (len(str(rows[3][0])), rows[4][0], rows[6][0]) == (32_767, "\ufffd\ufffd", "1066-01-01")


def test_a_run_goes_on_where_it_was_cut_off_and_only_with_the_same(tmp_path: Path) -> None:
    export, asked = tmp_path / "out.xlsx", []

    def make(row: int) -> dict[str, Any]:
        asked.append(row)
        if row == 3:
            raise KeyboardInterrupt
        return {"status": f"row {row}"}

    with pytest.raises(KeyboardInterrupt), RunOfRows(export, ["a"]) as run:
        run.do(5, make, lambda _: None)
    kept = tmp_path / "out.xlsx.unfinished"
    # As a process that is killed leaves it.
    kept.write_text(kept.read_text(encoding="utf-8") + '{"row": 3, "resu', encoding="utf-8")
    with RunOfRows(export, ["a"]) as run:
        assert sorted(run.results) == [0, 1, 2]
        run.do(5, lambda row: {"status": f"again {row}"}, lambda _: None)
    with RunOfRows(export, ["a"]) as run:
        assert [run.results[row]["status"] for row in range(5)] == ["row 0", "row 1", "row 2", "again 3", "again 4"]
        run.finish()
    assert not kept.exists()
    with RunOfRows(export, ["a"]) as run:
        run.do(2, lambda row: {"status": "old"}, lambda _: None)
    with RunOfRows(export, ["another library"]) as run:
        assert run.results == {}


# --- From the command line


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory, small_model: Path) -> Command:
    command = Command(tmp_path_factory.mktemp("command"), small_model)
    (command.folder / "harbour.txt").write_text(SAID, encoding="utf-8")
    command("add", "harbour.txt")
    return command


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("ask", "--batch", "q.csv", "--export", "answers.docx"), 1),
        (("ask", "--batch", "gone.csv", "--export", "answers.csv"), 1),
        (("check", "--batch", "q.csv"), 2),
        (("check",), 2),
    ],
)
def test_what_cannot_be_is_refused(words: tuple[str, ...], code: int, tmp_path: Path) -> None:
    (tmp_path / "q.csv").write_text("Who paid?\n", encoding="utf-8")
    named = [str(tmp_path / word) if "." in word else word for word in words]
    done = CliRunner().invoke(app, ["--library", str(tmp_path / "library"), *named])
    assert (done.exit_code, isinstance(done.exception, OnRecordError | SystemExit)) == (code, True)
    assert not (tmp_path / "answers.csv").exists()


def test_the_command_answers_a_sheet(command: Command) -> None:
    rows = [["Frage", "Seit", "Notiz"], ["Who paid for the breakwater?", "", "=A1"], ["", "", "x"], ["Why?", "then"]]
    (command.folder / "questions.xlsx").write_bytes(made(*[[cell or None for cell in row] for row in rows]))
    done = command("ask", "--batch", "questions.xlsx", "--export", "answers.csv", code=1)
    assert done.stdout == "answers.csv: 3 rows, 1 with an error.\n"
    with (command.folder / "answers.csv").open(encoding="utf-8-sig", newline="") as file:
        first, blank, wrong = csv.DictReader(file)
    assert first["quote"] in SAID
    assert (first["speaker"], blank["status"], blank["Notiz"]) == ("Ada Quill", "", "x")
    assert "then" in wrong["error"]


def test_what_is_stopped_or_killed_keeps_what_is_done_and_goes_on(command: Command) -> None:
    many = 3000
    words = ["The", "port", "paid", "for", "it,", "from", "its", "own", "reserves"]
    lines = ["Zitat;Nr", *(f"{' '.join(words[: 3 + number % 7])};{number}" for number in range(many))]
    (command.folder / "many.csv").write_text("\n".join(lines), encoding="utf-8")
    kept, out = command.folder / "out.xlsx.unfinished", command.folder / "out.xlsx"

    def cut_off(sign: signal.Signals, rows: int) -> int:
        process = command.start("check", "--batch", "many.csv", "--export", "out.xlsx")
        deadline = time.monotonic() + 120
        while not kept.exists() or kept.read_text(encoding="utf-8").count('"row"') < rows:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(sign)
        _, problems = process.communicate(timeout=120)
        assert "Traceback" not in problems
        return process.returncode

    assert cut_off(signal.SIGKILL, 5) == -signal.SIGKILL
    assert not out.exists()
    done = kept.read_text(encoding="utf-8").count('"row"')
    assert cut_off(signal.SIGINT, done + 5) == 130
    rows = read_back(out.read_bytes())
    assert [row["Nr"] for row in rows] == [str(number) for number in range(many)]
    finished = sum(row["verdict"] != "" for row in rows)
    assert done < finished < many
    assert {row["verdict"] for row in rows[:finished]} == {"verbatim"}
    assert not any(row["verdict"] for row in rows[finished:])
