"""Adding files: copies and versions, titles and dates from names, what readers left out. All texts are invented."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from onrecord.embeddings import Encoder, TokenVectors, load_encoder
from onrecord.rag import Library, Settings
from onrecord.rag.adding import add_originals
from onrecord.rag.originals import originals_under
from onrecord.rag.readers.metadata import Metadata
from onrecord.rag.store.sqlite.engine import SqliteStore

FIRST = """The new breakwater of Lysvik, May 4, 2031

MS. HOLM: The breakwater will open in May, and the harbour with it.
Q: Who paid for the breakwater?
MS. HOLM: The port authority paid for it, from its own reserves.
"""
CORRECTED = FIRST.replace("will open in May", "will open in July")
UNTITLED = "MS. HOLM: The harbour is open, and we are glad.\nQ: Since when is it open?\nMS. HOLM: Since Monday.\n"


def write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_an_old_copy_beside_a_corrected_file_never_replaces_it(small_library: Library, tmp_path: Path) -> None:
    file = write(tmp_path / "files", "harbour.txt", FIRST)
    small_library.add(file)
    write(tmp_path / "files", "harbour.txt", CORRECTED)
    small_library.add(file)
    [corrected] = small_library.briefings()
    copy = write(tmp_path / "files" / "backup", "harbour (old).txt", FIRST)
    report = small_library.add(tmp_path / "files")
    assert {item.file: (item.outcome, item.message) for item in report.files} == {
        "harbour (old).txt": ("unchanged", "an older version of harbour.txt"),
        "harbour.txt": ("unchanged", ""),
    }
    assert [briefing.id for briefing in small_library.briefings()] == [corrected.id]
    packed = tmp_path / "old.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(copy, "harbour.txt")
    report = small_library.add(packed)
    assert [item.outcome for item in report.files] == ["unchanged"]
    assert [briefing.id for briefing in small_library.briefings()] == [corrected.id]
    assert small_library.verify() == []


def test_two_files_side_by_side_are_two_briefings(small_library: Library, tmp_path: Path) -> None:
    write(tmp_path / "files", "harbour.txt", FIRST)
    write(tmp_path / "files" / "backup", "harbour.txt", CORRECTED)
    report = small_library.add(tmp_path / "files")
    assert [item.outcome for item in report.files] == ["added", "added"]
    assert len(small_library.briefings()) == 2


def test_what_a_reader_left_out_is_said(small_library: Library, tmp_path: Path) -> None:
    cues = "WEBVTT\n\n00:01.000 --> 00:04.000\nThe harbour is open again, and all of us are glad of it.\n\n"
    file = write(tmp_path, "call.vtt", cues + "00:05 -- 00:09\nThe breakwater was built in three years of hard work.\n")
    [added] = small_library.add(file).files
    assert added.notes
    assert all(note.endswith(".") for note in added.notes)
    clean = write(tmp_path, "harbour.txt", FIRST)
    assert [item.notes for item in small_library.add(clean).files] == [()]


@pytest.mark.parametrize(
    ("place", "date"),
    [
        ("2031-05-02/transcript.txt", "2031-05-02"),
        ("2031/05/02/transcript.txt", "2031-05-02"),
        ("harbour-council-2-May-2031.txt", "2031-05-02"),
        ("conseil-du-port-du-2-Mai-2031.txt", "2031-05-02"),
        ("20310502_harbour.txt", "2031-05-02"),
        ("harbour_2031_05_02.txt", "2031-05-02"),
        ("harbour-20318899.txt", None),
        ("harbour.txt", None),
    ],
)
def test_a_date_in_the_name_of_a_file_or_folder(
    small_library: Library, tmp_path: Path, place: str, date: str | None
) -> None:
    file = write(tmp_path / Path(place).parent, Path(place).name, UNTITLED)
    small_library.add(file)
    [briefing] = small_library.briefings()
    assert briefing.date == date


@pytest.mark.parametrize(
    ("name", "head", "title"),
    [
        ("harbour_council_june.txt", "", "harbour council june"),
        ("GMT20310502-100210_Recording.txt", "", "The harbour is open, and we are glad."),
        ("3f2504e0-4f89-11d3-9a0c-0305e82c3301.txt", "", "The harbour is open, and we are glad."),
        ("44981537b533cd95.txt", "", "The harbour is open, and we are glad."),
        ("a.txt", "3f2504e0-4f89-11d3-9a0c-0305e82c3301\n\n", "The harbour is open, and we are glad."),
        ("a.txt", "Transcript\n\n", "The harbour is open, and we are glad."),
        ("a.txt", "10:30\n\n", "The harbour is open, and we are glad."),
        ("a.txt", "harbour, pier, stone, crowns, wood\n\n", "The harbour is open, and we are glad."),
        ("a.txt", "Ms. Holm\n\n", "The harbour is open, and we are glad."),
        ("a.txt", "The new breakwater\n\n", "The new breakwater"),
    ],
)
def test_a_title_is_no_speaker_no_identifier_and_no_time(
    small_library: Library, tmp_path: Path, name: str, head: str, title: str
) -> None:
    small_library.add(write(tmp_path, name, head + UNTITLED))
    [briefing] = small_library.briefings()
    assert briefing.title == title


def test_a_path_that_cannot_be_looked_at_is_one_failure(small_library: Library, tmp_path: Path) -> None:
    # As long a name as there can be: nothing fits behind it.
    good = tmp_path / f"{'g' * 251}.txt"
    good.write_text("The harbour minister said that the pier is open.", encoding="utf-8")
    report = small_library.add([tmp_path / ("n" * 5000), good])
    assert [one.outcome for one in report.files] == ["failed", "added"]
    assert "cannot be opened (File name too long)" in report.files[0].message


class Counting:
    """An encoder that notes the passages it is given."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.name, self.dimension, self.fingerprint = encoder.name, encoder.dimension, encoder.fingerprint
        self.encode_queries, self.read_question = encoder.encode_queries, encoder.read_question
        self.read: list[str] = []

    def read_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> list[TokenVectors]:
        self.read += texts
        return self._encoder.read_passages(texts, progress)


def test_what_a_new_version_leaves_as_it_was_is_not_embedded_again(small_settings: Settings, tmp_path: Path) -> None:
    encoder = Counting(load_encoder(small_settings.model, cache=small_settings.cache))
    replies = [
        f"MS. HOLM: {f'Quay {quay} was mended in spring. ' * 12}\nQ: What of the next one?\n" for quay in range(6)
    ]
    file = write(tmp_path / "files", "quays.txt", FIRST + "".join(replies))
    passages = {}
    reached: list[int] = []
    for name in ("corrected", "anew"):
        store = SqliteStore(tmp_path / name)
        if name == "corrected":
            add_originals(store, lambda: encoder, originals_under([file], Metadata()), None)
            write(tmp_path / "files", "quays.txt", CORRECTED + "".join(replies))
        encoder.read.clear()
        originals = originals_under([file], Metadata())
        report = add_originals(store, lambda: encoder, originals, lambda progress: reached.append(progress.passages))
        assert reached[-1] == report.files[0].passages
        passages[name] = report.files[0].passages, len(encoder.read)
        assert store.verify() == []
        [current] = store.briefings()
        made = [(one.vector.tolist(), one.said) for one in store.embedded(current.id)]
        store.close()
        if name == "corrected":
            kept = made
    assert made == kept
    assert passages["anew"][0] == passages["anew"][1]
    assert 0 < passages["corrected"][1] < passages["anew"][0] / 2
