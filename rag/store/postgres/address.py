"""Where a library in PostgreSQL is: what is connected with, and what of it may be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

import psycopg
from psycopg.conninfo import conninfo_to_dict

from onrecord.rag.errors import LibraryError

# Seconds until a host that does not answer is given up; of several hosts each gets as long.
_CONNECT_SECONDS = 5
# Milliseconds after which a host that acknowledges nothing counts as lost, in place of a quarter of an hour.
_LOST_MILLISECONDS = 15_000


@dataclass(frozen=True, slots=True)
class Address:
    """A library's address: libpq's parameters, and the address as it may be shown, which has no password."""

    parameters: Mapping[str, str] = field(repr=False)
    shown: str

    @property
    def has_several_hosts(self) -> bool:
        """Whether more than one host is named: a primary and its replicas."""
        hosts = self.parameters.get("host") or self.parameters.get("hostaddr") or ""
        return "," in hosts

    @property
    def key(self) -> str:
        """A name for what is kept on this machine beside the library: it tells hosts, port and database."""
        named = (self.parameters.get(name, "") for name in ("host", "hostaddr", "port", "dbname", "options"))
        return sha256("\0".join(named).encode()).hexdigest()[:16]


def read_address(text: str) -> Address:
    """Take an address apart; raises LibraryError, which does not repeat it, where it is none."""
    try:
        given = {name: str(value) for name, value in conninfo_to_dict(text).items() if value is not None}
    except psycopg.ProgrammingError:
        # What libpq says of it may hold a piece of the password.
        given = {}
    hosts = (given.get("host") or given.get("hostaddr") or "localhost").split(",")
    ports = (given.get("port") or "").split(",")
    # A password with such a letter goes on as host and port.
    is_plain = text.split("://", 1)[-1].split("/", 1)[0].count("@") <= 1
    if not given or not is_plain or not all(port.isdecimal() or not port for port in ports):
        raise LibraryError(
            "The address of the library is none that PostgreSQL knows. Write postgresql://USER@HOST/DATABASE, and in "
            "a password write @, :, /, ? and % as %40, %3A, %2F, %3F and %25."
        )
    places = [f"{host}:{port}" if port else host for host, port in zip(hosts, ports * len(hosts), strict=False)]
    user = f"{given['user']}@" if given.get("user") else ""
    shown = f"postgresql://{user}{','.join(places)}/{given.get('dbname', '')}"
    defaults = {
        "connect_timeout": str(_CONNECT_SECONDS),
        "tcp_user_timeout": str(_LOST_MILLISECONDS),
        "application_name": "onrecord",
    }
    return Address(defaults | given, shown)
