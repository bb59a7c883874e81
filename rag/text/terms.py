"""Words for the full-text index: split, folded, stemmed by language, without stop words (pure)."""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import cache

import Stemmer

_WORD = re.compile(r"[^\W_]+")
# "l'accord", "qu’il", "NATO's": what stands before a French apostrophe and after an English one is grammar.
_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "‘": "'"})
_FRENCH_ELISION = re.compile(r"\b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)'(?=\w)", re.IGNORECASE)
_ENGLISH_ENDING = re.compile(r"(?<=\w)'(?:s|re|ve|ll|d|m)\b|(?<=\wn)'t\b", re.IGNORECASE)

_STEMMERS = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
}

# Function words, and the words of asking itself ("what did he say about …"), which occur all through any briefing.
_STOP_WORDS = {
    "en": """
        a about after again all also am an and any are aren as at be because been before being between both but by can
        cannot could couldn did didn do does doesn doing don down during each few for from further had hadn has hasn
        have haven having he her here hers herself him himself his how i if in into is isn it its itself just let me
        might more most must my myself no nor not of off on once only or other ought our ours ourselves out over own
        same shall she should shouldn so some such than that the their theirs them themselves then there these they
        this those through to too under until up upon us very was wasn we were weren what when where which while who
        whom whose why will with won would wouldn you your yours yourself yourselves""",
    "fr": """
        a à ai aie aient ait alors as au aucun aucune aurait auraient aura auront aussi autre autres aux avaient avait
        avec avez avoir avons ayant c ça car ce ceci cela celle celles celui ces cet cette ceux chaque chez ci comme
        comment d dans de depuis des donc dont du elle elles en encore entre es est et étaient était étant été êtes
        être eu eux fait font furent fut ici il ils j je l la là laquelle le lequel les lesquelles lesquels leur leurs
        lors lui m ma mais me même mêmes mes moi mon n ne ni non nos notre nous on ont ou où par parce pas peu peut
        peuvent plus pour pourquoi puis qu quand que quel quelle quelles quels qui quoi s sa sans se sera seraient
        serait seront ses si soi soient soit sommes son sont sous sur t ta te tes toi ton tous tout toute toutes très
        trop tu un une vers vos votre vous y""",
}
_STOPS = {language: frozenset(words.split()) for language, words in _STOP_WORDS.items()}

# The frame of a question about a conversation ("What did … say when talking about …", "Summarize the discussion on …"):
# words that nearly every briefing holds, and that are not what is looked for. They stay in the index.
_FRAME_WORDS = {
    "en": """
        according answered ask asked asking consider debate debated describe described discuss discussed
        discussing discussion elaborate explain explained journalist journalists many meeting mention
        mentioned much opinion question questions react reacted regarding replied reply reporter reporters
        respond responded response said say saying says speak spoke state stated summarise summarize summary
        talk talked talking tell think thought told view""",
    "fr": """
        avis combien concernant débat débattu décrire décrit demandé dire discussion discuté dit déclaré
        expliqué expliquer exprimé interrogé journaliste journalistes mentionné opinion parlé parler parlent
        pense pensent penser posé propos question questions raconté réagi répondre répondu réponse réunion
        résume résumé résumer résumez selon sujet""",
}

# A Snowball stemmer keeps state while it works.
_own = threading.local()


def index_terms(text: str, language: str) -> str:
    """Return the words of `text` as they go into the full-text index: stems joined by single spaces.

    Each stem is made of letters and digits only, lower case, without accents. A word in capitals ("US", "WHO") is
    never taken for a stop word.
    """
    return " ".join(_terms(text, language))


def query_terms(question: str, language: str) -> list[str]:
    """Return the different stems of `question`, in order: those to look up with OR.

    The words of asking itself ("say", "discuss") are left out, unless there are no others.
    """
    terms = dict.fromkeys(_terms(question, language))
    frame = _frame(language)
    return [term for term in terms if term not in frame] or list(terms)


@cache
def _frame(language: str) -> frozenset[str]:
    return frozenset(_terms(_FRAME_WORDS.get(language, ""), language))


def _terms(text: str, language: str) -> list[str]:
    text = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES)
    if language == "fr":
        text = _FRENCH_ELISION.sub(" ", text)
    elif language == "en":
        text = _ENGLISH_ENDING.sub(" ", text)
    stops = _STOPS.get(language, frozenset())
    words = _WORD.findall(text)
    # Where all is in capitals, capitals tell nothing.
    shouting = text.isupper()
    kept = [
        word.lower()
        for word in words
        if word.lower() not in stops or (len(word) > 1 and word.isupper() and not shouting)
    ]
    return [_fold(stem) for stem in _stem(kept, language)]


def _stem(words: list[str], language: str) -> list[str]:
    algorithm = _STEMMERS.get(language)
    if algorithm is None:
        return words
    stemmers: dict[str, Stemmer.Stemmer] = _own.__dict__.setdefault("stemmers", {})
    if algorithm not in stemmers:
        stemmers[algorithm] = Stemmer.Stemmer(algorithm)
    return list(stemmers[algorithm].stemWords(words))


def _fold(word: str) -> str:
    """Lower case without accents; what is no letter or digit after that (a combining sign) is dropped."""
    letters = unicodedata.normalize("NFKD", word).casefold()
    return "".join(letter for letter in letters if letter.isalnum()) or word
