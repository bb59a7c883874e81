"""One web page, fetched at a user's word: from public addresses only, within limits of size, time and redirects."""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import time
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

import httpcore

from onrecord.rag.errors import InvalidRequest, UnreadableFile

# A transcript is some hundred kilobytes; a printed one with pictures some megabytes.
_MOST_BYTES = 20_000_000
_SECONDS = 30.0
_MOST_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)

_HEADERS: dict[bytes | str, bytes | str] = {
    "User-Agent": "OnRecord (fetches one page at its user's request)",
    "Accept": "text/html,application/xhtml+xml,application/pdf;q=0.9,*/*;q=0.8",
    "Accept-Language": "en,fr;q=0.9,*;q=0.5",
    # Packed content would have to be unpacked within limits; few servers insist on sending it.
    "Accept-Encoding": "identity",
    "Connection": "close",
}
_UNPACKED = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}

# Networks inside which an IPv4 address is written as an IPv6 one: NAT64 (RFC 6052) and 6to4 (RFC 3056).
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """What an address answered: a name for it, the address that answered after redirects, and the bytes."""

    name: str
    url: str
    data: bytes


def fetch(
    url: str, *, allow_private: bool = False, most_bytes: int = _MOST_BYTES, seconds: float = _SECONDS
) -> FetchedPage:
    """Fetch the page at `url` (http or https), following at most five redirects.

    Args:
        url: the page's address.
        allow_private: whether addresses that are not public (this machine, the local network) may be reached.
        most_bytes: the size at which the transfer is given up.
        seconds: the time for everything together.

    Raises:
        InvalidRequest: for an address that is not http(s), is malformed, or leads to a network that is not public.
        UnreadableFile: where the server cannot be reached or does not answer with a page within the limits.
    """
    deadline = time.monotonic() + seconds
    address = _checked_address(url)
    backend = _CheckedBackend(allow_private=allow_private, deadline=deadline)
    with httpcore.ConnectionPool(ssl_context=httpcore.default_ssl_context(), network_backend=backend) as pool:
        for _ in range(_MOST_REDIRECTS + 1):
            try:
                target, data = _answer(pool, address, most_bytes)
            except httpcore.TimeoutException as error:
                raise UnreadableFile(
                    f"{address}: no whole answer within {seconds:g} seconds. Try again later, or save the page and "
                    "add that."
                ) from error
            except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError, zlib.error) as error:
                problem = " ".join(str(error).split()) or type(error).__name__
                raise UnreadableFile(
                    f"{address}: cannot be fetched ({problem}). Check the address and the connection."
                ) from error
            if target is None:
                return FetchedPage(_name(address), address, data)
            address = _checked_address(urljoin(address, target))
    raise UnreadableFile(f"{url}: is redirected more than {_MOST_REDIRECTS} times. Give the page's final address.")


def _answer(pool: httpcore.ConnectionPool, address: str, most_bytes: int) -> tuple[str | None, bytes]:
    """Return where `address` redirects to, or None and its content."""
    with pool.stream("GET", address, headers=_HEADERS) as response:
        headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in response.headers}
        if response.status in _REDIRECTS and headers.get("location"):
            # Some servers write the new address as raw UTF-8.
            return headers["location"].encode("latin-1").decode("utf-8", "replace"), b""
        if response.status != 200:
            raise UnreadableFile(
                f"{address}: the server answered {response.status}{_reason(response)} instead of a page. "
                "Check the address, or save the page in a browser and add it."
            )
        if headers.get("content-length", "").isdigit() and int(headers["content-length"]) > most_bytes:
            raise _too_large(address, most_bytes)
        packing = headers.get("content-encoding", "identity").strip().lower()
        data = _gathered(address, response.iter_stream(), packing, most_bytes)
    if not data:
        raise UnreadableFile(f"{address}: the server answered with an empty page. Save it in a browser and add it.")
    return None, data


def _gathered(address: str, chunks: Iterable[bytes], packing: str, most_bytes: int) -> bytes:
    if packing not in ("", "identity", *_UNPACKED):
        raise UnreadableFile(f"{address}: is sent packed as {packing!r}. Save the page in a browser and add it.")
    unpacking = zlib.decompressobj(_UNPACKED[packing]) if packing in _UNPACKED else None
    data = bytearray()
    for chunk in chunks:
        room = most_bytes + 1 - len(data)
        data += unpacking.decompress(chunk, room) if unpacking else chunk
        if len(data) > most_bytes:
            raise _too_large(address, most_bytes)
    return bytes(data)


def _too_large(address: str, most_bytes: int) -> UnreadableFile:
    return UnreadableFile(
        f"{address}: is larger than {most_bytes // 1_000_000} MB. Save what you need of it and add that."
    )


def _reason(response: httpcore.Response) -> str:
    phrase = response.extensions.get("reason_phrase", b"").decode("latin-1")
    return f" {phrase}" if phrase.isprintable() and phrase else ""


def _checked_address(url: str) -> str:
    """Return `url` as it is sent: without fragment, in ASCII. Raises InvalidRequest for what is not to be fetched."""
    try:
        parts = urlsplit(url.strip())
        name = parts.hostname or ""
        host = f"[{name}]" if ":" in name else name.encode("idna").decode("ascii")
        port = parts.port
    except (ValueError, UnicodeError) as error:
        raise InvalidRequest(f"{url!r} is not an address ({error}). Copy it from the browser's address bar.") from error
    if parts.scheme not in ("http", "https"):
        raise InvalidRequest(f"{url!r} cannot be fetched. Give an address that begins with http:// or https://.")
    if not name:
        raise InvalidRequest(f"{url!r} names no site. Copy the address from the browser's address bar.")
    if parts.username is not None or parts.password is not None:
        raise InvalidRequest(f"An address with a user name in it is not fetched ({host}). Save the page and add it.")
    place = host if port is None else f"{host}:{port}"
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~?[]")
    return urlunsplit((parts.scheme, place, path, query, ""))


def _name(address: str) -> str:
    """Return a file name for the page: the last part of its path, or its site."""
    parts = urlsplit(address)
    last = unquote(parts.path.rstrip("/").rsplit("/", 1)[-1])
    return re.sub(r"[^\w.()+ -]", "_", last).strip(". ")[:120] or parts.netloc


class _CheckedBackend(httpcore.NetworkBackend):
    """Connects to the very address that was checked, so that a second look-up cannot lead elsewhere."""

    def __init__(self, *, allow_private: bool, deadline: float) -> None:
        self._allow_private = allow_private
        self._deadline = deadline
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Look `host` up once, refuse it if any address is not public, and connect to the first that answers."""
        try:
            found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} is not known") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        for address in addresses:
            if not self._allow_private and not is_public(address):
                raise InvalidRequest(
                    f"{host} is at {address}, which is not on the public internet, and is not fetched. "
                    "Save the page as a file and add that, or allow such addresses where `onrecord add` is run."
                )
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses:
            try:
                stream = self._sockets.connect_tcp(
                    address, port, _remaining(self._deadline, timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
                continue
            return _TimedStream(stream, self._deadline)
        raise failure


class _TimedStream(httpcore.NetworkStream):
    """A stream on which every step ends at one deadline, however little comes at a time."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there, at most `max_bytes`."""
        return self._stream.read(max_bytes, _remaining(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of `buffer`."""
        self._stream.write(buffer, _remaining(self._deadline, timeout))

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Encrypt the connection; the certificate must be that of the site asked for, not of the address."""
        inner = self._stream.start_tls(ssl_context, server_hostname, _remaining(self._deadline, timeout))
        return _TimedStream(inner, self._deadline)

    def get_extra_info(self, info: str) -> object:
        """Tell what httpcore asks about the connection."""
        return self._stream.get_extra_info(info)


def _remaining(deadline: float, timeout: float | None) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time is over")
    return left if timeout is None else min(left, timeout)


def is_public(address: str) -> bool:
    """Return whether an IP address is on the public internet, seen through the ways to write IPv4 within IPv6."""
    try:
        parsed = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour
        if inner is None and parsed in _NAT64:
            inner = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if parsed.teredo is not None or parsed.is_site_local:
            return False
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved
