"""Which language model writes, as the settings say."""

from __future__ import annotations

from onrecord.rag.language_model.language_model import LanguageModel
from onrecord.rag.settings import Settings


def chosen(settings: Settings) -> LanguageModel | None:
    """The model that the settings name, None where they name none; raises InvalidRequest for half a setting."""
    if not settings.llm_url:
        return None
    from onrecord.rag.language_model.server import ModelServer

    return ModelServer.of(settings)
