"""Subtitles of every make: words, voices and times as the file gives them. All texts are invented."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import read_one, refusal, spoken_at, turns_of
from structures import briefing_of

from onrecord.rag import Library
from onrecord.rag.passages import MOST_WORDS, passages_of
from onrecord.rag.readers import read

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


def test_marks_of_a_new_speaker_begin_lines() -> None:
    source = read_one(
        "captions.srt",
        b"1\r\n00:00:01,000 --> 00:00:02,500\r\n>> MS. ARDEN: GOOD MORNING,\r\n2 ANNOUNCEMENTS.\r\n\r\n"
        b"2\r\n00:00:03,000 --> 00:00:04,000\r\n\r\n"
        b"3\r\n00:00:05,000 --> 00:00:06,000\r\n{\\an8}<b>FIRST,</b> THE WALL.\r\n>> WHO PAYS?\r\n\r\n"
        b"4\r\n00:00:07,000 --> 00:00:08,000\r\n>>> Elsewhere today\r\n",
    ).source
    assert source.turns is None
    assert source.text.split("\n\n") == [
        ">> MS. ARDEN: GOOD MORNING, 2 ANNOUNCEMENTS. FIRST, THE WALL.",
        ">> WHO PAYS?",
        ">>> Elsewhere today",
    ]


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
        "Merci à tous, et à demain. JONAS BERG: one word\nMS. ARDEN: Goodbye.",
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
        b"0:00:01.000,0:00:02.000\n\n",
        b'<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="1s"> </p></div></body></tt>',
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


ZOOM = [
    ("Ida Arden", "Good morning, and welcome to the harbour office."),
    ("Ida Arden", "The wall will be higher"),
    ("Ida Arden", "before the winter."),
    ("Jonas von Berg (Gazette)", "Who pays: the town, or"),
    ("Jonas von Berg (Gazette)", "the region?"),
    ("mira", "The 10:30 vote: that decides it."),
    ("Room 4 | Press", "One more, please."),
    ("+47 *** ** 12", "Can you hear me?"),
    ("Ida Arden", "No."),
]
ZOOM_TURNS = [
    (
        "Ida Arden",
        "Good morning, and welcome to the harbour office. The wall will be higher before the winter.",
    ),
    ("Jonas von Berg (Gazette)", "Who pays: the town, or the region?"),
    ("mira", "The 10:30 vote: that decides it."),
    ("Room 4 | Press", "One more, please."),
    ("+47 *** ** 12", "Can you hear me?"),
    ("Ida Arden", "No."),
]


def vtt(cues: list[tuple[str, str]], gap: int = 2) -> bytes:
    """A file of cues with their names before the words, as Zoom writes it."""
    return (
        "WEBVTT\r\n\r\n"
        + "".join(
            f"{number}\r\n00:00:{number * gap:02}.000 --> 00:00:{number * gap + 1:02}.900\r\n{name}: {words}\r\n\r\n"
            for number, (name, words) in enumerate(cues, start=1)
        )
    ).encode()


def test_a_name_before_every_cue_is_a_voice() -> None:
    source = read_one("GMT20310515_Recording.transcript.vtt", vtt(ZOOM)).source
    assert turns_of(source) == ZOOM_TURNS
    assert [seconds for _, seconds in source.timecodes] == [2.0 * number for number in range(1, 10)]
    assert spoken_at(source, "before the winter") == 6.0


def test_a_cue_without_a_name_among_named_ones_goes_on() -> None:
    cues = [*ZOOM, *ZOOM]
    data = vtt(cues).replace(b"Ida Arden: before the winter.", b"before the winter.", 1)
    assert turns_of(read_one("z.vtt", data).source)[0] == ZOOM_TURNS[0]


def test_names_on_their_own_line_over_the_words_are_voices() -> None:
    blocks = "".join(
        f"00:00:{number:02}.680 --> 00:00:{number + 1:02}.100\n{name}{end}\n{words}\n\n"
        for end in (":", "")
        for number, (name, words) in enumerate(
            [
                ("Ida Arden", "Good morning."),
                ("Jonas von Berg", "Who pays?"),
                ("Ida Arden", "We do."),
                ("Jonas von Berg", "Ah."),
            ]
        )
    )
    with_colons, without = blocks[: len(blocks) // 2 + 2], blocks[len(blocks) // 2 + 2 :]
    for text in (with_colons, without, "Harbour briefing\n15 May 2031\n\n" + without):
        source = read_one("t.txt", text.encode()).source
        assert turns_of(source) == [
            ("Ida Arden", "Good morning."),
            ("Jonas von Berg", "Who pays?"),
            ("Ida Arden", "We do."),
            ("Jonas von Berg", "Ah."),
        ]
        assert [turn.seconds for turn in source.turns or ()] == [0.68, 1.68, 2.68, 3.68]
    assert source.text.startswith("Harbour briefing\n15 May 2031\n\nIda Arden: Good")


def test_labels_that_only_open_turns_are_left_to_the_grammar_of_labels() -> None:
    data = (
        b"1\n00:00:01,000 --> 00:00:02,000\n[SPEAKER_00]: Good morning to\n\n2\n00:00:03,000 --> 00:00:04,000\nall\n\n"
        b"3\n00:00:05,000 --> 00:00:06,000\nJonas Berg: Who pays, and the\n\n4\n00:00:07,000 --> 00:00:08,000\n"
        b"rule is: nobody knows.\n\n5\n00:00:09,000 --> 00:00:10,000\n[SPEAKER_00]: We do.\n"
    )
    source = read_one("otter.srt", data).source
    assert source.turns is None
    assert source.text == (
        "[SPEAKER_00]: Good morning to all\n"
        "Jonas Berg: Who pays, and the rule is: nobody knows.\n\n[SPEAKER_00]: We do."
    )


def test_voices_as_a_directory_lists_them_and_fields_of_one_digit() -> None:
    cues = [
        ("0:0:0.0", "0:0:3.490", "Arden, Ida (Harbour Office)", "Good morning."),
        ("0:0:3.500", "0:0:9.550", "von Berg, Jonas", "Who pays?"),
        ("0:1:2.950", "0:1:8.250", "de la Rey, Mira (External)", "And when?"),
        ("0:1:12.10", "1:1:14.250", "Arden, Ida (Harbour Office)", "Next year."),
    ]
    data = "WEBVTT\n\n" + "".join(
        f"7c1f-{number}/12-0\n{start} --> {end}\n<v {voice}>{words}</v>\n\n"
        for number, (start, end, voice, words) in enumerate(cues)
    )
    source = read_one("teams.vtt", data.encode()).source
    assert turns_of(source) == [
        ("Ida Arden (Harbour Office)", "Good morning."),
        ("Jonas von Berg", "Who pays?"),
        ("Mira de la Rey", "And when?"),
        ("Ida Arden (Harbour Office)", "Next year."),
    ]
    assert [turn.seconds for turn in source.turns or ()] == [0.0, 3.5, 62.95, 72.1]


def test_a_name_with_its_outlet_behind_a_comma_is_not_turned_round() -> None:
    cues = [("Ida Arden, Gazette", "One."), ("Jonas Berg, Evening Post", "Two."), ("Berg", "Three.")]
    data = "WEBVTT\n\n" + "".join(f"00:0{n}.000 --> 00:0{n}.900\n<v {v}>{w}\n\n" for n, (v, w) in enumerate(cues))
    assert [label for label, _ in turns_of(read_one("t.vtt", data.encode()).source)] == [voice for voice, _ in cues]


def test_webex_names_its_cues() -> None:
    data = (
        b'WEBVTT\n\n1 "Ida Arden" (1234567)\n00:00:01.000 --> 00:00:02.000\nGood morning.\n\n'
        b'2 "Jonas Berg" (7654321)\n00:00:03.000 --> 00:00:04.000\nWho pays?\n'
    )
    assert turns_of(read_one("w.vtt", data).source) == [("Ida Arden", "Good morning."), ("Jonas Berg", "Who pays?")]


SEGMENTS = """\
WEBVTT
X-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000

00:00:01.000 --> 00:00:03.000
The wall is old.

00:00:03.000 --> 00:00:06.000
It will be higher.
WEBVTT
X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:{ticks}

00:00:03.000 --> 00:00:06.000
It will be higher.

00:00:06.000 --> 00:00:08.000
The sea rises.
"""


def test_segments_put_together_are_one_recording() -> None:
    source = read_one("s.vtt", SEGMENTS.format(ticks=900000).encode()).source
    assert source.text == "The wall is old. It will be higher. The sea rises."
    assert [seconds for _, seconds in source.timecodes] == [1.0, 3.0, 6.0]
    assert source.notes == ("1 cue repeated over a seam was read once.",)


def test_each_segment_has_its_own_clock() -> None:
    a_minute_later = SEGMENTS.format(ticks=900000 + 60 * 90000)
    assert spoken_at(read_one("s.vtt", a_minute_later.encode()).source, "The sea") == 66.0
    begun_again = SEGMENTS.replace("900000", str(2**33 - 90000)).format(ticks=90000)
    assert spoken_at(read_one("s.vtt", begun_again.encode()).source, "The sea") == 8.0


def test_what_is_not_shown_is_not_read_and_what_has_no_time_is() -> None:
    data = (
        "WEBVTT\nKind: captions\nLanguage: fr-CA\n\nNOTE\nnot said\n\n"
        "STYLE\n::cue { color: lime }\n\nREGION\nid:low\n\n"
        "00:00:01.000 --> 00:00:02.000 line:0 position:20%\nLe mur est vieux.\n\nIl sera\nplus haut.\n\n"
        "00:00:xx --> 00:00:04.000\nLa mer monte.\n\n00:00:04.000 00:00:05.000\nAïe.\n\n"
        "00:05.000 --> 00:06.000\nMerci.\n"
    )
    source = read_one("f.vtt", data.encode()).source
    assert (
        " ".join(source.text.split())
        == "Le mur est vieux. Il sera plus haut. 00:00:xx --> 00:00:04.000 La mer monte. Aïe. Merci."
    )
    assert source.language == "fr"
    assert source.notes == ("1 comment (NOTE) was left out.", "3 cues without a time were read as text.")
    assert [seconds for _, seconds in source.timecodes] == [1.0, 5.0]


def test_cues_that_come_twice_are_read_once_and_words_said_twice_stay() -> None:
    one = "1\n00:00:01,000 --> 00:00:02,000\nNever.\n\n"
    data = one + one + "3\n00:00:04,000 --> 00:00:05,000\nNever.\n"
    source = read_one("t.srt", data.encode()).source
    assert source.text == "Never. Never."
    assert source.notes == ("1 cue that comes twice was read once.",)


def test_a_figure_on_a_line_of_its_own_is_no_number_of_a_cue() -> None:
    data = b"00:00:01.000 --> 00:00:02.000\nWe begin in\n2031\n\n00:00:03.000 --> 00:00:04.000\nand end in\n2033\n"
    assert read_one("t.txt", data).source.text == "We begin in 2031 and end in 2033"


def test_sbv() -> None:
    data = (
        b"0:00:00.599,0:00:04.160\nGood morning\nand[br]welcome.\n\n0:00:04.160,0:00:06.770\n>> Who pays?\n\n"
        b"1:00:10.880,1:00:13.000\n>> We do.\n"
    )
    source = read_one("captions.sbv", data).source
    assert source.text == "Good morning and welcome.\n\n>> Who pays?\n\n>> We do."
    assert [seconds for _, seconds in source.timecodes] == [0.599, 4.16, 3610.88]


TTML = """<?xml version="1.0" encoding="{encoding}"?>
<!-- made by hand -->
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata" xmlns:ttp="http://www.w3.org/ns/ttml#parameter"
    xml:lang="en-GB" ttp:frameRate="25" ttp:tickRate="1000">
 <head><metadata><ttm:title>Harbour briefing</ttm:title>
  <ttm:agent xml:id="ida" type="person"><ttm:name type="full">Ida  Ardén</ttm:name></ttm:agent>
  <ttm:agent xml:id="jonas" type="person"><ttm:name type="full">Jonas Berg</ttm:name></ttm:agent></metadata>
  <styling><style xml:id="s1"/></styling></head>
 <body begin="10s"><div>
  <p begin="00:00:01.500" end="00:00:03.000" ttm:agent="ida">Good <span>morning</span>,<br/>and <!-- sic -->welcome.</p>
  <p begin="2.5s" dur="1s" ttm:agent="ida">The wall &amp; the sea.</p>
  <p begin="00:00:04:05" end="00:00:06:00"><span ttm:agent="jonas">Who pays?</span>
   <span ttm:agent="ida">We do.</span></p>
  <p begin="7000t" ttm:agent="jonas">Thank you.</p>
 </div></body></tt>"""


def test_ttml_agents_are_voices_and_containers_times_are_added() -> None:
    for encoding in ("utf-8", "iso-8859-1"):
        source = read_one("a.xml", TTML.format(encoding=encoding).encode(encoding)).source
        assert turns_of(source) == [
            ("Ida Ardén", "Good morning, and welcome. The wall & the sea."),
            ("Jonas Berg", "Who pays?"),
            ("Ida Ardén", "We do."),
            ("Jonas Berg", "Thank you."),
        ]
        assert [seconds for _, seconds in source.timecodes] == [11.5, 12.5, 14.2, 14.2, 17.0]
        assert (source.title, source.language) == ("Harbour briefing", "en")


def test_ttml_without_agents_is_text_and_words_outside_paragraphs_are_kept() -> None:
    data = (
        b'<tt:tt xmlns:tt="http://www.w3.org/2006/10/ttaf1"><tt:body><tt:div>Loose words.'
        b'<tt:p begin="1s">The wall is old.</tt:p><tt:p>It has no time.</tt:p></tt:div></tt:body></tt:tt>'
    )
    source = read_one("a.dfxp", data).source
    assert " ".join(source.text.split()) == "Loose words. The wall is old. It has no time."
    assert source.notes == ("2 cues without a time were read as text.",)


def test_damaged_ttml_is_refused_and_entities_are_not_followed() -> None:
    assert "damaged XML" in refusal("a.ttml", b'<tt xmlns="http://www.w3.org/ns/ttml"><body><p>Words')
    bomb = (
        b'<!DOCTYPE tt [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><tt xmlns="http://www.w3.org/ns/ttml"><body>'
        b'<p begin="1s">Words &b;.</p></body></tt>'
    )
    for found in read("a.ttml", bomb):
        assert "aaaa" not in str(found)


labels = st.lists(st.from_regex(r"[A-ZÀ-Þ][a-zà-ÿ]{1,7}", fullmatch=True), min_size=1, max_size=3).map(" ".join)
said = st.lists(st.from_regex(r"[a-zé]{1,8}[.,?]?", fullmatch=True), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(labels, said), min_size=3, max_size=12), st.sampled_from(["zoom", "voices", "ttml"]))
def test_marked_voices_keep_every_word_under_its_name(cues: list[tuple[str, list[str]]], form: str) -> None:
    timed = [(f"00:{place:02}:00.000", f"00:{place:02}:50.000", *cue) for place, cue in enumerate(cues)]
    if form == "ttml":
        agents = {name: f"a{place}" for place, (name, _) in enumerate(cues)}
        data = '<tt xmlns="http://www.w3.org/ns/ttml" xmlns:m="http://www.w3.org/ns/ttml#metadata"><head>' + "".join(
            f'<m:agent xml:id="{key}"><m:name>{name}</m:name></m:agent>' for name, key in agents.items()
        )
        data += "</head><body><div>" + "".join(
            f'<p begin="{start}" end="{end}" m:agent="{agents[name]}">{" ".join(words)}</p>'
            for start, end, name, words in timed
        )
        data += "</div></body></tt>"
    else:
        mark = "{}: {}" if form == "zoom" else "<v {}>{}</v>"
        data = "WEBVTT\n\n" + "".join(
            f"{start} --> {end}\n{mark.format(name, ' '.join(words))}\n\n" for start, end, name, words in timed
        )
    source = read_one("t.vtt", data.encode()).source
    expected: list[tuple[str, list[str]]] = []
    for name, words in cues:
        if expected and expected[-1][0] == name:
            expected[-1] = (name, expected[-1][1] + words)
        else:
            expected.append((name, words))
    assert [(label, words.split()) for label, words in turns_of(source)] == expected
    assert len(source.timecodes) == len(cues)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["WEBVTT\n\n", "0:00:01.000,0:00:02.000\n", "1\n00:00:01,000 --> 00:00:02,000\n", "<tt>"]),
    st.text(st.sampled_from("WEBVTNO \n0:1.,->v<>/p&;{}[]\"'é=")),
)
def test_damaged_subtitles_are_read_or_refused(start: str, rest: str) -> None:
    list(read("t", (start + rest).encode()))


# How captions look that are copied from a page with a video.
COPIED = {
    "times above": "{minute}:{second:02}\n{words}\n",
    "times above, hours": "0:{minute:02}:{second:02}\n{words}\n",
    "times in front": "{minute}:{second:02} {words}\n",
    "times in brackets": "[{minute:02}:{second:02}] {words}\n",
    "empty lines": "{minute}:{second:02}\n{words}\n\n",
}
HEARD = [f"we have {word} the breakwater of" for word in ("built", "seen", "paid for", "named", "closed", "left")]


def copied(form: str, lines: list[str], step: int = 4) -> bytes:
    return "".join(
        COPIED[form].format(minute=number * step // 60, second=number * step % 60, words=words)
        for number, words in enumerate(lines)
    ).encode()


@pytest.mark.parametrize("form", COPIED)
def test_captions_copied_from_a_page_are_one_text_with_a_time_for_each_line(form: str) -> None:
    lines = ["good morning. welcome to the pier", "it opens in june.", "9 million crowns", "were paid for it."]
    source = read_one("talk.txt", b"Council of Lysvik\n\n" + copied(form, lines)).source
    assert source.text == "Council of Lysvik\n\n" + " ".join(lines)
    assert source.timecodes == tuple((source.text.index(line), 4.0 * number) for number, line in enumerate(lines))
    assert source.boilerplate == ()


@pytest.mark.parametrize("stop", [".", ""], ids=["sentences", "no marks"])
@pytest.mark.parametrize("form", COPIED)
def test_captions_copied_from_a_page_make_passages_of_the_usual_length(form: str, stop: str) -> None:
    lines = [f"{HEARD[number % 6]} pier {number}" + stop * (number % 5 == 4) for number in range(150)]
    briefing = briefing_of(read_one("talk.txt", copied(form, lines)).source)
    found = passages_of(briefing)
    sizes = [len(passage.text.split()) for passage in found]
    assert max(sizes) <= MOST_WORDS
    assert min(sizes) >= 75
    # Each is cited at the time of its first line.
    places = [briefing.text.index(line) for line in lines]
    first = [max(number for number, place in enumerate(places) if place <= passage.start) for passage in found]
    assert [passage.seconds for passage in found] == [4.0 * number for number in first]
    assert stop == "" or all(passage.start in places for passage in found)


@pytest.mark.parametrize(
    "text",
    [
        "0:05\nAnn Holt: We open.\n0:09\nPiet Roos: When?\n0:12\nAnn Holt: In June.\n0:15\nPiet Roos: Why?\n",
        "Ann Holt\n0:05\nWe open.\n\nPiet Roos\n0:09\nWho pays?\n\nAnn Holt\n0:12\nWe do.\n\nPiet Roos\n0:15\nGood.",
        "0:05 Ann Holt\nWe open in June.\n0:09 Piet Roos\nWho pays?\n0:12 Ann Holt\nWe do.\n0:15 Piet Roos\nGood.\n",
        "9:00 Opening\n9:30 Coffee\n10:00 Speeches\n10:45 Questions\n",
        "10:02 The chair opened the meeting\n10:09 Mr Roos spoke\n10:13 The vote was taken\n10:14 The meeting closed\n",
        "0:10\nwe are late\n0:04\nvery late\n0:08\nso are they\n0:02\nand you\n",
        "We met at 0:05\nand again\n",
    ],
)
def test_other_texts_with_times_stay_as_they_are(text: str) -> None:
    assert read_one("talk.txt", text.encode()).source.text == text


@given(st.lists(st.text('abc .[]0♪"\n', max_size=12), max_size=6))
def test_captions_copied_from_a_page_lose_no_word(lines: list[str]) -> None:
    words = [" ".join(["so", *line.split()]) for line in lines]
    text = read_one("talk.txt", copied("times above", ["good morning"] * 4 + words)).source.text
    assert [*text.split()] == " ".join(["good morning"] * 4 + words).split()
