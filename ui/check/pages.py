"""The page on which an article's quotations are checked against the library; the work is done by `/api/check`."""

from __future__ import annotations

from onrecord.ui.page.plain import plain_page
from onrecord.ui.page.text import words

# Articles and sheets.
_ACCEPTED = ".txt,.md,.docx,.html,.htm,.pdf,.xlsx,.xls,.ods,.csv,.tsv"


def check_page(language: str) -> str:
    """An empty form; the script fills in what is found."""
    said = words(language)
    body = (
        f'<header class="plain-head"><h1>{said["check"]}</h1>'
        f'<p class="meta">{said["check_more"]}</p></header>'
        f'<main><form id="check"><label for="article">{said["check_label"]}</label>'
        '<textarea id="article" rows="10" required maxlength="200000"></textarea>'
        f'<p class="meta" id="file-more">{said["check_drop"]}</p>'
        f'<p class="choices"><button type="submit" class="primary">{said["check_do"]}</button>'
        f'<button type="button" id="open-file" aria-describedby="file-more">{said["check_file"]}</button>'
        f'<input type="file" id="article-file" hidden accept="{_ACCEPTED}"></p></form>'
        '<div id="said" role="status"></div><div id="report"></div></main>'
    )
    return plain_page(said["check"], body, language, script="check/check", styles=["check/check"])
