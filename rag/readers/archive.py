"""The members of a ZIP, one at a time; a bad one does not lose the others."""

from __future__ import annotations

import io
import lzma
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import PurePosixPath

from onrecord.rag.errors import UnreadableFile

# A member may unpack to this many bytes, all together to that many; a text does not shrink further than this ratio
# unless it was made to. (A page of a transcript is 3 kB; these are limits of memory and patience.)
_MOST_MEMBER_BYTES = 100_000_000
_MOST_BYTES = 2_000_000_000
_MOST_MEMBERS = 100_000
_MOST_RATIO = 200
_RATIO_FROM_BYTES = 10_000_000

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# What operating systems put into archives by themselves.
_LITTER = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


def members_of(name: str, data: bytes, *, ending: str = "") -> Iterator[tuple[str, bytes] | UnreadableFile]:
    """Yield the name and content of each file in a ZIP whose name has this ending, or why it cannot be had.

    Names are labels: nothing is written anywhere. Folders and what operating systems leave behind are passed over.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        yield UnreadableFile(f"{name}: this ZIP file is damaged ({error}). Get it again and add that.")
        return
    with archive:
        members = [member for member in archive.infolist() if not member.is_dir() and not _is_litter(member.filename)]
        if not members:
            yield UnreadableFile(f"{name}: this ZIP holds no files. Add one that holds briefings.")
        elif len(members) > _MOST_MEMBERS:
            yield UnreadableFile(
                f"{name}: this ZIP holds {len(members):,} files, and at most {_MOST_MEMBERS:,} are read. Split it up."
            )
        else:
            left = _MOST_BYTES
            for member in members:
                label = _label(member)
                if not label.endswith(ending):
                    continue
                try:
                    content = _content(f"{name}/{label}", archive, member, left)
                except UnreadableFile as error:
                    yield error
                    continue
                left -= len(content)
                yield label, content


def _content(label: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> bytes:
    if member.flag_bits & 0x1:
        raise UnreadableFile(f"{label}: is encrypted. Unpack the ZIP with its password and add the files.")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise UnreadableFile(f"{label}: is a link to another file. Add the file that it points to.")
    most = min(_MOST_MEMBER_BYTES, left)
    suspicious = member.file_size > _RATIO_FROM_BYTES and member.file_size > _MOST_RATIO * max(member.compress_size, 1)
    if member.file_size > most or suspicious:
        raise UnreadableFile(f"{label}: unpacks to {member.file_size:,} bytes, which is too much. Add it by itself.")
    try:
        with archive.open(member) as stream:
            # The size in the directory may be a lie.
            content = stream.read(most + 1)
    except NotImplementedError as error:
        raise UnreadableFile(
            f"{label}: is packed in a way that is not read ({error}). Unpack it and add it."
        ) from error
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, RuntimeError) as error:
        raise UnreadableFile(f"{label}: is damaged inside the ZIP ({error}). Get it again and add that.") from error
    if len(content) > most:
        raise UnreadableFile(f"{label}: unpacks to more than {most:,} bytes, which is too much. Add it by itself.")
    return content


def _label(member: zipfile.ZipInfo) -> str:
    label = member.filename
    if not member.flag_bits & 0x800:
        # Without the UTF-8 flag names are read as code page 437, though many programs write UTF-8 all the same.
        with suppress(UnicodeError):
            label = label.encode("cp437").decode("utf-8")
    return _CONTROL.sub("\ufffd", label.replace("\\", "/")) or "unnamed"


def _is_litter(label: str) -> bool:
    return label.startswith(_LITTER[0]) or PurePosixPath(label).name in _LITTER[1:]
