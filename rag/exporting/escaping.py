"""Text of briefings in files that others open: nothing in it is taken for markup, a link or a formula (pure)."""

from __future__ import annotations

import re

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+.!|~&$^=-])")
# A spreadsheet runs a cell that begins with one of these.
_FORMULA = re.compile(r"\s*[=+\-@|\t\r\n]")


def in_markdown(text: str) -> str:
    """Text for Markdown, all its signs as they are."""
    return _MARKDOWN.sub(r"\\\1", text)


def table_cell(text: str) -> str:
    """Text for a cell; a spreadsheet is kept from running what a briefing says."""
    text = text.replace("\0", "\ufffd")
    return f"'{text}" if _FORMULA.match(text) else text


def one_line(text: str) -> str:
    """Text with single blanks alone."""
    return " ".join(text.split())
