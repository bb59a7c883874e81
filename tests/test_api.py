"""The HTTP API and what guards it, against a running server with the real model."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from serving import Server, serving, wait_for_model

from onrecord.rag import Library
from onrecord.ui.server.accounts import Account, write_account

QUESTION = "Where does the Selkie cable run?"


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    wait_for_model(server.address)
    with httpx.Client(base_url=server.address, timeout=60) as made:
        yield made


def visitor(client: httpx.Client) -> dict[str, str]:
    """The cookie of a browser that opens the page for the first time."""
    opened = httpx.get(str(client.base_url), headers={"accept": "text/html"})
    return {"cookie": opened.headers["set-cookie"].split(";")[0]}


def test_an_answer_cites_slices_of_the_briefings(client: httpx.Client) -> None:
    answer = client.post("/api/ask", json={"question": QUESTION}).raise_for_status().json()
    assert answer["question"] == QUESTION
    assert answer["status"] == "answered"
    for citation in answer["citations"]:
        briefing = client.get(f"/api/briefings/{citation['briefing_id']}").raise_for_status().json()
        assert briefing["text"][citation["start"] : citation["end"]] == citation["quote"]


def test_a_streamed_answer_grows_to_the_whole_one(client: httpx.Client) -> None:
    with client.stream("POST", "/api/ask/stream", json={"question": QUESTION}) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        blocks = response.read().decode().strip().split("\n\n")
    events = [dict(line.split(": ", 1) for line in block.split("\n")) for block in blocks]
    assert [event["event"] for event in events][-1] == "done"
    answers = [json.loads(event["data"]) for event in events[:-1]]
    texts = [answer["text"] for answer in answers]
    assert all(texts[-1].startswith(text) for text in texts)
    assert texts[-1] == client.post("/api/ask", json={"question": QUESTION}).json()["text"]


def test_search_takes_filters(client: httpx.Client) -> None:
    hits = client.get("/api/search", params={"question": QUESTION, "k": 3, "language": "fr"}).raise_for_status().json()
    assert len(hits) == 3
    assert {hit["passage"]["language"] for hit in hits} == {"fr"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"question": ""},
        {"question": "x" * 2001},
        {"question": 7},
        {"question": "When?", "filters": {"unknown": "x"}},
        {"question": "When?", "filters": {"kind": "shout"}},
        {"question": "When?", "filters": {"since": "soon"}},
        {"question": "When?", "history": [["alone"]]},
    ],
)
def test_what_cannot_be_asked_is_refused(client: httpx.Client, body: object) -> None:
    for path in ("/api/ask", "/api/ask/stream"):
        assert client.post(path, json=body).status_code == 422


@pytest.mark.parametrize(
    "sent",
    [
        rb'{"question": "When?", "k": NaN}',
        rb'{"question": "When?", "k": 1e999}',
        rb'{"question": "When \ud800?"}',
        rb'{"question": "When?", "\ud800": 1}',
        b'{"question": "' + 100_000 * b"when " + b'?"}',
        b'{"question": ' + 2_000 * b"[" + 2_000 * b"]" + b"}",
    ],
)
def test_a_refusal_says_where_it_is_wrong_and_repeats_nothing(client: httpx.Client, sent: bytes) -> None:
    for path in ("/api/ask", "/api/ask/stream", "/api/check"):
        response = client.post(path, content=sent, headers={"content-type": "application/json"})
        assert response.status_code in (400, 422), sent[:60]
        assert len(response.content) < 2_000
        assert response.json()["detail"]


def test_several_values_of_a_filter_are_any_of_them(client: httpx.Client) -> None:
    both = {"question": "What was said?", "k": 100, "language": ["fr", "en"], "kind": ["question", "moderation"]}
    found = [hit["passage"] for hit in client.get("/api/search", params=both).raise_for_status().json()]
    assert {(one["language"], one["kind"]) for one in found} >= {("fr", "question"), ("en", "question")}
    assert {one["kind"] for one in found} <= {"question", "moderation"}
    passing = client.get("/api/passing", params={"language": ["fr", "en"]}).json()
    each = [client.get("/api/passing", params={"language": code}).json()["passages"] for code in ("fr", "en")]
    assert passing["passages"] == sum(each)
    speakers = client.get("/api/names").json()["speaker"][:2]
    answer = client.post("/api/ask", json={"question": "What was said?", "filters": {"speaker": speakers}}).json()
    assert {hit["passage"]["speaker"] for hit in answer["hits"]} <= set(speakers)
    assert client.get("/api/passing", params={"speaker": "x", "unknown": "y"}).status_code == 422
    assert client.post("/api/ask", json={"question": "Who?", "filters": {"speaker": []}}).status_code == 422


def test_files_are_added_read_back_and_removed(client: httpx.Client) -> None:
    words = "Ada Quill:\nThe lighthouse on Gull Rock will be lit again in June.\n"
    sent = [("files", ("../../lighthouse.txt", words)), ("files", ("empty.txt", b""))]
    report = client.post("/api/briefings", files=sent).raise_for_status().json()
    added, empty = report["files"]
    assert (added["outcome"], added["file"]) == ("added", "lighthouse.txt")
    assert empty["outcome"] == "failed"
    assert "empty.txt" in empty["message"]
    path = f"/api/briefings/{added['briefing_id']}"
    assert client.get(path).json()["text"] == words
    file = client.get(f"{path}/file")
    assert file.content == words.encode()
    assert file.headers["content-disposition"].startswith("attachment")
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404


def test_adding_tells_its_progress(client: httpx.Client) -> None:
    sent = {"files": ("buoys.txt", "Ada Quill:\nThe buoys off Gull Rock are to be painted green.\n")}
    response = client.post("/api/briefings", files=sent, headers={"accept": "text/event-stream"})
    events = [block.split("\n")[0] for block in response.text.strip().split("\n\n")]
    assert events[0] == "event: started"
    assert events[-1] == "event: report"
    report = json.loads(response.text.strip().split("\n\n")[-1].split("data: ")[1])
    client.delete(f"/api/briefings/{report['files'][0]['briefing_id']}").raise_for_status()


def test_private_addresses_are_not_fetched(client: httpx.Client, server: Server) -> None:
    [file] = client.post("/api/briefings/web", json={"url": f"{server.address}/"}).raise_for_status().json()["files"]
    assert file["outcome"] == "failed"


def test_the_source_of_a_slice(client: httpx.Client) -> None:
    [first, *_] = client.get("/api/briefings").json()
    text = client.get(f"/api/briefings/{first['id']}").json()["text"]
    source = client.get(f"/api/briefings/{first['id']}/source", params={"start": 700, "end": 760}).json()
    assert source["quote"] == text[700:760]
    assert source["unchanged"]
    wrong = client.get(f"/api/briefings/{first['id']}/source", params={"start": 700, "end": 760, "check": "00000000"})
    assert not wrong.json()["unchanged"]
    assert client.get(f"/api/briefings/{first['id']}/source", params={"start": 5, "end": 5}).status_code == 422
    assert client.get("/api/briefings/nothing/source", params={"start": 0, "end": 5}).status_code == 404


def test_conversations_need_a_visitor_and_are_nobody_elses(client: httpx.Client) -> None:
    assert client.get("/api/conversations").status_code == 401
    assert client.get("/api/conversations", headers={"cookie": "onrecord_visitor=guess"}).status_code == 401
    ada, ivo = visitor(client), visitor(client)
    assert ada != ivo
    assert client.get("/api/conversations", headers=ada).json() == []
    for method, path in (("PATCH", "/api/conversations/x"), ("DELETE", "/api/conversations/x")):
        body = {"title": "mine"} if method == "PATCH" else None
        assert client.request(method, path, json=body, headers=ivo).status_code == 404


def test_the_visitors_cookie_is_closed_to_scripts(client: httpx.Client) -> None:
    opened = client.get("/", headers={"accept": "text/html"})
    cookie = opened.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert len(cookie.split("=")[1].split(";")[0]) >= 43


def test_quotations_of_a_text_are_checked(client: httpx.Client) -> None:
    [citation, *_] = client.post("/api/ask", json={"question": QUESTION}).json()["citations"]
    text = f"{citation['speaker']} said: “{citation['quote']}” She also said: “Nobody will ever find these words.”"
    report = client.post("/api/check", json={"text": text}).raise_for_status().json()
    assert [finding["verdict"] for finding in report["findings"]] == ["verbatim", "not_found"]
    assert client.post("/api/check", json={"text": ""}).status_code == 422


def test_exports_belong_to_a_visitor(client: httpx.Client) -> None:
    for path in ("/api/answers/none/export", "/api/conversations/none/export"):
        assert client.get(path).status_code == 401
        assert client.get(path, headers=visitor(client)).status_code == 404


def test_security_headers_are_on_every_answer(client: httpx.Client) -> None:
    for path in ("/", "/api/status", "/briefings/none", "/parts/page/base.js", "/api/none", "/config"):
        headers = client.get(path, headers={"origin": "http://elsewhere.example"}).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert not [name for name in headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    "headers", [{"origin": "http://elsewhere.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}]
)
def test_other_sites_can_change_nothing(client: httpx.Client, headers: dict[str, str]) -> None:
    assert client.post("/api/ask", json={"question": QUESTION}, headers=headers).status_code == 403
    assert client.post("/gradio_api/queue/join", json={}, headers=headers).status_code == 403


def test_other_names_for_this_server_are_refused(client: httpx.Client) -> None:
    assert client.get("/api/status", headers={"host": "elsewhere.example"}).status_code == 400


def test_the_page_names_its_scripts_and_styles_to_the_browser(client: httpx.Client) -> None:
    link = client.get("/", headers={"accept": "text/html"}).headers["link"]
    named = re.findall(r"<(parts/[0-9a-f]{12}/[^>]+)>", link)
    assert {"page/base.css", "chat/chat.js"} <= {path.split("/", 2)[2] for path in named}
    for path in named:
        kept = client.get(f"/{path}").raise_for_status()
        assert "immutable" in kept.headers["cache-control"]
    # Under the address of another version it is what it is now, to be asked for again.
    other = client.get(f"/parts/{'0' * 12}/page/base.js").raise_for_status()
    assert other.headers["cache-control"] == "no-cache" == client.get("/parts/page/base.js").headers["cache-control"]
    for path in re.findall(r"<(api/[^>]+)>; rel=preload; as=fetch", link):
        client.get(f"/{path}").raise_for_status()
    for path in (
        "parts/chat/chat.py",
        "/".join([*named[0].split("/")[:2], "chat/chat.py"]),
        f"parts/{'0' * 12}/../web.py",
    ):
        assert client.get(f"/{path}").status_code == 404
    assert "link" not in client.get("/api/status").headers


def test_gradios_ways_to_files_are_closed(client: httpx.Client) -> None:
    assert client.post("/gradio_api/upload", files={"files": ("x.txt", b"x")}).status_code == 404
    for path in ("/gradio_api/file=/etc/passwd", "/gradio_api/file/etc/passwd", "/gradio_api/proxy=http://127.0.0.1/"):
        assert client.get(path).status_code == 404


def test_bodies_are_bounded(client: httpx.Client) -> None:
    large = b"x" * (3 << 20)
    assert client.post("/api/ask", content=large).status_code == 413
    assert client.post("/api/ask", content=iter([large])).status_code == 413


def test_the_documentation_comes_from_here(client: httpx.Client) -> None:
    page = client.get("/api/docs").raise_for_status().text
    assert "http://" not in page.replace(str(client.base_url), "")
    assert "https://" not in page
    paths = client.get("/api/openapi.json").json()["paths"]
    assert {"/api/ask", "/api/ask/stream", "/api/search", "/api/briefings"} <= set(paths)


def test_the_reader_marks_the_words_and_says_when_they_changed(client: httpx.Client) -> None:
    [first, *_] = client.get("/api/briefings").json()
    path = f"/briefings/{first['id']}"
    assert "<mark>" in client.get(path, params={"start": 700, "end": 760}).text
    changed = client.get(path, params={"start": 700, "end": 760, "check": "00000000"}).text
    assert "<mark>" not in changed
    assert "has changed" in changed
    missing = client.get("/briefings/%3Cscript%3E", headers={"accept-language": "fr"})
    assert missing.status_code == 404
    assert "Cette page" in missing.text


def test_gradios_own_client_can_ask(server: Server) -> None:
    from gradio_client import Client

    wait_for_model(server.address)
    answer = Client(server.address, verbose=False).predict(QUESTION, api_name="/ask")
    assert answer["status"] == "answered"
    assert answer["citations"]


def test_a_login_is_asked_for_under_every_allowed_name(tmp_path: Path) -> None:
    accounts = tmp_path / "accounts"
    write_account(accounts, Account.of("ada", "reader", "lantern:1:two"))
    with Library.open(tmp_path / "library"):
        pass
    options = ("--auth-file", str(accounts), "--allowed-host", "record.example")
    with serving(tmp_path / "library", *options) as closed:
        for path in ("/", "/api/status", "/parts/page/base.js", "/briefings/x", "/config"):
            refused = httpx.get(closed.address + path)
            assert refused.status_code == 401
            assert "default-src" in refused.headers["content-security-policy"]
        for name, status in (("localhost", 200), ("record.example", 200), ("elsewhere.example", 400)):
            asked = httpx.get(f"{closed.address}/api/status", auth=("ada", "lantern:1:two"), headers={"host": name})
            assert asked.status_code == status
