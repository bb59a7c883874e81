"""The collections of the library in the HTTP API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from onrecord.rag import Collection, Library
from onrecord.ui.server.audit import Audit, actor_of

_MOST_AT_ONCE = 10_000
_Name = Annotated[str, Field(min_length=1, max_length=200)]


class Chosen(BaseModel):
    """A collection and briefings."""

    model_config = ConfigDict(extra="forbid")

    name: _Name
    briefings: list[str] = Field(max_length=_MOST_AT_ONCE, description="The ids of the briefings.")


class Renamed(BaseModel):
    """A collection and its new name."""

    model_config = ConfigDict(extra="forbid")

    name: _Name
    new: _Name


def collections_api(library: Library, audit: Audit) -> APIRouter:
    """Briefings put together under names; each change is answered with all collections as they now are."""
    api = APIRouter(prefix="/api/collections", tags=["collections"])

    @api.get("")
    def collections() -> list[Collection]:
        """The collections with the ids of their briefings, in the order of their names."""
        return library.collections()

    @api.post("")
    def collect(request: Request, chosen: Chosen) -> list[Collection]:
        """Put briefings into a collection, which is made where there is none of that name."""
        library.collect(chosen.name, chosen.briefings)
        audit.note("collection", actor_of(request), put_into=chosen.name, briefings=" ".join(chosen.briefings))
        return library.collections()

    @api.post("/taken-out")
    def take_out(request: Request, chosen: Chosen) -> list[Collection]:
        """Take briefings out of a collection; they stay in the library."""
        library.take_out(chosen.name, chosen.briefings)
        audit.note("collection", actor_of(request), taken_out_of=chosen.name, briefings=" ".join(chosen.briefings))
        return library.collections()

    @api.patch("")
    def rename(request: Request, renamed: Renamed) -> list[Collection]:
        """Give a collection another name."""
        library.rename_collection(renamed.name, renamed.new)
        audit.note("collection", actor_of(request), renamed=renamed.name, new=renamed.new)
        return library.collections()

    @api.delete("")
    def delete(request: Request, name: Annotated[str, Query(min_length=1, max_length=200)]) -> list[Collection]:
        """Delete a collection; its briefings stay in the library."""
        library.delete_collection(name)
        audit.note("collection", actor_of(request), deleted=name)
        return library.collections()

    return api
