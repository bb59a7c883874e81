"""The language model that writes beside the quotes, over HTTP: which it is, trying it, choosing another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from onrecord.rag import Library, ModelChoice, Trial, set_in_environment
from onrecord.ui.server.audit import Audit, actor_of
from onrecord.ui.server.places import Places
from onrecord.ui.server.security import is_this_machine, may_change

_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class WritingModel:
    """What writes beside the quotes; `model` is None where nothing does.

    `fixed` says that the server's environment names it, `changeable` that who asks may choose another. Only to them is
    said where it is: a `file` on the server's machine, or a server's `url`, and whether it has a `key`, never which.
    """

    model: str | None
    changeable: bool
    fixed: bool
    file: str | None = None
    url: str | None = None
    key: bool = False


class ChosenModel(BaseModel):
    """A language model: a `file` (GGUF) on the server's machine, or a server's `url` and the `model` there.

    Without a `key`, the one kept for the same address goes on being used.
    """

    model_config = ConfigDict(extra="forbid")

    file: str | None = Field(default=None, max_length=_LONGEST)
    url: str | None = Field(default=None, max_length=_LONGEST)
    model: str | None = Field(default=None, max_length=_LONGEST)
    key: str | None = Field(default=None, max_length=_LONGEST)

    def choice(self) -> ModelChoice:
        """The same, with what is blank left out."""
        return ModelChoice(**{name: value.strip() or None for name, value in self if value})


def writing_api(library: Library, places: Places, audit: Audit, hosts: Sequence[str]) -> APIRouter:
    """What writes, and how to change that; `hosts` are the names that the server answers to.

    What the server opens and whom it calls is for nobody to say from elsewhere: a model is chosen only on a server that
    listens to its own machine alone, from there, and by who may change the library.
    """
    api = APIRouter(prefix="/api/language-model", tags=["language model"])
    alone = all(map(is_this_machine, hosts))

    def may_choose(request: Request) -> bool:
        client = request.client.host if request.client else ""
        return alone and is_this_machine(client) and may_change(request) and not set_in_environment()

    def require(request: Request) -> None:
        if not may_choose(request):
            raise HTTPException(403, "The language model is chosen on the machine that serves this page.")

    @api.get("")
    def shown(request: Request) -> WritingModel:
        """Which language model writes beside the quotes, and whether you may choose another."""
        known, changeable = library.model_choice, may_choose(request)
        if not changeable:
            return WritingModel(library.language_model, changeable=False, fixed=set_in_environment())
        return WritingModel(library.language_model, True, False, known.file, known.url, bool(known.key))

    @api.put("")
    def choose(request: Request, chosen: ChosenModel) -> WritingModel:
        """Have this model write from now on; it is kept in the settings of the user who runs the server."""
        require(request)
        library.choose_model(chosen.choice().with_key_of(library.model_choice))
        audit.note("language_model", actor_of(request), model=library.language_model)
        return shown(request)

    @api.delete("")
    def choose_none(request: Request) -> WritingModel:
        """Have no model write from now on."""
        require(request)
        library.choose_model(ModelChoice())
        audit.note("language_model", actor_of(request), model=None)
        return shown(request)

    @api.post("/trial")
    def try_out(request: Request, chosen: ChosenModel | None = None) -> Trial:
        """Send one short request to a model, or to the one that is set: how soon it replies, and how fast."""
        choice = chosen.choice() if chosen else ModelChoice()
        if choice != ModelChoice():
            require(request)
        with places.taken("trial"):
            return library.try_model(None if choice == ModelChoice() else choice.with_key_of(library.model_choice))

    return api
