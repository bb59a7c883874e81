"""The contract of stores on corrections: they belong to a briefing, and nobody's are lost to another who writes."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from engines import Place
from inventions import MAYOR, MODEL, Said, briefing_of

from onrecord.rag.checking.record import digest_of
from onrecord.rag.errors import ChangedMeanwhile
from onrecord.rag.store import NewBriefing, Replaced, Store, Summary
from onrecord.rag.types import Correction

FIRST = briefing_of("harbour", [Said("The breakwater is built.", *MAYOR), Said("Thank you.", "Tom Ashby")])
NEWER = briefing_of("harbour, again", [Said("It is being built.", *MAYOR)], lineage=FIRST.briefing.id)
MADE = (
    Correction(1, "title", "On “breakwaters”", at="2031-06-01T10:00:00+00:00", by="ada", before="On harbour"),
    Correction(3, "turn", "Zoë Æ.", before=None, role="Mayor", outlet="L’Éclair", label="Q:", start=7, sha256="ab"),
    Correction(4, "media", "https://example.org/harbour.mp3"),
)


def corrected(new: NewBriefing, *corrections: Correction) -> NewBriefing:
    return replace(new, briefing=replace(new.briefing, corrections=corrections))


def test_corrections_come_back_as_they_were_made_and_go_with_the_briefing(store: Store, place: Place) -> None:
    store.add(corrected(FIRST, *MADE), MODEL)
    again = place.open()
    for reader in (store, again):
        assert reader.briefing(FIRST.briefing.id).corrections == MADE
        assert reader.briefings()[0].corrections == MADE
        assert len(reader.summaries()) == 1
        assert reader.verify() == []
    again.close()
    store.move(FIRST.briefing.id, "/elsewhere.txt", "elsewhere.txt")
    assert store.briefing(FIRST.briefing.id).corrections == MADE
    store.add(corrected(FIRST, *MADE[1:]), MODEL)
    assert store.briefing(FIRST.briefing.id).corrections == MADE[1:]
    assert store.briefing(FIRST.briefing.id).media == "https://example.org/harbour.mp3"
    store.add(FIRST, MODEL)
    assert store.briefing(FIRST.briefing.id) == FIRST.briefing
    store.add(corrected(FIRST, *MADE), MODEL)
    store.remove(FIRST.briefing.id)
    store.add(FIRST, MODEL)
    assert store.briefing(FIRST.briefing.id) == FIRST.briefing
    assert store.verify() == []


def test_a_digest_is_of_files_versions_and_corrections_whatever_keeps_them(store: Store) -> None:
    def line(new: NewBriefing, *corrections: Correction) -> Summary:
        named = {field.name: getattr(new.briefing, field.name, 0) for field in fields(Summary)}
        return Summary(**{**named, "corrections": corrections, "source": "elsewhere", "file": "other.txt"})

    store.add(corrected(FIRST, *MADE), MODEL)
    other = tuple(replace(one, at="2032-01-01", by="Bo", number=one.number + 4, before=None) for one in MADE)
    assert store.summaries()[0].corrections == MADE
    assert digest_of(store.summaries()) == digest_of([line(FIRST, *other)])
    seen = {digest_of([]), digest_of(store.summaries())}
    store.add(corrected(FIRST, MADE[0]), MODEL)
    seen.add(digest_of(store.summaries()))
    store.add(FIRST, MODEL)
    seen.add(digest_of(store.summaries()))
    store.add(NEWER, MODEL)
    assert digest_of(store.summaries()) == digest_of([line(NEWER)])
    assert digest_of(store.summaries()) not in seen
    assert len(seen) == 4


def test_an_older_version_keeps_its_own(store: Store) -> None:
    store.add(corrected(FIRST, *MADE), MODEL)
    store.add(corrected(NEWER, MADE[0]), MODEL, over=Replaced(FIRST.briefing.id, MADE))
    assert store.briefing(FIRST.briefing.id).corrections == MADE
    assert store.briefing(NEWER.briefing.id).corrections == MADE[:1]
    assert store.verify() == []


def test_what_was_corrected_since_it_was_read_is_not_written_over(store: Store) -> None:
    id_ = FIRST.briefing.id
    store.add(FIRST, MODEL)
    store.add(corrected(FIRST, MADE[0]), MODEL, over=Replaced(id_))
    before = store.state(), store.briefing(id_)
    for new, over in (
        (corrected(FIRST, MADE[1]), Replaced(id_)),
        (NEWER, Replaced(id_)),
        (corrected(FIRST, *MADE), Replaced(id_, MADE)),
    ):
        with pytest.raises(ChangedMeanwhile, match=r"harbour.*Try again"):
            store.add(new, MODEL, over=over)
    assert (store.state(), store.briefing(id_)) == before
    store.add(corrected(FIRST, *MADE), MODEL, over=Replaced(id_, MADE[:1]))
    # A version that was replaced is not corrected into being the current one again, nor one that was removed.
    store.add(corrected(NEWER, *MADE), MODEL)
    with pytest.raises(ChangedMeanwhile):
        store.add(FIRST, MODEL, over=Replaced(id_, MADE))
    store.remove(id_)
    with pytest.raises(ChangedMeanwhile):
        store.add(FIRST, MODEL, over=Replaced(id_))
    assert store.ids() == []
    assert store.verify() == []
