"""Who says it: every lead names the speaker of the citation that it leads to, or says that nobody is speaker_named."""

from __future__ import annotations

from dataclasses import replace

import pytest
from answering import Script, ask, briefing_of
from hypothesis import given, settings
from hypothesis import strategies as st

from onrecord.rag.answers.naming import speaker_named, surname
from onrecord.rag.languages import language
from onrecord.rag.types import Answer, Briefing, Quote, Reported, Words


def _leads(answer: Answer) -> list[tuple[str, tuple[int, ...]]]:
    """The words before each quote of an answer, and the numbers of its citations."""
    found = []
    for part in answer.parts:
        lead = ""
        for piece in part.pieces:
            if isinstance(piece, Words):
                lead = piece.text
            elif isinstance(piece, Quote):
                found.append((lead, piece.citations))
                lead = ""
    return found


def _with(briefing: Briefing, position: int, **changes: object) -> Briefing:
    turns = list(briefing.turns)
    turns[position] = replace(turns[position], **changes)  # type: ignore[arg-type]
    return replace(briefing, turns=tuple(turns))


def test_words_of_nobody_named_are_said_by_an_unnamed_speaker() -> None:
    briefing = _with(briefing_of(), 0, speaker=None, role=None)
    answer = ask("How much will the harbour wall cost?", briefing)
    assert answer.text.startswith("An unnamed speaker said on 2 April 2031: “")
    listed = ask("Every mention of harbour wall", briefing)
    assert "- 2 April 2031, an unnamed speaker: “" in listed.text


@pytest.mark.parametrize(
    ("position", "question", "lead"),
    [
        (0, "How much will the harbour wall cost?", "Elin Varga (Harbour Minister) (speaker inferred) said"),
        (0, "Every mention of harbour wall", "Elin Varga (speaker inferred): “"),
        (1, "Who asked about the ferry?", "Otto Brandt (Kustblatt) (speaker inferred) asked"),
        (2, "Who asked about the ferry?", "Elin Varga (Harbour Minister) (speaker inferred) replied"),
        (
            4,
            "Did she say which fund will pay for the new lighthouse keeper?",
            "answered by Elin Varga (speaker inferred)",
        ),
        (1, "Which questions were asked?", "- Otto Brandt (Kustblatt) (speaker inferred): “"),
    ],
)
def test_an_inferred_speaker_is_marked_wherever_one_leads(position: int, question: str, lead: str) -> None:
    assert lead in ask(question, _with(briefing_of(), position, inferred=True)).text


def test_words_quoted_by_a_speaker_say_whose_and_by_whom() -> None:
    script: Script = [
        (
            "statement",
            "Elin Varga",
            "Harbour Minister",
            None,
            "Good morning. “The wall will never be built by anybody.”",
        ),
    ]
    briefing = briefing_of(script=script)
    start = briefing.text.index("The wall")
    quoted = Reported(start, briefing.text.index("”"), "Ole Dahl", "Treasurer")
    answer = ask("What did Ole Dahl say about the wall?", replace(briefing, reported=(quoted,)))
    assert answer.text.startswith("Ole Dahl (Treasurer), quoted by Elin Varga on 2 April 2031: “The wall will never")
    unnamed = ask("Will the wall be built?", replace(briefing, reported=(replace(quoted, speaker=None, role=None),)))
    assert unnamed.text.startswith("An unnamed speaker, quoted by Elin Varga on 2 April 2031: “The wall")
    listed = ask("Every mention of wall", replace(briefing, reported=(quoted,)))
    assert "Ole Dahl (Treasurer), quoted by Elin Varga: “The wall will never" in listed.text


def test_words_quoted_in_a_report_from_nobody_named_are_not_the_reports() -> None:
    script: Script = [("report", None, None, None, "“The wall will never be built by this council at all.”")]
    briefing = replace(briefing_of(script=script), kind="report")
    start = briefing.text.index("The wall")
    answer = ask("Will the wall be built?", replace(briefing, reported=(Reported(start, briefing.text.index("”")),)))
    assert answer.text.startswith("An unnamed speaker is quoted as saying in Harbour briefing: “The wall")


_TWO_REPLY: Script = [
    ("question", "Mia Lund", None, "Radio Nord", "Which fund will pay for the new lighthouse keeper?"),
    ("answer", "Elin Varga", "Harbour Minister", None, "Mr. Dahl has looked at the fund for the lighthouse."),
    ("answer", "Ole Dahl", "Treasurer", None, "I don’t have an answer on which fund will pay the lighthouse keeper."),
]


def test_whoever_leaves_a_question_open_is_named() -> None:
    answer = ask("Did they say which fund will pay for the new lighthouse keeper?", briefing_of(script=_TWO_REPLY))
    assert answer.status == "asked_not_answered"
    first, second = _leads(answer)
    assert first[0] == "Asked by Mia Lund (Radio Nord) on 2 April 2031, but not answered by Ole Dahl: "
    assert second[0] == " Answering Mia Lund (Radio Nord), Elin Varga (Harbour Minister) said on 2 April 2031: "


def test_whoever_is_quoted_in_a_reply_did_not_give_it() -> None:
    script: Script = [
        ("question", "Mia Lund", None, "Radio Nord", "Which fund will pay for the new lighthouse keeper?"),
        ("answer", "Elin Varga", "Harbour Minister", None, "“I don’t have an answer on the fund for the keeper.”"),
    ]
    briefing = briefing_of(script=script)
    start = briefing.text.index("I don")
    briefing = replace(briefing, reported=(Reported(start, briefing.text.index("”"), "Ole Dahl", "Treasurer"),))
    answer = ask("Who asked about the lighthouse keeper?", briefing)
    assert _leads(answer)[1][0] == " Ole Dahl (Treasurer), quoted by Elin Varga on 2 April 2031: "
    assert ask("Did she say which fund will pay for the lighthouse keeper?", briefing).status == "answered"


def test_each_asker_of_an_exchange_has_a_lead_of_their_own() -> None:
    script: Script = [
        ("question", "Otto Brandt", None, "Kustblatt", "How deep is the harbour at Sandholm?"),
        ("question", "Mia Lund", None, "Radio Nord", "And how wide is the harbour at Sandholm?"),
        ("answer", "Elin Varga", "Harbour Minister", None, "It is nine metres deep and ninety wide."),
    ]
    briefing = briefing_of(script=script)
    exchange = replace(briefing.exchanges[0], questions=(0, 1), answers=(2,), asked=())
    answer = ask("What did Radio Nord ask?", replace(briefing, exchanges=(exchange,)))
    assert [lead for lead, _ in _leads(answer)][:2] == [
        "Otto Brandt (Kustblatt) asked Elin Varga on 2 April 2031: ",
        " Mia Lund (Radio Nord) asked Elin Varga on 2 April 2031: ",
    ]


_PEOPLE = ["Elin Varga", "Otto Brandt", "Mia Lund", "Ole Dahl", None]
_SENTENCES = [
    "The ferry to Sandholm will sail in June.",
    "Which fund will pay for the ferry?",
    "I don’t have an answer on the ferry today.",
    "He said, “The ferry is late again.” And so it is.",
    "When will the harbour wall be built?",
    "I’ll let Mr. Dahl tell you about the ferry.",
]
_TURNS = st.lists(
    st.tuples(
        st.sampled_from(["statement", "question", "answer"]),
        st.sampled_from(_PEOPLE),
        st.none(),
        st.none(),
        st.lists(st.sampled_from(_SENTENCES), min_size=1, max_size=3).map(" ".join),
    ),
    min_size=1,
    max_size=6,
)
_ASKED = [
    "When will the ferry sail?",
    "Who asked about the ferry?",
    "What did Mia Lund ask?",
    "Did they say which fund will pay for the ferry?",
    "Every mention of ferry",
    "Which questions were asked?",
    "How has the position on the ferry changed?",
]


@given(script=_TURNS, question=st.sampled_from(_ASKED), quoted=st.sampled_from(_PEOPLE))
@settings(max_examples=200, deadline=None)
def test_no_lead_names_another_than_the_speaker_of_its_citation(
    script: Script, question: str, quoted: str | None
) -> None:
    briefing = briefing_of(script=script)
    words = "The ferry is late again."
    places = [place for place in range(len(briefing.text)) if briefing.text.startswith(f"“{words}", place)]
    reported = tuple(Reported(place + 1, place + 1 + len(words), quoted) for place in places)
    answer = ask(question, replace(briefing, reported=reported))
    citations = {citation.number: citation for citation in answer.citations}
    before: str | None = None
    for lead, numbers in _leads(answer):
        citation = citations[numbers[0]]
        if not lead.strip():
            # Only more of the same asker's words follow without a lead.
            assert citation.speaker == before
        elif citation.speaker:
            assert citation.speaker.split()[-1] in lead
        else:
            assert any(nobody in lead.lower() for nobody in ("unnamed speaker", "a reporter", "not answered: "))
        before = citation.speaker


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Mark Holm", "Holm"),
        ("Ann Bell Jr.", "Bell"),
        ("Bell, Ann", "Bell"),
        ("Ursula van der Meer", "Ursula van der Meer"),
        ("Speaker 1", "Speaker 1"),
        ("Mr. Holm", "Mr. Holm"),
        ("Karine Jean-Luc", "Jean-Luc"),
    ],
)
def test_a_second_mention_is_by_surname(name: str, shown: str) -> None:
    assert surname(name) == shown


@pytest.mark.parametrize(
    ("name", "role", "code", "shown"),
    [
        ("Ada Holm", "NATO Secretary General", "en", "NATO Secretary General Ada Holm"),
        ("Ada Holm", "NATO Secretary General", "fr", "le secrétaire général de l'OTAN Ada Holm"),
        ("Ada Holm", "Secretary General of NATO", "fr", "le secrétaire général de l'OTAN Ada Holm"),
        ("Ada Holm", "la secrétaire générale de l’OTAN", "en", "NATO Secretary General Ada Holm"),
        ("Ada Holm", "secrétaire générale de l’OTAN", "fr", "la secrétaire générale de l’OTAN Ada Holm"),
        ("Ada Holm", "ambassadrice", "fr", "l'ambassadrice Ada Holm"),
        ("Ada Holm", "Rapporteur", "fr", "Ada Holm (Rapporteur)"),
        (None, "Senior Administration Official", "en", "a senior administration official"),
        (None, "EU Ambassador", "en", "an EU ambassador"),
        (None, "Senior Administration Official", "fr", "le haut responsable de l'administration"),
        ("Senior Administration Official (Call, 1 May 2031)", "Senior Administration Official", "en",
         "a senior administration official"),
        ("Speaker 1 (Call, 1 May 2031)", None, "fr", "Speaker 1 (Call, 1 May 2031)"),
        (None, None, "en", None),
    ],
)  # fmt: skip
def test_offices_are_printed_in_the_language_of_the_answer(
    name: str | None, role: str | None, code: str, shown: str | None
) -> None:
    assert speaker_named(name, role, language(code)) == shown


@pytest.mark.parametrize("address", ["Madam President", "Mme Ada Holm", "Ms. Holm"])
def test_a_woman_has_the_womans_form_of_her_office(address: str) -> None:
    assert speaker_named("Ada Holm", "President", language("fr"), f"Thank you, {address}.") == "la présidente Ada Holm"
    assert speaker_named("Ada Holm", "President", language("fr")) == "le président Ada Holm"


def test_articles_are_contracted() -> None:
    briefing = replace(briefing_of(), language="en")
    turns = tuple(replace(turn, role="Prime Minister") if turn.role else turn for turn in briefing.turns)
    nameless = tuple(replace(turn, speaker=None) if turn.role else turn for turn in turns)
    answer = ask("Qui a posé une question sur le ferry vers Sandholm ?", replace(briefing, turns=nameless))
    assert answer.text.startswith(
        "Otto Brandt (Kustblatt) a demandé au Premier ministre le 2 avril 2031\u00a0: «\u202f"
    )
