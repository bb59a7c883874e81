"""The file of accounts: a line NAME:ROLE:HASH each, with passwords hashed by scrypt."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from dataclasses import dataclass
from hashlib import scrypt
from hmac import compare_digest
from pathlib import Path
from typing import Literal, get_args

from onrecord.rag import InvalidRequest

AccountRole = Literal["reader", "editor"]
"""What an account may do: a reader asks, an editor adds and removes briefings too."""

ACCOUNT_ROLES: tuple[AccountRole, ...] = get_args(AccountRole)
SHORTEST_PASSWORD = 8
# As OWASP recommends where 16 MB a try are affordable: a tenth of a second.
_N, _R, _P = 2**14, 8, 5
_SALT_BYTES = 16
_REMEDY = "Write it with `onrecord account NAME --auth-file FILE`."


@dataclass(frozen=True, slots=True)
class Account:
    """A name, its role, and its password's salt and hash."""

    name: str
    role: AccountRole
    salt: bytes
    key: bytes

    @classmethod
    def of(cls, name: str, role: AccountRole, password: str) -> Account:
        """An account with a salt of its own; raises InvalidRequest for a name or password that will not do."""
        if not name or name != name.strip() or ":" in name or not name.isprintable() or name.startswith("#"):
            raise InvalidRequest(f"{name!r} cannot be a name: use letters without a colon, and no # in front.")
        if len(password) < SHORTEST_PASSWORD:
            raise InvalidRequest(f"The password is shorter than {SHORTEST_PASSWORD} characters. Take a longer one.")
        salt = secrets.token_bytes(_SALT_BYTES)
        return cls(name, role, salt, _hash(password, salt))

    def line(self) -> str:
        """The account as a line of the file."""
        return f"{self.name}:{self.role}:scrypt${_written(self.salt)}${_written(self.key)}"

    def opens_with(self, password: str) -> bool:
        """Whether it is the password; takes a tenth of a second, without holding the interpreter."""
        return compare_digest(self.key, _hash(password, self.salt))


def accounts_in(file: Path) -> dict[str, Account]:
    """The accounts of a file by name; empty lines and lines beginning with # are left out.

    Raises InvalidRequest for a file that cannot be read, holds anything else, or holds no account.
    """
    accounts = {}
    for number, line in enumerate(_text(file).splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            account = _account(line)
            if account is None:
                raise InvalidRequest(f"{file}, line {number}: is no account with a hashed password. {_REMEDY}")
            accounts[account.name] = account
    if not accounts:
        raise InvalidRequest(f"{file}: holds no account. {_REMEDY}")
    return accounts


def write_account(file: Path, account: Account) -> None:
    """Put an account into a file, in the place of the one of its name; the file is its owner's alone.

    Raises InvalidRequest where it cannot be read or written.
    """
    lines = _text(file).splitlines() if file.exists() else []
    kept = [line for line in lines if line.partition(":")[0] != account.name]
    part = file.with_name(f"{file.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as written:
            written.write("".join(f"{line}\n" for line in [*kept, account.line()]))
        part.replace(file)
    except OSError as error:
        raise InvalidRequest(f"{file}: cannot be written ({error.strerror}). Choose another place.") from error


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"{file}: cannot be read as text ({error}). {_REMEDY}") from error


def _account(line: str) -> Account | None:
    name, _, rest = line.partition(":")
    role, _, hashed = rest.partition(":")
    kind, _, values = hashed.strip().partition("$")
    known = next((one for one in ACCOUNT_ROLES if one == role), None)
    try:
        salt, key = (base64.b64decode(value, validate=True) for value in values.split("$"))
    except (ValueError, binascii.Error):
        return None
    return Account(name, known, salt, key) if name and known and kind == "scrypt" else None


def _hash(password: str, salt: bytes) -> bytes:
    # The memory that scrypt takes is 128 · N · r bytes, and some more.
    return scrypt(password.encode("utf-8", "surrogatepass"), salt=salt, n=_N, r=_R, p=_P, maxmem=2**26, dklen=32)


def _written(value: bytes) -> str:
    return base64.b64encode(value).decode()
