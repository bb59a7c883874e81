"""Settings: the only reader of the environment and of the settings file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path, user_config_path, user_data_path
from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource
from typing_extensions import Self

from onrecord.embeddings.replacing import replacing
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


def settings_file() -> Path:
    """Where a user's own settings are kept."""
    return user_config_path("onrecord", appauthor=False) / "settings.toml"


def in_environment(names: Iterable[str]) -> bool:
    """Whether the environment gives one of these settings; the file then says nothing about it."""
    given = {name.upper() for name in os.environ}
    return any(f"ONRECORD_{name}".upper() in given for name in names)


def keep_settings(values: Mapping[str, str | None]) -> None:
    """Write settings into the user's file and leave all else in it as it is; None takes one away.

    The file is the user's alone to read, since a key may stand in it. Raises InvalidRequest where it cannot be written.
    """
    # Loaded by those who change a setting only.
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    file = settings_file().resolve()
    try:
        written = tomlkit.parse(file.read_text(encoding="utf-8")) if file.exists() else tomlkit.document()
        for name, value in values.items():
            written.pop(name, None)
            if value is not None:
                written[name] = value
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with replacing(file) as new:
            new.touch(mode=0o600)
            new.write_text(tomlkit.dumps(written), encoding="utf-8")
    except (OSError, UnicodeDecodeError, TOMLKitError) as error:
        raise InvalidRequest(f"{file}: cannot be changed ({error}). Correct it, or its rights.") from error


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
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=settings_file())

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
            raise InvalidRequest(f"{settings_file()} is not valid TOML ({error}). Correct or delete it.") from error
