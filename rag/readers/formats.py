"""Which format a file is in, told from its content, and which reader reads it."""

from __future__ import annotations

import codecs
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Literal, cast

from onrecord.rag.errors import UnreadableFile
from onrecord.rag.readers.captions import TIMING
from onrecord.rag.readers.delimited import is_transcript_table
from onrecord.rag.readers.encoding import unmarked_utf16
from onrecord.rag.readers.sbv import SBV_TIMING
from onrecord.rag.readers.timed_lines import is_timed_lines
from onrecord.rag.types import SourceText

Format = Literal[
    "text",
    "markdown",
    "html",
    "mhtml",
    "mail",
    "pdf",
    "docx",
    "zip",
    "vtt",
    "srt",
    "sbv",
    "ttml",
    "json",
    "table",
    "timed",
    "heard",
]
FileReader = Callable[[str, bytes], SourceText]

READERS: Mapping[Format, tuple[str, str]] = {
    "text": ("text", "read_text"),
    "markdown": ("markdown", "read_markdown"),
    "html": ("html", "read_html"),
    "mhtml": ("mhtml", "read_mhtml"),
    "mail": ("mail", "read_mail"),
    "pdf": ("pdf", "read_pdf"),
    "docx": ("docx", "read_docx"),
    "vtt": ("vtt", "read_vtt"),
    "srt": ("srt", "read_srt"),
    "sbv": ("sbv", "read_sbv"),
    "ttml": ("ttml", "read_ttml"),
    "json": ("json_files", "read_json"),
    "table": ("delimited", "read_delimited"),
    "timed": ("timed_lines", "read_timed_lines"),
    "heard": ("heard", "read_heard"),
}
"""The module and function that read each format (a ZIP is no format of its own: its members have theirs)."""

ISOLATED: frozenset[Format] = frozenset(("pdf", "docx", "html", "mhtml", "mail", "ttml"))
"""The formats that libraries in C take apart: they are read in a process of their own, with limits."""

HEARD = b'{"heard": 1, '
"""What the document of what was heard in a recording begins with (readers/heard.py), and nothing else does."""

# How much of a file is looked at; comments and licence blocks may precede the first telling tag of a page.
_HEAD = 8192

_PICTURE = "Run text recognition on it and add the recognised text, or a PDF that holds it."
_RECORDING = "A recording is heard as a file of its own, not out of a ZIP or from an address: save it, and add that."
_PACKED = "Unpack it, and add the files or a ZIP of them."
_OFFICE = "Save it as DOCX, PDF or text and add that."

# (offset, signature, what it is, what to do), as file formats define their first bytes.
_FOREIGN: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "a PNG picture", _PICTURE),
    (0, b"\xff\xd8\xff", "a JPEG picture", _PICTURE),
    (0, b"GIF8", "a GIF picture", _PICTURE),
    (0, b"II*\x00", "a TIFF picture", _PICTURE),
    (0, b"MM\x00*", "a TIFF picture", _PICTURE),
    (0, b"AT&TFORM", "a DjVu document", _PICTURE),
    (4, b"ftypheic", "a HEIC picture", _PICTURE),
    (4, b"ftypavif", "an AVIF picture", _PICTURE),
    (4, b"ftypM4A", "an M4A sound recording", _RECORDING),
    (4, b"ftypqt", "a QuickTime video", _RECORDING),
    (4, b"ftyp", "an MP4 video", _RECORDING),
    (8, b"WEBP", "a WebP picture", _PICTURE),
    (8, b"WAVE", "a WAV sound recording", _RECORDING),
    (8, b"AVI ", "an AVI video", _RECORDING),
    (0, b"\x1aE\xdf\xa3", "a WebM or Matroska video", _RECORDING),
    (0, b"OggS", "an Ogg recording", _RECORDING),
    (0, b"fLaC", "a FLAC sound recording", _RECORDING),
    (0, b"ID3", "an MP3 sound recording", _RECORDING),
    *((0, bytes((0xFF, second)), "an MP3 sound recording", _RECORDING) for second in (0xFB, 0xFA, 0xF3, 0xF2, 0xE3)),
    *((0, bytes((0xFF, second)), "an AAC sound recording", _RECORDING) for second in (0xF1, 0xF9)),
    (0, b"\x1f\x8b", "a gzip archive", _PACKED),
    (0, b"BZh", "a bzip2 archive", _PACKED),
    (0, b"\xfd7zXZ\x00", "an xz archive", _PACKED),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", _PACKED),
    (0, b"Rar!\x1a\x07", "a RAR archive", _PACKED),
    (257, b"ustar", "a tar archive", _PACKED),
    (
        0,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an old Office document (such as .doc), or a DOCX with a password",
        _OFFICE,
    ),
    (0, b"{\\rtf", "an RTF document", _OFFICE),
    (0, b"SQLite format 3\x00", "an SQLite database", "Export the texts in it and add those."),
    (0, b"\x7fELF", "a program", "Add the text of a briefing instead."),
    (0, b"MZ\x90\x00", "a program", "Add the text of a briefing instead."),
)

# Documents that are ZIP files, each told by a member that it must have.
_PACKED_FOREIGN = {
    "ppt/presentation.xml": "a PowerPoint presentation",
    "xl/workbook.xml": "an Excel workbook",
    "META-INF/manifest.xml": "an OpenDocument file",
    "META-INF/container.xml": "an EPUB book",
}

_PDF = re.compile(rb"^%PDF-\d\.\d", re.MULTILINE)
# A Markdown file is told by its name, since its text alone may look like any other.
_MARKDOWN = (".md", ".markdown")
_PAGE_TAGS = ("html", "head", "body")
# A fragment of a page: it begins with a tag and closes one that pages are made of.
_FRAGMENT = re.compile(r"\s*<(?:[a-z][a-z0-9]*[\s>/]|!--)", re.IGNORECASE)
_FRAGMENT_END = re.compile(r"</(?:p|div|body|html|h[1-6]|table|ul|article|section|main)\s*>", re.IGNORECASE)
_TAG = re.compile(r"<([A-Za-z][\w:.-]{0,80})")
_DOCTYPE = re.compile(r"<!doctype\s+([a-z]{1,20})", re.IGNORECASE)
_MHTML = re.compile(r"(?:[\w-]+:.*(?:\n[ \t].*)*\n)*?content-type:\s*multipart/related", re.IGNORECASE)
_HEADER = re.compile(r"([\w-]+):.*(?:\n[ \t].*)*(?:\n|$)")
# Lines that say from when to when: at the start (behind a cue's number), or as every sixth line at least.
_CUES: Mapping[Format, re.Pattern[str]] = {
    "srt": re.compile(rf"^{TIMING}", re.MULTILINE),
    "sbv": re.compile(rf"^{SBV_TIMING}", re.MULTILINE),
}
_NUMBER = re.compile(r"\s*(?:\S{1,40}[ \t]*\n)?")
_EVERY = 6


def recording_in(head: bytes) -> str | None:
    """What kind of recording a file is that begins with these bytes, or None where it is none."""
    return next((what for what, remedy in _foreign(head) if remedy == _RECORDING), None)


def _foreign(data: bytes) -> Iterator[tuple[str, str]]:
    """What a file may be that OnRecord knows and does not read, and what to do about it."""
    for offset, signature, what, remedy in _FOREIGN:
        if data.startswith(signature, offset) and _is_binary(data, offset, signature):
            yield what, remedy


def format_of(name: str, data: bytes) -> Format:
    """Return the format of `data`; `name` decides only between a Markdown file and a fragment of HTML.

    Raises UnreadableFile, naming what the file is, for the formats that OnRecord knows and cannot read.
    """
    for what, remedy in _foreign(data):
        raise UnreadableFile(f"{name}: this is {what}, not a text. {remedy}")
    if data.startswith(b"%PDF-") or (_PDF.search(data[:1024]) and b"endobj" in data):
        return "pdf"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _packed_format(name, data)
    return _text_format(name, data)


def _is_binary(data: bytes, offset: int, signature: bytes) -> bool:
    """Tell a file that begins with a signature from a text that happens to begin with the same letters."""
    if offset == 8:
        return data.startswith(b"RIFF")
    return not signature.isascii() or signature.startswith(b"{\\") or b"\0" in data[:_HEAD]


def _packed_format(name: str, data: bytes) -> Format:
    """Tell documents that are ZIP files inside from a ZIP of documents."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise UnreadableFile(f"{name}: this ZIP or DOCX file is damaged ({error}). Get or save it again.") from error
    if "word/document.xml" in members:
        return "docx"
    for member, what in _PACKED_FOREIGN.items():
        if member in members:
            raise UnreadableFile(f"{name}: this is {what}, which is not read. Save it as PDF or text and add that.")
    return "zip"


def _text_format(name: str, data: bytes) -> Format:
    if data.startswith(HEARD):
        return "heard"
    head = _head(data)
    if head.startswith("WEBVTT"):
        return "vtt"
    for format_, timing in _CUES.items():
        if _has_cues(head, timing):
            return format_
    root = _root(head)
    if root in _PAGE_TAGS:
        return "html"
    if root is not None and root.rpartition(":")[2] == "tt":
        return "ttml"
    if _FRAGMENT.match(head) and _FRAGMENT_END.search(head) and not name.lower().endswith((*_MARKDOWN, ".txt")):
        return "html"
    if head.lstrip()[:5].lower() == "<?xml":
        raise UnreadableFile(f"{name}: this is XML, which is not read. Save it as HTML or text and add that.")
    if _is_mail(head):
        return "mail"
    if _MHTML.match(head):
        return "mhtml"
    if head.lstrip().startswith(("{", "[")) and _is_json(data):
        return "json"
    if is_transcript_table(head, whole=len(data) <= _HEAD):
        return "table"
    if name.lower().endswith(_MARKDOWN):
        return "markdown"
    return "timed" if is_timed_lines(head) else "text"


def _is_mail(head: str) -> bool:
    """Whether a file begins with a message's headers: who sent it, to whom or by what way, and in which form.

    A page that a browser saved says neither to whom nor by what way, and lines of a text not in which form.
    """
    names: set[str] = set()
    position = 0
    while header := _HEADER.match(head, position):
        names.add(header.group(1).lower())
        position = header.end()
    ways, forms = {"to", "message-id", "received", "delivered-to"}, {"mime-version", "content-type", "message-id"}
    return "from" in names and not (names.isdisjoint(ways) or names.isdisjoint(forms))


def reader_of(format_: Format) -> FileReader:
    """Return the reader of a format; it is imported when its first file comes, so that text never pays for PDF."""
    module, function = READERS[format_]
    return cast(FileReader, getattr(import_module(f"onrecord.rag.readers.{module}"), function))


def has_cues(text: str) -> bool:
    """Whether a text is written like subtitles, with lines that say from when to when."""
    return _has_cues(text[:_HEAD], _CUES["srt"])


def _has_cues(head: str, timing: re.Pattern[str]) -> bool:
    number = _NUMBER.match(head)
    if timing.match(head) or timing.match(head, number.end() if number else 0):
        return True
    found = sum(1 for _ in timing.finditer(head))
    return found > 1 and _EVERY * found >= sum(1 for line in head.split("\n") if line.strip())


def _root(head: str) -> str | None:
    """The name of the first element of a page or of XML, in lower case; that of the document type where it is said."""
    position = 0
    while True:
        position += len(head[position:]) - len(head[position:].lstrip())
        for opening, closing in (("<!--", "-->"), ("<?", "?>"), ("<!", ">")):
            if head.startswith(opening, position):
                doctype = _DOCTYPE.match(head, position)
                if doctype:
                    return doctype.group(1).lower()
                position = head.find(closing, position)
                if position < 0:
                    return None
                position += len(closing)
                break
        else:
            tag = _TAG.match(head, position)
            return tag.group(1).lower() if tag else None


def _head(data: bytes) -> str:
    """Return the beginning of a text well enough to tell its format."""
    head = data[:_HEAD].removeprefix(codecs.BOM_UTF8)
    utf16 = _utf16(data)
    if utf16:
        text = data[:_HEAD].decode(utf16, "replace").removeprefix("\ufeff")
    else:
        try:
            # The last character may be cut in two.
            text = codecs.getincrementaldecoder("utf-8")().decode(head)
        except UnicodeDecodeError:
            text = head.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _utf16(data: bytes) -> str | None:
    """The encoding of a text in UTF-16, None for any other."""
    marks = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
    return next((encoding for mark, encoding in marks if data.startswith(mark)), None) or unmarked_utf16(data)


def _is_json(data: bytes) -> bool:
    """Return whether the first line that is not blank is a JSON object, or all of it an object or array."""
    text = data.decode(_utf16(data) or "utf-8", "replace").removeprefix("\ufeff").strip()
    for candidate in (text.split("\n", 1)[0], text):
        try:
            found = json.loads(candidate)
        except (ValueError, RecursionError):
            continue
        return isinstance(found, dict) or (isinstance(found, list) and any(isinstance(entry, dict) for entry in found))
    return False
