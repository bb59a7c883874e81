"""What a library holds, as all that asks it sees it: each person under one name, limits as people type them.

A store keeps and gives what is printed. Who is one person in a library is worked out here, once for each of its states,
and so is what else depends on nothing but the state.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property, lru_cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from onrecord.rag.collecting import held_as
from onrecord.rag.corrections import corrected_turns
from onrecord.rag.people.matching import holding_each, matching_names
from onrecord.rag.people.names import is_full
from onrecord.rag.people.register import Register
from onrecord.rag.store import Candidate, Held, Limits, Names, Store, StoredVoice, Summary, Usual
from onrecord.rag.tallies import Tallies, tallies
from onrecord.rag.types import Briefing, Filters, Passage, Passing, Turn, each_of

_Read = TypeVar("_Read")
_Made = TypeVar("_Made")

# Filters stay the same for many questions; whom one by speaker means is looked for among all names.
_LIMITS_KEPT = 32
# Questions one after the other mostly read the same briefings, each of some hundred kilobytes.
_BRIEFINGS_KEPT = 64


class Holdings:
    """A store, read. Safe to use from several threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._local = threading.local()
        self._latest: _State | None = None

    def of_one_state(self, read: Callable[[], _Read]) -> _Read:
        """What `read` gives, all that it reads here being of one state; see `Archive.of_one_state`."""

        def in_this_state() -> _Read:
            before = getattr(self._local, "state", None)
            self._local.state = before or self._present()
            try:
                return read()
            finally:
                self._local.state = before

        return self._store.of_one_state(in_this_state)

    def candidates(
        self,
        vector: NDArray[np.float32] | None,
        terms: Mapping[str, float],
        filters: Filters,
        k: int,
        *,
        language: str | None = None,
    ) -> list[Candidate]:
        """The passages nearest to a vector in each language, and those of the highest BM25; see `Searcher`."""
        return self._store.candidates(vector, terms, self._state().limits(filters), k, language=language)

    def usual(self, make: Callable[[Mapping[str, Usual]], _Made]) -> _Made:
        """What `make` gives of what the passages of each language are usually like: called once for each state."""
        made = self._state().made
        if make not in made:
            made[make] = make(self._store.usual())
        found: _Made = made[make]
        return found

    def count(self, filters: Filters) -> tuple[int, int]:
        """How many briefings and passages pass the filters."""
        return self._store.count(self._state().limits(filters))

    def passing(self, filters: Filters) -> Passing:
        """How much passes the filters, and how many undated briefings would without the dates among them."""
        undated = 0
        if filters.since or filters.until:
            limits = self._state().limits(replace(filters, since=None, until=None))
            among = [id_ for id_ in self._state().undated if limits.briefings is None or id_ in limits.briefings]
            undated = self._store.count(replace(limits, briefings=tuple(among)))[0] if among else 0
        return Passing(*self.count(filters), undated)

    def tallies(self, filters: Filters) -> Tallies:
        """How many passages each speaker, role, outlet, language and kind would leave; see `tallies`."""
        return self._state().tallies(filters)

    def briefing_ids(self, filters: Filters) -> list[str]:
        """The ids of the briefings that have passages which pass the filters, in the order they were added."""
        return self._store.briefing_ids(self._state().limits(filters))

    def held(self, ids: Iterable[int]) -> dict[int, Held]:
        """Current passages with their telling words, by id; unknown ids are left out."""
        people = self._people
        return {
            passage_id: Held(_named_passage(one.passage, people), one.said)
            for passage_id, one in self._store.held(ids).items()
        }

    def passages(self, briefing_id: str) -> list[Passage]:
        """The passages of a briefing in order; raises UnknownBriefing."""
        people = self._people
        return [_named_passage(passage, people) for passage in self._store.passages(briefing_id)]

    def briefing(self, briefing_id: str) -> Briefing:
        """A briefing of any version; raises UnknownBriefing."""
        return self._state().briefing(briefing_id)

    def briefings(self) -> list[Briefing]:
        """The current briefings in the order they were added."""
        people = self._people
        return [_named(briefing, people) for briefing in self._store.briefings()]

    def summaries(self) -> list[Summary]:
        """The current briefings in the order they were added, without their text."""
        return self._store.summaries()

    def collections(self) -> Mapping[str, tuple[str, ...]]:
        """The ids of each collection's current briefings, by its name; see `Archive.collections`."""
        return self._state().collections

    def names(self) -> dict[str, list[str]]:
        """The distinct speakers, roles, outlets, languages and kinds of current passages, to choose filters from."""
        return {kind: list(names) for kind, names in self._state().to_choose_from.items()}

    def on_record(self) -> tuple[tuple[str, ...], tuple[str, ...], tuple[tuple[str, tuple[str, ...]], ...]]:
        """All people and outlets that speak in current briefings, be it in a few words, and who holds each office."""
        return self._people.on_record

    def called(self, speakers: str | tuple[str, ...]) -> list[str]:
        """The names of the people whom a filter by speaker may mean."""
        return list(_meant(each_of(speakers), self._people.called) or ())

    @property
    def _people(self) -> Register:
        return self._state().people

    def _state(self) -> _State:
        """What is known of the state that this thread reads."""
        return getattr(self._local, "state", None) or self._present()

    def _present(self) -> _State:
        state = self._store.state()
        latest = self._latest
        if latest is None or latest.state != state:
            latest = self._latest = _State(state, self._store)
        return latest


class _State:
    """What depends on one state of a store alone, each worked out when it is first asked for."""

    def __init__(self, state: str, store: Store) -> None:
        self.state = state
        self.made: dict[Callable[[Mapping[str, Usual]], Any], Any] = {}
        self.limits = lru_cache(_LIMITS_KEPT)(self._limits)
        self.tallies = lru_cache(_LIMITS_KEPT)(self._tallies)
        self.briefing = lru_cache(_BRIEFINGS_KEPT)(self._briefing)
        self._store = store

    @cached_property
    def _names(self) -> Names:
        return self._store.names()

    @cached_property
    def collections(self) -> Mapping[str, tuple[str, ...]]:
        return self._store.collections()

    @cached_property
    def people(self) -> Register:
        return Register(self._names.speakers, self._names.places)

    @cached_property
    def to_choose_from(self) -> Mapping[str, list[str]]:
        names = self._names
        speakers = {
            self.people.identity(known.name, known.role, known.outlet, known.briefing or "").name
            for known in names.passages
        }
        return {
            "speaker": sorted(speakers),
            "role": list(names.roles),
            "outlet": list(names.outlets),
            "language": list(names.languages),
            "kind": list(names.kinds),
        }

    @cached_property
    def undated(self) -> tuple[str, ...]:
        """The ids of the briefings without a date."""
        return tuple(one.id for one in self._store.summaries() if one.date is None)

    def _briefing(self, briefing_id: str) -> Briefing:
        return _named(self._store.briefing(briefing_id), self.people)

    def _limits(self, filters: Filters) -> Limits:
        """The filters as a store takes them: whom and what they mean of what is printed."""
        return Limits(
            speakers=_meant(each_of(filters.speaker), lambda name: self.people.printed(self.people.called(name))),
            roles=_meant(each_of(filters.role), lambda role: matching_names(role, self._names.roles)),
            outlets=_meant(each_of(filters.outlet), lambda outlet: matching_names(outlet, self._names.outlets)),
            since=filters.since,
            until=filters.until,
            languages=each_of(filters.language),
            kinds=each_of(filters.kind),
            briefings=self._among(filters),
        )

    def _tallies(self, filters: Filters) -> Tallies:
        """How many passages each value to choose from would leave, in the order of the values."""
        limits = self.limits(filters)
        chosen = {
            "speaker": _meant(each_of(filters.speaker), self.people.called),
            "role": limits.roles,
            "outlet": limits.outlets,
            "language": limits.languages,
            "kind": limits.kinds,
        }
        without = Limits(since=limits.since, until=limits.until, briefings=limits.briefings)
        counts = tallies(((self._values(voice), voice.passages) for voice in self._store.voices(without)), chosen)
        return {
            kind: {value: sum(counts[kind].get(one, 0) for one in self._meaning[kind](value)) for value in values}
            for kind, values in self.to_choose_from.items()
        }

    def _values(self, voice: StoredVoice) -> dict[str, str | None]:
        """What a voice is, by the kind of limit."""
        name = voice.speaker and self.people.identity(voice.speaker, voice.role, voice.outlet, voice.briefing).name
        return {
            "speaker": name,
            "role": voice.role,
            "outlet": voice.outlet,
            "language": voice.language,
            "kind": voice.kind,
        }

    @cached_property
    def _meaning(self) -> Mapping[str, Callable[[str], Iterable[str]]]:
        """What a value chosen means of the values on record, by the kind of limit."""
        roles, outlets = holding_each(self._names.roles), holding_each(self._names.outlets)
        return {
            # A full name is one person's; whom any other means is looked for among all names.
            "speaker": cache(lambda name: [name] if is_full(name) else self.people.called(name)),
            "role": roles.__getitem__,
            "outlet": outlets.__getitem__,
            "language": lambda code: (code,),
            "kind": lambda kind: (kind,),
        }

    def _among(self, filters: Filters) -> tuple[str, ...] | None:
        """The briefings that pass the filters by briefing and by collection; None where neither is set."""
        named = each_of(filters.briefing)
        together = _meant(each_of(filters.collection), lambda name: self.collections[held_as(self.collections, name)])
        if named is None or together is None:
            return together if named is None else named
        return tuple(id_ for id_ in together if id_ in named)


def _meant(wanted: Sequence[str] | None, mean: Callable[[str], Iterable[_Made]]) -> tuple[_Made, ...] | None:
    """All that any of the texts means, each once; None where there is no limit."""
    return None if wanted is None else tuple(dict.fromkeys(one for text in wanted for one in mean(text)))


def _named(briefing: Briefing, people: Register) -> Briefing:
    """A briefing, the speaker of each turn under their one name."""

    corrected = corrected_turns(briefing) if briefing.corrections else frozenset[int]()

    def named(place: int, turn: Turn) -> Turn:
        if turn.speaker is None:
            return turn
        identity = people.identity(turn.speaker, turn.role, turn.outlet, briefing.id)
        if identity.inferred and place in corrected:
            # Who says who spoke has the last word.
            return turn
        return replace(turn, speaker=identity.name, inferred=turn.inferred or identity.inferred)

    return replace(briefing, turns=tuple(named(place, turn) for place, turn in enumerate(briefing.turns)))


def _named_passage(passage: Passage, people: Register) -> Passage:
    """A passage, its speaker under their one name."""
    if passage.speaker is None:
        return passage
    name = people.identity(passage.speaker, passage.role, passage.outlet, passage.briefing_id).name
    return passage if name == passage.speaker else replace(passage, speaker=name)


def by_words(candidates: Iterable[Candidate], k: int) -> list[Candidate]:
    """The k candidates of highest BM25 for the terms, of those that hold any; best first, equal ones by id."""
    holding = [candidate for candidate in candidates if candidate.lexical > 0]
    return sorted(holding, key=lambda candidate: (-candidate.lexical, candidate.id))[:k]


def by_sense(candidates: Iterable[Candidate], vector: NDArray[np.float32], k: int) -> list[Candidate]:
    """The k candidates nearest to a vector, best first, equal ones by id."""
    near = [(float(one.vector @ vector), one) for one in candidates if one.vector is not None]
    return [one for _, one in sorted(near, key=lambda scored: (-scored[0], scored[1].id))[:k]]
