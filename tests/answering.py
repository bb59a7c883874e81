"""Answers over a small invented briefing, read by the bundled reader."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from onrecord.embeddings.reader import load_reader
from onrecord.rag.answers.answer import compose
from onrecord.rag.answers.drafting import Draft
from onrecord.rag.languages import language
from onrecord.rag.passages import passages_of
from onrecord.rag.questions.named import OnRecord, on_record
from onrecord.rag.questions.question import read_question
from onrecord.rag.reading.reader import read_passages
from onrecord.rag.settings import Settings
from onrecord.rag.transcript.exchanges import exchanges_of
from onrecord.rag.types import Answer, Briefing, Hit, Kind, Turn, Words

# All names and statements are invented.
Script = Sequence[tuple[Kind, str | None, str | None, str | None, str]]
SCRIPT: Script = [
    (
        "statement",
        "Elin Varga",
        "Harbour Minister",
        None,
        "Good morning. The harbour wall will cost 40 million crowns.",
    ),
    ("question", "Otto Brandt", None, "Kustblatt", "Thank you, minister. When will the ferry to Sandholm sail again?"),
    (
        "answer",
        "Elin Varga",
        "Harbour Minister",
        None,
        "The ferry will sail again in May, no, sorry, in June. The other way around, so May for freight, June for "
        "passengers. We are glad about that.",
    ),
    ("question", "Mia Lund", None, "Radio Nord", "Which fund will pay for the new lighthouse keeper?"),
    (
        "answer",
        "Elin Varga",
        "Harbour Minister",
        None,
        "I don’t have an answer on the fund for the lighthouse keeper today. The lighthouse keeper matters to all of us.",  # noqa: E501
    ),
]


def briefing_of(identity: str = "b1", date: str | None = "2031-04-02", script: Script = SCRIPT) -> Briefing:
    text, turns = "", []
    for kind, speaker, role, outlet, words in script:
        text += f"{speaker}\n"
        turns.append(Turn(len(text), len(text) + len(words), speaker, speaker, role, outlet, kind))
        text += words + "\n"
    return Briefing(
        identity,
        "Harbour briefing",
        date,
        "en",
        None,
        "harbour.txt",
        "transcript",
        text,
        tuple(turns),
        exchanges_of(text, turns, "en", language("en").speech),
    )


def ask(question: str, *briefings: Briefing) -> Answer:
    """The answer to a question over some briefings, all of whose passages are read; its quotes are checked."""
    sources = {briefing.id: briefing for briefing in briefings or (briefing_of(),)}
    passages = [passage for briefing in sources.values() for passage in passages_of(briefing)]
    asked = read_question(question, (), people_in(sources))
    read = partial(read_passages, load_reader(cache=Settings.load().cache), sources=sources)
    hits = [Hit(passage, 0.8, rank) for rank, passage in enumerate(passages, 1)]
    searched = len(sources), len(passages)
    answer = compose(Draft(asked, hits, sources, searched, read(asked.to_read, passages), read))
    check_quotes(answer, sources)
    return answer


def people_in(sources: dict[str, Briefing]) -> OnRecord:
    """The speakers and outlets of some briefings."""
    turns = [turn for briefing in sources.values() for turn in briefing.turns]
    people = dict.fromkeys(turn.speaker for turn in turns if turn.speaker)
    return on_record(tuple(people), tuple(dict.fromkeys(turn.outlet for turn in turns if turn.outlet)))


def check_quotes(answer: Answer, sources: dict[str, Briefing]) -> None:
    """Every citation is its slice, numbered in order of first use, and no other words stand in quotation marks."""
    for citation in answer.citations:
        assert sources[citation.briefing_id].text[citation.start : citation.end] == citation.quote
        assert citation.quote.strip() == citation.quote != ""
    pieces = [piece for part in answer.parts for piece in part.pieces if not isinstance(piece, Words)]
    numbers = dict.fromkeys(number for piece in pieces for number in piece.citations)
    assert list(numbers) == [citation.number for citation in answer.citations]
    outside = answer.text
    for citation in sorted(answer.citations, key=lambda c: -len(c.quote)):
        outside = outside.replace(citation.quote, "")
    # What is left between quotation marks is nothing, or what joins two slices of one turn.
    assert all(inside.strip(" …") == "" for inside in re.findall(r"“([^”]*)”", outside))
