"""Collections of briefings: by name, through versions, in searches, in copies, in the command and in the API."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import httpx
import pytest
from serving import serving

from onrecord.rag import Collection, InvalidRequest, Library, Settings, UnknownBriefing
from onrecord.ui.command import cli

HARBOUR = "Harbour briefing\n\nMayor Ida Wren:\nThe breakwater cost forty million crowns.\n"
SCHOOL = "School briefing\n\nHead Ann Holt:\nThe school cost two million crowns.\n"
TRAM = "Tram briefing\n\nMayor Ida Wren:\nThe tram cost nine million crowns.\n"


@pytest.fixture
def filled(small_library: Library, tmp_path: Path) -> Library:
    for name, text in (("harbour", HARBOUR), ("school", SCHOOL), ("tram", TRAM)):
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
        assert not small_library.add(tmp_path / f"{name}.txt").failed
    return small_library


def ids_of(library: Library) -> list[str]:
    return [one.id for one in library.summaries()]


def test_a_collection_is_made_filled_emptied_renamed_and_deleted(filled: Library) -> None:
    harbour, school, tram = ids_of(filled)
    filled.collect("  Public  works ", [tram, harbour])
    assert filled.collections() == [Collection("Public works", (harbour, tram))]
    # Case and accents may be typed otherwise, and make no second one.
    filled.collect("PUBLIC WÖRKS", [school, tram])
    assert filled.collections() == [Collection("Public works", (harbour, school, tram))]
    filled.take_out("public works", [school, school])
    filled.take_out("public works", [school])
    filled.rename_collection("public works", "Öffentliches / NATO?")
    assert filled.collections() == [Collection("Öffentliches / NATO?", (harbour, tram))]
    filled.collect("Another", [])
    with pytest.raises(InvalidRequest, match="already"):
        filled.rename_collection("another", "offentliches / nato?")
    filled.delete_collection("another")
    filled.delete_collection("Öffentliches / NATO?")
    assert filled.collections() == []
    assert ids_of(filled) == [harbour, school, tram]


def test_what_cannot_be_is_refused_in_words(filled: Library) -> None:
    harbour = ids_of(filled)[0]
    for name in ("", "  ", "x" * 101, "a\x1bb"):
        with pytest.raises(InvalidRequest, match="cannot be the name"):
            filled.collect(name, [harbour])
    with pytest.raises(UnknownBriefing, match="nobody"):
        filled.collect("Works", [harbour, "nobody"])
    filled.collect("Works", [harbour])
    for refused in (
        lambda: filled.take_out("Wroks", [harbour]),
        lambda: filled.rename_collection("Wroks", "Works"),
        lambda: filled.delete_collection("Wroks"),
        lambda: filled.ask("What did it cost?", collection="Wroks"),
        lambda: filled.search("What did it cost?", collection="Wroks"),
    ):
        with pytest.raises(InvalidRequest, match=r"No collection is called 'Wroks'\. There are: 'Works'"):
            refused()


def test_a_search_in_a_collection_finds_nothing_else(filled: Library) -> None:
    harbour, school, tram = ids_of(filled)
    filled.collect("Works", [harbour, tram])
    filled.collect("None", [])

    def found(**more: str) -> set[str]:
        return {hit.passage.briefing_id for hit in filled.search("What did it cost?", **more)}  # type: ignore[arg-type]

    assert found() == {harbour, school, tram}
    assert found(collection="works") == {harbour, tram}
    assert found(collection="Works", briefing=tram) == {tram}
    assert found(collection="Works", briefing=school) == found(collection="None") == set()
    assert found(collection="Works", speaker="Holt") == set()
    answer = filled.ask("What did it cost?", collection="Works")
    assert answer.searched_briefings == 2
    # The same question after a change of the collection.
    filled.take_out("Works", [tram])
    assert found(collection="Works") == {harbour}


def test_a_collection_follows_a_briefing_to_its_newer_version_and_into_a_copy(filled: Library, tmp_path: Path) -> None:
    harbour, school, _ = ids_of(filled)
    filled.collect("Works", [harbour, school])
    (tmp_path / "harbour.txt").write_text(HARBOUR.replace("forty", "fifty"), encoding="utf-8")
    [added] = filled.add(tmp_path / "harbour.txt").files
    assert added.outcome == "new version"
    assert set(filled.collections()[0].briefings) == {school, added.briefing_id}
    assert {hit.passage.briefing_id for hit in filled.search("cost", collection="Works")} == {school, added.briefing_id}
    # By the id that is known from before.
    filled.take_out("Works", [harbour])
    filled.collect("Works", [harbour])
    settings = Settings(library=tmp_path / "library", model=filled._settings.model)
    Library.copy(filled.folder, tmp_path / "copied", settings=settings)
    with Library.open(tmp_path / "copied", settings=settings) as copied:
        assert copied.collections() == filled.collections()
    filled.remove(harbour)
    assert filled.collections() == [Collection("Works", (school,))]
    Library.copy(filled.folder, tmp_path / "again", settings=settings)
    with Library.open(tmp_path / "again", settings=settings) as copied:
        assert copied.collections() == filled.collections()
        assert copied.verify() == []


def test_the_command_keeps_collections_and_asks_in_them(
    filled: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _, _, tram = ids_of(filled)
    monkeypatch.setenv("ONRECORD_MODEL", str(filled._settings.model))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def command(*words: str, code: int = 0) -> tuple[str, str]:
        monkeypatch.setattr(sys, "argv", ["onrecord", "--library", str(filled.folder), *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        assert int(ended.value.code or 0) == code, said.err
        return said.out, said.err

    assert "collection add" in command("collection", "list")[0]
    assert command("collection", "add", "Works", tram)[0] == "Works  1 briefing\n"
    listed = json.loads(command("collection", "list", "--json")[0])
    assert listed == {"collections": [{"name": "Works", "briefings": [tram]}]}
    (tmp_path / "questions").write_text(
        '{"question": "What did it cost?"}\n{"question": "What did it cost?", "collection": "Nowhere"}\n',
        encoding="utf-8",
    )
    batch = str(tmp_path / "questions")
    asked = command("search", "--batch", batch, "--collection", "works", code=1)[0].splitlines()
    assert {hit["passage"]["briefing_id"] for hit in json.loads(asked[0])["hits"]} == {tram}
    assert "No collection is called 'Nowhere'" in json.loads(asked[1])["error"]
    refused = command("collection", "add", "Works", "nobody", code=1)[1]
    assert refused.startswith("onrecord: No briefing has the id 'nobody'")
    command("collection", "rename", "Works", "Trams")
    command("collection", "drop", "Trams", tram)
    assert json.loads(command("collection", "delete", "Trams", "--json")[0]) == {"collections": []}
    noted = [json.loads(line) for line in (filled.folder / "audit.jsonl").read_text("utf-8").splitlines()]
    assert [line.get("put_into") for line in noted if line["event"] == "collection"] == ["Works", None, None, None]


def test_the_api_keeps_collections_and_searches_in_them(filled: Library) -> None:
    harbour, school, _ = ids_of(filled)
    with (
        serving(filled.folder, settings={"model": str(filled._settings.model)}) as server,
        httpx.Client(base_url=f"{server.address}/api", timeout=60) as client,
    ):
        made = client.post("/collections", json={"name": "A/B?", "briefings": [school, harbour]})
        assert made.json() == [{"name": "A/B?", "briefings": [harbour, school]}] == client.get("/collections").json()
        out = client.post("/collections/taken-out", json={"name": "A/B?", "briefings": [school]})
        assert out.json() == [{"name": "A/B?", "briefings": [harbour]}]
        assert client.patch("/collections", json={"name": "A/B?", "new": "Port"}).json()[0]["name"] == "Port"
        hits = client.get("/search", params={"question": "cost", "collection": "port"}).json()
        assert {hit["passage"]["briefing_id"] for hit in hits} == {harbour}
        refused = client.post("/ask", json={"question": "cost", "filters": {"collection": "Nowhere"}})
        assert (refused.status_code, "Nowhere" in refused.json()["detail"]) == (422, True)
        assert client.delete("/collections", params={"name": "Port"}).json() == []
        assert client.delete("/collections", params={"name": "Port"}).status_code == 422
