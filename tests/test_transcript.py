"""Turns, kinds, exchanges, boilerplate, reported speech: what is understood of a text. All texts are invented."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from structures import check_structure, structure_of

from onrecord.rag.transcript.understanding import understand
from onrecord.rag.types import SourceText, Structure, Turn

STYLES = Path(__file__).parent / "styles"


def labelled(text: str) -> list[tuple[str | None, str]]:
    structure = structure_of(text)
    check_structure(text, structure)
    return [(turn.label, text[turn.start : turn.end]) for turn in structure.turns]


def kinds(structure: Structure) -> list[str]:
    return [turn.kind for turn in structure.turns]


def test_twelve_styles_of_labels() -> None:
    golds = sorted(STYLES.glob("*.json"))
    assert len(golds) == 12
    right = wrong = missed = 0
    for path in golds:
        text = path.with_suffix(".txt").read_text(encoding="utf-8")
        structure = structure_of(text)
        check_structure(text, structure)
        found = {(turn.label, turn.start, turn.end) for turn in structure.turns}
        gold = {(turn["label"], turn["start"], turn["end"]) for turn in json.loads(path.read_text("utf-8"))["turns"]}
        right, wrong, missed = right + len(found & gold), wrong + len(found - gold), missed + len(gold - found)
    assert 2 * right / (2 * right + wrong + missed) >= 0.95


@pytest.mark.parametrize(
    "text",
    [
        "The plan has three parts.\nFirst: the ports. We dredge them.\nSecond: the roads.\nThird: the schools.",
        "Fact sheet on the harbours\nNorth Harbour\n- Two cranes\n- One ferry\nSouth Harbour\n- Four cranes\n"
        "North Harbour\n- More cranes\nSouth Harbour\n- A museum",
        "Ministers met in Lysvik. They agreed on two things: money and time.\nNATO. It was a long day.",
        "https://example.org/a: b\n12:30 lunch\n14:00 talks\nNote: bring a coat\nNote: and a hat",
        "Dear Madam Speaker: (Dear Madam President:)\nI transmit the report. It is long.",
    ],
)
def test_what_is_no_label(text: str) -> None:
    assert all(label is None for label, _ in labelled(text))


def test_a_label_without_words_is_no_turn_and_no_speech() -> None:
    assert labelled("MR. TARN:  Yes.\nMS. BELL:\nMR. TARN:  No.") == [
        ("MR. TARN", "Yes."),
        ("MR. TARN", "No."),
    ]


def test_a_label_that_once_ends_in_a_full_stop() -> None:
    text = (
        "Q    How many ferries?\nPRESIDENT WALLIS:  Two.\n"
        "Q    And trains?\nPRESIDENT WALLIS. (Laughs.) One.\nNATO. A word."
    )
    assert labelled(text) == [
        ("Q", "How many ferries?"),
        ("PRESIDENT WALLIS", "Two."),
        ("Q", "And trains?"),
        ("PRESIDENT WALLIS", "(Laughs.) One.\nNATO. A word."),
    ]


def test_statement_without_labels_belongs_to_the_one_the_title_names() -> None:
    text = "Statement by Minister Greta Holm on the harbour\n2 May 2031\nI am glad that we agreed. We begin in June."
    structure = structure_of(text)
    (turn,) = structure.turns
    assert (structure.kind, structure.title) == ("transcript", "Statement by Minister Greta Holm on the harbour")
    assert structure.date == "2031-05-02"
    assert (turn.label, turn.speaker, turn.role, turn.inferred) == (None, "Greta Holm", "Minister", True)


def test_report_has_no_speaker() -> None:
    text = "Harbour to be dredged\nThe council voted on Monday. It took four hours. Nobody was against it."
    structure = structure_of(text)
    assert structure.kind == "report"
    assert [(turn.kind, turn.speaker) for turn in structure.turns] == [("report", None)]


PRESS_CONFERENCE = """\
Good morning. I will be brief. We open the bridge on Friday, and I thank all who built it.
Minister Greta Holm
Before I forget: the toll is two crowns.
Spokesperson Pirmin Aldous
Thank you. First question, the Gazette.
Wendeline Okoro, Harbour Gazette
Will the toll go up? And who decides that?
Minister Greta Holm
The council does. It will not go up this year.
Wendeline Okoro, Harbour Gazette
And next year?
Minister Greta Holm
Ask the council.
Spokesperson Pirmin Aldous
Next question, please, in the second row.
Tiberiu Lascar, Canal 6 (Moldova)
I was told the railing is too low.
Minister Gretta Holm
It is as high as the law asks for. I measured it.
Spokesperson Pirmin Aldous
That's all we have time for.
Minister Greta Holm
Thank you.
"""


def test_press_conference() -> None:
    structure = structure_of(PRESS_CONFERENCE)
    check_structure(PRESS_CONFERENCE, structure)
    opening = structure.turns[0]
    assert (opening.label, opening.speaker, opening.inferred, opening.kind) == (None, "Greta Holm", True, "statement")
    assert not any(turn.inferred for turn in structure.turns[1:])
    assert kinds(structure)[2:] == [
        *("moderation", "question", "answer", "question", "answer"),
        *("moderation", "question", "answer", "moderation", "statement"),
    ]
    lascar = structure.turns[8]
    assert (lascar.speaker, lascar.outlet, lascar.country) == ("Tiberiu Lascar", "Canal 6", "Moldova")
    assert {turn.speaker for turn in structure.turns if turn.role == "Minister"} == {"Greta Holm"}
    first, second, third = structure.exchanges
    assert (first.questions, first.answers, first.follows) == ((3,), (4,), None)
    assert (second.questions, second.answers, second.follows) == ((5,), (6,), 0)
    assert (third.questions, third.answers, third.follows) == ((8,), (9,), None)
    asked = [PRESS_CONFERENCE[span.start : span.end] for span in first.asked]
    assert asked == ["Will the toll go up?", "And who decides that?"]


def test_two_answers_and_a_hand_over() -> None:
    text = (
        "MS. TARN:  Good morning. I brought Director Bell.\n"
        "Q    Is the water safe? Since when?\n"
        "MS. TARN:  I'll turn it over to Ann.\n"
        "DIRECTOR BELL:  It is. Since Tuesday, when we flushed the pipes.\n"
        "MS. TARN:  And we tested it twice.\n"
        "Q    Just to follow up, who tested it?\n"
        "DIRECTOR BELL:  The state did."
    )
    structure = structure_of(text)
    assert kinds(structure) == ["statement", "question", "moderation", "answer", "answer", "question", "answer"]
    assert [(each.questions, each.answers, each.follows) for each in structure.exchanges] == [
        ((1,), (3, 4), None),
        ((5,), (6,), 0),
    ]


def test_reporters_who_introduce_themselves_are_inferred() -> None:
    text = (
        "MS. TARN:  Questions?\n"
        "Q    Thank you. Ida Lund, Harbour Gazette. When does it open?\n"
        "MS. TARN:  On Friday.\n"
        "Q    Ida Lund again. At noon?\n"
        "MS. TARN:  At noon.\n"
        "Q    What did the council say?\n"
        "MS. TARN:  Nothing yet."
    )
    structure = structure_of(text)
    questions = [turn for turn in structure.turns if turn.kind == "question"]
    assert [(turn.label, turn.speaker, turn.outlet, turn.inferred) for turn in questions] == [
        ("Q", "Ida Lund", "Harbour Gazette", True),
        ("Q", "Ida Lund", "Harbour Gazette", True),
        ("Q", None, None, False),
    ]
    assert [each.follows for each in structure.exchanges] == [None, 0, None]


@pytest.mark.parametrize(
    "words", ["It is. My name is Ida Lund. I’m from Coast Radio.", "It’s Ida Lund for Coast Radio."]
)
def test_ways_to_introduce_oneself(words: str) -> None:
    text = f"MS. TARN:  Please.\nQ    {words} When does it open?\nMS. TARN:  On Friday.\nQ    And?\nMS. TARN:  No."
    questions = [turn for turn in structure_of(text).turns if turn.kind == "question"]
    assert [(turn.speaker, turn.outlet) for turn in questions] == [("Ida Lund", "Coast Radio"), (None, None)]


def test_reporters_who_are_called_by_name_are_inferred() -> None:
    text = (
        "MODERATOR:  Thank you. Let’s go to Ida Lund at the Harbour Gazette, please.\n"
        "Q    When does it open?\n"
        "MS. TARN:  On Friday, I think.\n"
        "MODERATOR:  Piet Roos, Coast Radio.\n"
        "Q    Who paid for it?\n"
        "MS. TARN:  The port did. I spoke of it with Ann Bell of Ostland.\n"
        "Q    And who is that?\n"
        "MS. TARN:  The next question goes to Sky News.\n"
        "Q    Is it dear?\n"
        "MODERATOR:  Dernière question : Jeanne Roc, de La Gazette.\n"
        "Q    Merci. Ann Vik, Ferry Times. Is it safe?\n"
        "MS. TARN:  It is. Here is Minister Ole Dahl, Ministry of Ports.\n"
        "Q    Is he well?\n"
        "MS. TARN:  He is."
    )
    questions = [turn for turn in structure_of(text).turns if turn.label == "Q"]
    assert [(turn.speaker, turn.outlet, turn.inferred) for turn in questions] == [
        ("Ida Lund", "Harbour Gazette", True),
        ("Piet Roos", "Coast Radio", True),
        (None, None, False),
        (None, "Sky News", True),
        # What they say themselves goes before the call.
        ("Ann Vik", "Ferry Times", True),
        (None, None, False),
    ]


def test_the_floor_is_given_in_many_words() -> None:
    calls = {
        "Our next question will come from Ida Lund of the Harbour Press. And Ida is right over there.": "Ida Lund",
        "The first person I’m calling on is Ida. Ida Lund. Ida?": "Ida Lund",
        "Let me ask Ida Lund from Canada for the next question. (Inaudible.)": "Ida Lund",
        "The last question is from Ida Lund.": "Ida Lund",
        "Ida from Coast Radio.": "Ida",
        "I spoke of it with Ida Lund.": None,
        "That is what I told Ida from Ostland Harbour, and it was late.": None,
        "And I want to thank Minister Ida Lund.": None,
    }
    for call, name in calls.items():
        text = (
            f"MR. TARN:  Welcome. {call}\nQ    When does it open?\nMR. TARN:  On Friday.\nQ    At noon?\nMR. TARN:  No."
        )
        asked = [turn.speaker for turn in structure_of(text).turns if turn.label == "Q"]
        assert asked == [name, None], call


def test_an_interrupted_question_stays_with_its_asker() -> None:
    text = (
        "MR. TARN:  Next, let’s go to Ida Lund at the Harbour Gazette.\n"
        "Q    Two questions —\n"
        "MR. TARN:  Oh, sorry. Yes?\n"
        "Q    — one on the ferries. Are they safe?\n"
        "MR. TARN:  They are. All four were looked at in spring by the state, and two of them again in June.\n"
        "Q    And the trains?\n"
        "MR. TARN:  Piet, please.\n"
        "Q    Who paid?\n"
        "MR. TARN:  We did."
    )
    asked = [turn.speaker for turn in structure_of(text).turns if turn.label == "Q"]
    assert asked == ["Ida Lund", "Ida Lund", None, None]


CHROME = """\
Aller au contenu principal
Nous utilisons des cookies. Vous pouvez les accepter ou les refuser à tout moment.
Abonnez-vous à notre infolettre et recevez chaque jour nos dernières nouvelles.
Vous avez oublié votre mot de passe ? Cliquez sur le bouton ci-dessous.
"""


def test_site_chrome_around_a_transcript() -> None:
    tail = "Suivez-nous sur Facebook\nMentions légales\n© 2031 Port de Lysvik. Tous droits réservés."
    text = CHROME + PRESS_CONFERENCE + tail
    structure = structure_of(text)
    check_structure(text, structure)
    assert structure.language == "en"
    assert text[structure.turns[0].start :].startswith("Good morning.")
    assert text[: structure.turns[-1].end].endswith("Thank you.")
    marked = "\n".join(text[span.start : span.end] for span in structure.boilerplate)
    assert marked == CHROME + tail
    assert all(span.reason for span in structure.boilerplate)


def test_pages_of_a_printed_transcript() -> None:
    page = "Port of Lysvik Press Conference 2 May 2031\n{words}\nPage {number} of 4\n"
    words = [
        "MR. TARN:  We open\nthe bridge",
        "on Friday.\nQ    At noon?",
        "MR. TARN:  At noon, and",
        "with music.\nQ    Thanks.",
    ]
    text = "".join(page.format(words=each, number=number) for number, each in enumerate(words, 1))
    structure = structure_of(text)
    check_structure(text, structure)
    assert [turn.label for turn in structure.turns] == ["MR. TARN", "Q", "MR. TARN", "Q"]
    marked = [text[span.start : span.end] for span in structure.boilerplate]
    assert all(f"Page {number} of 4" in "\n".join(marked) for number in range(1, 5))


def test_what_a_speaker_says_is_never_chrome() -> None:
    text = (
        "MS. TARN:  Good morning.\n"
        "Q    Did the hackers get the password by a link in the newsletter?\n"
        "MS. TARN:  They did.\nThank you.\nClick on nothing. That is our advice.\n"
        "Q    Merci. Avez-vous prévenu tous les clients de la banque ?\n"
        "MS. TARN:  We did.\nThank you.\n"
        "Q    Thank you.\n"
        "MS. TARN:  Thank you."
    )
    structure = structure_of(text)
    check_structure(text, structure)
    assert structure.boilerplate == ()


NEWS = """\
Le port de Lysvik rouvrira en juin
Lysvik, 2 mai 2031 – La ministre de la Mer, Greta Holm, a annoncé lundi que le port « rouvrira au mois de juin ». \
Elle a parlé d’un « chantier comme on en voit peu ».
« Nous avons travaillé jour et nuit », a-t-elle ajouté. « Je remercie les ouvriers. »
Les pêcheurs restent prudents. « On nous l’a déjà promis deux fois », a déclaré Anders Vik, président du syndicat.
Une affiche « Port fermé » pend encore au quai. « Personne ne sait qui l’a écrite », dit-on.
"""


def test_reported_speech_in_french() -> None:
    structure = structure_of(NEWS)
    check_structure(NEWS, structure)
    assert (structure.kind, structure.language, structure.date) == ("report", "fr", "2031-05-02")
    found = [(NEWS[each.start : each.end], each.speaker) for each in structure.reported]
    assert found[:5] == [
        ("rouvrira au mois de juin", "Greta Holm"),
        ("chantier comme on en voit peu", "Greta Holm"),
        ("Nous avons travaillé jour et nuit", "Greta Holm"),
        ("Je remercie les ouvriers.", "Greta Holm"),
        ("On nous l’a déjà promis deux fois", "Anders Vik"),
    ]
    assert structure.reported[0].role == "ministre de la Mer"


def test_reported_speech_in_english() -> None:
    text = (
        "Harbour to open in June\n"
        "The council met on Monday. “We open in June,” said Greta Holm, the harbour minister. “There will be music.”\n"
        "Anders Vik, who speaks for the fishermen, said they “have heard that before.” "
        "He added: “We will wait and see.”\n"
        "“It is a long story of small delays,” reads a plaque."
    )
    structure = structure_of(text)
    found = [(text[each.start : each.end], each.speaker) for each in structure.reported]
    assert found[:4] == [
        ("We open in June,", "Greta Holm"),
        ("There will be music.", "Greta Holm"),
        ("have heard that before.", "Anders Vik"),
        ("We will wait and see.", "Anders Vik"),
    ]


def test_turns_that_the_format_marks_are_kept() -> None:
    text = "Good morning, all.\nWill it rain?\nNo, it will not.\n"
    turns = (
        Turn(0, 18, label="Greta Holm", speaker="Greta Holm"),
        Turn(19, 32, label="Q"),
        Turn(33, 49, label="Greta Holm", speaker="Greta Holm", role="Minister"),
    )
    structure = understand(SourceText(text, turns=turns, timecodes=((0, 1.5), (19, 4.0), (33, 6.25))))
    assert [(turn.start, turn.end, turn.label) for turn in structure.turns] == [
        (t.start, t.end, t.label) for t in turns
    ]
    assert kinds(structure) == ["statement", "question", "answer"]
    assert [turn.seconds for turn in structure.turns] == [1.5, 4.0, 6.25]


def test_what_the_format_says_goes_before_what_is_found() -> None:
    text = "A headline of the text itself\n2 May 2031\nThe council voted. Nobody was against it."
    source = SourceText(text, title="Vote", date="2031-05-03", language="fr-CA")
    structure = understand(source)
    assert (structure.title, structure.date, structure.language) == ("Vote", "2031-05-03", "fr")


@pytest.mark.parametrize("text", ["", " \n\t\n", "\ufeff", "\u200b"])
def test_texts_with_nothing_in_them(text: str) -> None:
    structure = structure_of(text)
    check_structure(text, structure)
    assert (structure.title, structure.date, structure.exchanges) == (None, None, ())


def test_sample_briefings_are_understood(samples: Path) -> None:
    texts = sorted(samples.glob("*.txt"))
    assert texts
    for path in texts:
        text = path.read_text(encoding="utf-8")
        structure = structure_of(text)
        check_structure(text, structure)
        assert structure.title, path.name
        assert structure.date, path.name
        if structure.kind == "transcript":
            assert len(structure.exchanges) > 5, path.name
            assert all(exchange.answers for exchange in structure.exchanges), path.name
            assert all(turn.speaker for turn in structure.turns if turn.kind == "answer"), path.name
        else:
            assert all(each.speaker for each in structure.reported), path.name


def test_captions_that_name_nobody_open_a_turn_of_somebody_else() -> None:
    text = (
        ">> MS. ARDEN: The ferry runs every day.\n>> Will it run at night?\n>> MS. ARDEN: It runs at night too.\n"
        ">> I disagree with her.\n>> MS. ARDEN: In a storm nobody crosses.\n"
    )
    assert labelled(text) == [
        ("MS. ARDEN", "The ferry runs every day."),
        (">>", "Will it run at night?"),
        ("MS. ARDEN", "It runs at night too."),
        (">>", "I disagree with her."),
        ("MS. ARDEN", "In a storm nobody crosses."),
    ]
    assert [turn.speaker for turn in structure_of(text).turns if turn.label == ">>"] == [None, None]
