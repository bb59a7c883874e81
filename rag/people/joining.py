"""Which names are one person's, within a briefing or a library (pure)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from onrecord.rag.people.names import Known, is_full, likeness, read_name, same
from onrecord.rag.people.spellings import skeleton, sound
from onrecord.rag.text.folding import fold


def one_name_each(speakers: Mapping[Known, int]) -> dict[str, str]:
    """Decide which names are one person's.

    Names are joined where `same` is sure of it and no third name speaks against it: "John Bell" is neither of John A.
    and John B. Bell. A surname alone is joined with the one person who bears it beside its role or outlet. Whoever has
    no name stays alone.

    Args:
        speakers: who speaks, with a weight: the number of turns or of briefings.

    Returns:
        each name with the one to use: the commonest spelling of the person, the fullest among equals.
    """
    known: dict[str, list[Known]] = defaultdict(list)
    weights: Counter[str] = Counter()
    for speaker, weight in speakers.items():
        known[speaker.name].append(speaker)
        weights[speaker.name] += weight
    groups = _joined([name for name in known if is_full(name)], known)
    bearers: dict[str, list[list[str]]] = defaultdict(list)
    for members in groups:
        for key in {sound(read_name(name).surname) for name in members}:
            bearers[key].append(members)
    for lone in _joined([name for name in known if not is_full(name)], known):
        near = bearers[sound(read_name(lone[0]).surname)]
        held = [members for members in near if any(_sure(one, other, known) for one in lone for other in members)]
        if len(held) == 1:
            held[0].extend(lone)
        else:
            groups.append(lone)
    names: dict[str, str] = {}
    for members in groups:
        best = max(members, key=lambda name: (is_full(name), weights[name], len(name)))
        names.update(dict.fromkeys(members, best))
    return names


def _joined(names: Iterable[str], known: Mapping[str, Sequence[Known]]) -> list[list[str]]:
    """Names in groups of one person each. Only names that share a key are compared: a large library stays fast."""
    buckets: dict[tuple[str, ...], list[str]] = defaultdict(list)
    linked: dict[str, set[str]] = {}
    for name in names:
        linked[name] = set()
        for key in set(_keys(name, known[name])):
            buckets[key].append(name)
    for name in linked:
        read = read_name(name)
        # Few names are initials: only to these are others compared by the first letter of the given name alone.
        if read.given and len(read.given[0]) > 1:
            initial = ("initial", sound(read.surname), read.given[0][:1])
            if initial in buckets:
                buckets[initial].append(name)
    for members in buckets.values():
        for one, other in combinations(members, 2):
            if other not in linked[one] and _sure(one, other, known):
                linked[one].add(other)
                linked[other].add(one)
    for name in [name for name, others in linked.items() if _opposed(others)]:
        for other in [other for other in linked[name] if read_name(name) != read_name(other)]:
            linked[name].discard(other)
            linked[other].discard(name)
    groups: list[list[str]] = []
    seen: set[str] = set()
    for name in linked:
        if name in seen:
            continue
        group, waiting = [], [name]
        seen.add(name)
        while waiting:
            group.append(waiting.pop())
            for other in sorted(linked[group[-1]] - seen):
                seen.add(other)
                waiting.append(other)
        groups += [[one] for one in group] if _opposed(group) else [group]
    return groups


def _keys(name: str, known: Iterable[Known]) -> Iterator[tuple[str, ...]]:
    """What two names of one person have at least one of in common."""
    read = read_name(name)
    if not read.given:
        yield ("alone", sound(read.surname))
        return
    words = (*read.given, read.surname, *read.barrels)
    first = read.given[0]
    yield ("surname", sound(read.surname), skeleton(first)[:2])
    if len(first) == 1:
        yield ("initial", sound(read.surname), first)
    yield ("order", *sorted((*read.given, read.surname)))
    for word in words[1:]:
        yield ("further", words[0], word)
    for person in known:
        for office in (person.role, person.outlet):
            if office:
                yield ("slip", "".join(read.given), fold(office).split()[-1], read.surname[:2])


def _sure(name: str, other: str, known: Mapping[str, Sequence[Known]]) -> bool:
    """Whether two names are one person's by themselves, or beside an office that both are printed with."""
    found = likeness(read_name(name), read_name(other))
    if found in ("office", "briefing"):
        return any(same(one, another) == "yes" for one in known[name] for another in known[other])
    return found == "yes"


def _opposed(names: Iterable[str]) -> bool:
    return any(likeness(read_name(one), read_name(other)) == "no" for one, other in combinations(names, 2))
