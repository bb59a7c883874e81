"""The people of a library: one name for each, however each briefing prints it (pure)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from onrecord.rag.languages import LANGUAGES, language, together
from onrecord.rag.people.joining import one_name_each
from onrecord.rag.people.matching import matching_names, people_called
from onrecord.rag.people.names import Known, Name, is_full, likeness, name_words, read_name, shares_office
from onrecord.rag.people.offices import is_office, telling_words
from onrecord.rag.people.roles import bare_label
from onrecord.rag.people.spellings import sound


@dataclass(frozen=True, slots=True)
class Printed:
    """A speaker as some briefings print them: with a label or with none (None), in the briefings of these ids."""

    known: Known
    label: str | None
    briefings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """What tells one briefing from another for a reader."""

    title: str
    date: str | None
    language: str
    file: str


@dataclass(frozen=True, slots=True)
class Identity:
    """The one name of a person in the library; `inferred` where another briefing's introduction gives it."""

    name: str
    inferred: bool = False


@dataclass(slots=True)
class _Bearer:
    """A person with a full name: as whom they are printed, under which labels, addressed as a man or a woman."""

    name: str
    printed: list[Known] = field(default_factory=list)
    labels: set[str] = field(default_factory=set)
    genders: set[str] = field(default_factory=set)

    def may_be(self, read: Name) -> bool:
        """Whether a surname alone may be this person's."""
        if read.gender and self.genders and read.gender not in self.genders:
            return False
        return all(likeness(read, read_name(known.name)) != "no" for known in self.printed)


class Register:
    """The people of a library.

    Full names are joined as within a briefing. A surname alone is given a full name where exactly one person in the
    library bears it, and either that person holds the role it is printed with, or it is printed with none but a form of
    address ("MS. DOE") and under the very same label elsewhere. The second is a conclusion, and marked so.

    A voice without a name ("Speaker 1") is another person in every briefing. So is a surname alone that several people
    bear, unless its role tells. Each of them is shown with its briefing where more than one briefing has such.
    """

    def __init__(self, printed: Iterable[Printed], places: Mapping[str, Place]) -> None:
        """`places` are the briefings that `printed` names, by id."""
        entries = list(printed)
        full: dict[Known, int] = defaultdict(int)
        alone: dict[tuple[str, str | None], list[Printed]] = defaultdict(list)
        for one in entries:
            if is_full(one.known.name):
                full[one.known] += len(one.briefings)
            else:
                read = read_name(one.known.name)
                alone[read.letters, read.address].append(one)
        names = one_name_each(full)
        self._identities = {known: Identity(names[known.name]) for known in full}
        bearers = _bearers(entries, names)
        for group in alone.values():
            near = bearers[sound(read_name(group[0].known.name).surname)]
            self._identities |= _identified(group, list(near.values()), places)
        self._genders: dict[str, set[str]] = defaultdict(set)
        for bearer in (bearer for near in bearers.values() for bearer in near.values()):
            self._genders[bearer.name] |= bearer.genders

    @cached_property
    def _people(self) -> dict[str, list[Known]]:
        """As what each person is printed, by the name shown."""
        people: dict[str, list[Known]] = defaultdict(list)
        for known, identity in self._identities.items():
            people[identity.name].append(known)
        return people

    @cached_property
    def _shown(self) -> dict[str, set[str]]:
        """Who goes by a name, as printed or as shown."""
        shown: dict[str, set[str]] = defaultdict(set)
        for known, identity in self._identities.items():
            for name in (known.name, identity.name):
                shown[name].add(identity.name)
        return shown

    @cached_property
    def _index(self) -> dict[str, list[str]]:
        """The names that have a word or a sound."""
        index: dict[str, list[str]] = defaultdict(list)
        for name in self._shown:
            for key in _index_keys(name):
                index[key].append(name)
        return index

    def identity(self, name: str, role: str | None, outlet: str | None, briefing: str) -> Identity:
        """Who a speaker of a briefing is; a name never seen here stands for itself."""
        known = Known(name, role, outlet)
        found = self._identities.get(known) or self._identities.get(replace(known, briefing=briefing))
        return found or Identity(name)

    @cached_property
    def on_record(self) -> tuple[tuple[str, ...], tuple[str, ...], tuple[tuple[str, tuple[str, ...]], ...]]:
        """The names of all people, all their outlets, and the people by office, in alphabetical order."""
        outlets = {known.outlet for known in self._identities if known.outlet}
        return tuple(sorted(self._people)), tuple(sorted(outlets)), self._offices

    @property
    def _offices(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Who holds each office: the roles that people are printed with, and the names that are offices alone."""
        people: dict[str, set[str]] = defaultdict(set)
        for name, printed in self._people.items():
            for known in printed:
                if known.role:
                    people[known.role].add(name)
                elif is_office(known.name):
                    people[known.name].add(name)
        return tuple((office, tuple(sorted(names))) for office, names in sorted(people.items()))

    def called(self, wanted: str) -> list[str]:
        """The people whom `wanted` may mean (see `people_called`), by any name that they are printed with.

        Where it is nobody's name and an office, those who hold it: "la ministre".
        """
        near = set[str]().union(*(self._index.get(key, ()) for key in _index_keys(wanted)))
        # A slip in the surname is found by comparing it with everybody's.
        names = people_called(wanted, sorted(near)) or people_called(wanted, sorted(self._shown))
        gender = read_name(wanted).gender
        people = {shown for name in names for shown in self._shown[name]}
        if not people and is_office(wanted):
            return self._holding(wanted)
        return [
            name for name in sorted(people) if not (gender and self._genders[name]) or gender in self._genders[name]
        ]

    def _holding(self, office: str) -> list[str]:
        """The people who are printed with an office anywhere, and those who have it for a name."""
        roles = set(matching_names(office, {known.role for known in self._identities if known.role}))
        telling = telling_words(office)
        return sorted(
            name
            for name, printed in self._people.items()
            if any(known.role in roles or telling_words(known.name) == telling for known in printed)
        )

    def printed(self, people: Iterable[str]) -> list[Known]:
        """All that people of these names are printed as; with a `briefing` where only its speaker is meant."""
        return [known for name in people for known in self._people[name]]


def _index_keys(name: str) -> set[str]:
    read = read_name(name)
    return {*name_words(name), *read.given, read.surname, sound(read.surname)}


def _bare(label: str) -> str:
    return bare_label(label, together(*LANGUAGES).labels)


def _bearers(entries: Iterable[Printed], names: Mapping[str, str]) -> dict[str, dict[str, _Bearer]]:
    """The people with full names by how their surnames sound, then by name."""
    found: dict[str, dict[str, _Bearer]] = defaultdict(dict)
    for one in entries:
        name = names.get(one.known.name)
        if name is None:
            continue
        near = found[sound(read_name(one.known.name).surname)]
        bearer = near.setdefault(name, _Bearer(name))
        bearer.printed.append(one.known)
        if one.label:
            bearer.labels.add(_bare(one.label))
            if gender := read_name(one.label.partition(",")[0]).gender:
                bearer.genders.add(gender)
    return found


def _identified(
    group: Sequence[Printed], bearers: Sequence[_Bearer], places: Mapping[str, Place]
) -> dict[Known, Identity]:
    """Who the speakers of one surname alone, or the voices of one name, are: by briefing."""
    read = read_name(group[0].known.name)
    possible = [] if read.voice else [bearer for bearer in bearers if bearer.may_be(read)]
    found: dict[Known, Identity] = {}
    left: dict[str, list[Known]] = defaultdict(list)
    spellings: Counter[str] = Counter()
    for one in sorted(group, key=lambda one: (one.known.name, one.label or "")):
        completed = _completed(one, possible)
        for briefing in sorted(one.briefings):
            known = replace(one.known, briefing=briefing)
            if completed:
                found[known] = completed
            elif known not in found:
                left[briefing].append(known)
                spellings[known.name] += 1
    # One label may tell what another of the same speaker in the same briefing does not.
    left = {briefing: [known for known in speakers if known not in found] for briefing, speakers in left.items()}
    left = {briefing: list(dict.fromkeys(speakers)) for briefing, speakers in left.items() if speakers}
    people = [[briefing] for briefing in left] if read.voice else _people(left, alone=len(possible) > 1)
    shown = _shown_as(max(spellings, key=lambda name: (spellings[name], name)), people, left, places) if people else []
    for name, briefings in zip(shown, people, strict=True):
        found |= {known: Identity(name) for briefing in briefings for known in left[briefing]}
    return found


def _completed(one: Printed, possible: Sequence[_Bearer]) -> Identity | None:
    """The person with a full name whose surname this is; None where the text does not tell."""
    held = [bearer for bearer in possible if any(shares_office(one.known, other) for other in bearer.printed)]
    if len(held) == 1:
        return Identity(held[0].name)
    bare = not (one.known.role or one.known.outlet) and read_name(one.known.name).address is not None
    if bare and one.label and len(possible) == 1 and _bare(one.label) in possible[0].labels:
        return Identity(possible[0].name, inferred=True)
    return None


def _people(speakers: Mapping[str, Sequence[Known]], *, alone: bool) -> list[list[str]]:
    """The briefings of each of the people who share a surname: one person by role, else one a briefing if `alone`."""
    offices: list[tuple[list[str], list[Known]]] = []
    bare: list[str] = []
    for briefing, known in speakers.items():
        holding = [one for one in known if one.role or one.outlet]
        if not holding:
            bare.append(briefing)
            continue
        same = [
            office for office in offices if any(shares_office(one, other) for one in holding for other in office[1])
        ]
        for office in same:
            offices.remove(office)
        offices.append(
            (
                [*(place for office in same for place in office[0]), briefing],
                list(dict.fromkeys([*(other for office in same for other in office[1]), *holding])),
            )
        )
    if not alone and len(offices) <= 1:
        return [[*(place for places, _ in offices for place in places), *bare]] if offices or bare else []
    return [places for places, _ in offices] + [[briefing] for briefing in bare]


def _shown_as(
    name: str, people: Sequence[Sequence[str]], speakers: Mapping[str, Sequence[Known]], places: Mapping[str, Place]
) -> list[str]:
    """A name for each of the people who are printed under one, told apart by their briefings or their roles."""
    if len(people) == 1:
        return [name]
    details = [
        _titled(places[briefings[0]])
        if len(briefings) == 1
        else next(one.role or one.outlet or "" for one in speakers[briefings[0]] if one.role or one.outlet)
        for briefings in people
    ]
    often = Counter(details)
    details = [
        f"{detail}, {places[briefings[0]].file}" if often[detail] > 1 else detail
        for detail, briefings in zip(details, people, strict=True)
    ]
    often = Counter(details)
    return [
        f"{name} ({detail}, {briefings[0]})" if often[detail] > 1 else f"{name} ({detail})"
        for detail, briefings in zip(details, people, strict=True)
    ]


def _titled(place: Place) -> str:
    return f"{place.title}, {language(place.language).wording.date(place.date)}" if place.date else place.title
