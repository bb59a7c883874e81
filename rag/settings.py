"""Settings: the only reader of the environment and of the settings file."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path, user_config_path, user_data_path
from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource
from typing_extensions import Self

from onrecord.rag.errors import InvalidRequest


def is_address(place: object) -> bool:
    """Whether a library's place is an address in PostgreSQL, and no folder."""
    return isinstance(place, str) and place.startswith(("postgresql://", "postgres://"))


def beside(key: str) -> Path:
    """A folder of this machine for what is kept beside the library in PostgreSQL of this key."""
    folder = user_data_path("onrecord", appauthor=False) / f"postgresql-{key}"
    # Who keeps something there says what is in the way.
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


class Settings(BaseSettings):
    """What a user can set: `ONRECORD_<NAME>` in the environment, else `<name> = …` in the user's `settings.toml`.

    `model` names or points at another sentence-transformers model than the bundled one, and `whisper` at the folder of
    another Whisper model, converted for CTranslate2, than the packaged one, which hears recordings. A language model
    writes beside answers where `llm` is the path of one (GGUF), or the `llm_*` settings name a server with the
    OpenAI-compatible API; without both none is used.
    """

    model_config = SettingsConfigDict(env_prefix="ONRECORD_", extra="ignore", frozen=True)

    # A library in PostgreSQL, in place of the folder: what `library` is given as where it is an address.
    address: str | None = Field(default=None, repr=False)
    library: Path = Field(default_factory=lambda: user_data_path("onrecord", appauthor=False) / "library")
    cache: Path = Field(default_factory=lambda: user_cache_path("onrecord", appauthor=False))
    model: str | None = None
    llm: str | None = None
    whisper: Path | None = None
    llm_url: str | None = None
    llm_model: str | None = None
    llm_key: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _apart(cls, given: dict[str, Any]) -> dict[str, Any]:
        """An address is no path: it would lose a slash and, in messages, show its password."""
        place = given.get("library")
        if not is_address(place):
            return given
        return {name: value for name, value in given.items() if name != "library"} | {"address": place}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments go before the environment, the environment before the settings file."""
        file = user_config_path("onrecord", appauthor=False) / "settings.toml"
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=file)

    @classmethod
    def load(cls) -> Self:
        """Read the settings; raises InvalidRequest naming the setting that cannot be used."""
        try:
            return cls()
        except ValidationError as error:
            first = error.errors()[0]
            name = "ONRECORD_" + "_".join(str(part) for part in first["loc"]).upper()
            raise InvalidRequest(f"{name}: {first['msg']}. Correct or unset it.") from error
        except ValueError as error:
            file = user_config_path("onrecord", appauthor=False) / "settings.toml"
            raise InvalidRequest(f"{file} is not valid TOML ({error}). Correct or delete it.") from error
