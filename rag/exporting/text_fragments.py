"""Links that open a page at the words quoted (text fragments, https://wicg.github.io/scroll-to-text-fragment/)."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from onrecord.rag.types import Citation

# A fragment may hold the whole text or its first and last words; long ones break where a page differs in the middle.
_WHOLE_WORDS = 10
_END_WORDS = 5


def source_link(citation: Citation) -> str | None:
    """The address of a citation's briefing, opening at the quote; None where no http(s) address is known."""
    return link_to(citation.url, citation.quote, citation.page)


def link_to(url: str | None, words: str, page: int | None = None) -> str | None:
    """`url` with a text fragment for `words`, or opening at a page of a PDF; None where it is no http(s) address."""
    if not url or re.search(r"[\s\x00-\x1f\x7f\"'<>\\^`{|}]", url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    if page is not None:
        # What viewers of PDF understand (RFC 8118); they know no text fragments.
        return f"{url.split('#', 1)[0]}#page={page}"
    fragment = text_fragment(words)
    base = url.split(":~:", 1)[0]
    if not fragment:
        return base
    return f"{base}{'' if '#' in base else '#'}:~:{fragment}"


def text_fragment(words: str) -> str:
    """The directive `text=…` for some words of a page, percent-encoded; empty where there are none.

    The text of a fragment may not run over a block of the page, so that words on several lines are given by their
    first and last ones.
    """
    lines = [line.split() for line in words.splitlines() if line.split()]
    if not lines:
        return ""
    if len(lines) == 1 and len(lines[0]) <= _WHOLE_WORDS:
        return f"text={_encoded(lines[0])}"
    return f"text={_encoded(lines[0][:_END_WORDS])},{_encoded(lines[-1][-_END_WORDS:])}"


def _encoded(words: list[str]) -> str:
    # The dash parts a prefix from the text, so the specification wants it encoded; `quote` leaves it.
    return quote(" ".join(words), safe="").replace("-", "%2D")
