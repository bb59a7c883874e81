"""Files that a browser saves."""

from __future__ import annotations

from fastapi import Response

from onrecord.rag import FILE_TYPES, ExportFormat


def as_file(content: str | bytes, format: ExportFormat, name: str = "onrecord") -> Response:
    """An export as a file to save, of this name without its ending."""
    kind = FILE_TYPES[format]
    headers = {"content-disposition": f'attachment; filename="{name}{kind.ending}"'}
    return Response(content, media_type=kind.media_type, headers=headers)
