"""Bytes to text: which character encoding a file was saved in."""

from __future__ import annotations

import codecs
import re
from contextlib import suppress

from onrecord.rag.errors import UnreadableFile

# Longest first: the UTF-32 mark begins with the UTF-16 one.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# What is outside ASCII in French and English writing. A single-byte encoding that turns every such byte into one of
# these is the right one; statistics are needed only where none does (on short texts they fail, and this does not).
_WESTERN = frozenset(
    "àâäæçéèêëîïôöœùûüÿÀÂÄÆÇÉÈÊËÎÏÔÖŒÙÛÜŸ«»‹›’‘“”„–—…•·°€£§©®™²³½¼¾¿¡ºªáíóúñãõåøßÁÍÓÚÑÃÕÅØ×\u00a0\u00ad"
)
# ISO 8859-15 puts Œ, œ and Ÿ where Windows-1252 has fractions: a fraction inside a word is one of those.
# The Macintosh and DOS sets show in capitals that follow a small letter: "prÇsident".
_UNLIKELY = re.compile(r"[^\W\d_][¼½¾]|[¼½¾][^\W\d_]|[a-zàâçéèêëîïôùû][ÀÂÄÆÇÉÈÊËÎÏÔÖŒÙÛÜŸÁÍÓÚÑÃÕÅØ]")
_SINGLE_BYTE = ("cp1252", "iso8859-15", "mac-roman", "cp850")

_OUTSIDE_ASCII = re.compile(r"[^\x00-\x7f]")
# Bytes that are no UTF-8, as "surrogateescape" writes them.
_STRAY = re.compile("[\udc80-\udcff]")

# Halves of surrogate pairs and NUL: JSON and XML can write them as escapes, and no text that is stored can hold them.
_NO_CHARACTER = re.compile("[\0\ud800-\udfff]")

# Control characters other than tab, line ends, form feed and escape do not occur in text.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_LINE_END = re.compile(r"\r\n?")


# So many bytes show whether every other one is zero, as in UTF-16 of an alphabet such as ours.
_SAMPLE = 1000
_ZERO_SHARE = 0.5


def unmarked_utf16(data: bytes) -> str | None:
    """Return the encoding of a text in UTF-16 that has no byte order mark, and None for any other.

    Letters of Western alphabets have a zero for their higher byte; nearly all texts but those in UTF-16 hold no zeros.
    """
    even, odd = data[:_SAMPLE:2], data[1:_SAMPLE:2]
    if not odd:
        return None
    zeros = even.count(0) / len(even), odd.count(0) / len(odd)
    if max(zeros) < _ZERO_SHARE or min(zeros):
        return None
    return "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"


def decode(name: str, data: bytes) -> str:
    """Return the text of `data`, byte order mark removed and line ends as `\\n`.

    A byte order mark decides; else zeros show UTF-16; else UTF-8 where it fits; else the Western single-byte encodings;
    else statistics.
    Raises UnreadableFile for an empty file, for bytes that are no text, and for an encoding that cannot be told.
    """
    if not data:
        raise UnreadableFile(f"{name}: the file is empty. Add a file that holds the words of a briefing.")
    text = _LINE_END.sub("\n", _decoded(name, data))
    _require_text(name, text)
    return text


def require_words(name: str, text: str) -> None:
    """Raise UnreadableFile where `text` holds no letter and no digit."""
    if not any(map(str.isalnum, text)):
        raise UnreadableFile(f"{name}: the file holds no words, only blank space or marks. Add a file with text in it.")


def _require_text(name: str, text: str) -> None:
    controls = len(_CONTROL.findall(text))
    if "\0" in text or controls > 2 + len(text) // 100:
        raise UnreadableFile(
            f"{name}: this is binary data, not a text. Add the briefing as text, Markdown, HTML, PDF, DOCX, "
            "subtitles (VTT, SRT, SBV, TTML), JSON, a table (CSV, TSV) or a ZIP of these."
        )


def whole_characters(text: str) -> str:
    """Return `text` with what only an escape can write (NUL, halves of surrogate pairs) as U+FFFD."""
    return _NO_CHARACTER.sub("\ufffd", text)


def _decoded(name: str, data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding)
            except UnicodeDecodeError:
                break
    unmarked = unmarked_utf16(data)
    with suppress(UnicodeDecodeError):
        return data.decode(unmarked or "utf-8")
    mixed = _mostly_utf8(data)
    if mixed is not None:
        return mixed
    for encoding in _SINGLE_BYTE:
        text = _western(data, encoding)
        if text is not None:
            return text
    return _guessed(name, data)


def _mostly_utf8(data: bytes) -> str | None:
    """Text of a UTF-8 file with a few stray Windows-1252 bytes in it (pieces pasted together), else None."""
    loose = data.decode("utf-8", "surrogateescape")
    strays = len(_STRAY.findall(loose))
    sound = len(_OUTSIDE_ASCII.findall(loose)) - strays
    if sound <= 2 * strays:
        return None
    return _STRAY.sub(lambda stray: bytes([ord(stray.group()) - 0xDC00]).decode("cp1252", "replace"), loose)


def _western(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    if not set(_OUTSIDE_ASCII.findall(text)) <= _WESTERN or _UNLIKELY.search(text):
        return None
    return text


def _guessed(name: str, data: bytes) -> str:
    import charset_normalizer  # only the rare file needs it

    _require_text(name, data.decode("latin-1"))

    # A sample is enough to tell, and keeps a file of many megabytes fast.
    best = charset_normalizer.from_bytes(data[:200_000]).best()
    if best is not None:
        try:
            return data.decode(best.encoding)
        except UnicodeDecodeError:
            pass
    raise UnreadableFile(f"{name}: its character encoding cannot be told. Save the file as UTF-8 and add it again.")
