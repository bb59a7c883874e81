"""The contract of stores: what is added comes back, in versions, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from engines import Place
from inventions import MAYOR, MODEL, SECOND_MODEL, Said, briefing_of, council, embedded_of, older, words_of

from onrecord.rag.errors import UnknownBriefing
from onrecord.rag.people.names import Known
from onrecord.rag.people.register import Place as InPrint
from onrecord.rag.people.register import Printed
from onrecord.rag.store import Embedded, Limits, Names, NewBriefing, Store

FIRST = briefing_of("harbour", [Said("The breakwater is built.", *MAYOR), Said("Thank you.", "Tom Ashby")])
CORRECTED = briefing_of(
    "harbour, corrected",
    [Said("It is being built.", *MAYOR), Said("Thank you.", "Tom Ashby")],
    lineage=FIRST.briefing.id,
)
OTHER = briefing_of("school", [Said("The school opens.", "Ann Holt", "Head", None, "statement")], date=None)
EMPTY = briefing_of("nothing", [], date="2031")


def add(store: Store, *briefings: NewBriefing) -> None:
    for new in briefings:
        store.add(new, MODEL)


def are_equal(found: list[Embedded], expected: tuple[Embedded, ...]) -> bool:
    return len(found) == len(expected) and all(
        np.array_equal(one.vector, other.vector) and one.vector.dtype == np.float32 and one.said == other.said
        for one, other in zip(found, expected, strict=True)
    )


def all_of(store: Store) -> tuple[object, ...]:
    """Everything that can be read, for comparing two states."""
    return (
        [store.briefing(id_) for id_ in store.ids()],
        [store.file(id_) for id_ in store.ids()],
        [store.passages(id_) for id_ in store.ids()],
        store.summaries(),
        store.count(Limits()),
        store.names(),
        store.state(),
        store.model(),
    )


def test_an_empty_store_holds_nothing(store: Store) -> None:
    assert store.model() is None
    assert store.ids() == store.briefings() == store.summaries() == []
    assert store.current_version("/briefings/harbour.txt") is None
    assert store.names() == Names((), {}, (), (), (), (), ())
    assert store.usual() == {}
    assert store.count(Limits()) == (0, 0)
    assert store.candidates(FIRST.embedded[0].vector, {"school": 1.0}, Limits(), 5) == []
    assert store.verify() == []


def test_what_is_added_comes_back_as_it_was(store: Store, place: Place) -> None:
    add(store, FIRST, OTHER, EMPTY)
    again = place.open()
    for reader in (store, again):
        assert reader.ids() == [FIRST.briefing.id, OTHER.briefing.id, EMPTY.briefing.id]
        assert reader.briefings() == [FIRST.briefing, OTHER.briefing, EMPTY.briefing]
        assert [summary.id for summary in reader.summaries()] == reader.ids()
        assert reader.model() == MODEL
        for new in (FIRST, OTHER, EMPTY):
            assert reader.briefing(new.briefing.id) == new.briefing
            assert reader.passages(new.briefing.id) == list(new.passages)
            assert reader.file(new.briefing.id) == new.data
            assert are_equal(reader.embedded(new.briefing.id), new.embedded)
            assert reader.current_version(new.briefing.source) == next(
                one for one in reader.summaries() if one.id == new.briefing.id
            )
        assert reader.verify() == []
    again.close()
    summary, briefing = store.summaries()[0], FIRST.briefing
    assert (summary.characters, summary.passages) == (len(briefing.text), len(FIRST.passages))
    for name in ("title", "date", "language", "url", "file", "kind", "source", "lineage"):
        assert getattr(summary, name) == getattr(briefing, name)


def test_adding_the_same_again_keeps_its_place_and_takes_what_is_new(store: Store) -> None:
    add(store, FIRST, OTHER)
    state = store.state()
    renamed = replace(FIRST, briefing=replace(FIRST.briefing, title="Another title"))
    add(store, renamed)
    assert store.state() != state
    assert store.briefings() == [renamed.briefing, OTHER.briefing]
    assert store.count(Limits()) == (2, 3)
    assert store.verify() == []


def test_a_new_version_is_found_and_the_older_one_can_be_read(store: Store) -> None:
    add(store, FIRST, OTHER, CORRECTED)
    assert store.ids() == [FIRST.briefing.id, OTHER.briefing.id, CORRECTED.briefing.id]
    assert [summary.id for summary in store.summaries()] == [OTHER.briefing.id, CORRECTED.briefing.id]
    assert store.briefing(FIRST.briefing.id) == replace(FIRST.briefing, superseded_by=CORRECTED.briefing.id)
    assert store.passages(FIRST.briefing.id) == list(FIRST.passages)
    assert store.file(FIRST.briefing.id) == FIRST.data
    assert store.embedded(FIRST.briefing.id) == []
    # What both versions say has one id.
    assert [one.passage for one in store.held(passage.id for passage in FIRST.passages).values()] == [
        CORRECTED.passages[1]
    ]
    assert store.count(Limits()) == (2, 3)
    assert store.current_version(FIRST.briefing.source) is None
    found = store.candidates(FIRST.embedded[0].vector, {"breakwater": 1.0}, Limits(), 9)
    assert {one.id for one in found} == {passage.id for new in (OTHER, CORRECTED) for passage in new.passages}
    assert store.verify() == []


def test_versions_carried_over_from_another_store_are_as_they_were(store: Store) -> None:
    add(store, older(FIRST, CORRECTED), CORRECTED, OTHER)
    assert store.ids() == [FIRST.briefing.id, CORRECTED.briefing.id, OTHER.briefing.id]
    assert store.briefing(FIRST.briefing.id) == older(FIRST, CORRECTED).briefing
    assert store.briefings() == [CORRECTED.briefing, OTHER.briefing]
    assert store.embedded(FIRST.briefing.id) == []
    # The order may be another: nothing that is current is superseded by what is not.
    add(store, older(FIRST, CORRECTED))
    assert store.briefings() == [CORRECTED.briefing, OTHER.briefing]
    assert store.passages(FIRST.briefing.id) == list(FIRST.passages)
    assert store.verify() == []


def test_a_file_that_has_moved_is_known_by_its_new_place(store: Store) -> None:
    add(store, FIRST, OTHER)
    state = store.state()
    store.move(FIRST.briefing.id, "/elsewhere/new.txt", "new.txt")
    assert store.state() != state
    assert store.briefing(FIRST.briefing.id) == replace(FIRST.briefing, source="/elsewhere/new.txt", file="new.txt")
    assert store.current_version(FIRST.briefing.source) is None
    found = store.current_version("/elsewhere/new.txt")
    assert found == store.summaries()[0]
    assert store.names().places[FIRST.briefing.id] == InPrint("On harbour", "2031-05-04", "en", "new.txt")
    assert store.verify() == []


def test_what_is_removed_is_gone_in_all_versions(store: Store) -> None:
    add(store, FIRST, OTHER, CORRECTED)
    store.remove(FIRST.briefing.id)
    assert store.ids() == [OTHER.briefing.id]
    for gone in (FIRST, CORRECTED):
        for read in (store.briefing, store.passages, store.file, store.embedded, store.remove):
            with pytest.raises(UnknownBriefing, match=gone.briefing.id):
                read(gone.briefing.id)
        assert store.held(passage.id for passage in gone.passages) == {}
    assert store.names().places.keys() == {OTHER.briefing.id}
    assert store.verify() == []
    add(store, FIRST)
    assert store.ids() == [OTHER.briefing.id, FIRST.briefing.id]
    assert store.verify() == []


def test_names_are_given_as_they_are_printed(store: Store) -> None:
    add(store, FIRST, OTHER, CORRECTED)
    names = store.names()
    assert set(names.speakers) == {
        Printed(Known(*MAYOR), "Ida Wren", (CORRECTED.briefing.id,)),
        Printed(Known("Tom Ashby"), "Tom Ashby", (CORRECTED.briefing.id,)),
        Printed(Known("Ann Holt", "Head"), "Ann Holt", (OTHER.briefing.id,)),
    }
    assert set(names.passages) == {
        Known(*MAYOR, CORRECTED.briefing.id),
        Known("Tom Ashby", briefing=CORRECTED.briefing.id),
        Known("Ann Holt", "Head", None, OTHER.briefing.id),
    }
    assert (names.roles, names.outlets, names.languages) == (("Head", "Mayor"), (), ("en",))
    assert names.kinds == ("answer", "statement")
    assert names.places.keys() == {OTHER.briefing.id, CORRECTED.briefing.id}


def test_one_printed_speaker_of_several_briefings_is_given_once(store: Store) -> None:
    made = council()
    add(store, *made)
    names = store.names()
    entries = [(one.known, one.label) for one in names.speakers]
    assert len(set(entries)) == len(entries)
    [mayor] = [one for one in names.speakers if one.known == Known(*MAYOR)]
    assert sorted(mayor.briefings) == sorted(new.briefing.id for new in made)
    assert names.roles == tuple(sorted({passage.role for new in made for passage in new.passages if passage.role}))
    assert names.languages == ("en", "fr")


def test_vectors_of_another_model_take_the_place_of_all(store: Store) -> None:
    add(store, FIRST, OTHER)

    def batches() -> Iterator[tuple[list[int], list[Embedded]]]:
        for summary in store.summaries():
            passages = store.passages(summary.id)
            yield [passage.id for passage in passages], [embedded_of(passage, SECOND_MODEL) for passage in passages]

    store.replace_vectors(SECOND_MODEL, batches())
    assert store.model() == SECOND_MODEL
    for new in (FIRST, OTHER):
        expected = tuple(embedded_of(passage, SECOND_MODEL) for passage in new.passages)
        assert are_equal(store.embedded(new.briefing.id), expected)
        held = store.held(passage.id for passage in new.passages)
        assert [held[passage.id].said for passage in new.passages] == [one.said for one in expected]
    wanted = embedded_of(OTHER.passages[0], SECOND_MODEL).vector
    [found] = [one for one in store.candidates(wanted, {}, Limits(), 1) if one.language == "en"]
    assert (found.id, found.vector is not None and np.array_equal(found.vector, wanted)) == (OTHER.passages[0].id, True)
    assert store.verify() == []


def test_an_exchange_of_vectors_that_fails_changes_nothing(store: Store) -> None:
    add(store, FIRST, OTHER)
    before = all_of(store)

    def batches() -> Iterator[tuple[list[int], list[Embedded]]]:
        passages = store.passages(FIRST.briefing.id)
        yield [passage.id for passage in passages], [embedded_of(passage, SECOND_MODEL) for passage in passages]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.replace_vectors(SECOND_MODEL, batches())
    assert all_of(store) == before
    assert are_equal(store.embedded(FIRST.briefing.id), FIRST.embedded)
    assert store.verify() == []


def test_an_addition_that_fails_changes_nothing(store: Store) -> None:
    add(store, FIRST)
    before = all_of(store)
    # One vector too few: nothing of it may be kept.
    with pytest.raises(ValueError, match="shorter"):
        store.add(replace(council()[0], embedded=council()[0].embedded[:-1]), MODEL)
    assert all_of(store) == before
    assert store.verify() == []


def test_words_come_back_to_the_letter(store: Store) -> None:
    said = "“Ça va”: 5 % — naïve 𝔘nicode e\u0301, a\ttab, a\r\nline, \\back\\ %s $1 'quote' \"two\" ; DROP TABLE x; --"
    new = briefing_of("letters", [Said(said, "Æsa Ñandú-Øst", "Zöe's “aide”", "L’Éclair")])
    add(store, new)
    assert store.briefing(new.briefing.id) == new.briefing
    assert store.passages(new.briefing.id) == list(new.passages)
    known = Known("Æsa Ñandú-Øst", "Zöe's “aide”", "L’Éclair")
    assert store.count(Limits(speakers=(known,), roles=("Zöe's “aide”",), outlets=("L’Éclair",))) == (1, 1)
    assert store.count(Limits(outlets=("L'Éclair",))) == (0, 0)
    assert store.verify() == []


def test_ids_of_passages_go_up_to_all_that_are_ever_made(store: Store) -> None:
    new = briefing_of("numbers", [Said(words_of(1)), Said(words_of(2))])
    ids = (1, 2**63 - 1)
    numbered = tuple(replace(passage, id=id_) for passage, id_ in zip(new.passages, ids, strict=True))
    add(store, replace(new, passages=numbered))
    assert set(store.held([*ids, 7])) == set(ids)
    assert {one.id for one in store.candidates(new.embedded[0].vector, {}, Limits(), 5)} == set(ids)
