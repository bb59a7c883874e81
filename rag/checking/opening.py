"""The text of an article in a file, through the readers that briefings are read by."""

from __future__ import annotations

from onrecord.rag.errors import UnreadableFile
from onrecord.rag.readers import read

_LONGEST = 200_000


def article_in(name: str, data: bytes) -> str:
    """The text of one article, as plain text.

    A format that a library in C takes apart is read in a process of its own, as for adding. Raises UnreadableFile for a
    file that cannot be read, holds several, or is longer than 200,000 characters.
    """
    found = list(read(name, data))
    if len(found) != 1:
        raise UnreadableFile(f"{name}: holds {len(found)} files. Choose the one article that is to be checked.")
    [document] = found
    if isinstance(document, UnreadableFile):
        raise document
    text = document.source.text
    if len(text) > _LONGEST:
        raise UnreadableFile(f"{name}: has more than {_LONGEST:,} characters. Check it in parts.")
    return text
