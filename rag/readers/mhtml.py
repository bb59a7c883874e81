"""A page saved as a single file (MHTML): the first HTML part of a MIME message."""

from __future__ import annotations

import email
import email.policy

from onrecord.rag.errors import UnreadableFile
from onrecord.rag.readers.html import read_html
from onrecord.rag.readers.metadata import found_metadata
from onrecord.rag.types import SourceText


def read_mhtml(name: str, data: bytes) -> SourceText:
    """Return what `read_html` makes of the page, with the address that it was saved from.

    Raises UnreadableFile where there is no HTML part.
    """
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    for part in message.walk():
        page = part.get_payload(decode=True)
        if part.get_content_type() == "text/html" and isinstance(page, bytes):
            address = str(part.get("Content-Location") or message.get("Snapshot-Content-Location") or "")
            source = read_html(name, page)
            return found_metadata({"url": address}).applied_to(source)
    raise UnreadableFile(f"{name}: this saved page holds no HTML. Save it again from the browser as a complete page.")
