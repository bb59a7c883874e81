"""The one way to fold words so that they can be compared (pure)."""

from __future__ import annotations

import unicodedata

# Letters that no accent makes, as a keyboard without them writes them; casefolding writes ß as ss. A dotless i has a
# capital like any other.
_SPELT_OUT = str.maketrans({"’": "'", "œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ı": "i"})


def fold(text: str) -> str:
    """Lower a text's case, take its accents away, straighten its apostrophes and spell out its ligatures.

    "L’Œuvre de l’État" becomes "l'oeuvre de l'etat". The length may change: a place in the result is none in the text.
    """
    plain = unicodedata.normalize("NFKD", text).translate(_SPELT_OUT)
    return "".join(character for character in plain if not unicodedata.combining(character)).casefold()
