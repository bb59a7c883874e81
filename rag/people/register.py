"""Who is one person across the briefings of a library, however each of them prints the name (pure)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import repeat

from onrecord.rag.people.names import matching_names
from onrecord.rag.text.folding import fold
from onrecord.rag.transcript.people import canonical_speakers, shares_role
from onrecord.rag.transcript.roles import HONORIFICS, bare_label


@dataclass(frozen=True, slots=True)
class Known:
    """A speaker as one briefing knows them."""

    name: str
    role: str | None = None
    outlet: str | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """The one name of a person in the library; `inferred` where another briefing's introduction gives it."""

    name: str
    inferred: bool = False


class LibrarySpeakers:
    """The people of a library.

    Spellings of a full name are joined as within a briefing: beside the same role or outlet. A surname alone is given
    a full name where exactly one person in the library bears it, and either that person holds the role it is printed
    with, or it is printed with none but a form of address ("MS. DOE") and under the very same label elsewhere. The
    second is a conclusion, and marked so. Nothing else is joined.
    """

    def __init__(self, printed: Iterable[tuple[Known, str | None, int]]) -> None:
        """`printed` holds speakers with a label they are printed under and the number of briefings that do so."""
        weights: dict[Known, int] = defaultdict(int)
        labels: dict[Known, set[str]] = defaultdict(set)
        for known, label, weight in printed:
            weights[known] += weight
            if label:
                labels[known].add(bare_label(label))
        full = {known: weight for known, weight in weights.items() if not _is_surname(known.name)}
        names = canonical_speakers(
            pair for known, weight in full.items() for pair in repeat((known.name, known.role or known.outlet), weight)
        )
        self._identities = {known: Identity(names[known.name]) for known in full}
        bearers: dict[str, list[Known]] = defaultdict(list)
        for known in full:
            bearers[fold(known.name.split()[-1])].append(known)
        for known in weights.keys() - full.keys():
            same = bearers[fold(known.name.split()[-1])]
            held = {self._identities[other].name for other in same if _same_office(known, other)}
            called = {self._identities[other].name for other in same if labels[known] & labels[other]}
            everyone = {self._identities[other].name for other in same}
            if len(held) == 1:
                self._identities[known] = Identity(held.pop())
            elif called and len(everyone) == 1 and not (known.role or known.outlet) and " " in known.name:
                self._identities[known] = Identity(everyone.pop(), inferred=True)
            else:
                self._identities[known] = Identity(known.name)
        self._printed: dict[str, list[Known]] = defaultdict(list)
        for known, identity in self._identities.items():
            self._printed[identity.name].append(known)

    def identity(self, name: str, role: str | None, outlet: str | None) -> Identity:
        """Who a speaker of some briefing is; a name never seen here stands for itself."""
        return self._identities.get(Known(name, role, outlet)) or Identity(name)

    def called(self, wanted: str) -> list[Known]:
        """All that the people are printed as one of whose names matches `wanted` (see `matching_names`)."""
        matching = set(matching_names(wanted, {known.name for known in self._identities}))
        people = {identity.name for known, identity in self._identities.items() if known.name in matching}
        return [known for name in sorted(people) for known in self._printed[name]]


def _is_surname(name: str) -> bool:
    words = [word.strip(".,") for word in fold(name).split()]
    return len(words[1:] if words and words[0] in HONORIFICS else words) <= 1


def _same_office(one: Known, other: Known) -> bool:
    first, second = one.role or one.outlet, other.role or other.outlet
    return bool(first and second and shares_role(first, second))
