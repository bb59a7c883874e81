"""HTML that the parts of the page share: escaping, links to a quote's place, who spoke."""

from __future__ import annotations

import re
from hashlib import sha256
from urllib.parse import quote as url_quote

from onrecord.ui.page.text import words

# C0 controls but tab and newline: no browser shows them, and NUL breaks parsers.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")


def escape(text: str) -> str:
    """Text for HTML and Markdown alike: punctuation as character references, line breaks as `<br>`."""
    clean = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n").replace("\r", "\n"))
    marked = _PUNCTUATION.sub(lambda match: f"&#{ord(match[0])};", clean)
    return marked.replace("\n", "<br>").replace("\u2028", "<br>").replace("\u2029", "<br>")


def fingerprint(quote: str) -> str:
    """Eight hexadecimal digits by which a link tells whether its words still stand there."""
    return sha256(quote.encode()).hexdigest()[:8]


def source_link(briefing_id: str, start: int, end: int, quote: str, passage_id: int) -> str:
    """The reader's address of a slice, relative to the page."""
    path = f"briefings/{url_quote(briefing_id, safe='')}?start={start}&end={end}&check={fingerprint(quote)}"
    return f"{path}#p{passage_id}"


def attribution(speaker: str | None, role: str | None, outlet: str | None, language: str) -> str:
    """Who spoke: "Mark Rutte, NATO Secretary General" or "Andrea Palasciano (Bloomberg)"."""
    said = speaker or role or words(language)["unnamed"]
    if speaker and role:
        said += f", {role}"
    return f"{said} ({outlet})" if outlet else said
