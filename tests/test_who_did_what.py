"""A sentence with all the words of its source may still give one's deed to another: order tells, and what is open."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from records import spoken_briefing

from onrecord.embeddings import load_encoder
from onrecord.rag.language_model.evidence import numbered
from onrecord.rag.language_model.grounding import Grounding
from onrecord.rag.language_model.order import order_of
from onrecord.rag.language_model.support import Measures, Support
from onrecord.rag.settings import Settings
from onrecord.rag.text.quotes import cite

_SAID = (
    ("Ada Brook", "Minister of Ports", "On Monday the pilots gave the harbour office the charts and the tide tables."),
    (
        "Ada Brook",
        "Minister of Ports",
        "If the council agrees, we will dredge the northern channel and rebuild the quay.",
    ),
    ("Ada Brook", "Minister of Ports", "Two of the five cranes stand still because the cables are worn."),
    ("Ada Brook", "Minister of Ports", "The next briefing is on the 6th of May."),
)
_BRIEFING = spoken_briefing(_SAID)
_EVIDENCE = tuple(
    numbered({_BRIEFING.id: _BRIEFING}, cite(1, _BRIEFING, turn.start, turn.end), number)
    for number, turn in enumerate(_BRIEFING.turns, start=1)
)


@pytest.fixture(scope="module")
def support() -> Support:
    return Support(load_encoder(cache=Settings.load().cache))


def _measured(support: Support, sentence: str, number: int, code: str = "en") -> Measures:
    return support.measure(sentence, code, [_EVIDENCE[number - 1]])


@pytest.mark.parametrize(
    ("sentence", "number", "kept"),
    [
        ("Ada Brook said that on Monday the pilots gave the harbour office the charts and the tide tables.", 1, True),
        ("Ada Brook said that on Monday the harbour office gave the pilots the charts and the tide tables.", 1, False),
        ("Ada Brook said that if the council agrees, they will dredge the northern channel.", 2, True),
        ("Ada Brook said that they dredged the northern channel and rebuilt the quay.", 2, False),
        ("Ada Brook said that two of the five cranes stand still because the cables are worn.", 3, True),
        ("All five cranes stand still because the cables are worn.", 3, False),
        ("Ada Brook said that the next briefing is on the 6th of May.", 4, True),
        ("Ada Brook said that the next briefing is on the 6th of April.", 4, False),
    ],
)
def test_who_did_what_is_checked(support: Support, sentence: str, number: int, kept: bool) -> None:
    grounding = Grounding(_EVIDENCE, {_BRIEFING.id: _BRIEFING}, "en", support)
    (judged,) = grounding.ground(f"{sentence} [{number}]").judged
    assert judged.shown is kept, judged


def test_a_plan_told_as_done_is_measured_in_every_clause(support: Support) -> None:
    assert _measured(support, "They dredged the northern channel.", 2).settled == 1
    assert _measured(support, "They will dredge the northern channel.", 2).settled == 0
    french = spoken_briefing([("Ada Brook", None, "Le port rouvrira en mai.")], language="fr")
    turn = french.turns[0]
    cited = [numbered({french.id: french}, cite(1, french, turn.start, turn.end, language="fr"), 1)]
    assert support.measure("Le port a rouvert en mai.", "fr", cited).settled > 0
    assert support.measure("Le port rouvrira en mai.", "fr", cited).settled == 0


def test_all_of_them_is_told_from_some(support: Support) -> None:
    assert _measured(support, "All cranes stand still.", 3).widened
    assert not _measured(support, "Two cranes stand still.", 3).widened


def test_what_keeps_to_its_source_is_in_place(support: Support) -> None:
    told = _measured(support, "Ada Brook said the pilots gave the harbour office the charts.", 1)
    assert told.in_place
    assert told.displaced == 0
    swapped = _measured(support, "Ada Brook said the harbour office gave the pilots the charts.", 1)
    assert not swapped.in_place
    assert swapped.displaced > 0


@given(st.permutations(range(6)))
def test_only_the_order_of_the_source_is_kept(places: list[int]) -> None:
    met = np.zeros((6, 6), bool)
    met[range(6), places] = True
    order = order_of(met)
    assert order.kept is (places == sorted(places))
    assert list(order.places) == sorted(order.places)
    assert order.displaced == pytest.approx(1 - len(order.places) / 6)
    assert order.added == 0


def test_added_words_and_long_leaps_are_not_in_place() -> None:
    assert order_of(np.eye(4, 8, dtype=bool)).kept
    assert not order_of(np.vstack([np.eye(4, dtype=bool), np.zeros((1, 4), bool)])).kept
    leap = np.zeros((2, 6), bool)
    leap[0, 0] = leap[1, 4] = True
    assert not order_of(leap).kept
    nothing = order_of(np.zeros((3, 0), bool))
    assert not nothing.kept
    assert nothing.added == 1
