"""What became of the questions on record: told by the reader, kept for a version, listed and exported."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import docx
import pytest
from answering import briefing_of
from postgres_server import running_server

from onrecord.embeddings.reader import load_reader
from onrecord.rag import (
    QUESTIONS_FORMATS,
    InvalidRequest,
    Library,
    QuestionOnRecord,
    Settings,
    UnknownBriefing,
    course,
    export_questions,
    printed_head,
    speaker_shares,
)
from onrecord.rag.answers.replied import judged_questions
from onrecord.rag.judging import JUDGED_FILE
from onrecord.rag.reading.reader import read_passages

# All names and statements are invented.
HARBOUR = """Harbour briefing
Sandholm, 2 April 2031

Harbour Minister Elin Varga
Good morning. The harbour wall will cost 40 million crowns.

Otto Brandt, Kustblatt
Thank you, minister. When will the ferry to Sandholm sail again?

Harbour Minister Elin Varga
The ferry will sail again in June. We are glad about that.

Mia Lund, Radio Nord
=Which fund will pay for the new lighthouse keeper?

Harbour Minister Elin Varga
I don’t have an answer on the fund for the lighthouse keeper today. Let me come back to you on that.
"""
HARBOUR_CHANGED = HARBOUR.replace("in June", "in July")
MARKET = """Market briefing
5 May 2031

Mia Lund, Radio Nord
When will the fish market open its doors?

Market Warden Ole Dahl
It opens on 3 June, at six in the morning.

Otto Brandt, Kustblatt
How many stalls will there be?

Market Warden Ole Dahl
There will be forty stalls.
"""


@pytest.fixture(params=["folder", "postgres"])
def placed(request: pytest.FixtureRequest, tmp_path: Path, small_model: Path) -> Iterator[tuple[Library, str | Path]]:
    """A library of two briefings, in each engine, and where it lies."""
    settings = Settings(library=tmp_path / "library", model=str(small_model))
    place = tmp_path / "library" if request.param == "folder" else running_server().database()
    (tmp_path / "harbour.txt").write_text(HARBOUR, encoding="utf-8")
    (tmp_path / "market.txt").write_text(MARKET, encoding="utf-8")
    with Library.open(place, settings=settings) as opened:
        assert not opened.add([tmp_path / "harbour.txt", tmp_path / "market.txt"]).failed
        yield opened, place


def ids(library: Library) -> dict[str, str]:
    return {one.file: one.id for one in library.summaries()}


def read_all(library: Library) -> list[QuestionOnRecord]:
    return [one for briefing_id in library.judging.unread() for one in library.judging.read(briefing_id)]


def test_a_question_is_answered_or_left_open_as_its_reply_reads() -> None:
    briefing = briefing_of()
    read = partial(read_passages, load_reader(cache=Settings.load().cache), sources={briefing.id: briefing})
    ferry, fund = judged_questions(briefing, read)
    assert (ferry.exchange, ferry.outcome, fund.exchange, fund.outcome) == (0, "answered", 1, "left_open")
    assert ferry.reply is not None
    assert fund.reply is not None
    assert briefing.text[ferry.asked.start : ferry.asked.end].endswith("When will the ferry to Sandholm sail again?")
    assert "June" in briefing.text[ferry.reply.start : ferry.reply.end]
    assert briefing.text[fund.reply.start : fund.reply.end].startswith("I don’t have an answer")
    assert 0.5 <= ferry.sure <= 1
    assert fund.sure >= 0.8


def test_what_was_read_is_kept_for_a_version_and_forgotten_with_it(
    placed: tuple[Library, str | Path], tmp_path: Path, small_model: Path
) -> None:
    library, place = placed
    harbour, market = ids(library)["harbour.txt"], ids(library)["market.txt"]
    # Unread, a question is there with no outcome.
    before = library.judging.questions(harbour)
    assert [(one.outcome, one.reply, one.sure) for one in before] == [(None, None, None)] * 2
    assert library.judging.unread() == [market, harbour]
    # A reading that is broken off keeps nothing.
    next(library.judging.read(harbour))
    assert harbour in library.judging.unread()
    read = list(library.judging.read(harbour))
    assert [one.outcome for one in read] == ["answered", "left_open"]
    assert library.judging.questions(harbour) == tuple(read)
    for question in read:
        for citation in (question.asked, question.reply):
            assert citation is not None
            assert library.briefing(harbour).text[citation.start : citation.end] == citation.quote
    # Another process finds it.
    list(library.judging.read(market))
    with Library.open(place, settings=Settings(model=str(small_model))) as other:
        assert other.judging.unread() == []
        assert other.judging.questions(harbour) == tuple(read)
    # Another version has not been read; the old one has.
    (tmp_path / "harbour.txt").write_text(HARBOUR_CHANGED, encoding="utf-8")
    library.add(tmp_path / "harbour.txt")
    assert library.judging.unread() == [ids(library)["harbour.txt"]]
    assert library.judging.questions(harbour) == tuple(read)
    library.remove(market)
    with pytest.raises(UnknownBriefing):
        library.judging.questions(market)
    with sqlite3.connect(library.folder / JUDGED_FILE) as kept:
        assert [row[0] for row in kept.execute("SELECT briefing FROM judged")] == [harbour]


@pytest.mark.parametrize("damage", [b"no database at all", b""])
def test_a_damaged_file_costs_reading_again_and_no_more(
    small_library: Library, small_settings: Settings, tmp_path: Path, damage: bytes
) -> None:
    (tmp_path / "harbour.txt").write_text(HARBOUR, encoding="utf-8")
    small_library.add(tmp_path / "harbour.txt")
    read = read_all(small_library)
    (small_library.folder / JUDGED_FILE).write_bytes(damage)
    with Library.open(settings=small_settings) as other:
        assert len(other.judging.unread()) == 1
        assert read_all(other) == read
    with Library.open(settings=small_settings) as other:
        assert other.judging.unread() == []


def test_what_was_left_open_is_found_by_speaker_outlet_subject_and_date(small_library: Library, tmp_path: Path) -> None:
    for name, text in (("harbour.txt", HARBOUR), ("market.txt", MARKET)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    small_library.add([tmp_path / "harbour.txt", tmp_path / "market.txt"])
    judging = small_library.judging
    unread = judging.open()
    assert (unread.questions, unread.read, unread.total) == ((), 0, 2)
    read_all(small_library)
    found = judging.open()
    assert (found.read, found.total) == (2, 2)
    [fund] = found.questions
    assert (fund.asked.speaker, fund.asked.outlet, fund.asked.date) == ("Mia Lund", "Radio Nord", "2031-04-02")
    assert fund.reply is not None
    assert fund.reply.speaker == "Elin Varga"
    fits = [
        judging.open(speaker="Varga"), judging.open(outlet="radio nord"), judging.open(subject="LIGHTHOUSE fund"),
        judging.open(since="2031-04", until="2031-04-02"), judging.open(briefing=fund.asked.briefing_id),
    ]  # fmt: skip
    assert all(one.questions == (fund,) for one in fits)
    misses = [
        judging.open(speaker="Dahl"), judging.open(outlet="Kustblatt"), judging.open(subject="lighthouse ferry"),
        judging.open(since="2031-05"), judging.open(briefing="none"), judging.open(speaker="Mia Lund"),
    ]  # fmt: skip
    assert all(one.questions == () for one in misses)
    assert set(found.questions) <= set(judging.open(unclear=True).questions)
    with pytest.raises(InvalidRequest, match="is not a date"):
        judging.open(since="spring")


def test_the_list_is_exported_and_nothing_in_it_runs(small_library: Library, tmp_path: Path) -> None:
    (tmp_path / "harbour.txt").write_text(HARBOUR, encoding="utf-8")
    small_library.add(tmp_path / "harbour.txt")
    read_all(small_library)
    questions = small_library.judging.open().questions
    [fund] = questions
    table = export_questions(questions, "csv", "en")
    assert isinstance(table, str)
    [row] = csv.DictReader(io.StringIO(table.removeprefix("\ufeff")))
    assert (row["outcome"], row["outlet"], row["speaker"]) == ("left_open", "Radio Nord", "Elin Varga")
    # A spreadsheet would run it.
    assert row["question"] == f"'{fund.asked.quote}" if fund.asked.quote.startswith("=") else fund.asked.quote
    assert (row["question_start"], row["question_end"]) == (str(fund.asked.start), str(fund.asked.end))
    text = export_questions(questions, "markdown", "fr")
    assert isinstance(text, str)
    assert "laissé sans réponse" in text
    document = export_questions(questions, "docx", "de")
    assert isinstance(document, bytes)
    words = "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(document)).paragraphs)
    assert fund.reply is not None
    assert fund.reply.quote in words
    assert "offengelassen" in words
    assert set(QUESTIONS_FORMATS) == {"csv", "markdown", "docx", "xlsx"}
    with pytest.raises(InvalidRequest, match="no export format"):
        export_questions(questions, "pdf", "en")  # type: ignore[arg-type]


def test_who_spoke_how_much_and_where_the_exchanges_lie(small_library: Library, tmp_path: Path) -> None:
    (tmp_path / "harbour.txt").write_text(HARBOUR, encoding="utf-8")
    small_library.add(tmp_path / "harbour.txt")
    [briefing] = small_library.briefings()
    shares = speaker_shares(briefing)
    assert [(one.speaker, one.turns) for one in shares] == [("Elin Varga", 3), ("Otto Brandt", 1), ("Mia Lund", 1)]
    assert sum(one.share for one in shares) == pytest.approx(1)
    words = [len(briefing.text[turn.start : turn.end].split()) for turn in briefing.turns]
    assert shares[0].words == words[0] + words[2] + words[4]
    drawn = course(briefing)
    assert drawn.words == sum(words) == sum(one.words for one in shares)
    ferry, fund = drawn.stretches
    assert (ferry.start, ferry.replied, ferry.end) == (words[0], sum(words[:2]), sum(words[:3]))
    assert (fund.start, fund.replied, fund.end) == (sum(words[:3]), sum(words[:4]), sum(words))
    assert printed_head(briefing) == ("Sandholm, 2 April 2031",)
