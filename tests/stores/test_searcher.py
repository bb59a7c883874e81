"""The contract of stores: what is found is what weighing every passage finds, scores and vectors as well as ids."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable

import numpy as np
import pytest
from engines import Place
from inventions import (
    MAYOR,
    MODEL,
    NAMESAKE,
    REPORTER,
    Said,
    briefing_of,
    council,
    vector_of,
    words_of,
)
from reference import expected_candidates, passages_within

from onrecord.rag.languages import language as words_of_language
from onrecord.rag.people.names import Known
from onrecord.rag.store import USUAL_SAID, USUAL_VECTORS, Limits, NewBriefing, Store, StoredVoice

COUNCIL = council()
IDS = [new.briefing.id for new in COUNCIL]
FERRY, WINTER, NOBODY = words_of_language("en").query_terms("ferry winter nobody")
[DYKE] = words_of_language("fr").query_terms("digue")
TERMS = {FERRY: 1.0, WINTER: 0.5, DYKE: 1.0, NOBODY: 1.0}

EACH_LIMIT = [
    Limits(),
    Limits(speakers=(Known(*MAYOR),)),
    Limits(speakers=(Known(*NAMESAKE, IDS[1]), Known(*REPORTER))),
    Limits(speakers=(Known(*NAMESAKE, IDS[1]), Known(*NAMESAKE, IDS[2]))),
    # Another role is another speaker, and so is none.
    Limits(speakers=(Known("Ida Wren", "Harbour master"), Known("Ida Wren"))),
    Limits(speakers=()),
    Limits(roles=("Mayor", "Harbour master")),
    Limits(roles=()),
    Limits(outlets=("Coastal Herald",)),
    Limits(outlets=("coastal herald",)),
    Limits(since="2031-05-20"),
    Limits(since="2031-06"),
    Limits(since="2032"),
    Limits(until="2031-05-20"),
    Limits(until="2031-05"),
    Limits(until="2031"),
    Limits(since="2031-05", until="2031-05"),
    Limits(since="2033"),
    Limits(languages=("fr",)),
    Limits(languages=("de",)),
    Limits(languages=("fr", "de", "en")),
    Limits(languages=("fr", "de")),
    Limits(languages=()),
    Limits(kinds=("question",)),
    Limits(kinds=("report",)),
    Limits(kinds=("question", "answer")),
    Limits(kinds=()),
    Limits(briefings=(IDS[3], IDS[0])),
    Limits(briefings=("0" * 16,)),
    Limits(briefings=()),
]
SEVERAL_LIMITS = [
    Limits(speakers=(Known(*MAYOR),), since="2031-05-20", languages=("en",)),
    Limits(roles=("Mayor",), kinds=("answer",), until="2031"),
    Limits(outlets=("Coastal Herald",), briefings=tuple(IDS[:4]), kinds=("question",)),
    Limits(speakers=(Known(*NAMESAKE, IDS[1]), Known(*MAYOR, IDS[3])), briefings=(IDS[3],)),
    Limits(speakers=(Known(*MAYOR),), outlets=("Coastal Herald",)),
]


def filled(store: Store, briefings: Iterable[NewBriefing] = COUNCIL) -> Store:
    for new in briefings:
        store.add(new, MODEL)
    return store


def agree(
    store: Store,
    held: list[NewBriefing],
    limits: Limits,
    k: int,
    language: str | None,
    *,
    sense: bool = True,
    terms: dict[str, float] = TERMS,
) -> None:
    """Assert that candidates are those of the reference: ids, languages, lengths, vectors and scores."""
    vector = vector_of("asked") if sense else None
    found = store.candidates(vector, terms, limits, k, language=language)
    expected = expected_candidates(held, vector, terms, limits, k, language)
    scores = {one.id: one.lexical for one in found}
    assert len(scores) == len(found)
    assert scores == pytest.approx(expected, rel=1e-5, abs=1e-12)
    passages = {passage.id: passage for new in held for passage in new.passages}
    vectors = {passage.id: one.vector for new in held for passage, one in zip(new.passages, new.embedded, strict=True)}
    for one in found:
        assert one.language == passages[one.id].language
        assert one.length == len(passages[one.id].text.split())
        if sense:
            assert one.vector is not None
            assert one.vector.dtype == np.float32
            assert np.array_equal(one.vector, vectors[one.id])
        else:
            assert one.vector is None


def test_candidates_are_those_of_weighing_all_in_every_limit(store: Store) -> None:
    filled(store)
    for limits, k, language in itertools.product([*EACH_LIMIT, *SEVERAL_LIMITS], (1, 4, 500), ("en", "fr", None)):
        agree(store, COUNCIL, limits, k, language)
    for limits in (Limits(), Limits(languages=("en",)), SEVERAL_LIMITS[0]):
        agree(store, COUNCIL, limits, 3, "en", sense=False)
        agree(store, COUNCIL, limits, 3, "de")
        agree(store, COUNCIL, limits, 3, None, terms={})
        agree(store, COUNCIL, limits, 3, None, sense=False, terms={})


def test_words_of_every_weight_are_found(store: Store) -> None:
    filled(store)
    everything = {passage.id for new in COUNCIL for passage in new.passages}
    by_term = {term: store.candidates(None, {term: 1.0}, Limits(), 500) for term in (FERRY, WINTER, DYKE, NOBODY)}
    assert 0 < len(by_term[FERRY]) < len(everything)
    assert {one.language for one in by_term[FERRY]} == {"en"}
    assert {one.language for one in by_term[DYKE]} == {"fr"}
    assert by_term[NOBODY] == []
    agree(store, COUNCIL, Limits(), 500, None, sense=False, terms={FERRY: 2.0, WINTER: 0.25})


def test_a_word_that_nobody_said_leaves_less_of_a_question_met(store: Store) -> None:
    filled(store)
    whole = {one.id: one.lexical for one in store.candidates(None, {FERRY: 1.0}, Limits(), 500)}
    part = {one.id: one.lexical for one in store.candidates(None, {FERRY: 1.0, NOBODY: 1.0}, Limits(), 500)}
    assert part.keys() == whole.keys()
    assert all(0 < part[id_] < whole[id_] / 2 for id_ in whole)
    # A word that was said once, and by nobody any more.
    for new in COUNCIL:
        if new.briefing.language == "fr":
            store.remove(new.briefing.id)
    left = [new for new in COUNCIL if new.briefing.language != "fr"]
    agree(store, left, Limits(), 500, None, sense=False, terms={FERRY: 1.0, DYKE: 1.0})


def test_counts_and_lists_are_those_of_every_limit(store: Store) -> None:
    filled(store)
    for limits in (*EACH_LIMIT, *SEVERAL_LIMITS, Limits()):
        within = passages_within(COUNCIL, limits)
        ids = list(dict.fromkeys(passage.briefing_id for passage in within))
        assert store.count(limits) == (len(ids), len(within)), limits
        assert store.briefing_ids(limits) == ids, limits
        each = Counter((p.briefing_id, p.speaker, p.role, p.outlet, p.language, p.kind) for p in within)
        assert sorted(store.voices(limits), key=repr) == sorted(
            (StoredVoice(*voice, count) for voice, count in each.items()), key=repr
        ), limits


def test_an_undated_briefing_passes_no_limit_of_dates(store: Store) -> None:
    undated, dated = briefing_of("a", [Said("Ferry one.")], date=None), briefing_of("b", [Said("Ferry two.")])
    filled(store, [undated, dated])
    assert store.briefing_ids(Limits()) == [undated.briefing.id, dated.briefing.id]
    assert store.briefing_ids(Limits(since="1000")) == store.briefing_ids(Limits(until="9999")) == [dated.briefing.id]


def test_what_is_found_follows_what_is_added_and_removed(store: Store, place: Place) -> None:
    other = place.open()
    held: list[NewBriefing] = []
    for new in COUNCIL[:4]:
        store.add(new, MODEL)
        held.append(new)
        for reader in (store, other):
            agree(reader, held, Limits(), 3, None)
            agree(reader, held, Limits(kinds=("question",)), 3, "en")
    store.remove(COUNCIL[1].briefing.id)
    corrected = briefing_of("corrected", [Said(words_of("again"), *MAYOR)], lineage=COUNCIL[2].briefing.id)
    other.add(corrected, MODEL)
    held = [COUNCIL[0], COUNCIL[3], corrected]
    for reader in (store, other):
        agree(reader, held, Limits(), 50, None)
        agree(reader, held, Limits(roles=("Mayor",)), 50, "en")
        assert reader.count(Limits()) == (3, 19)
        assert reader.briefing_ids(Limits(roles=("Mayor",))) == [new.briefing.id for new in held]
    other.close()
    reopened = place.open()
    agree(reopened, held, Limits(), 5, "fr")
    reopened.close()


def test_equal_scores_are_cut_off_by_id(store: Store) -> None:
    same = [Said("The ferry sails.", *MAYOR) for _ in range(12)]
    held = [briefing_of("one", same)]
    filled(store, held)
    for k in (1, 5, 11):
        agree(store, held, Limits(), k, "en", sense=False, terms={FERRY: 1.0})


def test_passages_are_held_by_id(store: Store) -> None:
    filled(store)
    passages = [passage for new in COUNCIL[::2] for passage in new.passages]
    said = {passage.id: one.said for new in COUNCIL for passage, one in zip(new.passages, new.embedded, strict=True)}
    found = store.held(passage.id for passage in [*passages, *passages])
    assert {id_: one.passage for id_, one in found.items()} == {passage.id: passage for passage in passages}
    assert all(one.said == said[id_] for id_, one in found.items())
    assert store.held([]) == store.held([5]) == {}


def test_the_usual_is_of_the_lowest_ids_of_each_language(store: Store) -> None:
    filled(store)
    usual = store.usual()
    assert set(usual) == {"en", "fr"}
    for language, one in usual.items():
        own = sorted(
            (passage.id, made)
            for new in COUNCIL
            for passage, made in zip(new.passages, new.embedded, strict=True)
            if passage.language == language
        )
        assert one.vectors.dtype == np.float32
        assert np.array_equal(one.vectors, np.array([made.vector for _, made in own]))
        assert one.said == tuple(made.said for _, made in own[:USUAL_SAID])
        assert one.passages == len(own)
    for new in COUNCIL:
        if new.briefing.language == "fr":
            store.remove(new.briefing.id)
    assert set(store.usual()) == {"en"}


def test_the_usual_is_no_more_than_a_choice(store: Store) -> None:
    filled(store, [briefing_of("long", [Said(words_of(number, count=3)) for number in range(USUAL_VECTORS + 20)])])
    [usual] = store.usual().values()
    assert (usual.vectors.shape[0], len(usual.said)) == (USUAL_VECTORS, USUAL_SAID)
    assert usual.passages == USUAL_VECTORS + 20
