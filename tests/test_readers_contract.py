"""What holds of every reader of a format: whatever a file holds is read or refused in one clear line."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structures import check_structure

from onrecord.rag.errors import UnreadableFile
from onrecord.rag.readers.formats import HEARD, READERS, Format, reader_of
from onrecord.rag.transcript.understanding import understand
from onrecord.rag.types import SourceText

# Whatever a format looks like, it begins with one of these.
_BEGINNINGS = (
    *(b"", b"%PDF-1.7\n", b"PK\x03\x04", b"<html><body><p>", b"{", b'[{"speaker": "Ada Quill", "text": "Yes."}]'),
    *(b"WEBVTT\n\n", b"1\n00:00:01,000 --> 00:00:02,000\n", b"0:00:01.000,0:00:02.000\n", b"<tt><body><div><p>"),
    *(b"MIME-Version: 1.0\nContent-Type: multipart/related\n\n", b"start,end,speaker,text\n", b"Ada Quill: "),
    *(HEARD, HEARD + b'"sha256": "0", "media_type": "audio/ogg", "seconds": 1, "model": "m", "stretches": []}'),
)


def sound(source: SourceText) -> None:
    size = len(source.text)
    assert "\0" not in source.text
    assert "\r" not in source.text
    assert all(0 <= span.start < span.end <= size for span in source.boilerplate)
    assert all(0 <= offset <= size and second >= 0 for offset, second in source.timecodes)
    assert [offset for offset, _ in source.timecodes] == sorted(offset for offset, _ in source.timecodes)
    for turn in source.turns or ():
        assert 0 <= turn.start < turn.end <= size
    check_structure(source.text, understand(source))


def read(format_: Format, content: bytes) -> tuple[SourceText | None, str]:
    try:
        return reader_of(format_)("some file.bin", content), ""
    except UnreadableFile as error:
        return None, str(error)


def test_every_format_has_a_reader() -> None:
    assert {*READERS, "zip"} == set(get_args(Format))


@pytest.mark.parametrize("format_", sorted(READERS))
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_any_bytes_are_read_or_refused(format_: Format, data: st.DataObject) -> None:
    rest = st.binary(max_size=80) | st.text(alphabet="Ada: “yes” <p>{}[],.;-\n\t0123", max_size=120).map(str.encode)
    content = data.draw(st.sampled_from(_BEGINNINGS)) + data.draw(rest)
    source, refusal = read(format_, content)
    if source is None:
        assert "some file.bin" in refusal
        assert "\n" not in refusal
    else:
        sound(source)
