"""How news prose says whose words it quotes."""

from __future__ import annotations

from dataclasses import dataclass

from onrecord.rag.languages.phrases import NEVER, Phrase


@dataclass(frozen=True, slots=True)
class NewsWords:
    """How news prose says whose words it quotes.

    Single words are in lower case, with straight apostrophes and with their accents: « à » is none of « a ».

    Attributes:
        attribution: a verb of saying with its auxiliaries, and with a pronoun that is joined to it (« a-t-il dit »).
        passive: what right before such a verb says that its subject does not speak ("was" in "was told").
        agents: words right after a quotation behind which those stand who call something so ("by").
        according_to: what stands right before a source ("according to"); ends where the source begins.
        in_view_of: the same, where it opens a sentence and a person follows (« Pour M. Roc, »).
        pronouns: pronouns that stand for a person as a subject.
        relatives: words that open a clause about what stands before them ("who").
        conjunctions: words that join a second verb to a subject ("and").
        definite, indefinite: articles, and words in the place of one.
        of: words that join an office to what it is about ("of", "for").
        prepositions: words that open a phrase which is no subject ("on" in "on Monday").
        adverbs: small words that may stand between a subject and its verb ("later").
        owner: what shows, right after a name, that the next word belongs to it ("'s").
        capital_nouns: whether every noun is written with a capital, as in German, so that a capital shows no name.
        adjective_follows: whether adjectives stand behind their nouns (« le ministre français »).
        verb_second: whether a subject stands behind its verb where something else opens the sentence, as in German.
        quotes: how a speaker says that what follows is quoted word for word ("and I quote").
    """

    attribution: Phrase = NEVER
    passive: Phrase = NEVER
    agents: frozenset[str] = frozenset()
    according_to: Phrase = NEVER
    in_view_of: Phrase = NEVER
    pronouns: frozenset[str] = frozenset()
    relatives: frozenset[str] = frozenset()
    conjunctions: frozenset[str] = frozenset()
    definite: frozenset[str] = frozenset()
    indefinite: frozenset[str] = frozenset()
    of: frozenset[str] = frozenset()
    prepositions: frozenset[str] = frozenset()
    adverbs: frozenset[str] = frozenset()
    owner: Phrase = NEVER
    capital_nouns: bool = False
    adjective_follows: bool = False
    verb_second: bool = False
    quotes: Phrase = NEVER
