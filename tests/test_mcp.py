"""The MCP server, used as its clients do: the official client, over a real pipe and over real HTTP."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from mcp import Client, StdioServerParameters

from onrecord.rag import Answer, CheckReport, Citation, Hit, Library, Passage

COMMAND = "from onrecord.ui.command.cli import main; main()"
QUESTION = "What does Ostmere pay for a dose?"
Result = TypeVar("Result")


@pytest.fixture(scope="module")
def folder(sample_library: Library) -> Path:
    """The samples' library; the tools only read it."""
    return sample_library.folder


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """`onrecord mcp --http`, started as a user does."""
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "--library", str(folder), "mcp", "--http", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    try:
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found
        yield found[0]
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module", params=["stdio", "http"])
def served(request: pytest.FixtureRequest, folder: Path) -> StdioServerParameters | str:
    """What a client connects to, over each transport."""
    if request.param == "http":
        return str(request.getfixturevalue("address"))
    arguments = ["-c", COMMAND, "--library", str(folder), "mcp"]
    return StdioServerParameters(command=sys.executable, args=arguments, env=dict(os.environ))


def using(served: StdioServerParameters | str, work: Callable[[Client], Awaitable[Result]]) -> Result:
    async def run() -> Result:
        async with Client(served, read_timeout_seconds=120) as client:
            return await work(client)

    return asyncio.run(run())


def names_of(kind: type) -> set[str]:
    return {field.name for field in fields(kind)}


def text_of(result: Any) -> str:
    [content] = result.content
    return str(content.text)


def test_a_client_asks_searches_opens_and_checks(served: StdioServerParameters | str, folder: Path) -> None:
    async def work(client: Client) -> dict[str, Any]:
        found = {"tools": (await client.list_tools()).tools}
        found["ask"] = await client.call_tool("ask_briefings", {"question": QUESTION})
        found["again"] = await client.call_tool("ask_briefings", {"question": QUESTION, "kind": "question"})
        found["search"] = await client.call_tool(
            "search_briefings", {"question": "la crue", "k": 3, "language": ["fr", "es"], "since": "2025-04"}
        )
        citation = found["ask"].structured_content["citations"][0]
        found["passage"] = await client.call_tool(
            "get_passage", {"passage_id": citation["passage_id"], "briefing_id": citation["briefing_id"]}
        )
        found["check"] = await client.call_tool("check_quotes", {"text": f"She said: “{citation['quote']}”"})
        return found

    found = using(served, work)
    tools = {tool.name: tool for tool in found["tools"]}
    assert set(tools) == {"ask_briefings", "search_briefings", "get_passage", "check_quotes"}
    assert all(tool.description and tool.output_schema and tool.annotations.read_only_hint for tool in tools.values())
    filters = {"speaker", "role", "outlet", "since", "until", "language", "briefing", "kind"}
    for name in ("ask_briefings", "search_briefings"):
        assert filters <= set(tools[name].input_schema["properties"])

    answer = found["ask"].structured_content
    assert set(answer) == names_of(Answer)
    assert set(answer["citations"][0]) == names_of(Citation)
    with Library.open(folder) as library:
        for citation in answer["citations"]:
            source = library.briefing(citation["briefing_id"]).text
            assert source[citation["start"] : citation["end"]] == citation["quote"]
            assert f"[{citation['number']}]" in answer["text"]
    assert {hit["passage"]["kind"] for hit in found["again"].structured_content["hits"]} == {"question"}

    search = found["search"].structured_content
    assert set(search) == {"question", "hits"}
    assert [set(hit) == names_of(Hit) for hit in search["hits"]] == [True] * 3
    assert {hit["passage"]["language"] for hit in search["hits"]} == {"fr"}
    opened, first = found["passage"].structured_content, answer["citations"][0]
    assert set(opened["passage"]) == names_of(Passage)
    assert first["quote"] in opened["passage"]["text"]
    assert (opened["source"]["title"], opened["source"]["date"]) == (first["title"], first["date"])
    assert "cited" in {excerpt["place"] for excerpt in opened["source"]["excerpts"]}

    report = found["check"].structured_content
    assert set(report) == names_of(CheckReport)
    [finding] = report["findings"]
    assert finding["verdict"] == "verbatim"


def test_mistakes_are_said_in_words(served: StdioServerParameters | str) -> None:
    async def work(client: Client) -> list[Any]:
        return [
            await client.call_tool(name, arguments)
            for name, arguments in (
                ("get_passage", {"passage_id": 12}),
                ("get_passage", {"passage_id": 12, "briefing_id": "none"}),
                ("search_briefings", {"question": "flood", "since": "last week"}),
                ("search_briefings", {"question": "flood", "k": 0}),
                ("ask_briefings", {"question": "flood", "who": "Anselm"}),
                ("check_quotes", {}),
            )
        ]

    results = using(served, work)
    assert all(result.is_error for result in results)
    for result, words in zip(
        results,
        ("No passage of the library has the id 12", "No briefing has the id 'none'", "is not a date", "k: ", "who: "),
        strict=False,
    ):
        assert words in text_of(result)
    assert "text: " in text_of(results[-1])


def test_nothing_but_the_protocol_is_written_to_standard_output(folder: Path) -> None:
    opening = (
        '{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2025-06-18", '
        '"capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}}\n'
        '{"jsonrpc": "2.0", "method": "notifications/initialized"}\n'
    )
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "--library", str(folder), "mcp"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write(opening)
    process.stdin.flush()
    greeting = process.stdout.readline()
    rest, errors = process.communicate(timeout=60)
    assert '"serverInfo"' in greeting
    assert rest == ""
    assert "Loading the embedding model" in errors
    assert "Traceback" not in errors
    assert process.returncode == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "briefings.example"},
        {"origin": "https://elsewhere.example"},
        {"origin": "http://localhost:1"},
    ],
)
def test_requests_of_other_sites_are_refused(address: str, headers: dict[str, str]) -> None:
    accepted = {"accept": "application/json, text/event-stream"}
    request = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    refused = httpx.post(address, json=request, headers={**accepted, **headers}, timeout=30)
    assert refused.status_code in (403, 421)
    assert "ask_briefings" not in refused.text
