"""Fetching one page: from a real server on this machine where allowed, and refusals where not."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from onrecord.rag import Library
from onrecord.rag.errors import InvalidRequest, OnRecordError, UnreadableFile
from onrecord.rag.fetch import fetch, is_public

PAGE = "<html><body><p>La digue sera plus élevée.</p></body></html>".encode()


class Site(BaseHTTPRequestHandler):
    """Answers by path."""

    seen: list[str]

    def do_GET(self) -> None:
        self.server.seen.append(f"{self.headers['Host']} {self.path}")  # type: ignore[attr-defined]
        path = self.path.split("?")[0]
        if path.startswith("/to/"):
            count = int(path.removeprefix("/to/"))
            self.answer(302, headers={"Location": f"/to/{count - 1}" if count else "/notes/wall%20briefing.html"})
        elif path == "/elsewhere":
            self.answer(301, headers={"Location": "http://169.254.169.254/latest/meta-data/"})
        elif path == "/file":
            self.answer(307, headers={"Location": "file:///etc/passwd"})
        elif path == "/missing":
            self.answer(404)
        elif path == "/empty":
            self.answer(200)
        elif path == "/declared":
            self.answer(200, headers={"Content-Length": "99000000"})
        elif path == "/endless":
            self.send_response(200)
            self.end_headers()
            self.trickle(b"a" * 50_000, 0)
        elif path == "/slow":
            self.send_response(200)
            self.end_headers()
            self.trickle(b"a", 0.05)
        elif path == "/gzip":
            self.answer(200, gzip.compress(PAGE), {"Content-Encoding": "gzip"})
        elif path == "/bomb":
            self.answer(200, gzip.compress(bytes(30_000_000)), {"Content-Encoding": "gzip"})
        elif path == "/brotli":
            self.answer(200, b"x", {"Content-Encoding": "br"})
        elif path == "/broken":
            self.wfile.write(b"not http at all\r\n\r\n")
        else:
            self.answer(200, PAGE)

    def answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        if "Content-Length" not in (headers or {}):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def trickle(self, piece: bytes, pause: float) -> None:
        try:
            for _ in range(2000):
                self.wfile.write(piece)
                self.wfile.flush()
                if self.server.over.wait(pause):  # type: ignore[attr-defined]
                    return
        except OSError:
            return

    def log_message(self, format: str, *args: Any) -> None:
        return


@pytest.fixture
def site() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.seen = []  # type: ignore[attr-defined]
    server.over = threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.over.set()  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()


def at(site: ThreadingHTTPServer, path: str) -> str:
    return f"http://127.0.0.1:{site.server_port}{path}"


def test_a_page_is_fetched_with_its_final_address_and_a_name(site: ThreadingHTTPServer) -> None:
    page = fetch(at(site, "/to/4?from=mail#top"), allow_private=True)
    assert page.data == PAGE
    assert page.url == at(site, "/notes/wall%20briefing.html")
    assert page.name == "wall briefing.html"
    assert fetch(at(site, ""), allow_private=True).name == f"127.0.0.1_{site.server_port}".replace("_", ":")


def test_a_briefing_keeps_the_address_that_answered(site: ThreadingHTTPServer, small_library: Library) -> None:
    asked, final = at(site, "/to/2"), at(site, "/notes/wall%20briefing.html")
    [added] = small_library.add(asked, allow_private=True).files
    briefing = small_library.briefing(added.briefing_id or "")
    assert (briefing.url, briefing.source, briefing.file) == (final, asked, "wall briefing.html")
    assert [item.outcome for item in small_library.add(asked, allow_private=True).files] == ["unchanged"]
    # What the user says of a page goes before what was found.
    small_library.add(asked, url="https://wall.example/notes", allow_private=True)
    assert small_library.briefing(briefing.id).url == "https://wall.example/notes"


def test_characters_outside_ascii_are_sent_encoded(site: ThreadingHTTPServer) -> None:
    assert fetch(at(site, "/été?q=a b"), allow_private=True).name == "été"
    assert site.seen[-1].endswith("/%C3%A9t%C3%A9?q=a%20b")  # type: ignore[attr-defined]


def test_packed_pages_are_unpacked_within_the_limit(site: ThreadingHTTPServer) -> None:
    assert fetch(at(site, "/gzip"), allow_private=True).data == PAGE
    with pytest.raises(UnreadableFile, match="larger than 20 MB"):
        fetch(at(site, "/bomb"), allow_private=True)
    with pytest.raises(UnreadableFile, match="packed as 'br'"):
        fetch(at(site, "/brotli"), allow_private=True)


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/to/5", "redirected more than 5 times"),
        ("/missing", "answered 404 Not Found"),
        ("/empty", "empty page"),
        ("/declared", "larger than 20 MB"),
        ("/endless", "larger than 20 MB"),
        ("/broken", "cannot be fetched"),
    ],
)
def test_what_is_no_page_is_refused_with_the_reason(site: ThreadingHTTPServer, path: str, problem: str) -> None:
    with pytest.raises(UnreadableFile, match=problem) as caught:
        fetch(at(site, path), allow_private=True)
    assert "\n" not in str(caught.value)


def test_a_server_that_trickles_is_given_up_at_the_deadline(site: ThreadingHTTPServer) -> None:
    started = time.monotonic()
    with pytest.raises(UnreadableFile, match=r"within 0\.5 seconds"):
        fetch(at(site, "/slow"), allow_private=True, seconds=0.5)
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("path", ["/file", "/elsewhere"])
def test_every_redirect_is_checked_like_the_first_address(
    site: ThreadingHTTPServer, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The server counts as public here; where it sends us does not.
    monkeypatch.setattr("onrecord.rag.fetch.is_public", lambda address: address == "127.0.0.1")
    with pytest.raises(InvalidRequest):
        fetch(at(site, path))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]", "0.0.0.0"]
)
def test_this_machine_is_not_reached_however_it_is_written(site: ThreadingHTTPServer, host: str) -> None:
    with pytest.raises(OnRecordError):
        fetch(f"http://{host}:{site.server_port}/")
    assert site.seen == []  # type: ignore[attr-defined]


def test_the_address_that_was_checked_is_the_one_connected_to(
    site: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up: list[str] = []
    real = socket.getaddrinfo

    def answer(host: str, port: int, *rest: Any, **named: Any) -> list[Any]:
        """A name server that says something else the second time."""
        if host != "wall.example":
            return real(host, port, *rest, **named)
        looked_up.append(host)
        address = "127.0.0.1" if len(looked_up) == 1 else "192.0.2.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr("onrecord.rag.fetch.socket.getaddrinfo", answer)
    page = fetch(f"http://wall.example:{site.server_port}/notes", allow_private=True)
    assert page.url == f"http://wall.example:{site.server_port}/notes"
    assert looked_up == ["wall.example"]
    assert site.seen == [f"wall.example:{site.server_port} /notes"]  # type: ignore[attr-defined]


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in ("93.184.216.34", "10.0.0.7")]

    monkeypatch.setattr("onrecord.rag.fetch.socket.getaddrinfo", answer)
    with pytest.raises(InvalidRequest, match=r"10\.0\.0\.7.*Save the page as a file"):
        fetch("http://wall.example/")


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("ftp://example.org/a", "http:// or https://"),
        ("file:///etc/passwd", "http:// or https://"),
        ("javascript:alert(1)", "http:// or https://"),
        ("example.org", "http:// or https://"),
        ("http://", "names no site"),
        ("http://user:secret@example.org/", "user name"),
        ("http://example.org:99999/", "not an address"),
        ("http://[::1/", "not an address"),
        ("http://" + "a" * 70 + ".example/", "not an address"),
    ],
)
def test_what_is_no_web_address_is_refused(url: str, problem: str) -> None:
    with pytest.raises(InvalidRequest, match=problem) as caught:
        fetch(url, allow_private=True)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:db8::1",
        "nonsense",
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(address)
