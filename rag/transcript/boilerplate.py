"""Which lines are no speech, told from the words alone: site chrome, page furniture, end marks (pure)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from onrecord.rag.languages.detection import detect_language
from onrecord.rag.transcript.lines import Line

# One pattern for each kind of thing that sites, not speakers, say; a line's score counts the kinds it shows.
_CUES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\bcookies?\b",
        r"\b(?:accept all|accepter|manage (?:preferences|settings)|gérer (?:les|vos)|tout refuser|reject all)\b",
        r"newsletter|infolettre|lettre d['’]information|mailing list|liste de diffusion|email updates|latest updates",
        r"\b(?:un)?subscribe\b|s['’]abonner|abonnez-vous|vous abonner|\bsign up\b|inscrivez-vous",
        r"\bpassword\b|mot de passe",
        r"\b(?:log ?in|sign in|log ?out|connectez-vous|se connecter|my account|mon compte|créer un compte)\b",
        r"\bclick (?:here|on|the|below)\b|\bcliquez\b|\bcliquer (?:ici|sur)\b|le bouton|the button",
        r"e-?mail address|adresse (?:e-?mail|électronique|courriel)|your e-?mail",
        r"privacy (?:policy|notice)|terms (?:of (?:use|service)|and conditions)|all rights reserved"
        r"|tous droits réservés|mentions légales|politique de confidentialité"
        r"|conditions (?:générales )?d['’]utilisation|©|\(c\) \d{4}",
        r"\b(?:facebook|twitter|linkedin|whatsapp|instagram|youtube|pinterest)\b",
        r"follow us|suivez-nous|share (?:this|on|via|article)|partager (?:sur|cet|par|l['’])|partagez",
        r"skip to (?:main )?content|(?:aller|passer) au contenu|back to top|haut de page|retour en haut"
        r"|site ?map|plan du site|menu principal|main menu|toggle navigation",
        r"read more|lire la suite|lire aussi|see also|voir aussi|related (?:articles?|stories|content|news)"
        r"|most read|les plus lus|articles? (?:liés|connexes|similaires|suivant|précédent)|(?:previous|next) article",
        r"notre site|site web|our website|this (?:web)?site|votre navigateur|your browser|enable javascript",
        r"télécharger|\bdownload\b|app store|google play|vérification|verification code|nouveau code|réinitialiser",
        r"^(?:advertisement|advertising|publicité|sponsored(?: content)?|contenu sponsorisé)\W*$",
        r"ressources médiatiques|media (?:resources|library)|press contacts?\b|contact presse|print (?:this )?page",
    )
)
_VISITOR = re.compile(r"\b(?:you|your|vous|votre|vos)\b|^[«\s]*[A-ZÀ-Þ][a-zà-ÿ]+ez\b", re.IGNORECASE)
_SPOKEN = re.compile(
    r"\b(?:I|me|my|je|mon|ma|mes|thanks?|merci|mesdames|ladies|good (?:morning|afternoon|evening)|bonjour)\b|\bj['’]",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[«»“”\"]")
_PAGE_NUMBER = re.compile(
    r"(?:page|p\.|pg\.?)\s*\d{1,4}(?:\s*(?:of|/|sur|de)\s*\d{1,4})?|\d{1,4}\s*(?:/|of|sur)\s*\d{1,4}"
    r"|[-–—]\s*\d{1,4}\s*[-–—]",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d{1,4}")
_CLOCK = r"\d{1,2}[:.h]\d{2}\s*(?:[AP]\.?M\.?)?\s*(?:\(?[A-Z]{2,5}\)?|\([^)]{1,40}\))?"
CLOCK = re.compile(_CLOCK, re.IGNORECASE)
_EDITORIAL = re.compile(r"[(\[][^()\[\]]{20,400}[)\]]")
_END_MARK = re.compile(
    rf"(?:\(?(?:end|fin|ends|-30-)\)?[\s.:–—-]*(?:{_CLOCK})?|{_CLOCK}|[#*=_\s-]{{3,}}"
    r"|\[?end of (?:transcript|briefing)\]?\.?)",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
TERMINAL_MARKS = (".", "!", "?", "…", ":", ";", "”", '"', "»", "’", ")", "]")

# A foreign block larger than this share of a text is a translation or a second language, not chrome.
_FOREIGN_SHARE = 0.3
_FOREIGN_WORDS = 5
_MENU_LINES, _MENU_WORDS = 4, 4
_BUTTON_WORDS = 6


@dataclass(frozen=True, slots=True)
class Marked:
    """A line told to be no speech, and why."""

    line: int
    reason: str


def furniture(lines: Sequence[Line]) -> list[Marked]:
    """Find page numbers and the headers and footers that come back on every page, wherever they stand."""
    keys = [_DIGITS.sub("#", line.text.casefold()) for line in lines]
    counts = Counter(keys)
    marked: list[Marked] = []
    numbers = [line for line in lines if _NUMBER.fullmatch(line.text)]
    values = [int(line.text) for line in numbers]
    counted = len(values) >= 3 and sum(a < b for a, b in pairwise(values)) >= len(values) - 2
    pages = {line.number for line in numbers} if counted else set()
    for line, key in zip(lines, keys, strict=True):
        if line.number in pages or (_PAGE_NUMBER.fullmatch(line.text) and (counts[key] > 1 or "age" in line.text)):
            marked.append(Marked(line.number, "page number"))
        elif counts[key] > 2 and _is_running_header(line.text, key):
            marked.append(Marked(line.number, "repeated line"))
    return marked


def _is_running_header(text: str, key: str) -> bool:
    if text.endswith(TERMINAL_MARKS) or _SPOKEN.search(text):
        return False
    words = text.split()
    capitals = sum(word[0].isupper() or word[0].isdigit() for word in words)
    return len(words) >= 3 and "#" in key and capitals * 2 >= len(words)


def chrome(lines: Sequence[Line], first: int | None, last: int | None, language: str) -> list[Marked]:
    """Find what the site says rather than a speaker.

    Args:
        lines: the lines to judge, without labels that stand alone.
        first: number of the first line with a label, None where there is none.
        last: number of the last line that is certainly spoken, None where there is no label.
        language: the body's language.

    Returns:
        the lines marked: anywhere outside labelled turns, and inside them only what no one says aloud.
    """
    outside = [line for line in lines if first is None or last is None or not first <= line.number <= last]
    counts = Counter(line.text.casefold() for line in outside if len(line.text) > 20)
    short = [line for line in lines if len(line.text.split(None, _BUTTON_WORDS)) <= _BUTTON_WORDS]
    scores = {
        line.number: sum(bool(cue.search(line.text)) for cue in _CUES) for line in dict.fromkeys([*outside, *short])
    }
    marked = {line.number: "site chrome" for line in short if _only_chrome(line.text, scores[line.number])}
    for line in outside:
        again = counts[line.text.casefold()] > 1 and not _SPOKEN.search(line.text)
        if _is_chrome(line.text, scores[line.number]):
            marked[line.number] = "site chrome"
        elif again and (scores[line.number] or not line.text.endswith(TERMINAL_MARKS)):
            marked[line.number] = "repeated line"
    for number in _foreign(outside, lines, language, scores, marked):
        marked.setdefault(number, "other language")
    for number in _menus(outside, marked, first, last):
        marked.setdefault(number, "navigation")
    return [Marked(number, marked[number]) for number in sorted(marked)]


def _is_chrome(text: str, score: int) -> bool:
    words = len(text.split())
    if _QUOTED.search(text) and words > 12:
        return False
    if text.startswith(("©", "Copyright ", "(c) ")):
        return True
    if score >= 2:
        return bool(_VISITOR.search(text)) or words <= 12 or score >= 4
    return score == 1 and words <= 8 and not text.endswith((".", "?", "!")) and not _SPOKEN.search(text)


def _only_chrome(text: str, score: int) -> bool:
    """What marks a line even between a speaker's lines: an advertisement's heading, buttons to share or to log in."""
    if not score or text.endswith(("?", "!", ",", "—", "…")) or _SPOKEN.search(text):
        return False
    return bool(_CUES[-2].search(text)) or (score >= 2 and not text.endswith("."))


def _foreign(
    outside: Sequence[Line], lines: Sequence[Line], language: str, scores: dict[int, int], marked: dict[int, str]
) -> list[int]:
    """Lines in another language than the body, in blocks that show some sign of a site."""
    total = sum(len(line.text) for line in lines)
    blocks: list[list[Line]] = []
    size = 0
    previous = -2
    for line in outside:
        if len(line.text.split()) < _FOREIGN_WORDS and blocks and line.number == previous + 1:
            # A short line tells no language; between foreign ones it is theirs.
            previous = line.number
            blocks[-1].append(line)
            continue
        if len(line.text.split()) < _FOREIGN_WORDS or detect_language(line.text, default=language) == language:
            continue
        if line.number != previous + 1:
            blocks.append([])
        blocks[-1].append(line)
        previous = line.number
        size += len(line.text)
    for block in blocks:
        while len(block[-1].text.split()) < _FOREIGN_WORDS:
            block.pop()
    if size > _FOREIGN_SHARE * total:
        return []
    found: list[int] = []
    for block in blocks:
        signs = any(scores[line.number] or line.number in marked for line in block)
        speech = sum(bool(_SPOKEN.search(line.text) or _QUOTED.search(line.text)) for line in block)
        if signs and 2 * speech < len(block):
            found.extend(line.number for line in block)
    return found


def _menus(outside: Sequence[Line], marked: dict[int, str], first: int | None, last: int | None) -> list[int]:
    """Runs of very short lines at either end of a text, as menus and lists of links are."""
    found: list[int] = []
    head = [line for line in outside if first is None or line.number < first]
    tail = [line for line in outside if last is not None and line.number > last]
    for region in (head, list(reversed(tail)) if first is not None else list(reversed(head))):
        run: list[int] = []
        for line in region:
            if line.number in marked:
                continue
            if len(line.text.split()) > _MENU_WORDS or line.text.endswith((".", "!", "?", "…", ":")):
                break
            run.append(line.number)
        if len(run) >= _MENU_LINES:
            found.extend(run)
    return found


def end_marks(lines: Sequence[Line]) -> list[Marked]:
    """Find the marks that close a transcript ("END 3:56 P.M.", "# # #") among its last lines."""
    found: list[Marked] = []
    for line in reversed(lines[-8:]):
        if _END_MARK.fullmatch(line.text):
            found.append(Marked(line.number, "end mark"))
        elif _EDITORIAL.fullmatch(line.text) and len(lines) > 1:
            found.append(Marked(line.number, "editor's note"))
        else:
            break
    return found[::-1]
