"""Questions about whole briefings: overviews, open questions, lists and counts of questions, and who spoke."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from onrecord.rag import Answer, Library
from onrecord.rag.questions.named import on_record
from onrecord.rag.questions.question import read_question
from onrecord.ui.page.text import words

# All names and statements are invented.
NORRSUND = """Pressekonferenz zum Hafen von Norrsund
Norrsund, 4. März 2031

Elin Varga, Hafenministerin: Guten Morgen und willkommen. Die neue Hafenmauer kostet 40 Millionen Kronen und wird im \
Juni fertig. Die Fähre nach Sandholm fährt ab dem 2. Mai wieder zweimal am Tag.

Frage (Otto Brandt, Küstenblatt): Wann fährt die Fähre nach Sandholm wieder?

Elin Varga, Hafenministerin: Sie fährt ab dem 2. Mai, jeden Morgen um acht Uhr.

Frage (Mia Lund, Radio Nord): Wer bezahlt den neuen Leuchtturmwärter?

Elin Varga, Hafenministerin: Dazu kann ich heute nichts sagen. Wir werden darauf zurückkommen.

Frage (Otto Brandt, Küstenblatt): Wird die Mauer höher als geplant?

Elin Varga, Hafenministerin: Ja, um einen halben Meter.
"""
VALDEMAR = """Rueda de prensa sobre el puerto de Valdemar
Valdemar, 6 de marzo de 2031

Lucía Ferrer, ministra de Puertos: Buenos días y gracias por venir. El nuevo dique costará 40 millones de coronas y \
estará terminado en junio. El transbordador a Isla Clara volverá a salir dos veces al día a partir del 2 de mayo.

Pregunta (Tomás Bravo, El Faro): ¿Cuándo vuelve a salir el transbordador a Isla Clara?

Lucía Ferrer, ministra de Puertos: Sale a partir del 2 de mayo, cada mañana a las ocho.

Pregunta (Nora Gil, Radio Costa): ¿Quién paga al nuevo farero?

Lucía Ferrer, ministra de Puertos: No tengo ese dato aquí. Se lo haremos llegar.

Pregunta (Tomás Bravo, El Faro): ¿Será el dique más alto de lo previsto?

Lucía Ferrer, ministra de Puertos: Sí, medio metro más alto.
"""
KNOWN = on_record(("Elin Varga", "Mia Lund"), ("Coast Radio",))


@pytest.fixture(scope="module")
def harbours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("harbours")
    (folder / "norrsund.txt").write_text(NORRSUND, encoding="utf-8")
    (folder / "valdemar.txt").write_text(VALDEMAR, encoding="utf-8")
    with Library.open(tmp_path_factory.mktemp("library")) as library:
        assert not library.add(folder).failed
        yield library


def items(answer: Answer) -> list[list[str]]:
    """The quotes of each item of a list."""
    quotes = {citation.number: citation.quote for citation in answer.citations}
    return [
        [quotes[number] for piece in part.pieces if piece.type == "quote" for number in piece.citations]
        for part in answer.parts
        if part.item
    ]


def marks(answer: Answer) -> list[bool]:
    """For each exchange of an overview, whether its question was left open."""
    last = [part.pieces[-1] for part in answer.parts if part.item]
    return [piece.text.strip() == "(left open)" for piece in last if piece.type == "words"]


@pytest.mark.parametrize(
    ("kind", "questions"),
    [
        (
            "left_open",
            """Which questions were not answered?
            What did journalists ask that was not answered?
            Which questions did Varga avoid?
            Which questions went unanswered at the Lysvik press conference?
            Quelles questions sont restées sans réponse ?
            À quelles questions Varga n'a pas répondu ?
            Welche Fragen wurden in Lysvik nicht beantwortet?
            Gibt es offene Fragen?
            ¿Qué preguntas quedaron sin contestar en Lysvik?
            ¿Qué preguntas no respondió Varga?""",
        ),
        (
            "questions_counted",
            """How many questions were asked, and by whom?
            How many questions did Mia Lund ask?
            Who asked the most questions?
            Combien de questions ont été posées et par qui ?
            Combien de questions les journalistes ont-ils posées ?
            Wie viele Fragen stellte Mia Lund?
            Wer hat die meisten Fragen gestellt?
            ¿Cuántas preguntas hicieron los periodistas?
            ¿Quién hizo más preguntas?""",
        ),
        (
            "questions_listed",
            """List all questions by Mia Lund
            Show me all questions from Coast Radio
            What questions did Mia Lund ask?
            Quelles questions Mia Lund a-t-elle posées ?
            Donnez-moi toutes les questions posées par Coast Radio
            Liste alle Fragen von Mia Lund auf
            Welche Fragen hat Coast Radio gestellt?
            ¿Qué preguntas hizo Coast Radio?
            Dame las preguntas hechas por Mia Lund""",
        ),
        (
            "speakers",
            """Who spoke?
            Who were the speakers at the press conference?
            How many people spoke at the briefing?
            Qui est intervenu à la conférence de presse ?
            Wer hat bei der Pressekonferenz gesprochen?
            ¿Quiénes hablaron en la rueda de prensa?""",
        ),
        (
            "overview",
            """Please summarise the briefing
            What were the main points of the briefing?
            What was the briefing about?
            Quels sont les points principaux ?
            Peux-tu résumer la conférence de presse ?
            Was wurde in Lysvik besprochen?
            Was waren die wichtigsten Punkte?
            ¿Cuáles fueron los puntos principales?
            Haz un resumen de la rueda de prensa""",
        ),
        (
            "all_said",
            """What did Varga say?
            What did the minister say at the press conference?
            Qu'a dit la ministre ?
            Was hat Varga gesagt?
            ¿Qué dijo la ministra?""",
        ),
        (
            "mentions",
            """How many times did Varga mention the wall?
            How many mentions of the wall are there?
            Combien de fois Varga a-t-elle mentionné la digue ?
            Wie oft hat Varga die Mauer erwähnt?
            ¿Cuántas veces mencionó Varga el dique?""",
        ),
        (
            "fact",
            """What did Varga say about the wall?
            What did she say?
            What did the wall cost?
            Summarise what Varga said about the wall
            Who spoke about the wall?
            Who took part in the exercise?
            How many ferries sail?
            Qu'a dit Varga de la digue ?
            Was sagte Varga zum Hafen?
            ¿Qué dijo Varga del dique?""",
        ),
    ],
)
def test_the_kind_is_read_in_four_languages(kind: str, questions: str) -> None:
    asked = [question.strip() for question in questions.splitlines()]
    assert {question: read_question(question, (), KNOWN).kind for question in asked} == dict.fromkeys(asked, kind)


def test_an_overview_has_the_opening_and_every_exchange_with_its_reply(harbours: Library) -> None:
    answer = harbours.ask("Fasse die Pressekonferenz in Norrsund zusammen")
    opening, *exchanges = items(answer)[1:]
    assert (answer.status, answer.confidence) == ("answered", 1.0)
    assert items(answer)[0] == ["Die neue Hafenmauer kostet 40 Millionen Kronen und wird im Juni fertig."]
    assert opening == ["Die Fähre nach Sandholm fährt ab dem 2. Mai wieder zweimal am Tag."]
    assert [questions for questions, _ in exchanges] == [
        "Wann fährt die Fähre nach Sandholm wieder?",
        "Wer bezahlt den neuen Leuchtturmwärter?",
        "Wird die Mauer höher als geplant?",
    ]
    replies = [
        ["Sie fährt ab dem 2. Mai, jeden Morgen um acht Uhr."],
        ["Dazu kann ich heute nichts sagen.", "Wir werden darauf zurückkommen."],
        ["Ja, um einen halben Meter."],
    ]
    assert all(reply in said for (_, reply), said in zip(exchanges, replies, strict=True))


@pytest.mark.parametrize(
    ("question", "asker", "first"),
    [
        ("Wie viele Fragen hat Otto Brandt gestellt?", "Otto Brandt", "Wann fährt die Fähre nach Sandholm wieder?"),
        ("Alle Fragen vom Küstenblatt", "Küstenblatt", "Wann fährt die Fähre nach Sandholm wieder?"),
        ("¿Qué preguntas hizo Tomás Bravo?", "Tomás Bravo", "¿Cuándo vuelve a salir el transbordador a Isla Clara?"),
        ("List all questions by El Faro", "El Faro", "¿Cuándo vuelve a salir el transbordador a Isla Clara?"),
        ("List all questions by Ida Zander", None, None),
    ],
)
def test_all_questions_of_somebody_are_listed(
    harbours: Library, question: str, asker: str | None, first: str | None
) -> None:
    answer = harbours.ask(question)
    if asker is None:
        assert (answer.status, answer.confidence, answer.citations) == ("not_found", 0.0, ())
        return
    assert (answer.status, answer.confidence, len(items(answer))) == ("answered", 1.0, 2)
    assert asker in answer.text.splitlines()[0]
    assert re.search(r"\b2\b", answer.text.splitlines()[0].rpartition(":")[2])
    assert items(answer)[0] == [first]


def test_questions_are_counted_by_asker(harbours: Library) -> None:
    answer = harbours.ask("How many questions were asked, and by whom?")
    assert "6, by 4 askers" in answer.text
    told = [part.pieces[0] for part in answer.parts if part.item]
    assert [piece.text for piece in told if piece.type == "words"] == [
        "Otto Brandt (Küstenblatt), 2: ",
        "Tomás Bravo (El Faro), 2: ",
        "Mia Lund (Radio Nord), 1: ",
        "Nora Gil (Radio Costa), 1: ",
    ]


@pytest.mark.parametrize("question", ["¿Quién habló en Valdemar?", "Who spoke in Valdemar?", "Wer sprach in Valdemar?"])
def test_who_spoke_is_listed_in_order_with_roles_and_turns(harbours: Library, question: str) -> None:
    answer = harbours.ask(question)
    told = [part.pieces[0].text for part in answer.parts if part.item and part.pieces[0].type == "words"]
    assert [re.findall(r"^(\S+ \S+) \(([^)]+)\), (\d)", text) for text in told] == [
        [("Lucía Ferrer", "ministra de Puertos", "4")],
        [("Tomás Bravo", "El Faro", "2")],
        [("Nora Gil", "Radio Costa", "1")],
    ]


def test_the_one_named_decides_whose_briefing_and_words(harbours: Library) -> None:
    for question in ("What did Ferrer say?", "¿Qué dijo la ministra de Puertos?", "Was hat Lucía Ferrer gesagt?"):
        answer = harbours.ask(question)
        assert answer.status == "answered"
        assert {citation.title for citation in answer.citations} == {"Rueda de prensa sobre el puerto de Valdemar"}
        assert len(items(answer)) == 5


@pytest.mark.parametrize(
    "question", ["Summarise the press conference.", "Résume la conférence de presse", "What was discussed?"]
)
def test_where_several_briefings_fit_the_answer_asks_which(sample_library: Library, question: str) -> None:
    answer = sample_library.ask(question)
    named = [part for part in answer.parts if part.item]
    assert (answer.status, answer.confidence, answer.citations) == ("not_found", 0.0, ())
    assert str(len(named)) in answer.text.splitlines()[0]
    assert any("Maren Tolliver" in piece.text for part in named for piece in part.pieces if piece.type == "words")


@pytest.mark.parametrize("code", ["en", "fr", "de", "es"])
def test_a_title_names_its_briefing_whatever_its_words(sample_library: Library, code: str) -> None:
    asked = [words(code)["what_discussed"].format(title=one.title) for one in sample_library.summaries()]
    assert {read_question(question).kind for question in asked} == {"overview"}
    # A report has no replies that would have to be read.
    report = next(one for one in sample_library.summaries() if one.kind == "report")
    answer = sample_library.ask(words(code)["what_discussed"].format(title=report.title))
    assert (answer.status, {citation.briefing_id for citation in answer.citations}) == ("answered", {report.id})
    assert answer.language == code


def test_an_overview_in_full_has_all_its_pages(sample_library: Library) -> None:
    question = "Summarise the transport minister's press briefing"
    pages = [sample_library.ask(question), sample_library.ask(f"{question}, page 2")]
    lines = [line for page in pages for line in items(page)]
    assert [items(sample_library.in_full(page)) for page in pages] == [lines, lines]
    other = sample_library.ask("Who spoke in Carrowby in March?")
    assert sample_library.in_full(other) == other


def test_one_who_spoke_in_several_briefings_is_asked_about(sample_library: Library) -> None:
    assert sample_library.ask("What did Tolliver say?").text.count("\n- ") == 2
    answer = sample_library.ask("What did Tolliver say in June?")
    assert answer.status == "answered"
    assert {citation.date for citation in answer.citations} == {"2025-06-17"}


def test_a_report_is_its_paragraphs(sample_library: Library) -> None:
    answer = sample_library.ask("Résume la dépêche")
    assert {citation.kind for citation in answer.citations} <= {"report", "reported"}
    assert len(items(answer)) >= 8


def test_more_of_an_overview_is_asked_for_in_words_or_by_page(sample_library: Library) -> None:
    question = "Summarise the transport minister's press briefing"
    first = sample_library.ask(question)
    whole = len(sample_library.briefing(first.citations[0].briefing_id).exchanges)
    more = sample_library.ask("Show more", history=[(question, first.text)])
    paged = sample_library.ask("page 2", history=[(question, first.text)])
    again = sample_library.ask(f"{question}, page 2")
    assert more.text == paged.text == again.text
    assert len(marks(first)) + len(marks(more)) == whole
    assert not {citation.start for citation in first.citations} & {citation.start for citation in more.citations}


def test_open_questions_are_those_an_overview_marks(sample_library: Library) -> None:
    first = sample_library.ask("Summarise the transport minister's press briefing")
    second = sample_library.ask("Summarise the transport minister's press briefing, page 2")
    answer = sample_library.ask("Which questions were not answered in the transport minister's press briefing?")
    left_open = sum(marks(first) + marks(second))
    assert f"{left_open} of {len(marks(first) + marks(second))}" in answer.text
    # Ten lines are a page; those of which it is unclear come last.
    assert 0 < left_open <= len(items(answer)) <= 10
    assert not any(words in item for item in items(answer)[:left_open] for words in ("unclear whether",))
    assert 0.5 <= answer.confidence < 1


def test_open_questions_of_too_many_briefings_need_one_named(sample_library: Library) -> None:
    answer = sample_library.ask("Which questions were not answered?")
    assert answer.status == "not_found"
    assert answer.text.count("\n- ") == sum(bool(briefing.exchanges) for briefing in sample_library.briefings())


def test_mentions_are_counted_by_briefing_and_a_term_that_nobody_says_too(sample_library: Library) -> None:
    answer = sample_library.ask("How many times did Tolliver mention the cable?")
    head, *lines = [part.pieces[0].text for part in answer.parts if not part.item and part.pieces[0].type == "words"]
    counted = [int(line.rpartition(": ")[2]) for line in lines]
    assert int(head.split()[1]) == sum(counted) > 0
    assert len(counted) == 2
    assert (answer.status, answer.confidence) == ("answered", 1.0)
    nobody = sample_library.ask("How many times was Antarctica mentioned?")
    assert (nobody.status, nobody.confidence, nobody.citations) == ("not_found", 0.0, ())
