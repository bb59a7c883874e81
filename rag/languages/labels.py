"""Words of labels: parts in a dialogue, offices, forms of address."""

from __future__ import annotations

from dataclasses import dataclass, fields

from onrecord.rag.languages.phrases import NEVER, Phrase
from onrecord.rag.text.folding import fold


@dataclass(frozen=True, slots=True)
class LabelWords:
    """Words of labels; a language's file spells them as usual, here they are folded but for `joining`.

    Whole labels: `askers`, `answerers`, `moderators` (these also as words of an office).

    Words of offices: `interpreters`, `chairs`, `reporters`, `offices` (all others; and "president", who may preside or
    be a head of state, among these and the chairs), `office_endings` (of compounds: "-minister"), `two_word_offices`
    (of words that are none: "first lady"), `qualifiers` (belong to an office beside such a word: "deputy"), `ranks`
    (make an office another's, as words of their own or at the beginning of one: "prime", "vice").

    Small words: `addresses` stand before a name ("mr"), `particles` in one ("van"), `joining` join an office to what
    it is about ("of the"), `articles` open an office ("the Chair"), `elided` do so with an apostrophe ("l'"),
    `openers` open a label and tell nobody from another ("m le président").

    Beside a name: `voices` are words for any speaker, which a letter or a number tells from the others ("Speaker A");
    `unnamed` say of a speaker that nobody is named ("unidentified"). Of the addresses, `with_stop` are
    abbreviations ("Mr."), `before_given` stand before given names only ("don Juan Roca") and are given names or
    initials themselves right before a surname ("Don Bell"), and `men` and `women` tell a man from a woman.
    `postnominals` and `generations` follow a name ("MP", "Jr"); `countries` are short names of some ("UK");
    `outlet_of` stands between a reporter and the outlet, `chaired_by` before the name of whoever presides.

    `fields` name a field of a page or a stage direction, never a speaker; `people_fields` list those who do.
    `dialogue` is said by somebody to somebody.
    """

    askers: frozenset[str] = frozenset()
    answerers: frozenset[str] = frozenset()
    moderators: frozenset[str] = frozenset()
    interpreters: frozenset[str] = frozenset()
    chairs: frozenset[str] = frozenset()
    reporters: frozenset[str] = frozenset()
    offices: frozenset[str] = frozenset()
    office_endings: frozenset[str] = frozenset()
    two_word_offices: frozenset[str] = frozenset()
    qualifiers: frozenset[str] = frozenset()
    ranks: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    particles: frozenset[str] = frozenset()
    joining: frozenset[str] = frozenset()
    articles: frozenset[str] = frozenset()
    elided: frozenset[str] = frozenset()
    openers: frozenset[str] = frozenset()
    voices: frozenset[str] = frozenset()
    unnamed: frozenset[str] = frozenset()
    men: frozenset[str] = frozenset()
    women: frozenset[str] = frozenset()
    with_stop: frozenset[str] = frozenset()
    before_given: frozenset[str] = frozenset()
    postnominals: frozenset[str] = frozenset()
    generations: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    people_fields: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    dialogue: Phrase = NEVER
    outlet_of: Phrase = NEVER
    chaired_by: Phrase = NEVER

    def __post_init__(self) -> None:
        for field in fields(self):
            words = getattr(self, field.name)
            # "à" joins and "a" is a verb: small words keep their accents.
            if isinstance(words, frozenset) and field.name != "joining":
                object.__setattr__(self, field.name, frozenset(map(fold, words)))
