"""A saved message (.eml): the words of whoever sent it, with its subject and date."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage, Message, MIMEPart
from email.utils import parsedate_to_datetime

from onrecord.rag.errors import UnreadableFile
from onrecord.rag.readers.encoding import decode, require_words
from onrecord.rag.readers.html import read_html, read_markup
from onrecord.rag.readers.metadata import Metadata, document_title
from onrecord.rag.text.quotations import blanked
from onrecord.rag.types import Boilerplate, SourceText, Span

# What a message quotes of an earlier one: lines behind ">", and the line above that says whose, up to its colon.
_QUOTED = re.compile(r"(?:^(?!>)[^\n]*:[ \t]*\n\n?)?(?:^>[^\n]*(?:\n|\Z)(?:\n(?=>))?)+", re.MULTILINE)
# The signature is all behind a line of two hyphens and a blank (RFC 3676, section 4.3); many programs drop the blank.
_SIGNATURE = re.compile(r"^--[ ]?\n.*\Z", re.MULTILINE | re.DOTALL)


def read_mail(name: str, data: bytes) -> SourceText:
    """Return the message's plain text, or its page where it has none; subject and date are the message's.

    What it quotes of earlier messages and its signature are marked as boilerplate; attachments are left out, which
    the notes say.
    Raises UnreadableFile where a message holds no words of its own.
    """
    message = email.message_from_bytes(data, policy=email.policy.default)
    body = message.get_body(("plain", "html")) if isinstance(message, EmailMessage) else None
    if body is None:
        raise UnreadableFile(f"{name}: this message holds no text. Add its attachments as files of their own.")
    source = _body(name, body)
    attached = sum(1 for _ in message.iter_attachments()) if isinstance(message, EmailMessage) else 0
    notes = (f"{attached} attachment{'s were' if attached > 1 else ' was'} left out.",) if attached else ()
    said = Metadata(title=document_title(_header(message, "subject")), date=_sent(message))
    return said.applied_to(replace(source, notes=(*source.notes, *notes)))


def _body(name: str, body: MIMEPart) -> SourceText:
    content = body.get_payload(decode=True)
    charset = body.get_content_charset()
    encoded = content if isinstance(content, bytes) else b""
    try:
        text = encoded.decode(charset) if charset else None
    except (LookupError, ValueError):
        text = None
    if body.get_content_type() == "text/html":
        return read_markup(name, text) if text else read_html(name, encoded)
    text = decode(name, text.encode("utf-8", "replace") if text else encoded)
    marked = tuple(_not_its_own(text))
    require_words(name, blanked(text, [Span(mark.start, mark.end) for mark in marked]))
    return SourceText(text=text, boilerplate=marked)


def _not_its_own(text: str) -> Iterator[Boilerplate]:
    signature = _SIGNATURE.search(text)
    end = signature.start() if signature else len(text)
    for quoted in _QUOTED.finditer(text, 0, end):
        yield Boilerplate(quoted.start(), quoted.end(), "quoted message")
    if signature:
        yield Boilerplate(signature.start(), signature.end(), "signature")


def _header(message: Message, name: str) -> str | None:
    """A header as text; None where there is none or it cannot be parsed."""
    try:
        return str(message[name]) if message[name] is not None else None
    except (ValueError, IndexError, AttributeError):
        return None


def _sent(message: email.message.Message) -> str | None:
    """The day on which it was sent, as its sender's clock had it."""
    try:
        return parsedate_to_datetime(_header(message, "date") or "").date().isoformat()
    except (ValueError, TypeError, IndexError):
        return None
