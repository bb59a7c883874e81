"""Word lists, written as one readable string each."""

from __future__ import annotations


def word_set(*lines: str) -> frozenset[str]:
    """Gather the words of some lines, parted by blanks."""
    return frozenset(word for line in lines for word in line.split())


# Words that open a sentence far more often than they are a name, folded to lower case with a straight apostrophe.
STARTERS = word_set(
    "the a an this that these those it he she we they i you and but so or if in on at as for from to with what who",
    "how why when where there here our my your his her their its no yes not now then well today let do does is are",
    "all some many most one after before because while since although however thank thanks next also okay ok right",
    "sure yeah again look first second third finally secondly good hello hi welcome please folks guys have has had was",
    "were will would can could should which whose whom by of be been being did just only even still both each every",
    "le la les un une des ce cet cette ces il elle nous vous ils elles je on et mais donc or si dans sur pour par",
    "avec selon après avant comme quand qui que quoi où comment pourquoi notre mon son leur c'est aujourd'hui merci",
    "oui non alors ainsi cependant en au aux de du à bonjour bonsoir voilà bien très enfin ensuite puis quel quelle",
)
