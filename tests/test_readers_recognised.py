"""Transcripts by programs for speech recognition: JSON of every make, TSV and CSV. All texts are invented."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import read_one, refusal, spoken_at, turns_of

from onrecord.rag.readers import read

SAID = [("Good morning.", 0.5, 2.4), ("The wall will be", 2.4, 5.0), ("higher by 40 cm.", 5.0, 9.0)]
TEXT = "Good morning. The wall will be higher by 40 cm."


def words(text: str, start: float, step: float = 0.25) -> list[dict[str, Any]]:
    return [
        {"word": word, "start": start + n * step, "end": start + (n + 1) * step} for n, word in enumerate(text.split())
    ]


WHISPER = {
    "text": f" {TEXT}",
    "segments": [
        {
            "id": n,
            "seek": 0,
            "start": start,
            "end": end,
            "text": f" {text}",
            "tokens": [50364, 2205],
            "temperature": 0.0,
        }
        for n, (text, start, end) in enumerate(SAID)
    ],
    "language": "en",
}
PLAIN: dict[str, Any] = {
    "whisper": WHISPER,
    "whisper with words": {
        **WHISPER,
        "segments": [{**entry, "words": words(entry["text"], entry["start"])} for entry in WHISPER["segments"]],  # type: ignore[index,attr-defined]
    },
    "segments alone": [{"start": start, "end": end, "text": text} for text, start, end in SAID],
    "inside another object": {"status": "done", "result": WHISPER},
    "whisper.cpp": {
        "systeminfo": "AVX = 1",
        "params": {"language": "en"},
        "result": {"language": "en"},
        "transcription": [
            {
                "timestamps": {"from": "00:00:00,000", "to": "00:00:09,000"},
                "offsets": {"from": int(start * 1000), "to": int(end * 1000)},
                "text": f" {text}",
                "tokens": [{"text": " x", "id": 1}],
            }
            for text, start, end in SAID
        ],
    },
    "transformers": {"text": TEXT, "chunks": [{"timestamp": [start, end], "text": text} for text, start, end in SAID]},
    "deepgram": {
        "metadata": {"duration": 9.1},
        "results": {
            "channels": [{"alternatives": [{"transcript": TEXT, "words": words(TEXT, 0.5)}]}],
            "utterances": [
                {"start": start, "end": end, "channel": 0, "transcript": text, "words": words(text, start)}
                for text, start, end in SAID
            ],
        },
    },
    "assembly ai": {
        "id": "x",
        "language_code": "en",
        "audio_duration": 9,
        "text": TEXT,
        "words": [{**w, "text": w["word"], "start": int(w["start"] * 1000)} for w in words(TEXT, 0.5)],
        "utterances": [
            {"start": int(start * 1000), "end": int(end * 1000), "text": text, "words": []} for text, start, end in SAID
        ],
    },
    "aws segments": {
        "jobName": "b",
        "results": {
            "language_code": "en-GB",
            "transcripts": [{"transcript": TEXT}],
            "audio_segments": [
                {"id": n, "transcript": text, "start_time": str(start), "end_time": str(end)}
                for n, (text, start, end) in enumerate(SAID)
            ],
        },
    },
}


@pytest.mark.parametrize("program", PLAIN)
def test_words_come_without_numbers_and_every_time_is_a_timecode(program: str) -> None:
    source = read_one("t.json", json.dumps(PLAIN[program], indent=1).encode()).source
    assert source.text == TEXT
    assert source.turns is None
    assert [seconds for _, seconds in source.timecodes] == [start for _, start, _ in SAID]
    assert spoken_at(source, "40 cm") == 5.0


TALK = [("A", "Good morning. The wall will be higher."), ("B", "Who pays, Dr. Arden?"), ("A", "The region.")]


def aws(in_items: bool) -> dict[str, Any]:
    items: list[dict[str, Any]] = []
    segments: list[dict[str, Any]] = []
    second = 0.0
    for speaker, said in TALK:
        label = f"spk_{'AB'.index(speaker)}"
        inner = []
        for word in said.split():
            bare = word.rstrip(".,?") if word != "Dr." else word
            timed = {"start_time": f"{second:.2f}", "end_time": f"{second + 0.3:.2f}"}
            own = {"speaker_label": label} if in_items else {}
            items.append(
                {**timed, **own, "type": "pronunciation", "alternatives": [{"confidence": "1.0", "content": bare}]}
            )
            inner.append({**timed, "speaker_label": label})
            if bare != word:
                items.append(
                    {**own, "type": "punctuation", "alternatives": [{"confidence": "0.0", "content": word[-1]}]}
                )
            second += 0.5
        segments.append({"speaker_label": label, "items": inner})
    return {"results": {"transcripts": [{"transcript": ""}], "speaker_labels": {"segments": segments}, "items": items}}


def rev(named: bool) -> dict[str, Any]:
    monologues = []
    second = 0.0
    for speaker, said in TALK:
        elements: list[dict[str, Any]] = []
        for word in said.split():
            bare = word.rstrip(".,?") if word != "Dr." else word
            elements.append({"type": "text", "value": bare, "ts": second, "end_ts": second + 0.3, "confidence": 1})
            elements.append({"type": "punct", "value": word[len(bare) :] + " "})
            second += 0.5
        monologues.append({"speaker": "AB".index(speaker), "elements": elements})
    names = {"speakers": [{"id": 0, "name": "Ida Arden"}, {"id": 1, "name": "Jonas Berg"}]} if named else {}
    return {**names, "monologues": monologues}


def timed_talk() -> list[dict[str, Any]]:
    entries = []
    second = 0.0
    for speaker, said in TALK:
        size = 0.5 * len(said.split())
        entries.append(
            {"speaker": speaker, "start": second, "end": second + size, "text": said, "words": words(said, second, 0.5)}
        )
        second += size
    return entries


def voiced(entry: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**word, "speaker": f"SPEAKER_0{'AB'.index(entry['speaker'])}"} for word in entry["words"]]


ALL_WORDS = [word for entry in timed_talk() for word in voiced(entry)]
SPOKEN: dict[str, Any] = {
    "whisperx by segments": {
        "segments": [{**entry, "speaker": f"SPEAKER_0{'AB'.index(entry['speaker'])}"} for entry in timed_talk()]
    },
    "whisperx by words": {
        "segments": [
            {
                "start": 0.0,
                "end": 8.0,
                "text": " " + " ".join(said for _, said in TALK),
                "speaker": "SPEAKER_00",
                "words": ALL_WORDS,
            }
        ],
        "word_segments": ALL_WORDS,
    },
    "aws in items": aws(in_items=True),
    "aws in segments": aws(in_items=False),
    "deepgram words": {
        "results": {
            "channels": [
                {
                    "alternatives": [
                        {
                            "transcript": "x",
                            "words": [
                                {
                                    **word,
                                    "word": "x",
                                    "punctuated_word": word["word"],
                                    "speaker": "AB".index(entry["speaker"]),
                                }
                                for entry in timed_talk()
                                for word in entry["words"]
                            ],
                        }
                    ]
                }
            ]
        }
    },
    "deepgram paragraphs": {
        "results": {
            "channels": [
                {
                    "alternatives": [
                        {
                            "transcript": "x",
                            "paragraphs": {
                                "paragraphs": [
                                    {
                                        "speaker": "AB".index(entry["speaker"]),
                                        "sentences": [
                                            {"text": entry["text"], "start": entry["start"], "end": entry["end"]}
                                        ],
                                    }
                                    for entry in timed_talk()
                                ]
                            },
                        }
                    ]
                }
            ]
        }
    },
    "rev ai": rev(named=False),
    "array of segments": [{**entry, "speaker": {"id": "AB".index(entry["speaker"])}} for entry in timed_talk()],
    "lines of segments": [{**entry, "speaker": "AB".index(entry["speaker"])} for entry in timed_talk()],
}


@pytest.mark.parametrize("program", SPOKEN)
def test_voices_become_turns_with_the_second_of_their_first_word(program: str) -> None:
    value = SPOKEN[program]
    data = "\n".join(map(json.dumps, value)) if program.startswith("lines") else json.dumps(value)
    source = read_one("t.json", data.encode()).source
    names = {"A": "SPEAKER_00", "B": "SPEAKER_01"}
    assert turns_of(source) == [(names[speaker], said) for speaker, said in TALK]
    assert [turn.seconds for turn in source.turns or ()] == [0.0, 3.5, 5.5]


def test_letters_for_voices_and_names_where_the_program_knows_them() -> None:
    lettered = {
        "utterances": [{**entry, "start": int(entry["start"] * 1000) + 1000, "end": 90_000} for entry in timed_talk()]
    }
    source = read_one("t.json", json.dumps(lettered).encode()).source
    assert [label for label, _ in turns_of(source)] == ["SPEAKER_A", "SPEAKER_B", "SPEAKER_A"]
    assert [turn.seconds for turn in source.turns or ()] == [1.0, 4.5, 6.5]
    named = read_one("t.json", json.dumps(rev(named=True)).encode()).source
    assert [label for label, _ in turns_of(named)] == ["Ida Arden", "Jonas Berg", "Ida Arden"]


def test_channels_are_voices_in_the_order_of_time() -> None:
    value = {
        "results": {
            "channels": [
                {"alternatives": [{"words": words("Who pays?", 0.0) + words("And when?", 9.0)}]},
                {"alternatives": [{"words": words("We do.", 4.0)}]},
            ]
        }
    }
    assert [said for _, said in turns_of(read_one("t.json", json.dumps(value).encode()).source)] == [
        "Who pays?",
        "We do.",
        "And when?",
    ]


WHISPER_TSV = """\
start\tend\ttext
0\t2400\t"Good morning," she said.
2400\t5000\tThe wall will be
5000\t9000\thigher "by 40 cm.
"""


def test_whispers_table_counts_milliseconds_and_quotes_as_said() -> None:
    source = read_one("t.tsv", WHISPER_TSV.encode()).source
    assert source.text == '"Good morning," she said. The wall will be higher "by 40 cm.'
    assert [seconds for _, seconds in source.timecodes] == [0.0, 2.4, 5.0]


@pytest.mark.parametrize(
    ("delimiter", "heads", "times"),
    [
        (",", ["Speaker", "Start", "End", "Text"], ("0:05", "0:09", "1:02")),
        (";", ["Intervenant", "Début", "Fin", "Texte"], ("00:00:05,000", "00:00:09,000", "00:01:02,000")),
        ("\t", ["speaker", "start_time", "end_time", "transcript"], ("5", "9", "62")),
        ("|", ["name", "timestamp", "until", "words"], ("5.0", "9.0", "62.0")),
    ],
)
def test_tables_of_speakers_times_and_words(delimiter: str, heads: list[str], times: tuple[str, ...]) -> None:
    said = [
        ("Ida Arden", "Good morning, all.\nWelcome."),
        ("Ida Arden", "The wall is old."),
        ("Jonas Berg", 'Who said "pay"?'),
    ]
    target = io.StringIO()
    writer = csv.writer(target, delimiter=delimiter)
    writer.writerow(heads)
    for (name, text), time in zip(said, times, strict=True):
        writer.writerow([name, time, time, text])
    for encoding in ("utf-8-sig", "cp1252"):
        source = read_one("t.csv", target.getvalue().encode(encoding)).source
        assert turns_of(source) == [
            ("Ida Arden", "Good morning, all. Welcome.\n\nThe wall is old."),
            ("Jonas Berg", 'Who said "pay"?'),
        ]
        assert [seconds for _, seconds in source.timecodes] == [5.0, 9.0, 62.0]
        assert source.notes == ()


def test_columns_and_rows_that_are_left_out_are_said() -> None:
    data = b"id,speaker,text,mood\n1,Ida Arden,Good morning.,calm\n2,Jonas Berg,,\n3,Jonas Berg,Who pays?,calm\n"
    source = read_one("t.csv", data).source
    assert turns_of(source) == [("Ida Arden", "Good morning."), ("Jonas Berg", "Who pays?")]
    assert source.notes == ("1 row without words was left out.", "Columns left out: id, mood.")


def test_a_rule_under_the_heads_is_nobodys_turn() -> None:
    rows = (
        "Speaker | Time | Words",
        "--------|------|-----",
        "Ida Arden | 09:00 | Good.",
        "Jonas Berg | 09:01 | Who pays?",
    )
    data = "\n".join(rows).encode()
    source = read_one("t.txt", data).source
    assert turns_of(source) == [("Ida Arden", "Good."), ("Jonas Berg", "Who pays?")]


def test_a_cell_left_empty_goes_on_with_the_speaker_above() -> None:
    data = b"Speaker,Text\nIda Arden,One.\n,Two.\nJonas Berg,Three.\n"
    assert turns_of(read_one("t.csv", data).source) == [("Ida Arden", "One. Two."), ("Jonas Berg", "Three.")]


@pytest.mark.parametrize(
    "text",
    [
        "Name, text and time: the three of them met.\nThen they left, all three.\n",
        "item,price\nbread,2\nmilk,3\n",
        "speaker,text\n",
        "a\tb\nc\td\n",
    ],
)
def test_texts_that_are_no_transcripts_as_tables_are_texts(text: str) -> None:
    assert read_one("t.csv", text.encode()).source.text == text


@pytest.mark.parametrize(
    "value", [{"segments": []}, {"results": {"items": []}}, {"monologues": [{"elements": 3}]}, {"a": [1]}]
)
def test_json_without_words_is_refused(value: object) -> None:
    assert "turns" in refusal("t.json", json.dumps(value).encode())


def test_what_is_said_again_at_once_is_kept() -> None:
    value = {"segments": [{"start": n, "end": n + 1, "text": "No. No."} for n in range(9)]}
    assert read_one("t.json", json.dumps(value).encode()).source.text == " ".join(["No. No."] * 9)


def test_segments_of_nothing_but_blanks_are_refused() -> None:
    value = {"segments": [{"start": 0.0, "end": 1.0, "text": " "}, {"start": 1.0, "end": 2.0, "text": "..."}]}
    refusal("t.json", json.dumps(value).encode())


said = st.lists(st.from_regex(r"[a-zé]{1,8}[.,?]?", fullmatch=True), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["Ida Arden", "SPEAKER_01", "Jo"]), said), min_size=1, max_size=10),
    st.booleans(),
)
def test_segments_keep_every_word_in_order(talk: list[tuple[str, list[str]]], voiced: bool) -> None:
    value = {
        "segments": [
            {
                "start": place * 9.0,
                "end": place * 9.0 + 2,
                "text": " ".join(text),
                **({"speaker": name} if voiced else {}),
            }
            for place, (name, text) in enumerate(talk)
        ]
    }
    source = read_one("t.json", json.dumps(value).encode()).source
    kept = " ".join(words for _, words in turns_of(source)) if voiced else source.text
    assert kept.split() == [word for _, text in talk for word in text]
    assert len(source.timecodes) == len(talk)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["Ida Arden", "Q", "Jo"]), said), min_size=2, max_size=10),
    st.sampled_from(",;\t|"),
)
def test_tables_keep_every_word_in_order(talk: list[tuple[str, list[str]]], delimiter: str) -> None:
    target = io.StringIO()
    writer = csv.writer(target, delimiter=delimiter)
    writer.writerows([["speaker", "text"], *([name, " ".join(text)] for name, text in talk)])
    source = read_one("t.csv", target.getvalue().encode()).source
    assert " ".join(words for _, words in turns_of(source)).split() == [word for _, text in talk for word in text]


KEYS = [
    *("segments", "utterances", "results", "items", "channels", "alternatives", "monologues", "elements", "words"),
    *("text", "transcript", "start", "end", "speaker", "transcription", "offsets", "timestamps", "speaker_labels"),
    *("paragraphs", "sentences", "speakers", "timestamp", "result"),
]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(anything)
def test_any_json_is_read_or_refused(value: object) -> None:
    list(read("t.json", json.dumps(value).encode()))
