"""Questions that lean on a conversation, and how what they leave unsaid is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from onrecord.rag.languages.phrases import NEVER, Phrase


@dataclass(frozen=True, slots=True)
class Rewriting:
    """A place for a name: what is found becomes `into`, in which NN is the name and `\\1` the first group."""

    find: Phrase = NEVER
    into: str = ""


@dataclass(frozen=True, slots=True)
class FollowUpPhrases:
    """Questions that lean on a conversation, and how what they leave unsaid is filled in.

    `leaning` are pronouns, ellipses and other signs that something was said before; `still` asks whether that holds on.
    NN stands for a name in `sayer` (whose words a question wants: "did NN say") and `acts` (who does something: "did NN
    go").

    An `ellipsis` ("And on Moldova?") holds the group `new` and maybe a `preposition`; those in `topical` mean the same.
    A `clause` is a question in itself, however short. `pronouns` say where the name goes that a pronoun of `persons` or
    `things` stands for, unless it is a `dummy` ("is it possible"); `speaks` is somebody speaking by pronoun. Where a
    language tells by the article, `agreeing` gives that of a pronoun.

    A name that is used alone is followed by `after_name`; a noun behind it would make it part of something longer.
    `in_names` join the words of one ("Bosnia and Herzegovina").
    `no_names` carry a capital only because they open a sentence; `after_opening` shows that the word before it, which
    opens one, is a name all the same.

    Small words before a name: `articles`; `contracted`, which are a preposition and an article in one ("du" is "de
    le"); `elided` before a letter of `vowels` ("de" is "d'").
    """

    leaning: Phrase = NEVER
    still: Phrase = NEVER
    sayer: Phrase = NEVER
    speaks: Phrase = NEVER
    acts: Phrase = NEVER
    ellipsis: Phrase = NEVER
    topical: frozenset[str] = frozenset()
    clause: Phrase = NEVER
    persons: frozenset[str] = frozenset()
    things: frozenset[str] = frozenset()
    pronouns: tuple[Rewriting, ...] = ()
    dummy: Phrase = NEVER
    agreeing: Mapping[str, str] = field(default_factory=dict)
    after_name: Phrase = NEVER
    in_names: frozenset[str] = frozenset()
    no_names: frozenset[str] = frozenset()
    after_opening: Phrase = NEVER
    articles: frozenset[str] = frozenset()
    contracted: Mapping[str, str] = field(default_factory=dict)
    elided: Mapping[str, str] = field(default_factory=dict)
    vowels: str = ""
