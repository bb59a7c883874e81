"""Files and questions that are broken, huge or made to do harm: an error or a briefing, never a traceback or a hang.

All are of harmless size; what they would grow into is stopped before.
"""

from __future__ import annotations

import io
import os
import random
import signal
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from printing import Print
from reading import read_one, refusal, saved, zipped
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas
from structures import check_structure

from onrecord.rag import InvalidRequest, Library
from onrecord.rag.errors import UnreadableFile
from onrecord.rag.passages import passages_of
from onrecord.rag.readers import Document, read
from onrecord.rag.readers.isolated import IsolatedReader, shared_reader
from onrecord.rag.transcript.understanding import understand
from onrecord.rag.types import Briefing

_SAID = "The harbour wall will be raised by two metres before the winter. "
_SOAK = pytest.mark.soak
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX")


def understood(name: str, data: bytes) -> list[Briefing | str]:
    """All that adding does but for the model: what each document is made of, or the reason why it is none."""
    found: list[Briefing | str] = []
    for one in read(name, data):
        if isinstance(one, UnreadableFile):
            assert "\n" not in str(one)
            assert str(one).endswith((".", "!", "?")), "what to do is a sentence"
            found.append(str(one))
            continue
        made = understand(one.source, name)
        check_structure(one.source.text, made)
        one.source.text.encode()
        assert "\0" not in one.source.text
        briefing = Briefing(
            "b", "t", made.date, made.language, None, name, made.kind, one.source.text, made.turns, made.exchanges
        )
        assert all(passage.text for passage in passages_of(briefing))
        found.append(briefing)
    return found


def _pdf(*pages: str, **options: object) -> bytes:
    target = io.BytesIO()
    canvas = Canvas(target, **options)
    for page in pages:
        canvas.drawString(72, 700, page)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def _broken_pdf(tree: str) -> bytes:
    """A PDF whose tree of pages is as given."""
    return f"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n{tree}\ntrailer<</Root 1 0 R>>\n%%EOF".encode()


def _raw_zip(change: Callable[[zipfile.ZipFile], None]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        change(archive)
    return target.getvalue()


def test_links_paths_and_zips_inside_a_zip_write_and_read_nothing_else(small_library: Library, tmp_path: Path) -> None:
    def fill(archive: zipfile.ZipFile) -> None:
        link = zipfile.ZipInfo("link.txt")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("../outside.txt", _SAID)
        archive.writestr("inner.zip", zipped({"a.zip": zipped({"b.txt": _SAID.encode()})}))
        archive.writestr("zeros.txt", bytes(30_000_000))

    (tmp_path / "in").mkdir()
    file = tmp_path / "in" / "all.zip"
    file.write_bytes(_raw_zip(fill))
    report = small_library.add(file)
    assert [item.outcome for item in report.files] == ["failed", "added", "failed", "failed"]
    for item, problem in zip(report.failed, ("link", "ZIP inside", "too much"), strict=True):
        assert problem in item.message
    assert [item.file for item in small_library.briefings()] == ["../outside.txt"]
    assert not list(tmp_path.rglob("outside.txt"))


@posix
def test_what_is_no_file_or_has_no_name_is_refused_and_the_rest_is_added(
    small_library: Library, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    os.mkfifo(folder / "pipe.txt")
    Path(os.fsdecode(os.fsencode(folder) + b"/wall\xff.txt")).write_text(_SAID)
    (folder / "wall.txt").write_text(_SAID)
    (folder / "round").symlink_to(folder)
    report = small_library.add([folder, folder / "pipe.txt", "/dev/zero"])
    assert [item.outcome for item in report.files].count("added") == 1
    assert [item.message.split(": ")[1][:20] for item in report.failed] == [
        "its name holds bytes", "is no file. Add file", "is no file. Add file",
    ]  # fmt: skip
    for item in report.files:
        f"{item}".encode()


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (_pdf(_SAID, encrypt=StandardEncryption("secret")), "encrypted"),
        (_pdf("", ""), "no text layer (2 scanned"),
        (_pdf(_SAID)[:300], "damaged or incomplete"),
        (_broken_pdf("2 0 obj<</Type/Pages/Count 3/Kids[2 0 R 2 0 R]>>endobj"), ""),
        (_broken_pdf("2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj 3 0 obj<</Type/Pages/Kids[2 0 R]>>endobj"), ""),
        (_broken_pdf("2 0 obj<</Type/Pages/Count 99999999/Kids[]>>endobj"), ""),
        (b"PK\x03\x04" + zipped({"word/document.xml": b"<w:document/>"})[4:], "damaged"),
        (zipped({"word/document.xml": b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"}), "damaged"),
    ],
)
def test_a_document_that_cannot_be_read_says_why(data: bytes, problem: str) -> None:
    assert problem in refusal("wall.bin", data)


def test_a_page_may_be_as_large_as_a_square_kilometre() -> None:
    assert "harbour" in read_one("wall.pdf", _pdf(_SAID, pagesize=(14_400, 14_400))).source.text


@pytest.mark.parametrize("tag", ["div", "b", "ul", "table", "blockquote", "span"])
def test_a_page_nested_a_hundred_thousand_deep(tag: str) -> None:
    understood("wall.html", f"<html><body>{f'<{tag}>' * 100_000}{_SAID}".encode())


def test_nested_and_growing_markup_is_read_or_refused() -> None:
    entities = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 9}'>" for n in range(1, 9))
    ttml = f"<!DOCTYPE tt [<!ENTITY e0 'wall'>{entities}]><tt><body><p begin='1s'>{_SAID} &e8;</p></body></tt>"
    assert not any(
        isinstance(found, Briefing) and len(found.text) > 999 for found in understood("w.ttml", ttml.encode())
    )
    outside = (
        "<!DOCTYPE tt [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><tt><body><p begin='1s'>The &e; wall</p></body></tt>"
    )
    assert "root" not in read_one("wall.ttml", outside.encode()).source.text
    aliases = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))
    understood("wall.md", f"---\na0: &a0 [x]\n{aliases}title: *a8\n---\n{_SAID}".encode())
    for deep in ("[" * 100_000, '{"a":' * 50_000, '[{"speaker": "A", "text":' + "[" * 5000, "---\na: " + "[" * 5000):
        understood("wall.json", deep.encode())


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "cp1252", "mac-roman"])
@pytest.mark.parametrize(
    "text", ["Ada Brook: La digue sera plus élevée.\n" * 9, "<html><body><p>Été</p></body></html>"]
)
def test_an_encoding_without_a_mark_is_told(encoding: str, text: str) -> None:
    (found,) = understood("wall.txt", text.encode(encoding))
    assert isinstance(found, Briefing)
    assert found.text.startswith(("Ada Brook: La digue sera plus élevée.", "Été"))


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe\xfa\xc3\x28 wall " * 50,
        (_SAID + "\ud800 wall").encode("utf-8", "surrogatepass"),
        b"\xff\xfe" + (_SAID + "\udfff wall").encode("utf-16-le", "surrogatepass"),
        (_SAID + "\0" + _SAID).encode(),
        b'[{"speaker": "A\\ud800da", "text": "The wall \\u0000 \\udfff is high.", "title": "\\u0000 \\ud800"}]',
        ("Ada Brook: \u202e\u2066" + _SAID + "\u200b\u200d\ufeff\u2028" + _SAID).encode(),
        "\ufeff\ufeff\u200b\n".encode(),
        ("A\u0301" * 5000 + " wall").encode(),
    ],
)
def test_odd_characters_are_read_or_refused(data: bytes, small_library: Library, tmp_path: Path) -> None:
    understood("wall.txt", data)
    (tmp_path / "wall.txt").write_bytes(data)
    small_library.add(tmp_path / "wall.txt")
    assert small_library.verify() == []


# Texts in which a search that begins anew at every character would take hours.
_LONG = {
    "blanks": "A" + " " * 400_000 + "b",
    "one word": "a" * 400_000,
    "one line": _SAID * 6000,
    "no end": "harbour " * 50_000,
    "line ends": "\n" * 400_000 + _SAID,
    "marks": "“" * 100_000 + _SAID,
    "brackets": "[(" * 50_000 + _SAID,
    "colons": "A: " * 20_000,
    "one speaker": "X: yes\n" * 5000,
    "tags": "“a,” said Ada. " * 2000,
    "angles": "<" * 100_000 + _SAID,
    "numbers": "9" * 100_000 + " wall",
}


@pytest.mark.parametrize("text", _LONG.values(), ids=_LONG.keys())
def test_a_long_run_of_anything_is_read_in_one_go(text: str) -> None:
    (found,) = understood("wall.txt", f"Ada Brook: {_SAID}\n{text}".encode())
    assert isinstance(found, Briefing)


def _speakers(count: int) -> bytes:
    return "\n".join(
        f"Ada Br{''.join(chr(97 + int(digit)) for digit in str(n))}: {_SAID}" for n in range(count)
    ).encode()


def test_as_many_speakers_as_turns() -> None:
    (found,) = understood("wall.txt", _speakers(5000))
    assert isinstance(found, Briefing)


@_SOAK
@pytest.mark.timeout(1800)
def test_a_line_of_fifty_megabytes_and_a_hundred_thousand_speakers() -> None:
    for data in ((_SAID * 800_000).encode(), _speakers(100_000)):
        (found,) = understood("wall.txt", data)
        assert isinstance(found, Briefing)


def test_questions_of_any_length_are_answered_or_refused(small_library: Library) -> None:
    for unit in ("a", "wall ", "\0", "\ud800", "\u202e", "é", "?"):
        for size in (1, 1999):
            assert small_library.search((unit * size)[:size]) == []
    for empty in ("", " ", "\n" * 20_000_000):
        with pytest.raises(InvalidRequest, match="question is empty"):
            small_library.search(empty)
    for long in ("wall " * 401, "\ud800" * 20_000_000):
        with pytest.raises(
            InvalidRequest, match=r"^The question has [\d,]+ characters; 2,?000 are the most"
        ) as refused:
            small_library.search(long)
        assert "\n" not in str(refused.value)


def test_filters_and_history_of_any_text(small_library: Library) -> None:
    odd = "\ud800\0\u202e'\"%_*"
    for name in ("speaker", "role", "outlet", "language", "briefing"):
        assert small_library.search("wall", history=[(odd, odd)], **{name: odd}) == []
    long = [("who is Ada Brook? " * 50_000, "Ada Brook said “yes” [1]. " * 50_000)] * 9
    assert small_library.search("And why did she?", history=long) == []
    with pytest.raises(InvalidRequest, match="no text"):
        small_library.search("wall", speaker=[7])  # type: ignore[list-item]
    with pytest.raises(InvalidRequest):
        small_library.search("wall", since=odd)


@posix
def test_a_reader_that_dies_is_followed_by_another() -> None:
    reader = IsolatedReader()
    data = _pdf(_SAID)
    assert reader.read("pdf", "wall.pdf", data).text == _SAID.strip()
    assert reader.pid is not None
    os.kill(reader.pid, signal.SIGKILL)
    with pytest.raises(UnreadableFile, match=r"wall\.pdf: .*crashes its reader\. Open it"):
        reader.read("pdf", "wall.pdf", data)
    assert reader.read("pdf", "wall.pdf", data).text == _SAID.strip()
    reader.close()
    assert reader.pid is None


def _many_pages(count: int) -> bytes:
    paper = Print()
    for page in range(count):
        for line in range(40):
            paper.draw(70, 780 - 14 * line, f"{page} {line} {_SAID}")
        paper.turn_page()
    return paper.data()


def test_a_file_that_takes_too_long_is_given_up_and_the_next_one_read() -> None:
    reader = IsolatedReader(seconds=1.5)
    with pytest.raises(UnreadableFile, match=r"longer than 1\.5 seconds"):
        reader.read("pdf", "wall.pdf", _many_pages(1000))
    assert reader.read("html", "wall.html", b"<html><body><p>The wall.</p></body></html>").text == "The wall."
    reader.close()


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited by the system, and only Linux counts it so")
def test_a_file_that_needs_too_much_memory_is_given_up_and_the_next_one_read() -> None:
    reader = IsolatedReader(memory=300_000_000)
    with pytest.raises(UnreadableFile, match="more than 300 MB of memory"):
        reader.read("html", "wall.html", b"<html><body>" + b"<p>a" * 2_000_000)
    assert reader.read("html", "wall.html", b"<html><body><p>The wall.</p></body></html>").text == "The wall."
    reader.close()


def test_one_process_reads_all() -> None:
    read_one("wall.pdf", _pdf(_SAID))
    first = shared_reader().pid
    for _ in range(3):
        refusal("wall.pdf", _pdf(_SAID)[:300])
        read_one("wall.html", b"<html><body><p>The wall.</p></body></html>")
    assert shared_reader().pid == first


def _seeds() -> list[tuple[str, bytes]]:
    """A sound file of every format."""
    document = docx.Document()
    document.add_paragraph(f"Ada Brook: {_SAID}")
    document.add_table(2, 2).cell(0, 0).text = "Iwan Hale"
    cue = f"00:00:01.000 --> 00:00:02.000\n<v Ada Brook>{_SAID}\n"
    texts = {
        "wall.txt": f"Harbour briefing\n4 May 2025\n\nAda Brook: {_SAID}\nIwan Hale (Coast Radio): Why?\n",
        "wall.md": f"---\ntitle: Wall\ndate: 2025-05-04\n---\n# Wall\n\n**Ada Brook:** {_SAID}\n",
        "wall.html": f"<html lang=en><head><title>Wall</title></head><body><h1>Wall</h1><p>Ada Brook: {_SAID}</p>",
        "wall.vtt": f"WEBVTT\n\n{cue}",
        "wall.srt": f"1\n{cue.replace('.', ',')}",
        "wall.sbv": f"0:00:01.000,0:00:02.000\n{_SAID}\n",
        "wall.ttml": f"<tt xml:lang='en'><body><div><p begin='1s' end='2s'>{_SAID}</p></div></body></tt>",
        "wall.json": '[{"speaker": "Ada Brook", "text": "' + _SAID + '", "start": 1.5}]',
        "wall.csv": f'start,end,speaker,text\n0,1,Ada Brook,"{_SAID}"\n1,2,Iwan Hale,Why?\n',
        "wall.mhtml": "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\n"
        "Content-Type: text/html\n\n"
        f"<html><body><p>{_SAID}</p></body></html>\n--x--\n",
        "wall.eml": "From: a@b.example\nTo: c@d.example\nSubject: Wall\nDate: Sun, 4 May 2025 10:00:00 +0000\n"
        f"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\nAda Brook: {_SAID}\n\n> Iwan Hale: Why?\n",
    }
    binary = {"wall.pdf": _pdf(_SAID, "Ada Brook: yes."), "wall.docx": saved(document)}
    binary["wall.zip"] = zipped({name: text.encode() for name, text in texts.items()} | binary)
    return [*((name, text.encode()) for name, text in texts.items()), *binary.items()]


_SEEDS = _seeds()
_INSERTED = st.sampled_from(
    [
        *(
            b"\0",
            b"\xff\xfe",
            b"\x80",
            b"\r\n",
            b"<",
            b"&#0;",
            b"&#xd800;",
            b"\\ud800",
            b"\\u0000",
            b"<!--",
            b"]]>",
            b"{",
        ),
        *(
            b"\xe2\x80\xae",
            b"\xed\xa0\x80",
            b"--> ",
            b"1e999",
            b"-1",
            b"99:99:99",
            b'"',
            b"'",
            b": ",
            b"\xc2\x85",
            b"%",
        ),
        *(b"NaN", b"<p><p>", b"begin='1e9h'", b" " * 300, b"\n" * 50, b"[" * 200, b"2025-13-45", b"\x1b[31m"),
    ]
) | st.binary(max_size=12)


@st.composite
def files(draw: st.DrawFn) -> tuple[str, bytes]:
    """A sound file with pieces lost, doubled, moved or put in, maybe under another format's name."""
    name, data = draw(st.sampled_from(_SEEDS))
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.sampled_from([0, 0, 1, 4, 40, 4000])))
        piece = draw(_INSERTED | st.just(data[start:end] * 2))
        data = data[:start] + piece + data[end:]
    return draw(st.sampled_from([name, name, *(other for other, _ in _SEEDS)])), data


def _is_read_or_refused(made: tuple[str, bytes]) -> None:
    name, data = made
    assert understood(name, data) or data


@given(made=files())
@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_file_of_any_format_is_read_or_refused(made: tuple[str, bytes]) -> None:
    _is_read_or_refused(made)


@_SOAK
@given(made=files())
@settings(max_examples=3000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_three_thousand_damaged_files_are_read_or_refused(made: tuple[str, bytes]) -> None:
    _is_read_or_refused(made)


def test_what_stands_before_the_first_voice_is_kept() -> None:
    cue = f"00:00:01,000 --> 00:00:02,000\n<v Ada Brook>{_SAID}\n"
    (head,) = understood("wall.srt", f"a1\n{cue}".encode())
    assert isinstance(head, Briefing)
    assert [head.text[turn.start : turn.end] for turn in head.turns] == [_SAID.strip()]
    (said,) = understood("wall.srt", f"The sea was calm.\n\n1\n{cue}\n2\n{cue}".encode())
    assert isinstance(said, Briefing)
    assert [said.text[turn.start : turn.end] for turn in said.turns] == ["The sea was calm.", _SAID.strip()]


def test_random_bytes_under_every_name_are_refused() -> None:
    chance = random.Random(7)
    for name, _ in _SEEDS:
        for size in (1, 16, 1000):
            for found in read(name, chance.randbytes(size)):
                assert isinstance(found, UnreadableFile | Document)
