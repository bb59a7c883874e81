"""ZIP, single-file pages, and what is refused by its content. All texts are invented."""

from __future__ import annotations

import random
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import check, read_one, refusal, saved, zipped

from onrecord.rag.errors import UnreadableFile
from onrecord.rag.readers import Document, read

word = st.from_regex(r"[A-Za-zé«»’]{1,10}", fullmatch=True)
documents = st.lists(st.lists(word, min_size=1, max_size=8), min_size=1, max_size=8)


def results(data: bytes, name: str = "all.zip") -> tuple[dict[str, Document], list[str]]:
    found: list[Document | UnreadableFile] = list(read(name, data))
    good = {item.name: item for item in found if isinstance(item, Document)}
    for document in good.values():
        check(document.source)
    return good, [str(item) for item in found if isinstance(item, UnreadableFile)]


def test_a_zip_gives_its_good_members_and_a_reason_for_each_bad_one() -> None:
    document = docx.Document()
    document.add_paragraph("From Word.")
    members = {
        "2019/": b"",
        "2019/mars/été.txt": "Déjà vu".encode("latin-1"),
        "page.txt": b"<html><body><p>The wall is high.</p></body></html>",
        "word": saved(document),
        "turns.jsonl": b'{"speaker": "Ms Arden", "text": "Good morning."}',
        "../../etc/passwd": b"The ferry stays.",
        "C:\\temp\\pier.srt": b"1\n00:00:01,000 --> 00:00:02,000\nThe pier.\n",
        "empty.txt": b"",
        "photo.txt": b"\x89PNG\r\n\x1a\n" + bytes(50),
        "inner.zip": zipped({"a.txt": b"a"}),
        "__MACOSX/._page.txt": b"\x00\x05\x16\x07",
        ".DS_Store": b"\x00\x00\x00\x01Bud1",
    }
    good, bad = results(zipped(members))
    assert {name: document.source.text for name, document in good.items()} == {
        "2019/mars/été.txt": "Déjà vu",
        "page.txt": "The wall is high.",
        "word": "From Word.",
        "turns.jsonl": "Ms Arden: Good morning.",
        "../../etc/passwd": "The ferry stays.",
        "C:/temp/pier.srt": "The pier.",
    }
    assert good["page.txt"].data == members["page.txt"]
    assert [message.split(":")[0] for message in bad] == ["all.zip/empty.txt", "all.zip/photo.txt", "all.zip/inner.zip"]
    assert "a PNG picture" in bad[1]
    assert "a ZIP inside a ZIP" in bad[2]


@settings(max_examples=30, deadline=None)
@given(documents, st.sampled_from(["utf-8", "utf-16"]), st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))
def test_a_zip_keeps_every_word_of_every_member(texts: list[list[str]], encoding: str, method: int) -> None:
    members = {f"{number}.txt": " ".join(words) for number, words in enumerate(texts)}
    good, bad = results(zipped({name: text.encode(encoding) for name, text in members.items()}, method))
    wordless = [name for name, text in members.items() if not any(map(str.isalnum, text))]
    assert {name: document.source.text for name, document in good.items()} == {
        name: text for name, text in members.items() if name not in wordless
    }
    assert len(bad) == len(wordless)


def test_a_sidecar_in_a_zip_belongs_to_its_member() -> None:
    good, bad = results(
        zipped(
            {
                "a/note.txt": b"The wall.",
                "a/note.txt.meta.toml": b'date = "2019-03-04"',
                "b/note.md": b"---\ntitle: Own\n---\nThe pier.",
                "b/note.meta.toml": b'title = "Sidecar"\nlanguage = "en"',
                "c.txt": b"The ferry.",
                "c.meta.toml": b'day = "Monday"',
            }
        )
    )
    assert good["a/note.txt"].source.date == "2019-03-04"
    assert (good["b/note.md"].source.title, good["b/note.md"].source.language) == ("Sidecar", "en")
    assert set(good) == {"a/note.txt", "b/note.md"}
    assert len(bad) == 1
    assert bad[0].startswith("all.zip/c.meta.toml: 'day' is not known")


def test_encrypted_damaged_and_excessive_members_do_not_lose_the_others() -> None:
    data = bytearray(zipped({"a.txt": b"The wall.", "b.txt": b"The pier.", "c.txt": b"The ferry."}, zipfile.ZIP_STORED))
    # The general purpose flag of the first member, in its local header and in the directory.
    data[6] |= 1
    directory = data.index(b"PK\x01\x02")
    data[directory + 8] |= 1
    data[data.index(b"The pier.") + 4] ^= 0xFF
    good, bad = results(bytes(data))
    assert set(good) == {"c.txt"}
    assert "a.txt: is encrypted" in bad[0]
    assert "b.txt: is damaged inside the ZIP" in bad[1]


def test_a_bomb_is_refused_unopened_and_one_that_lies_about_its_size_too() -> None:
    bomb = zipped({"bomb.txt": b"a" * 30_000_000, "good.txt": b"The wall."})
    good, bad = results(bomb)
    assert set(good) == {"good.txt"}
    assert "30,000,000 bytes, which is too much" in bad[0]
    lying = bytearray(bomb)
    directory = lying.index(b"PK\x01\x02")
    lying[directory + 24 : directory + 28] = struct.pack("<I", 1000)
    good, bad = results(bytes(lying))
    assert set(good) == {"good.txt"}
    assert len(bad) == 1


def test_empty_and_damaged_zips_are_refused() -> None:
    assert "holds no files" in refusal("none.zip", zipped({}))
    assert "holds no files" in refusal("none.zip", zipped({"folder/": b""}))
    assert "damaged" in refusal("cut.zip", zipped({"a.txt": b"words " * 99})[:60])


def test_members_are_read_one_at_a_time() -> None:
    found = read("all.zip", zipped({f"{number}.txt": b"The wall." for number in range(3)}))
    assert isinstance(found, Iterator)
    assert isinstance(next(found), Document)


def test_names_in_utf8_without_the_flag_are_mended() -> None:
    data = zipped({"\u00e9t\u00e9.txt": b"The wall."})
    good, _ = results(data.replace("été".encode(), "été".encode()))
    assert set(good) == {"été.txt"}
    flagless = bytearray(data)
    flagless[7] &= 0xF7
    flagless[data.index(b"PK\x01\x02") + 9] &= 0xF7
    good, _ = results(bytes(flagless))
    assert set(good) == {"été.txt"}


def test_a_page_saved_as_a_single_file() -> None:
    message = (
        "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://gazette.example/wall\r\nSubject: Wall\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="--cut"\r\n\r\n'
        "----cut\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n"
        "Content-Location: https://gazette.example/wall\r\n\r\n"
        '<html lang=3D"fr"><body><p>La digue sera plus =C3=A9lev=C3=A9e.</p></body></html>\r\n'
        "----cut\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n----cut--\r\n"
    )
    source = read_one("wall.mhtml", message.encode()).source
    assert source.text == "La digue sera plus élevée."
    assert (source.url, source.language) == ("https://gazette.example/wall", "fr")
    assert "no HTML" in refusal("wall.mhtml", message.replace("text/html", "text/css").encode())


MAIL = """From: Press Office <press@wenlow.example>
To: List <list@wenlow.example>
Subject: =?utf-8?Q?Mayor=E2=80=99s_briefing?=
Date: Tue, 18 Mar 2025 23:40:00 -0500
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="cut"

--cut
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Mayor Tess Alder: The river rose by 2.4 metres in Saint-=C9loi.

Reporter (Gull Daily): Why was the siren late?

Mayor Tess Alder: It was not late.

On Mon, 17 Mar 2025, Bob Crane wrote:
> Mayor Tess Alder: The river will not rise.

--=20
Press Office, Town of Wenlow
--cut
Content-Type: application/pdf
Content-Disposition: attachment; filename="river.pdf"
Content-Transfer-Encoding: base64

JVBERi0xLjQK
--cut--
"""


def test_a_saved_message_is_the_words_of_whoever_sent_it() -> None:
    source = read_one("flood.eml", MAIL.encode()).source
    assert (source.title, source.date) == ("Mayor’s briefing", "2025-03-18")
    assert "The river rose by 2.4 metres in Saint-Éloi." in source.text
    assert source.notes == ("1 attachment was left out.",)
    marked = {mark.reason: source.text[mark.start : mark.end] for mark in source.boilerplate}
    assert "On Mon, 17 Mar 2025, Bob Crane wrote:" in marked["quoted message"]
    assert "The river will not rise." in marked["quoted message"]
    assert "Press Office, Town of Wenlow" in marked["signature"]
    plain = MAIL.split("MIME-Version")[0] + "\nMayor Tess Alder: The river rose.\n"
    assert read_one("pasted.txt", plain.encode()).source.text == plain, "a text that quotes headers is a text"


def test_a_message_of_a_page_alone_or_of_attachments_alone() -> None:
    page = MAIL.replace("text/plain; charset=iso-8859-1", "text/html").replace("The river", "<p>The river")
    assert "<p>" not in read_one("flood.eml", page.encode()).source.text
    assert "holds no text" in refusal("flood.eml", MAIL.replace("text/plain", "image/png").encode())
    unknown = MAIL.replace("iso-8859-1", "x-unknown").replace("=C9", "E")
    assert "Saint-Eloi" in read_one("flood.eml", unknown.encode()).source.text


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(30), "a PNG picture"),
        (b"\xff\xd8\xff\xe0" + bytes(30), "a JPEG picture"),
        (bytes(4) + b"ftypisom" + bytes(30), "an MP4 video"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "a WebP picture"),
        (b"RIFF\x10\x00\x00\x00WAVEfmt ", "a WAV sound recording"),
        (b"ID3\x04\x00" + bytes(30), "an MP3 sound recording"),
        (b"\x1f\x8b\x08\x00" + bytes(30), "a gzip archive"),
        (b"{\\rtf1\\ansi The wall.}", "an RTF document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(30), "an old Office document"),
        (zipped({"ppt/presentation.xml": b"<p/>"}), "a PowerPoint presentation"),
        (zipped({"mimetype": b"x", "META-INF/manifest.xml": b"<m/>", "content.xml": b"<c/>"}), "an OpenDocument file"),
        (b'<?xml version="1.0"?><rss><item>The wall.</item></rss>', "XML"),
        (random.Random(1).randbytes(500), "binary data"),
    ],
)
def test_other_formats_are_named_and_refused_whatever_the_name_says(data: bytes, what: str) -> None:
    for name in ("notes.txt", "page.html", "report.pdf"):
        message = refusal(name, data)
        assert f"this is {what}" in message
        assert message.rstrip().endswith("."), "what to do is a sentence"


@pytest.mark.parametrize(
    "text", ["ID3 tags were discussed.\n", "GIF8 is no word.\n", "The %PDF- mark opens a file.\n", "MZ\n"]
)
def test_texts_that_begin_like_other_formats_are_texts(text: str) -> None:
    assert read_one("note.txt", text.encode()).source.text == text


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from([b"PK\x03\x04", b"PK\x05\x06", b"WEBVTT\n\n", b"{", b"<html>", b"%PDF-1.7", b"---\n", b"\xff\xfe"]),
    st.binary(max_size=200),
)
def test_any_bytes_after_any_signature_are_read_or_refused(signature: bytes, data: bytes) -> None:
    for found in read("thing", signature + data):
        assert isinstance(found, Document | UnreadableFile)


def test_plain_text_imports_no_heavy_library(tmp_path: Path) -> None:
    import subprocess
    import sys

    code = (
        "import sys; from onrecord.rag.readers import read; before = set(sys.modules);"
        "list(read('a.txt', b'The wall.'));"
        "heavy = {'trafilatura', 'docx', 'pypdfium2', 'lxml', 'charset_normalizer'};"
        "assert not heavy & (set(sys.modules) - before), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
