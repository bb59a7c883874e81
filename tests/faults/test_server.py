"""The server in a crowd, beside a language model that hangs, killed in mid-answer, and told to stop."""

from __future__ import annotations

import json
import logging
import re
import signal
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from serving import Server, serving, wait_for_model

from onrecord.rag import Filters, Library, Settings
from onrecord.ui.chat.conversations import CONVERSATIONS_FILE, Asked, Conversations, new_id
from onrecord.ui.page.html import escape
from onrecord.ui.page.text import LANGUAGES, words
from onrecord.ui.server.logs import Sparing
from onrecord.ui.server.security import cookies_in, visitor_of
from onrecord.ui.server.settings import ServerSettings

QUESTION = "What does the harbour cost?"
WORDS = (
    "Harbour briefing\n3 March 2025\n\nAda Quill (Post): What does the harbour cost?\n\n"
    "Minister Ivo Stern: The harbour costs 12 million.\n"
)
ANSWERING, WAITING, CONNECTIONS = 3, 5, 60
ASKERS = 100


class HungModel(ThreadingHTTPServer):
    """A language model's server that takes every question and answers none until it is let go."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Hang)
        self.asked = threading.Semaphore(0)
        self.go = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Hang(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, HungModel)
        self.rfile.read(int(self.headers["content-length"]))
        self.server.asked.release()
        self.server.go.wait()
        self.send_error(500)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def model() -> Iterator[HungModel]:
    with HungModel() as started:
        threading.Thread(target=started.serve_forever, daemon=True).start()
        yield started
        started.go.set()
        started.shutdown()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, small_model: Path) -> Path:
    """A library of one briefing, with the tiny encoder."""
    place = tmp_path_factory.mktemp("crowd")
    (place / "harbour.txt").write_text(WORDS, encoding="utf-8")
    with Library.open(settings=Settings(library=place / "library", model=str(small_model))) as library:
        assert not library.add(place / "harbour.txt").failed
    return place / "library"


@pytest.fixture(scope="module")
def crowded(folder: Path, small_model: Path, model: HungModel) -> Iterator[Server]:
    """A server with little room and little patience, whose language model hangs."""
    settings = {
        "model": small_model,
        "answering": ANSWERING,
        "waiting": WAITING,
        "waiting_seconds": 2,
        "connections": CONNECTIONS + ASKERS,
        "request_seconds": 1,
        "silence_seconds": 1,
        "stopping_seconds": 60,
        "log": "json",
        "llm_url": model.address,
        "llm_model": "none",
    }
    with serving(folder, settings=settings, log=folder.parent / "log") as started:
        wait_for_model(started.address)
        yield started


@pytest.fixture
def hung(model: HungModel) -> Iterator[HungModel]:
    """The model hangs until the test ends."""
    model.go.clear()
    model.asked = threading.Semaphore(0)
    yield model
    model.go.set()


def ask(server: Server, path: str = "/api/ask") -> httpx.Response:
    return httpx.post(f"{server.address}{path}", json={"question": QUESTION}, timeout=120)


def connected(server: Server, sent: bytes = b"") -> socket.socket:
    place = urlsplit(server.address)
    opened = socket.create_connection((place.hostname, place.port), timeout=60)
    opened.sendall(sent)
    return opened


def send_for_ever(opened: socket.socket, sent: bytes) -> None:
    while True:
        opened.sendall(sent)


def read_all(opened: socket.socket) -> bytes:
    """What the server says until it hangs up."""
    said = b""
    while True:
        try:
            more = opened.recv(65_536)
        except ConnectionResetError:
            return said
        if not more:
            return said
        said += more


def log_lines(server: Server) -> list[dict[str, object]]:
    assert server.log
    return [json.loads(line) for line in server.log.read_text("utf-8").splitlines()]


def metric(server: Server, name: str) -> float:
    text = httpx.get(f"{server.address}/metrics").raise_for_status().text
    found = re.search(rf"^{name} (\S+)$", text, re.MULTILINE)
    assert found, name
    return float(found[1])


def test_a_hundred_askers_and_a_model_that_hangs(crowded: Server, hung: HungModel) -> None:
    """As many are answered as there are places; all others are sent away, and the page goes on meanwhile."""
    with ThreadPoolExecutor(ASKERS) as pool:
        asked = [pool.submit(ask, crowded, ("/api/ask", "/api/ask/stream")[n % 2]) for n in range(ASKERS)]
        for _ in range(ANSWERING):
            assert hung.asked.acquire(timeout=60)
        while sum(one.done() for one in asked) < ASKERS - ANSWERING:
            assert httpx.get(f"{crowded.address}/healthz").json() == {"state": "ready"}
            assert len(httpx.get(f"{crowded.address}/api/briefings").raise_for_status().json()) == 1
            httpx.get(crowded.address, timeout=60).raise_for_status()
        assert metric(crowded, "onrecord_questions_answering") == ANSWERING
        hung.go.set()
        answers = [one.result() for one in asked]
    assert Counter(answer.status_code for answer in answers) == {200: ANSWERING, 429: ASKERS - ANSWERING}
    for answer in answers:
        if answer.status_code == 429:
            assert int(answer.headers["retry-after"]) > 0
            assert "Ask again" in answer.json()["detail"]
    assert metric(crowded, "onrecord_questions_answering") == metric(crowded, "onrecord_questions_waiting") == 0
    assert ask(crowded).status_code == 200


def test_who_goes_away_leaves_the_place_to_others(crowded: Server, hung: HungModel) -> None:
    body = json.dumps({"question": QUESTION}).encode()
    head = (
        "POST /api/ask/stream HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    ).encode()
    for _ in range(ANSWERING):
        opened = connected(crowded, head + body)
        assert hung.asked.acquire(timeout=60)
        opened.close()
    hung.go.set()
    while metric(crowded, "onrecord_questions_answering"):
        pass
    assert ask(crowded).status_code == 200


@pytest.mark.parametrize(
    ("sent", "drip", "said"),
    [
        (b"", b"", b""),
        (b"GET / HTTP/1.1\r\nhost: localhost\r\n", b"x-a: b\r\n", b"408"),
        (b"POST /api/ask HTTP/1.1\r\nhost: localhost\r\ncontent-length: 900\r\n\r\n", b"", b"408"),
        (b"POST /api/ask HTTP/1.1\r\nhost: localhost\r\ncontent-length: 900\r\n\r\n", b"x", b"408"),
        (b"POST /api/ask HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n", b"1\r\nx\r\n", b"408"),
        (b"POST /api/briefings HTTP/1.1\r\nhost: localhost\r\ncontent-length: 90000000000\r\n\r\n", b"x", b"413"),
        (b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n", b"", b"200"),
        (b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n", b"GET", b"200"),
    ],
    ids=["nothing", "header", "silent body", "slow body", "slow chunks", "refused body", "idle", "second header"],
)
def test_who_keeps_the_server_waiting_is_let_go(crowded: Server, sent: bytes, drip: bytes, said: bytes) -> None:
    """The connection is ended however often a few bytes come; without a limit this would never return."""
    opened = connected(crowded, sent)
    stopped = threading.Event()

    def go_on() -> None:
        while drip and not stopped.wait(0.1):
            try:
                opened.sendall(drip)
            except OSError:
                return

    dripping = threading.Thread(target=go_on)
    dripping.start()
    heard = read_all(opened)
    stopped.set()
    dripping.join()
    assert heard.startswith(b"HTTP/1.1 " + said if said else b"")
    assert bool(heard) == bool(said)


def test_who_does_not_read_the_answer_is_let_go(crowded: Server) -> None:
    opened = connected(crowded)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    request = b"GET /api/static/swagger-ui-bundle.js HTTP/1.1\r\nhost: localhost\r\n\r\n"
    # It is cut off, long before this end would give up waiting (TimeoutError).
    with opened, pytest.raises(ConnectionError):
        send_for_ever(opened, request * 100)


def test_a_full_table_says_so_and_is_told_once(crowded: Server) -> None:
    most = CONNECTIONS + ASKERS
    before = len(log_lines(crowded))
    answers = []
    with ExitStack() as held:
        for _ in range(most + 40):
            opened = held.enter_context(connected(crowded))
            opened.settimeout(0.2)
            answers.append(opened)
        refused = 0
        for opened in answers[most:]:
            opened.settimeout(60)
            opened.sendall(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
            said = read_all(opened)
            refused += said.startswith(b"HTTP/1.1 503") and b"retry-after: 5" in said
    assert refused
    while metric(crowded, "onrecord_connections") > most // 2:
        pass
    said = [line for line in log_lines(crowded)[before:] if line["level"] != "info"]
    assert [line["logger"] for line in said] == ["onrecord.ui.server.connections"]
    assert "503" in str(said[0]["message"])
    assert metric(crowded, "onrecord_connections_refused_total") >= refused


def memory_after(server: Server, questions: range) -> float:
    """The server's memory in bytes once so many different questions have been answered, a few at a time."""

    def put(number: int) -> None:
        asked = {"question": f"What does harbour number {number} cost in {number * 7}?"}
        httpx.post(f"{server.address}/api/ask", json=asked, timeout=120).raise_for_status()

    with ThreadPoolExecutor(ANSWERING) as pool:
        list(pool.map(put, questions))
    return metric(server, "process_resident_memory_bytes")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory cannot be measured here")
@pytest.mark.parametrize("count", [30, pytest.param(1000, marks=pytest.mark.soak)])
def test_memory_stays_flat(crowded: Server, model: HungModel, count: int) -> None:
    model.go.set()
    before = memory_after(crowded, range(count // 2))
    after = memory_after(crowded, range(count // 2, count // 2 + count))
    print(f"{before / 2**20:.0f} MB after {count // 2} questions, {after / 2**20:.0f} MB after {count} more")
    assert after < before * 1.1


def test_the_log_holds_requests_and_no_questions(crowded: Server) -> None:
    secret = "unspeakable"
    httpx.post(f"{crowded.address}/api/ask", json={"question": f"Who is {secret}?"}).raise_for_status()
    httpx.get(f"{crowded.address}/api/search", params={"question": secret}).raise_for_status()
    httpx.get(f"{crowded.address}/{secret}")
    lines = log_lines(crowded)
    assert {"method": "GET", "route": "/api/search", "status": 200}.items() <= {
        key: value for line in lines[-4:] for key, value in line.items() if line.get("route") == "/api/search"
    }.items()
    assert {"request", "asked"} <= {line["message"] for line in lines}
    assert secret not in json.dumps(lines)
    assert "error" not in {key for line in lines for key in line}


def test_every_setting_of_the_server_is_documented_with_its_default() -> None:
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")
    told = dict(re.findall(r"^\| `(\w+)` \| `?(\w+)`? \|", page, re.MULTILINE))
    own = set(ServerSettings.model_fields) - set(Settings.model_fields)
    defaults = {name: ServerSettings.model_fields[name].default for name in own}
    assert told == {name: f"{one:g}" if isinstance(one, float) else str(one).lower() for name, one in defaults.items()}


def test_errors_without_end_do_not_fill_the_log() -> None:
    sparing = Sparing()
    written = [
        sparing.filter(logging.LogRecord("x", logging.ERROR, "x", 1, "x", None, (ValueError, ValueError(), None)))
        for _ in range(1000)
    ]
    assert sum(written) == 11
    assert sparing.filter(logging.LogRecord("x", logging.WARNING, "x", 1, "x", None, None))


# --- Ended in mid-answer.

VISITOR = {"cookie": f"onrecord_visitor={'v' * 43}"}


def send_to_page(server: Server, name: str, data: list[object], session: str) -> None:
    """Call one of the page's functions as a browser does."""
    config = httpx.get(f"{server.address}/config", timeout=60).json()
    [number] = [one["id"] for one in config["dependencies"] if one["api_name"] == name]
    body = {"fn_index": number, "data": data, "session_hash": session}
    httpx.post(f"{server.address}/gradio_api/queue/join", json=body, headers=VISITOR).raise_for_status()


def page_says(server: Server, name: str, data: list[object], session: str) -> str:
    """All that the page is sent after one of its functions has been called."""
    send_to_page(server, name, data, session)
    heard = ""
    address = f"{server.address}/gradio_api/queue/data?session_hash={session}"
    with httpx.stream("GET", address, headers=VISITOR, timeout=60) as events:
        for line in events.iter_lines():
            heard += line
            if "close_stream" in line:
                break
    return heard


def only_conversation(server: Server) -> str:
    [one] = httpx.get(f"{server.address}/api/conversations", headers=VISITOR).raise_for_status().json()
    return str(one["id"])


def test_killed_in_mid_answer_and_then_told_to_stop(folder: Path, small_model: Path, hung: HungModel) -> None:
    """The conversation is there after the restart with the quotes of the answer, and goes on.

    One whose quotes had not come yet says that it was interrupted.
    """
    settings: dict[str, object] = {
        "model": small_model,
        "llm_url": hung.address,
        "llm_model": "none",
        "stopping_seconds": 1,
    }
    with serving(folder, settings=settings) as killed:
        send_to_page(killed, "answer", [QUESTION, {}], "a")
        assert hung.asked.acquire(timeout=120)
        killed.process.kill()
        killed.process.wait()
    with serving(folder, settings=settings) as again:
        id_ = only_conversation(again)
        kept = Conversations(folder / CONVERSATIONS_FILE)
        visitor = visitor_of(cookies_in(VISITOR["cookie"]))
        assert visitor
        [stopped] = kept.asked(visitor, id_)
        assert stopped.answer
        assert stopped.answer.citations
        lost = Asked(new_id(), QUESTION, None, Filters())
        kept.begin(visitor, id_, lost)
        for language in LANGUAGES:
            shown = page_says(again, "greet", [{"conversation": id_, "language": language}], language)
            assert escape(words("en")["writing_stopped"]) in shown
            assert escape(words(language)["interrupted"]) in shown
            assert "harbour" in shown
        hung.go.set()
        page_says(again, "answer", [QUESTION, {"conversation": id_, "replacing": lost.id}], "b")
        assert all(one.answer for one in kept.asked(visitor, id_))
        hung.go.clear()
        hung.asked = threading.Semaphore(0)
        send_to_page(again, "answer", [QUESTION, {"conversation": id_}], "c")
        assert hung.asked.acquire(timeout=60)
        again.process.send_signal(signal.SIGINT)
        assert again.process.wait(60) == -signal.SIGTERM
    told = [one.answer and one.answer.written and one.answer.written.note for one in kept.asked(visitor, id_)]
    assert len(told) == 3
    assert told[0] == told[2] == words("en")["writing_stopped"]


def test_told_to_stop_the_server_ends_what_it_has_begun(crowded: Server, hung: HungModel) -> None:
    """The last test of the crowded server, which has no longer to live than its last answer."""
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ask, crowded)
        assert hung.asked.acquire(timeout=60)
        crowded.process.terminate()
        while httpx.get(f"{crowded.address}/healthz").json() != {"state": "stopping"}:
            pass
        assert httpx.get(f"{crowded.address}/healthz").status_code == 503
        assert ask(crowded).status_code == 429
        hung.go.set()
        assert asked.result().json()["citations"]
    assert crowded.process.wait(60) == -signal.SIGTERM


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files cannot be counted here")
def test_stopped_before_its_page_is_made_it_ends_at_once(folder: Path, small_model: Path, tmp_path: Path) -> None:
    with serving(folder, settings={"model": small_model}, log=tmp_path / "log") as started:
        started.process.send_signal(signal.SIGINT)
        assert (started.process.wait(60), (tmp_path / "log").read_text("utf-8")) == (130, "")


def test_threads_that_end_leave_no_files_open(small_library: Library) -> None:
    for _ in range(30):
        thread = threading.Thread(target=small_library.summaries)
        thread.start()
        thread.join()
    database = str(small_library.folder / "library.db")
    held = [file for file in Path("/proc/self/fd").iterdir() if file.exists() and str(file.readlink()) == database]
    assert len(held) <= 3
