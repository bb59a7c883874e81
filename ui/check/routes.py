"""Checking an article over HTTP: its text, a file that holds it, and the report as a file."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Query, Response, UploadFile
from pydantic import BaseModel, Field

from onrecord.rag import CheckReport, ExportFormat, Library, article_in, export_report
from onrecord.ui.page.files import as_file
from onrecord.ui.page.text import LANGUAGES
from onrecord.ui.server.places import Places

_LONGEST_ARTICLE = 200_000


class Article(BaseModel):
    """A text whose quotations are to be checked."""

    text: str = Field(min_length=1, max_length=_LONGEST_ARTICLE)


class ArticleText(BaseModel):
    """The text of a file, to be checked; nothing of it is kept."""

    file: str
    text: str


def check_api(library: Library, places: Places) -> APIRouter:
    """The quote check."""
    api = APIRouter(prefix="/api", tags=["questions"])

    @api.post("/check")
    def check(article: Article) -> CheckReport:
        """Hold every quotation and attributed statement of a text against the library."""
        with places.taken(article.text):
            return library.check(article.text)

    @api.post("/check/file")
    def opened(file: Annotated[UploadFile, File()]) -> ArticleText:
        """The text of an article in a file (text, Markdown, DOCX, HTML, PDF), for `/api/check`."""
        name = file.filename or "article"
        return ArticleText(file=name, text=article_in(name, file.file.read()))

    @api.post("/check/export", response_class=Response)
    def exported(
        article: Article,
        format: ExportFormat = "markdown",
        language: Annotated[str, Query(pattern=f"^(?:{'|'.join(LANGUAGES)})$")] = "en",
    ) -> Response:
        """The report on a text as a file, with the version, the rules and the digest of the library that made it."""
        with places.taken(article.text):
            report = library.check(article.text)
        return as_file(export_report(report, format, language=language), format, "onrecord-check")

    return api
