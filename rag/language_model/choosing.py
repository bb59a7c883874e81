"""Which language model writes, as the settings say."""

from __future__ import annotations

from pathlib import Path

from onrecord.rag.errors import InvalidRequest
from onrecord.rag.language_model.language_model import LanguageModel
from onrecord.rag.settings import Settings


def chosen(settings: Settings) -> LanguageModel | None:
    """The model that the settings name, None where they name none; raises InvalidRequest for half a setting or two."""
    if settings.llm and settings.llm_url:
        raise InvalidRequest(
            f"ONRECORD_LLM ({settings.llm}) and ONRECORD_LLM_URL ({settings.llm_url}) are both set, and one model "
            "writes. Unset one of them."
        )
    if settings.llm:
        from onrecord.rag.language_model.local import local_model

        return local_model(Path(settings.llm))
    if not settings.llm_url:
        return None
    from onrecord.rag.language_model.server import ModelServer

    return ModelServer.of(settings)


def name_of(settings: Settings) -> str | None:
    """What the model that the settings name is called where its words are shown; None where they name none."""
    return Path(settings.llm).stem if settings.llm else settings.llm_model if settings.llm_url else None
