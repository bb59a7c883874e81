"""Who speaks in transcripts as services, parliaments and newsrooms lay them out. All texts are invented."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structures import check_structure, structure_of

from onrecord.rag.text.clock import clock_seconds
from onrecord.rag.transcript.timecodes import times_in
from onrecord.rag.types import Span, Structure

WORDS = [
    "Good morning. I open the meeting, and I thank you all.",
    "When does the bridge open, and who pays for it?",
    "In June. We pay for it ourselves.",
    "And the toll?",
    "It stays at two crowns. I said so in March.",
]
TIMES = ["00:00:05", "00:00:41", "00:01:09", "00:01:31", "00:01:40"]
SECONDS = [5.0, 41.0, 69.0, 91.0, 100.0]
NAMES = ["Ann Holt", "Piet Roos", "Ann Holt", "Ida Lund", "Ann Holt"]


def understood(text: str) -> Structure:
    structure = structure_of(text)
    check_structure(text, structure)
    return structure


def said(text: str) -> list[tuple[str | None, str]]:
    """The speaker and the words of each turn, without what is marked as no speech inside them."""
    structure = understood(text)
    found = []
    for turn in structure.turns:
        words = list(text[turn.start : turn.end])
        for mark in structure.boilerplate:
            for place in range(max(mark.start, turn.start), min(mark.end, turn.end)):
                words[place - turn.start] = " "
        found.append((turn.speaker, " ".join("".join(words).split())))
    return found


def speakers(text: str) -> list[str | None]:
    return [turn.speaker for turn in understood(text).turns]


NUMBERED = ["Speaker 1", "Speaker 2", "Speaker 1", "Speaker 11", "Speaker 1"]
DIARISED = ["SPEAKER_00", "SPEAKER_01", "SPEAKER_00", "SPEAKER_10", "SPEAKER_00"]
LETTERED = ["Speaker A", "Speaker B", "Speaker A", "Speaker C", "Speaker A"]
SMALL = ["ann holt", "proos", "ann holt", "ida lund", "ann holt"]
SERVICES = {
    "Rev, name first": ("{name}: ({short})\n{words}\n\n", NAMES),
    "Rev, time first": ("{name} ({short}):\n{words}\n\n", NAMES),
    "Otter": ("{name}  {short}\n{words}\n\n", NAMES),
    "Teams": ("{name}   {brief}\n{words}\n\n", NAMES),
    "name, time and words": ("{name} [{time}] {words}\n\n", NAMES),
    "time, name and words": ("[{time}] {name}: {words}\n\n", NAMES),
    "Trint": ("{name}: [{time}] {words}\n\n", NAMES),
    "a time before the name": ("[{time}] {name}\n{words}\n\n", NAMES),
    "a range above": ("{time} - {time}\n{name}: {words}\n\n", NAMES),
    "a time above": ("{brief}\n{name}: {words}\n\n", NAMES),
    "numbered": ("[{time}] {name}\n{words}\n\n", NUMBERED),
    "diarised": ("[{time}] {name}: {words}\n\n", DIARISED),
    "lettered": ("{name} ({short}):\n{words}\n\n", LETTERED),
    "written small": ("{name}  {short}\n{words}\n\n", SMALL),
}


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("head", ["", "Bridge briefing\nThu, May 15, 2031 10:02AM • 31:20\n\n"], ids=["bare", "head"])
def test_services_name_every_turn_and_its_second(service: str, head: str) -> None:
    layout, names = SERVICES[service]
    text = head + "".join(
        layout.format(name=name, words=words, time=time, short=time[3:], brief=time[4:])
        for name, words, time in zip(names, WORDS, TIMES, strict=True)
    )
    assert said(text) == list(zip(names, WORDS, strict=True))
    structure = structure_of(text)
    assert [turn.seconds for turn in structure.turns] == SECONDS
    assert [seconds for _, seconds in structure.timecodes] == SECONDS


def test_times_inside_a_turn_are_no_words() -> None:
    text = "[00:00:05] Ann Holt: We open in June. [00:00:09] We pay.\n\n[00:00:12] Piet Roos: Who does, do you say?\n"
    structure = understood(text)
    assert said(text)[0] == ("Ann Holt", "We open in June. We pay.")
    assert (text.index("We pay"), 9.0) in structure.timecodes


def test_captions_pasted_with_their_times() -> None:
    text = (
        "0:05\ngood morning and welcome\n0:08\nthe bridge opens\n0:11\nin June we pay for it\n1:02\nwill it be free\n"
    )
    structure = understood(text)
    assert [seconds for _, seconds in structure.timecodes] == [5.0, 8.0, 11.0, 62.0]
    assert {mark.reason for mark in structure.boilerplate} == {"timecode"}


@pytest.mark.parametrize(
    "text",
    [
        "The 10:30 crossing moves to noon, and the 14:00 crossing stays. I promise you that.",
        "12:30 lunch\n14:00 talks\n15:45 coffee",
        "We meet at 9:15\nand again at 11:45\nas I told you.",
        "9:14 A.M. EST\nMS. HOLT:  Good morning.\n" + "Q    Why?\nMS. HOLT:  I said so.\n" * 10 + "10:02 A.M. EST",
    ],
)
def test_hours_of_the_day_are_no_timecodes(text: str) -> None:
    assert structure_of(text).timecodes == ()


CLOCKS = st.builds(lambda h, m, s: f"{h}:{m:02}:{s:02}", st.integers(0, 2), st.integers(0, 59), st.integers(0, 59))


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["[{}] we", "({})", "{}", "so {} on", "Ann  {}"]), CLOCKS), max_size=8))
def test_times_are_parts_of_the_text_in_order(lines: list[tuple[str, str]]) -> None:
    text = "\n".join(form.format(clock) for form, clock in lines)
    times = times_in(text, [Span(0, len(text))])
    ends = [0, *(span.end for span in times.spans)]
    assert all(end <= span.start < span.end <= len(text) for end, span in zip(ends, times.spans, strict=False))
    assert not any(character.isalpha() for span in times.spans for character in text[span.start : span.end])
    offsets = [offset for offset, _ in times.codes]
    assert offsets == sorted(set(offsets))


@given(st.integers(0, 9), st.integers(0, 59), st.integers(0, 59))
def test_a_clock_says_its_seconds(hours: int, minutes: int, seconds: int) -> None:
    assert clock_seconds(f"{hours}:{minutes:02}:{seconds:02}") == 3600 * hours + 60 * minutes + seconds
    assert clock_seconds(f"{hours}:{minutes:02}:{seconds:02}:12") == 3600 * hours + 60 * minutes + seconds


@pytest.mark.parametrize(
    ("clock", "seconds"),
    [("1:02", 62), ("0:0:3.490", 3.49), ("00:01:02,500", 62.5), ("00:01:02:10", 62), ("100:00:00", 360000)],
)
def test_a_clock_is_read_as_files_print_it(clock: str, seconds: float) -> None:
    assert clock_seconds(f" {clock} ") == seconds


@pytest.mark.parametrize("text", ["", "62", "1:2:3:4", "01:02:03:04:05", "01:02:10.5:03", "1:02 p.m.", "noon"])
def test_anything_else_is_no_clock(text: str) -> None:
    assert clock_seconds(text) is None


def test_labels_of_parliaments() -> None:
    congress = (
        "RECORD OF THE SENATE\n4 March 2031\n\n"
        "The PRESIDING OFFICER. The Senator from Ostholm is recognized.\n"
        "Mr. McTARN. Mr. President, I rise to oppose the bill. I ask for a vote.\n"
        "Ms. IDA R. LUNDE. Will the Senator yield?\n"
        "Mr. McTARN. I yield.\n"
        "Mr. De La ROOS. I thank the Chair.\n"
        "Mr. VIK of Ostholm. I object.\n"
        "Mr. VIK of Westholm. I do not.\n"
        "The PRESIDING OFFICER. We vote.\n"
    )
    assert speakers(congress) == [
        *("Presiding Officer", "Mr. McTarn", "Ida R. Lunde", "Mr. McTarn", "Mr. De La Roos"),
        *("Mr. Vik of Ostholm", "Mr. Vik of Westholm", "Presiding Officer"),
    ]
    hansard = (
        "HON. P.K. HOLT asked the Government upon notice:\nWhat does the bridge cost?\n\n"
        "HON. DR. A. LUND (Minister for Bridges).- Mr. Speaker, Sir, I thank the honourable member. Two crowns.\n\n"
        "MR. SPEAKER.- Any supplementary questions?\n\n"
        "HON. F.S. ROOS.- Mr. Speaker, who pays?\n\n"
        "HON. DR. A. LUND.- We do.\n"
    )
    assert [(turn.speaker, turn.role) for turn in understood(hansard).turns] == [
        ("P.K. Holt", None),
        ("A. Lund", "Minister for Bridges"),
        ("Speaker", None),
        ("F.S. Roos", None),
        ("A. Lund", "Minister for Bridges"),
    ]


def test_initials_tell_senators_of_one_surname_apart() -> None:
    text = (
        "SENATE\n18 June 2031\n\n"
        "Senator DA HOLT (Ostholm): I say the bridge must be built.\n"
        "Senator DPB HOLT (Westholm): I say it must not.\n"
        "Senator DA HOLT (Ostholm): You are wrong.\n"
        "Senator DPB HOLT (Westholm): We shall see.\n"
        "The PRESIDENT: Order!\n"
    )
    assert speakers(text) == ["DA Holt", "DPB Holt", "DA Holt", "DPB Holt", "President"]


def test_a_label_known_in_the_text_opens_a_turn_inside_a_line() -> None:
    text = (
        "Madam Speaker: Mayor Tarn, please.\n\n"
        "Mayor Tarn: I thank you. It is good for Lysvik. Madam Speaker: Order! Mayor Tarn: I am sorry.\n\n"
        "Councillor Vik: He told us: “Be brave. Mayor Tarn: he is none.” I was.\n"
    )
    assert [words for _, words in said(text)] == [
        "Mayor Tarn, please.",
        "I thank you. It is good for Lysvik.",
        "Order!",
        "I am sorry.",
        "He told us: “Be brave. Mayor Tarn: he is none.” I was.",
    ]


def test_votes_and_headings_are_nobodys() -> None:
    text = (
        "THE COUNCIL OF LYSVIK\n25 June 2031\n\n"
        "Madam Speaker: Is there anybody else? I see none.\n\n"
        "Councillor Vik: I am against it.\n\n"
        "RECORDED VOTE\n\nYeas\nMayor Tarn, Councillors Holm and Lund.\n\nNays\nCouncillor Vik.\n\n"
        "COMMITTEE ON BRIDGES\nReport of May\n\n"
        "Madam Speaker: All in favour, say so, please.\n"
    )
    structure = understood(text)
    assert [(turn.speaker, turn.kind == "report") for turn in structure.turns] == [
        ("Madam Speaker", False),
        ("Councillor Vik", False),
        (None, True),
        ("Madam Speaker", False),
    ]
    headings = [text[mark.start : mark.end] for mark in structure.boilerplate if mark.reason == "heading"]
    assert headings == ["RECORDED VOTE", "COMMITTEE ON BRIDGES\nReport of May"]
    assert text[structure.turns[1].start : structure.turns[1].end] == "I am against it."


def test_words_quoted_in_a_speech_open_no_turn() -> None:
    text = (
        "SENATE\n\n"
        "Senator HOLT: I rise to speak against it. When asked on the radio:\nDo you want the bridge or not?\n"
        "the Premier replied:\nNo, I don't.\nThat is what he said.\n"
        "The PRESIDENT: Order! I remind you of the hour.\n"
        "Senator VIK: I say that he did not say it.\n"
    )
    assert speakers(text) == ["Holt", "President", "Vik"]


@pytest.mark.parametrize("mark", ["Q: ", "Q    "])
def test_a_single_question_is_no_words_of_the_one_who_answers(mark: str) -> None:
    question = f"{mark}Is it true that you own the bridge?"
    text = f"STATEMENT\n5 May 2031\n\nMR. TARN: I open the bridge today.\n\n{question}\n\nMR. TARN: I own nothing."
    assert [(turn.speaker, turn.kind) for turn in understood(text).turns] == [
        ("Mr. Tarn", "statement"),
        (None, "question"),
        ("Mr. Tarn", "answer"),
    ]


def test_who_asks_stands_in_parentheses() -> None:
    text = (
        "**Part One: Ole HOLM (Red Team), Ben VIK (Grey Team)**\n\n"
        "**Q: How was it?**\n\n**Ole Holm:** I liked it. We were fast.\n\n"
        "**Q: (Ida Lund – Harbour Gazette) And you, Ben?**\n\n**BV:** I did not. We were slow.\n\n"
        "**Q: (Piet Roos – Coast Radio) Why?**\n\n**OH:** Because of the rain, I think.\n\n"
        "**BV:** I think so, too.\n"
    )
    turns = [turn for turn in understood(text).turns if turn.label]
    assert [(turn.speaker, turn.outlet) for turn in turns] == [
        (None, None),
        ("Ole Holm", "Red Team"),
        ("Ida Lund", "Harbour Gazette"),
        ("Ben Vik", "Grey Team"),
        ("Piet Roos", "Coast Radio"),
        ("Ole Holm", "Red Team"),
        ("Ben Vik", "Grey Team"),
    ]
    assert text[turns[2].start : turns[2].end] == "And you, Ben?"


INTERVIEWS = {
    "bold": "**{question}**\n\n{answer}\n\n",
    "heading": "### {question}\n\n{answer}\n\n",
    "quoted": "> {question}\n\n{answer}\n\n",
    "slanted": "*{question}*\n\n{answer}\n\n",
    "labelled questions": "**Q: {question}**\n\n{answer}\n\n",
}


@pytest.mark.parametrize("layout", INTERVIEWS.values(), ids=INTERVIEWS)
def test_interviews_without_names(layout: str) -> None:
    pairs = [
        ("When does it open?", "In June. I promise that.\n\nAnd I will be there."),
        ("Who pays?", "We do."),
        ("And the toll?", "I never speak of the toll."),
    ]
    text = "Interview with Greta Holm, minister of bridges\n2 May 2031\n\n" + "".join(
        layout.format(question=question, answer=answer) for question, answer in pairs
    )
    structure = understood(text)
    found = [(turn.kind, turn.speaker, text[turn.start : turn.end], turn.inferred) for turn in structure.turns]
    assert found == [
        row
        for question, answer in pairs
        for row in (("question", None, question, False), ("answer", "Greta Holm", answer, True))
    ]
    assert [(each.questions, each.answers) for each in structure.exchanges] == [
        ((0,), (1,)),
        ((2,), (3,)),
        ((4,), (5,)),
    ]


def test_only_answers_are_labelled() -> None:
    text = (
        "Greta Holm, President of the Bank of Lysvik\n5 June 2031\n\n"
        "Good afternoon. I welcome you. We leave our rates where they are.\n\n"
        "Does the price of fuel worry you?\n\nHolm: It does not, I must say.\n\n"
        "And the crown?\n\nHolm: I never speak of it.\n\n"
        "Will wages rise?\n\nHolm: We think so.\n"
    )
    turns = understood(text).turns
    assert [(turn.kind, turn.speaker) for turn in turns] == [
        ("statement", "Greta Holm"),
        *([("question", None), ("answer", "Greta Holm")] * 3),
    ]
    assert turns[2].role == "President of the Bank of Lysvik"


def test_a_call_is_cut_where_the_floor_is_given() -> None:
    text = (
        "Good day, and welcome to the call of the Lysvik Bridge Company. I'm turning the call over to Mr. Ben Vik, "
        "Director of Investor Relations. Mr. Vik, please go ahead. Thank you, and good morning. With me are Greta "
        "Holm, President of the company, and Ole Dahl, Treasurer. Now I will turn it over to Greta. Thanks, Ben. "
        "We built a bridge, and I am proud of it. With that, let me hand the call over to Ole Dahl. Thank you. We "
        "earned two crowns. I am content. And our first question will come from the line of Ida Lund with Harbour "
        "Bank. Please go ahead. Thanks, and good morning. Ole, how much did the bridge cost? It cost one. We paid it. "
        "Thank you. The next question is from Piet Roos from Coast Invest. Please go ahead. Hello. Will you build "
        "another one? We do not know yet."
    )
    turns = understood(text).turns
    assert [(turn.kind, turn.speaker) for turn in turns] == [
        ("moderation", None),
        ("statement", "Ben Vik"),
        ("statement", "Greta Holm"),
        ("statement", "Ole Dahl"),
        ("moderation", None),
        ("question", "Ida Lund"),
        ("answer", "Ole Dahl"),
        ("moderation", None),
        ("question", "Piet Roos"),
        ("answer", None),
    ]
    assert all(turn.inferred for turn in turns if turn.speaker)
    assert text[turns[2].start : turns[2].end].startswith("Thanks, Ben.")


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        (
            "it",
            "DOMANDA: Ministra, quando riaprirà il porto di Lavena?\nRISPOSTA: Riaprirà a luglio, dopo i lavori.\n"
            "DOMANDA: E chi paga i lavori?\nRISPOSTA: Li paga lo Stato, come ho sempre detto.\n",
            [None] * 4,
        ),
        (
            "nl",
            "VRAAG: Wanneer gaat de haven van Lavena weer open?\nHolm: In juli, na het werk van gisteren.\n"
            "VRAAG: En wie betaalt dat?\nHolm: De staat betaalt het, zoals ik altijd heb gezegd.\n"
            "VRAAG: Dank u, mevrouw Holm. Betaalt de vloot niets?\nHolm: Nee, niets.\n",
            [None, "Holm"] * 3,
        ),
    ],
)
def test_no_word_of_an_unknown_language_is_a_person(code: str, text: str, expected: list[str | None]) -> None:
    structure = structure_of(text, language=code)
    assert [turn.speaker for turn in structure.turns] == expected
    assert all(turn.label for turn in structure.turns)


def test_labels_without_words_and_a_misprinted_colon() -> None:
    text = (
        "**Operator**:\n\nNext question.\n\n**Reporter**:\n\n**Interpreter**:\n\nGood morning. I ask about it.\n\n"
        "**Minister Greta Holm**:\n\nIt opens in June. I said so.\n\n"
        "**Reporter**:\n\nWill you be there?\n\nMinister Greta Holm's I will, and I look forward to it.\n\n"
        "**Reporter**:\n\nAnd the toll?\n\n**Minister Greta Holm**:\n\nTwo crowns.\n\n"
        "**Reporter**:\n\nWho pays?\n\n**Minister Greta Holm**:\n\nYou do.\n"
    )
    structure = understood(text)
    answers = [text[turn.start : turn.end] for turn in structure.turns if turn.speaker == "Greta Holm"]
    assert answers == ["It opens in June. I said so.", "I will, and I look forward to it.", "Two crowns.", "You do."]
    assert not any("**" in text[turn.start : turn.end] for turn in structure.turns)


def test_short_turns_without_a_question_are_those_of_whom_their_labels_name() -> None:
    """Nothing in a debate's words need be said to anybody: offices that take turns are enough, also those met once."""
    text = """Compte rendu
11 mars 2025

M. le président : La séance est ouverte.
Mme Claire Duvivier : L’hôpital de Marzan ferme en juin.
M. le président : La parole est à M. le ministre de la santé.
M. Hervé Lancelin, ministre de la santé : L’hôpital ne ferme pas, il déménage au printemps.
M. le président : La séance est levée.
"""
    assert [turn.label for turn in structure_of(text).turns] == [
        *("M. le président", "Mme Claire Duvivier", "M. le président"),
        *("M. Hervé Lancelin, ministre de la santé", "M. le président"),
    ]


def test_a_name_with_small_words_on_a_screen_is_a_label_where_it_comes_once() -> None:
    text = """petra lindqvist: Good morning. The plan is simple.
tohara: The ferry is late again.
petra lindqvist: It is on its way.
tohara: Then I have nothing more.
Anton van der Meer: The early crossing moves to noon.
petra lindqvist: That is all for today.
"""
    spoken = {turn.label: text[turn.start : turn.end] for turn in structure_of(text).turns}
    assert spoken["Anton van der Meer"] == "The early crossing moves to noon."


def test_one_turn_in_another_language_is_that_of_whom_its_label_names() -> None:
    """The label of the only French turn in an English text is in French, and so must be read."""
    text = """JOINT PRESS CONFERENCE
9 April 2025

Prime Minister Edith Harrow: Good morning. We signed the treaty, and I am glad of it.

Premier ministre Luc Bertin : Bonjour à tous. Ce câble est une chance pour nos deux pays. Corvanne paiera la moitié.

Tom Askew (Wenlow Post): What does it cost, Prime Minister?

Prime Minister Edith Harrow: It costs three hundred million crowns, and we pay half of that.
"""
    speakers = [turn.speaker for turn in structure_of(text).turns]
    assert speakers == ["Edith Harrow", "Luc Bertin", "Tom Askew", "Edith Harrow"]


def test_what_a_program_signs_is_nobodys_words() -> None:
    text = """Petra Lindqvist: Will the ferry to Stane keep running?

Anton Meerman: The Stane ferry runs every day.

Petra Lindqvist: Thank you.

Anton Meerman: Thank you all.

Transcribed by https://scribe.example
"""
    structure = structure_of(text)
    assert text[structure.turns[-1].start : structure.turns[-1].end].splitlines()[0] == "Thank you all."
    assert [text[mark.start : mark.end] for mark in structure.boilerplate] == ["Transcribed by https://scribe.example"]
