"""Plain text: the text stays exactly the file's content."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping

import yaml

from onrecord.rag.readers.encoding import decode, require_words
from onrecord.rag.readers.metadata import Metadata, found_metadata
from onrecord.rag.types import Boilerplate, SourceText

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# Metadata between two lines of --- (YAML) or +++ (TOML) at the very start; more than this is no front matter.
_FRONT_MATTER = re.compile(r"(---|\+\+\+)[ \t]*\n(.{0,20000}?\n)\1[ \t]*(?:\n|\Z)", re.DOTALL)


def read_text(name: str, data: bytes) -> SourceText:
    """Return the decoded content as it is, with what its front matter says; that itself is marked as boilerplate.

    Raises UnreadableFile where there are no words.
    """
    text = decode(name, data)
    require_words(name, text)
    metadata, body = front_matter(text)
    boilerplate: tuple[Boilerplate, ...] = ()
    if body:
        require_words(name, text[body:])
        boilerplate = (Boilerplate(0, body, "front matter"),)
    return metadata.applied_to(SourceText(text=text, boilerplate=boilerplate))


def front_matter(text: str) -> tuple[Metadata, int]:
    """Return what the front matter of `text` says, and the offset at which it ends (0 where there is none)."""
    match = _FRONT_MATTER.match(text)
    if match is None:
        return Metadata(), 0
    fence, block = match.groups()
    try:
        # A dashed line may as well be an ornament: only a mapping counts.
        values = yaml.safe_load(block) if fence == "---" else tomllib.loads(block)
    except (yaml.YAMLError, tomllib.TOMLDecodeError, RecursionError, ValueError, OverflowError):
        return Metadata(), 0
    if not isinstance(values, Mapping):
        return Metadata(), 0
    return found_metadata({str(key): value for key, value in values.items()}), match.end()
