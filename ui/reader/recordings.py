"""The recording of a briefing, for the player in the reader and beside a source."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse

from onrecord.rag import Library


def recordings_api(library: Library) -> APIRouter:
    """The sound or film beside a transcript; a part of it where a range is asked for."""
    api = APIRouter(prefix="/api", tags=["library"])

    @api.get("/briefings/{briefing_id}/recording", response_class=FileResponse)
    def recording(briefing_id: str) -> FileResponse:
        """The recording that was added, or that lies beside the briefing's file under its name."""
        found = library.recording(briefing_id)
        if found is None:
            raise HTTPException(404, "There is no recording of this briefing.")
        return FileResponse(found.path, media_type=found.media_type, headers={"cache-control": "no-cache"})

    return api
