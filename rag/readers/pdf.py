"""The text layer of a PDF, as paragraphs, with running headers, footers and page numbers set apart."""

from __future__ import annotations

import pypdfium2
from pypdfium2 import raw

from onrecord.rag.errors import UnreadableFile
from onrecord.rag.readers.metadata import document_title, found_metadata
from onrecord.rag.readers.page_layout import page_text
from onrecord.rag.readers.page_print import Page
from onrecord.rag.readers.pdf_page import pages_of
from onrecord.rag.types import SourceText


def read_pdf(name: str, data: bytes) -> SourceText:
    """Return the words of the text layer in paragraphs, with their pages and printed line numbers.

    Footnotes and page furniture stand at the end, marked as boilerplate. The file's title is taken; its dates are not,
    since they say when the file was made. Raises UnreadableFile for a damaged or encrypted file, for scanned pages
    without a text layer and for fonts that do not say their characters. Not for two threads at once, as PDFium is not.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            problem = "this PDF is encrypted. Open it with its password, print it to a new PDF and add that."
        else:
            problem = "this PDF is damaged or incomplete. Get it again and add that."
        raise UnreadableFile(f"{name}: {problem}") from error
    try:
        pages = list(pages_of(document))
        title = document.get_metadata_dict().get("Title", "")
    except pypdfium2.PdfiumError as error:
        raise UnreadableFile(f"{name}: this PDF is damaged ({error}). Get it again and add that.") from error
    finally:
        document.close()
    _require_text(name, pages)
    return found_metadata({"title": document_title(title)}).applied_to(page_text(pages))


def _require_text(name: str, pages: list[Page]) -> None:
    characters = "".join(word.text for page in pages for word in page.words)
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
