"""JSON lines of turns: words, labels and times as the file gives them. All texts are invented."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import read_one, refusal, turns_of

from onrecord.rag.readers import read

TURNS = [
    {"title": "Harbour briefing", "date": "2019-03-04", "url": "https://example.org/b", "language": "en", "room": 4},
    {"speaker": "Ms Arden", "role": "Harbour master", "text": "Good morning.\nTwo things.", "time": 1.5},
    {"speaker": "Jonas Berg", "outlet": "Gazette", "country": "Skarn", "text": "Who pays?", "time": "0:01:05"},
    {"text": "(Laughter.)"},
    {"speaker": " Ms  Arden", "text": "  The region. ", "kind": "answer", "time": "1:00:00.25"},
    {"speaker": "Ms Arden", "text": "  "},
]


def test_json_lines_become_labelled_lines_with_exact_offsets() -> None:
    data = "\r\n".join(json.dumps(entry) for entry in TURNS).encode()
    source = read_one("turns", data).source
    assert source.text == (
        "Ms Arden: Good morning.\nTwo things.\n\nJonas Berg: Who pays?\n\n(Laughter.)\n\nMs Arden: The region."
    )
    assert turns_of(source) == [
        ("Ms Arden", "Good morning.\nTwo things."),
        ("Jonas Berg", "Who pays?"),
        (None, "(Laughter.)"),
        ("Ms Arden", "The region."),
    ]
    assert source.turns is not None
    assert [turn.seconds for turn in source.turns] == [1.5, 65.0, None, 3600.25]
    assert (source.turns[0].role, source.turns[1].outlet, source.turns[1].country) == (
        "Harbour master",
        "Gazette",
        "Skarn",
    )
    assert source.turns[3].kind == "answer"
    assert (source.title, source.date, source.language) == ("Harbour briefing", "2019-03-04", "en")
    assert source.url == "https://example.org/b"


def test_an_array_of_turns_is_read_too() -> None:
    assert turns_of(read_one("t.txt", json.dumps(TURNS[1:3], indent=2).encode()).source) == [
        ("Ms Arden", "Good morning.\nTwo things."),
        ("Jonas Berg", "Who pays?"),
    ]


def test_an_object_with_a_list_of_turns_says_what_they_are() -> None:
    value = {"id": 7, "title": "Harbour briefing", "published": "2019-03-04", "turns": TURNS[1:3]}
    source = read_one("t.json", json.dumps(value).encode()).source
    assert [label for label, _ in turns_of(source)] == ["Ms Arden", "Jonas Berg"]
    assert (source.title, source.date) == ("Harbour briefing", "2019-03-04")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ('{"text": "a"}\n{oops', "line 2: is not JSON"),
        ('{"text": "a"}\n["b"]', "line 2: is not a JSON object"),
        ('{"text": "a"}\n{"speaker": "B"}', "line 2: 'text' is missing"),
        ('{"text": "a"}\n{"text": "b", "speaker": 3}', "line 2: 'speaker' is missing or no string"),
        ('{"text": "a", "time": "noon"}', "line 1: 'time' is 'noon'"),
        ('{"text": "a", "kind": "shout"}', "'kind' is 'shout'"),
        ('{"text": " "}\n', "holds no words"),
        ('{"turns": []}', "one JSON object, not turns"),
        ('{\n "a": {"b": 1}\n}', "one JSON object, not turns"),
    ],
)
def test_json_that_is_no_turns_is_refused_naming_the_line(data: str, problem: str) -> None:
    assert problem in refusal("t.jsonl", data.encode())


def test_text_in_braces_is_text() -> None:
    for text in ("{applause} Good morning.\n", "[Music]\nGood morning.\n", "[1] A footnote.\n"):
        assert read_one("note.txt", text.encode()).source.text == text


@given(
    st.lists(
        st.fixed_dictionaries({"text": st.text(min_size=1, max_size=40)}, optional={"speaker": st.text(max_size=12)}),
        min_size=1,
        max_size=8,
    )
)
def test_json_turns_of_any_characters_keep_their_words(entries: list[dict[str, str]]) -> None:
    data = "\n".join(json.dumps(entry) for entry in entries).encode()
    (_,) = read("turns", data)
    # JSON can write NUL, and no text that is stored can hold it.
    kept = [entry["text"].replace("\0", "\ufffd").split() for entry in entries if entry["text"].strip()]
    if kept and any(map(str.isalnum, "".join(entry["text"] for entry in entries))):
        assert [words.split() for _, words in turns_of(read_one("turns", data).source)] == kept
