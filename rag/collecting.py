"""Collections: briefings that people put together under a name (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from onrecord.rag.errors import InvalidRequest
from onrecord.rag.readers.encoding import whole_characters
from onrecord.rag.text.folding import fold

# A line of a list.
_LONGEST_NAME = 100
Together = Mapping[str, tuple[str, ...]]
"""The ids of each collection's briefings, by its name."""


@dataclass(frozen=True, slots=True)
class Collection:
    """Briefings under a name: the ids of their current versions, in the order they were added to the library."""

    name: str
    briefings: tuple[str, ...]


def held_as(held: Together, name: str) -> str:
    """The name of the collection meant, whose case and accents may be typed otherwise; raises InvalidRequest."""
    found = _found(held, name)
    if found is None:
        there = ", ".join(map(repr, held)) or "none yet"
        raise InvalidRequest(f"No collection is called {whole_characters(name)!r}. There are: {there}.")
    return found


def put_in(held: Together, name: str, ids: Iterable[str]) -> Together:
    """The same with briefings put into a collection, which is made where there is none of that name."""
    called = _found(held, name) or _checked(name)
    return {**held, called: tuple(dict.fromkeys([*held.get(called, ()), *ids]))}


def taken_out(held: Together, name: str, ids: Iterable[str]) -> Together:
    """The same with briefings taken out of a collection; those that are not in it are passed over."""
    called, gone = held_as(held, name), set(ids)
    return {**held, called: tuple(id_ for id_ in held[called] if id_ not in gone)}


def renamed(held: Together, name: str, new: str) -> Together:
    """The same with a collection under another name; raises InvalidRequest where that is another one's."""
    called, wanted = held_as(held, name), _checked(new)
    if _found(held, wanted) not in (None, called):
        raise InvalidRequest(f"There is a collection {_found(held, wanted)!r} already. Choose another name.")
    return {wanted if one == called else one: ids for one, ids in held.items()}


def deleted(held: Together, name: str) -> Together:
    """The same without a collection; its briefings stay in the library."""
    called = held_as(held, name)
    return {one: ids for one, ids in held.items() if one != called}


def _found(held: Together, name: str) -> str | None:
    wanted = fold(_plain(name))
    return next((one for one in held if fold(one) == wanted), None)


def _checked(name: str) -> str:
    plain = _plain(name)
    if not plain or len(plain) > _LONGEST_NAME or not plain.isprintable():
        raise InvalidRequest(
            f"{plain[:_LONGEST_NAME]!r} cannot be the name of a collection. Write 1 to {_LONGEST_NAME} characters."
        )
    return plain


def _plain(name: str) -> str:
    return " ".join(whole_characters(name).split())
