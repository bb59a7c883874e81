"""The text layer of a PDF, as paragraphs, with running headers, footers and page numbers set apart."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import pypdfium2
from pypdfium2 import raw

from onrecord.rag.errors import UnreadableFile
from onrecord.rag.readers.metadata import document_title, found_metadata
from onrecord.rag.readers.page_layout import Line, flow_of
from onrecord.rag.types import Boilerplate, SourceText

# PDFium must not be called by two threads at once.
_PDFIUM = threading.Lock()

# PDFium's sign for a hyphen at which a word was parted; it leaves the line end out there.
_PARTED = "\x02"
_LINE = re.compile(r"[^\r\n\x02]+\x02?")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u200b\u200c\u200d\u2060\ufeff]")
_BLANK = re.compile(r"[ \u00a0\t\u2000-\u200a\u202f]+")
# A line may be broken after a space, a hyphen or a dash.
_UNIT = re.compile(r"\s*\S+?(?:[-–—](?=\S)|(?=\s)|$)")
_LIGATURES = {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl"}


def read_pdf(name: str, data: bytes) -> SourceText:
    """Return the words of the text layer in paragraphs; page furniture stands at the end, marked as boilerplate.

    The file's title is taken; its dates are not, since they say when the file was made. Raises UnreadableFile for a
    damaged or encrypted file, for scanned pages without a text layer and for fonts that do not say their characters.
    """
    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            if error.err_code == raw.FPDF_ERR_PASSWORD:
                problem = "this PDF is encrypted. Open it with its password, print it to a new PDF and add that."
            else:
                problem = "this PDF is damaged or incomplete. Get it again and add that."
            raise UnreadableFile(f"{name}: {problem}") from error
        try:
            pages = [list(_lines(document, number)) for number in range(len(document))]
            title = document.get_metadata_dict().get("Title", "")
        except pypdfium2.PdfiumError as error:
            raise UnreadableFile(f"{name}: this PDF is damaged ({error}). Get it again and add that.") from error
        finally:
            document.close()
    _require_text(name, pages)
    paragraphs, furniture = flow_of(pages)
    text = "\n\n".join(paragraphs)
    boilerplate: tuple[Boilerplate, ...] = ()
    if furniture:
        body = len(text)
        text += "\n\n" + "\n".join(furniture)
        boilerplate = (Boilerplate(body + 2, len(text), "page furniture"),)
    metadata = found_metadata({"title": document_title(title)})
    return metadata.applied_to(SourceText(text=text, boilerplate=boilerplate))


def _lines(document: pypdfium2.PdfDocument, number: int) -> Iterator[Line]:
    page = document[number]
    textpage = page.get_textpage()
    try:
        height = page.get_height()
        size = textpage.count_chars()
        characters = "".join(chr(raw.FPDFText_GetUnicode(textpage, position)) for position in range(size))
        for match in _LINE.finditer(characters):
            text = _clean(match.group())
            if not text:
                continue
            first = match.start() + len(match.group()) - len(match.group().lstrip())
            last = match.start() + len(match.group().rstrip()) - 1
            unit = _UNIT.match(characters, first, last + 1)
            left, bottom, _, top = textpage.get_charbox(first, loose=True)
            right = textpage.get_charbox(last, loose=True)[2]
            width = textpage.get_charbox(unit.end() - 1 if unit else last, loose=True)[2] - left
            yield Line(
                text=text,
                page=number,
                left=left,
                right=right,
                bottom=bottom,
                top=top,
                unit=max(width, 0.0),
                parted=match.group().endswith(_PARTED),
                page_height=height,
            )
    finally:
        textpage.close()
        page.close()


def _clean(raw_text: str) -> str:
    text = raw_text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    for ligature, letters in _LIGATURES.items():
        text = text.replace(ligature, letters)
    return _BLANK.sub(" ", _UNPRINTABLE.sub("", text)).strip()


def _require_text(name: str, pages: list[list[Line]]) -> None:
    characters = "".join(line.text for lines in pages for line in lines)
    readable = sum(map(str.isalnum, characters))
    if not readable and not any(_is_private(character) for character in characters):
        raise UnreadableFile(
            f"{name}: this PDF has no text layer ({len(pages)} scanned or drawn pages). "
            "Run text recognition (OCR) on it and add the result."
        )
    if sum(map(_is_private, characters)) > readable:
        raise UnreadableFile(
            f"{name}: the fonts of this PDF do not say which characters they show. "
            "Run text recognition (OCR) on it and add the result."
        )


def _is_private(character: str) -> bool:
    return character == "\ufffd" or "\ue000" <= character <= "\uf8ff"
