"""Subtitles and JSON lines: words, voices and times as the file gives them. All texts are invented."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import read_one, refusal

from onrecord.rag import Library
from onrecord.rag.readers import read
from onrecord.rag.types import SourceText


def turns_of(source: SourceText) -> list[tuple[str | None, str]]:
    return [(turn.label, source.text[turn.start : turn.end]) for turn in source.turns or ()]


def spoken_at(source: SourceText, words: str) -> float:
    offset = source.text.index(words)
    return [seconds for start, seconds in source.timecodes if start <= offset][-1]


VOICES = """\ufeffWEBVTT - Harbour briefing
Kind: captions
Language: en-GB

NOTE not spoken

STYLE
::cue { color: lime }

intro
00:00:01.000 --> 00:00:03.000 align:start position:0%
<v.first.loud Ms Arden>Good <i>morning</i> &amp; welcome</v>

00:04.000 --> 00:06.000
<v Ms Arden>to the <00:00:04.500><c.yellow>new</c> pier.

00:06.000 --> 00:07.000
<v Jonas Berg>Who pays?
<v Ms Arden>The region,

01:00:17.500 --> 01:00:18.000
<v Ms Arden>if 2 < 3.
"""


def test_voices_become_turns_and_tags_go() -> None:
    source = read_one("any.name", VOICES.replace("\n", "\r\n").encode()).source
    assert turns_of(source) == [
        ("Ms Arden", "Good morning & welcome to the new pier."),
        ("Jonas Berg", "Who pays?"),
        ("Ms Arden", "The region, if 2 < 3."),
    ]
    assert source.text.startswith("Ms Arden: Good morning")
    assert source.language == "en"
    assert spoken_at(source, "to the") == 4.0
    assert spoken_at(source, "if 2") == 3617.5
    assert [turn.seconds for turn in source.turns or ()] == [1.0, 6.0, 6.0]


def test_a_quote_points_at_the_second_of_its_own_cue(small_library: Library, tmp_path: Path) -> None:
    file = tmp_path / "harbour.vtt"
    cues = [f"The pier number {number} was painted in colour {number}." for number in range(1, 60)]
    file.write_text(
        "WEBVTT\n\n"
        + "".join(
            f"00:{number:02}:00.000 --> 00:{number:02}:30.500\n<v Ms Arden>{words}\n\n"
            for number, words in enumerate(cues, start=1)
        )
        + "01:10:00.000 --> 01:10:09.000\n<v Jonas Berg>Who pays for it?\n",
        encoding="utf-8",
    )
    small_library.add(file)
    [briefing] = small_library.briefings()
    assert len(briefing.timecodes) == len(cues) + 1
    assert [turn.seconds for turn in briefing.turns] == [60.0, 4200.0]
    passages = small_library.passages(briefing.id)
    assert len(passages) > 2
    for passage in passages:
        first = next(number for number, words in enumerate(cues, start=1) if words in passage.text)
        assert passage.seconds == first * 60
    report = small_library.check(f"Ms Arden said: “{cues[41]}”")
    assert [citation.seconds for finding in report.findings for citation in finding.citations] == [42 * 60]


def test_marks_of_a_new_speaker_become_turns() -> None:
    source = read_one(
        "captions.srt",
        b"1\r\n00:00:01,000 --> 00:00:02,500\r\n>> MS. ARDEN: GOOD MORNING,\r\n2 ANNOUNCEMENTS.\r\n\r\n"
        b"2\r\n00:00:03,000 --> 00:00:04,000\r\n\r\n"
        b"3\r\n00:00:05,000 --> 00:00:06,000\r\n{\\an8}<b>FIRST,</b> THE WALL.\r\n>> WHO PAYS?\r\n\r\n"
        b"4\r\n00:00:07,000 --> 00:00:08,000\r\n>>> Elsewhere today\r\n",
    ).source
    assert turns_of(source) == [
        ("MS. ARDEN", "GOOD MORNING, 2 ANNOUNCEMENTS. FIRST, THE WALL."),
        (">>", "WHO PAYS?"),
        (">>", "Elsewhere today"),
    ]
    assert ">> WHO PAYS?" in source.text.split("\n\n")


def test_plain_subtitles_become_paragraphs_and_labels_begin_lines() -> None:
    cues = [
        (1, "Nous avons décidé d’élever"),
        (3, "la digue.\nMme ARDEN : Oui."),
        (5, "- Et le bac ?\n- Il reste."),
        (20, "Merci à tous,"),
        (22, "et à demain. JONAS BERG: one word"),
        (24, "MS. ARDEN: Goodbye."),
    ]
    data = "".join(
        f"{number}\n00:00:{second:02},000 --> 00:00:{second + 1:02},900\n{text}\n\n"
        for number, (second, text) in enumerate(cues, start=1)
    )
    source = read_one("film.srt", data.encode("cp1252")).source
    assert source.turns is None
    assert source.text.split("\n\n") == [
        "Nous avons décidé d’élever la digue.",
        "Mme ARDEN : Oui.",
        "- Et le bac ?",
        "- Il reste.",
        "Merci à tous, et à demain. JONAS BERG: one word",
        "MS. ARDEN: Goodbye.",
    ]
    assert spoken_at(source, "et à demain") == 22


def test_rolling_captions_are_shown_once() -> None:
    lines = ["hello everyone", "welcome to the", "harbour wall where", "the the sea is", "the sea is high"]
    data = "WEBVTT\n\n"
    shown = " "
    for number, line in enumerate(lines):
        first, *rest = line.split(" ", 1)
        timed = f"{first}<00:00:0{number}.500><c> {' '.join(rest)}</c>"
        data += f"00:00:0{number}.000 --> 00:00:0{number}.990\n{shown}\n{timed}\n\n"
        data += f"00:00:0{number}.990 --> 00:00:0{number + 1}.000\n{line}\n \n\n"
        shown = line
    source = read_one("auto.vtt", data.encode()).source
    assert source.text == " ".join(lines)
    assert spoken_at(source, "welcome") == 1.0
    assert spoken_at(source, "the sea is high") == 4.0


def test_paint_on_captions_are_shown_once() -> None:
    words = ["the", "wall", "will", "be", "higher", "and", "the", "sea", "will", "not", "come", "in"]
    data = "WEBVTT\n\n" + "".join(
        f"00:00:{number:02}.000 --> 00:00:{number + 1:02}.000\n{' '.join(words[: number + 1])}\n\n"
        for number in range(len(words))
    )
    assert read_one("auto.vtt", data.encode()).source.text == " ".join(words)


def test_words_said_twice_stay_twice() -> None:
    said = ["No.", "No.", "I said no.", "The wall stays.", "The wall stays.", "It does.", "Really.", "Yes."]
    data = "".join(
        f"{number}\n00:00:{number:02},000 --> 00:00:{number:02},900\n{words}\n\n" for number, words in enumerate(said)
    )
    assert read_one("film.srt", data.encode()).source.text.split() == " ".join(said).split()


@pytest.mark.parametrize(
    "data",
    [
        b"WEBVTT\n",
        b"WEBVTT\n\nNOTE only this\n",
        b"1\n00:00:01,000 --> 00:00:02,000\n\n",
        b"WEBVTT\n\n0:01.0 --> 0:02.0\n...\n",
    ],
)
def test_subtitles_without_words_are_refused(data: bytes) -> None:
    assert "hold" in refusal("empty.vtt", data)


spoken = st.lists(st.from_regex(r"[a-zé]{1,8}", fullmatch=True), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(st.lists(spoken, min_size=1, max_size=12), st.booleans())
def test_subtitles_keep_every_word_in_order(cues: list[list[str]], is_vtt: bool) -> None:
    # The times are far apart: captions that touch and repeat are taken to roll.
    data = "WEBVTT\n\n" if is_vtt else ""
    point = "." if is_vtt else ","
    for number, words in enumerate(cues):
        data += f"{number}\n00:{number:02}:00{point}000 --> 00:{number:02}:09{point}000\n{' '.join(words)}\n\n"
    source = read_one("words", data.encode()).source
    assert source.text.split() == [word for words in cues for word in words]
    assert len(source.timecodes) == len(cues)


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
    kept = [entry["text"].split() for entry in entries if entry["text"].strip()]
    if kept and any(map(str.isalnum, "".join(entry["text"] for entry in entries))):
        assert [words.split() for _, words in turns_of(read_one("turns", data).source)] == kept
