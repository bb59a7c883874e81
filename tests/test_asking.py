"""What a question means beyond its words: whose, of which time, after what was said, or to the program itself.

All names and statements are invented.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from onrecord.rag import Answer, Library, export
from onrecord.rag.answers.unsearched import unsearched
from onrecord.rag.languages import LANGUAGES, language
from onrecord.rag.questions.named import OnRecord, on_record
from onrecord.rag.questions.period import Dates, period_in, resolved
from onrecord.rag.questions.question import TO_THE_PROGRAM, read_question

MARCH = """PRESS BRIEFING BY HARBOUR MINISTER EDA LORN
4 March 2031

MINISTER LORN: Good morning. We will not dredge the channel of Lysvik. The new ferry sails in June.

Q: Ida Lund, Kustblatt. Why will you not dredge the channel?

MINISTER LORN: Because the seal colony lives there, and we will not drive it out.

Q: Otto Brandt, Radio Nord. Which fund pays for the ferry?

MINISTER LORN: The island fund pays for the ferry, all eleven million crowns of it.
"""
MAY = """PRESS BRIEFING BY HARBOUR MINISTER EDA LORN
6 May 2031

MINISTER LORN: Good morning. The seal colony has moved, so we are looking at the channel of Lysvik again.

Q: Otto Brandt, Radio Nord. Will you dredge the channel after all?

MINISTER LORN: We may dredge the channel of Lysvik next winter. Nothing has been decided.
"""
JUNE = """JOINT PRESS CONFERENCE OF THE MINISTERS OF HEALTH AND OF LABOUR
17 June 2031

Clara Marsh, Minister of Health: Good morning. The clinic on Stane stays open through the winter.

Owen Marsh, Minister of Labour: The night shift at the clinic on Stane will be paid double.

Q: Ida Lund, Kustblatt. Will the price of bread fall?

Owen Marsh, Minister of Labour: The price of bread will fall by autumn, I am quite sure of that.
"""
NAMES = ("Eda Lorn", "Clara Marsh", "Owen Marsh")
DATES = ["2031-03-04", "2031-05-06", "2031-06-17"]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Three briefings, embedded with the bundled model."""
    folder: Path = tmp_path_factory.mktemp("asking")
    for name, text in {"march": MARCH, "may": MAY, "june": JUNE}.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    with Library.open(folder / "library") as opened:
        assert not opened.add([folder / f"{name}.txt" for name in ("march", "may", "june")]).failed
        yield opened


def known() -> OnRecord:
    return on_record(NAMES, ())


def quoted(answer: Answer) -> str:
    return " ".join(citation.quote for citation in answer.citations)


# --- Whose words


@pytest.mark.parametrize(
    ("question", "silent", "spoke"),
    [
        ("What did Clara Marsh say about the price of bread?", "by Clara Marsh", "Owen Marsh (17 June 2031)"),
        ("What did Eda Lorn say about the price of bread?", "by Lorn", "Owen Marsh (17 June 2031)"),
        ("What did Oscar Marsh say about the price of bread?", "by Oscar Marsh", "Owen Marsh (17 June 2031)"),
    ],
)
def test_whoever_is_silent_is_not_given_anothers_words(
    library: Library, question: str, silent: str, spoke: str
) -> None:
    answer = library.ask(question, any_date=True)
    if answer.status != "not_found":
        # However weak the reader, nobody else is quoted.
        assert {citation.speaker for citation in answer.citations} <= {silent.removeprefix("by ")}
        return
    assert silent in answer.text
    assert spoke in answer.text


def test_what_both_of_one_name_said_is_read(library: Library) -> None:
    asked = read_question("What did Marsh say about the clinic on Stane?", (), known())
    assert set(asked.speakers) == {"Clara Marsh", "Owen Marsh"}
    answer = library.ask(asked.typed)
    assert {citation.speaker for citation in answer.citations} <= set(asked.speakers)
    # What leads to the first quote is whole, whether one of them is quoted or both.
    assert "added" not in answer.text.partition("“")[0]


def test_words_in_quotation_marks_are_looked_up_as_such(library: Library) -> None:
    for question in (
        "Who said “the island fund pays”?",
        'Eda Lorn: "THE ISLAND FUND pays" — when?',
        "Quand a-t-on dit « the island fund pays » ?",
        "Wann fiel der Satz „The island fund pays“?",
    ):
        answer = library.ask(question)
        assert "The island fund pays for the ferry" in quoted(answer)
        assert {citation.date for citation in answer.citations} == {"2031-03-04"}
    assert all("island fund" in hit.passage.text for hit in library.search("Who said “the island fund pays”?"))


def test_words_that_nobody_said_limit_nothing(library: Library) -> None:
    assert len(library.search("Who said “the harbour of gold”?", k=5)) == 5


# --- Time


@pytest.mark.parametrize(
    ("code", "text", "said", "limits"),
    [
        ("en", "What was said in March 2031?", "in March 2031", ("2031-03", "2031-03")),
        ("en", "What did she say on 17 June?", "on 17 June", ("2031-06-17", "2031-06-17")),
        ("en", "What has she said since May?", "since May", ("2031-05", None)),
        ("en", "What was said after 6 May 2031?", "after 6 May 2031", ("2031-05-07", None)),
        ("en", "What was said before June?", "before June", (None, "2031-05")),
        ("en", "between 1 and 30 May", "between 1 and 30 May", ("2031-05-01", "2031-05-30")),
        ("en", "from March to May 2031", "from March to May 2031", ("2031-03", "2031-05")),
        ("fr", "Qu'a-t-elle dit entre mars et mai ?", "entre mars et mai", ("2031-03", "2031-05")),
        ("fr", "Qu'a-t-elle dit le 6 mai 2031 ?", "le 6 mai 2031", ("2031-05-06", "2031-05-06")),
        ("fr", "depuis le 1er mai", "depuis le 1er mai", ("2031-05-01", None)),
        ("de", "Was sagte sie im März?", "im März", ("2031-03", "2031-03")),
        ("de", "vom 1. Mai bis zum 20. Juni 2031", "vom 1. Mai bis zum 20. Juni 2031", ("2031-05-01", "2031-06-20")),
        ("es", "¿Qué dijo en mayo de 2031?", "en mayo de 2031", ("2031-05", "2031-05")),
        ("es", "¿Qué dijo el 17 de junio?", "el 17 de junio", ("2031-06-17", "2031-06-17")),
    ],
)
def test_a_time_is_read(code: str, text: str, said: str, limits: tuple[str | None, str | None]) -> None:
    period = period_in(text, language(code))
    assert period is not None
    assert text[period.span.start : period.span.end] == said
    assert resolved(period, DATES, certain=False) == Dates(*limits)


@pytest.mark.parametrize("text", ["What happens on 3 July?", "What is planned in 2040?", "What opens in August?"])
def test_a_time_of_which_there_is_no_briefing_limits_nothing(text: str) -> None:
    period = period_in(text, language("en"))
    assert period is not None
    assert resolved(period, DATES, certain=False) is None


@pytest.mark.parametrize(
    "text", ["The budget of 2031", "May I ask?", "March on", "in March about April", "31 June 2031"]
)
def test_what_is_no_time_of_a_briefing_is_left(text: str) -> None:
    assert period_in(text, language("en")) is None


def test_of_several_years_nobody_can_tell_which_is_meant() -> None:
    march, since = (period_in(text, language("en")) for text in ("in March", "since March"))
    assert march is not None
    assert since is not None
    two_years = ["2030-03-01", *DATES]
    assert resolved(march, two_years, certain=True) is None
    assert resolved(since, two_years, certain=False) == Dates("2031-03", None)


@pytest.mark.parametrize(
    ("question", "since", "until", "dates"),
    [
        ("What did Lorn say about the channel in May?", "2031-05", "2031-05", {"2031-05-06"}),
        ("Qu'a dit Lorn entre mars et avril ?", "2031-03", "2031-04", {"2031-03-04"}),
        ("Was sagte Lorn am 6. Mai 2031?", "2031-05-06", "2031-05-06", {"2031-05-06"}),
        ("¿Qué dijo Lorn desde mayo?", "2031-05", None, {"2031-05-06"}),
    ],
)
def test_a_time_limits_the_search(
    library: Library, question: str, since: str, until: str | None, dates: set[str]
) -> None:
    answer = library.ask(question)
    assert (answer.since, answer.until) == (since, until)
    held = {library.briefing(hit.passage.briefing_id).date for hit in answer.hits}
    assert held - {"2031-06-17"} <= dates
    assert {citation.date for citation in answer.citations} <= dates
    free = library.ask(question, any_date=True)
    assert (free.since, free.until, free.searched_briefings) == (None, None, 3)


def test_a_time_and_filters_limit_together(library: Library) -> None:
    answer = library.ask("What did Lorn say in May?", since="2031-05-20")
    assert answer.searched_briefings == 0
    assert answer.status == "not_found"
    assert "from 20 May 2031 to May 2031" in answer.text


def test_a_time_without_words_is_said_in_what_was_not_found(library: Library) -> None:
    answer = library.ask("What did Lorn say in February 2031?")
    assert (answer.status, answer.since) == ("not_found", "2031-02")
    assert "Only briefings of February 2031 were searched." in answer.text


def test_a_date_that_is_asked_about_limits_nothing(library: Library) -> None:
    for question in ("Which ferry sails on 3 July?", "Will the ferry sail in August 2031?"):
        answer = library.ask(question)
        assert (answer.since, answer.until, answer.searched_briefings) == (None, None, 3)


# --- Follow-ups

CHANNEL = "Will Estoria dredge the channel?"
SAID = "Minister Lorn said on 4 March 2031: “We will not dredge the channel of Lysvik.” [1]"


@pytest.mark.parametrize(
    ("earlier", "question", "complete"),
    [
        (CHANNEL, "Why not?", f"{CHANNEL} Why not?"),
        (CHANNEL, "Is that still true?", CHANNEL),
        (CHANNEL, "Who asked that?", f"{CHANNEL} Who asked that?"),
        (CHANNEL, "What about in May?", "Will Estoria dredge the channel in May?"),
        (CHANNEL, "Why did she say so?", f"{CHANNEL} Why did Lorn say so?"),
        ("What did Lorn say about the channel in March?", "And in May?", "What did Lorn say about the channel in May?"),
        ("What did Lorn say about Lysvik?", "And Owen Marsh?", "What did Owen Marsh say about Lysvik?"),
        ("What did Lorn say about Lysvik?", "And on Stane?", "What did Lorn say about Stane?"),
        ("What did Lorn say about the channel?", "And on the ferry?", "What did Lorn say on the ferry?"),
        ("What did Lorn say about the channel in May?", "And the ferry?", None),
        ("Qu'a dit Lorn sur le chenal en mai ?", "Et sur le ferry ?", "Qu'a dit Lorn sur le ferry en mai ?"),
        ("Was hat Lorn über den Kanal gesagt?", "Und über die Fähre?", "Was hat Lorn über die Fähre gesagt?"),
        ("¿Qué dijo Lorn sobre el canal?", "¿Y sobre el transbordador?", "¿Qué dijo Lorn sobre el transbordador?"),
        ("Qu'a dit Lorn sur le chenal ?", "Et en mai ?", "Qu'a dit Lorn sur le chenal en mai ?"),
        ("Qu'a dit Lorn sur le chenal ?", "Pourquoi ?", "Qu'a dit Lorn sur le chenal ? Pourquoi ?"),
        ("Qu'a dit Lorn sur le chenal ?", "Est-ce toujours vrai ?", "Qu'a dit Lorn sur le chenal ?"),
        ("Was sagte Lorn zum Kanal?", "Und im Mai?", "Was sagte Lorn zum Kanal im Mai?"),
        ("Was sagte Lorn zum Kanal?", "Warum nicht?", "Was sagte Lorn zum Kanal? Warum nicht?"),
        ("Was sagte Lorn zum Kanal?", "Gilt das noch?", "Was sagte Lorn zum Kanal?"),
        ("¿Qué dijo Lorn sobre el canal?", "¿Y en mayo?", "¿Qué dijo Lorn sobre el canal en mayo?"),
        ("¿Qué dijo Lorn sobre el canal?", "¿Por qué no?", "¿Qué dijo Lorn sobre el canal? ¿Por qué no?"),
        ("¿Qué dijo Lorn sobre el canal?", "¿Sigue siendo cierto?", "¿Qué dijo Lorn sobre el canal?"),
    ],
)
def test_a_follow_up_is_understood(earlier: str, question: str, complete: str | None) -> None:
    assert read_question(question, [(earlier, SAID)], known()).text == (complete or question)


@pytest.mark.parametrize(
    ("answer", "question", "complete"),
    [
        (SAID, "What did she say about Stane?", "What did Lorn say about Stane?"),
        ("Ida Lund asked Eda Lorn: “Why?” [1]", "What did she say about Stane?", "What did Ida Lund say about Stane?"),
        ("Ida Lund preguntó a Eda Lorn: “Why?” [1]", "What did she say?", f"{CHANNEL} What did Ida Lund say?"),
        ("Lo preguntó Ida Lund, pero quedó sin respuesta de Eda Lorn: “No.” [1]", "Qu'a-t-elle dit de Stane ?", None),
        ("En réponse à Ida Lund, Eda Lorn a dit : “No.” [1]", "Qu'a-t-elle dit de Stane ?", None),
    ],
)
def test_whoever_spoke_last_is_he_or_she(answer: str, question: str, complete: str | None) -> None:
    people = on_record((*NAMES, "Ida Lund"), ())
    asked = read_question(question, [(CHANNEL, answer)], people)
    assert asked.text == (complete or "Qu'a dit Eda Lorn de Stane ?")


def test_thanks_and_short_questions_change_no_subject() -> None:
    history = [("hello", "Hello."), (CHANNEL, SAID), ("Why not?", SAID), ("thank you", "You are welcome.")]
    assert read_question("How so?", history, known()).text == f"{CHANNEL} How so?"


def test_who_asked_that_is_who_asked_for_the_words_quoted(library: Library) -> None:
    reply = "Because the seal colony lives there, and we will not drive it out."
    history = [("Why is the channel not dredged?", f"Answering Ida Lund, Minister Lorn said: “{reply}” [1]")]
    answer = library.ask("Who asked that?", history=history)
    assert answer.status == "answered"
    assert "Ida Lund" in answer.text
    assert "Why will you not dredge the channel?" in quoted(answer)


def test_whether_it_is_still_true_is_asked_of_what_came_later(library: Library) -> None:
    answer = library.ask("Is that still true?", history=[("Will the channel of Lysvik be dredged?", SAID)])
    assert answer.since == "2031-03-05"
    assert "2031-03-04" not in {citation.date for citation in answer.citations}


# --- To the program itself


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("thank you", "thanks", "en"),
        ("Merci !", "thanks", "fr"),
        ("Vielen Dank", "thanks", "de"),
        ("muchas gracias", "thanks", "es"),
        ("Hello", "greeting", "en"),
        ("Bonjour", "greeting", "fr"),
        ("Guten Tag", "greeting", "de"),
        ("¡Hola!", "greeting", "es"),
        ("Goodbye", "farewell", "en"),
        ("au revoir", "farewell", "fr"),
        ("Tschüss!", "farewell", "de"),
        ("Hasta luego", "farewell", "es"),
        ("ok", "agreement", "en"),
        ("D’accord", "agreement", "fr"),
        ("In Ordnung", "agreement", "de"),
        ("De acuerdo", "agreement", "es"),
        ("What can you do?", "abilities", "en"),
        ("Que peux-tu faire ?", "abilities", "fr"),
        ("How many briefings are there?", "holdings", "en"),
        ("Wie viele Mitschriften gibt es?", "holdings", "de"),
        ("¿Qué idiomas?", "holdings", "es"),
        ("Quels documents y a-t-il ?", "briefings", "fr"),
    ],
)
def test_what_is_said_to_the_program_is_no_question_to_the_briefings(text: str, kind: str, code: str) -> None:
    for history in ((), [(CHANNEL, SAID)]):
        asked = read_question(text, history, known())
        assert (asked.kind, asked.language, asked.text) == (kind, code, text)


@pytest.mark.parametrize("code", LANGUAGES)
def test_everything_said_to_the_program_is_answered_in_every_language(library: Library, code: str) -> None:
    for kind in TO_THE_PROGRAM:
        said = getattr(language(code).questions, kind).catches[0]
        asked = read_question(said)
        assert (asked.kind, asked.language) == (kind, code)
        answer = library.ask(said)
        assert (answer.status, answer.language, answer.citations, answer.hits) == ("answered", code, (), ())
        assert "{" not in answer.text
        assert answer.parts == unsearched(asked, library.summaries()).parts
        assert answer.text.splitlines()[0] in export(answer, "csv", {}) or export(answer, "html", {})


def test_the_library_says_what_it_holds(library: Library, tmp_path: Path) -> None:
    text = library.ask("How many briefings are there?").text
    assert "There are 3 briefings" in text
    assert "in English, from 4 March 2031 to 17 June 2031" in text
    assert "There is 1 briefing" in library.ask("How many briefings are there?", since="2031-06").text
    listed = library.ask("Which briefings are there?").text.splitlines()[1:]
    assert [line.rpartition("(")[2] for line in listed] == ["17 June 2031)", "6 May 2031)", "4 March 2031)"]
    with Library.open(tmp_path / "empty") as empty:
        assert empty.ask("How many briefings are there?").text.startswith("The library is empty.")


def test_a_follow_up_on_something_else_gets_its_passages(library: Library) -> None:
    history = [("Which fund pays for the ferry?", "Minister Lorn said: “The island fund pays for the ferry.” [1]")]
    answer = library.ask("What about the price of bread?", history=history)
    assert {citation.speaker for citation in answer.citations} <= {"Owen Marsh"}
    assert "bread" in quoted(answer) or answer.status == "not_found"
