"""What a question asks for: its kind, its subject, and whose words it wants (pure)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from onrecord.rag.languages.detection import detect_language
from onrecord.rag.words import word_set

QuestionKind = Literal["fact", "who_asked", "what_asked", "did_answer", "mentions", "over_time", "overview"]
Wanted = Literal["number", "date", "person", "reason", "yes_no"]

_SAY = (
    r"(?:say|says|said|answer(?:ed)?|explain(?:ed)?|repl(?:y|ied)|address(?:ed)?|comment(?:ed)?|confirm(?:ed)?|"
    r"den(?:y|ied)|give|given|gave|respond(?:ed)?|clarif(?:y|ied)|tell|told|reveal(?:ed)?|specif(?:y|ied)|"
    r"disclose[d]?|mention(?:ed)?|rule[d]? out|commit(?:ted)?|promise[d]?|spell(?:ed)? out|indicate[d]?|announce[d]?)"
)
_DIRE = (
    r"(?:dit|dire|répondu|expliqué|précisé|confirmé|démenti|indiqué|annoncé|révélé|commenté|donné|détaillé|"
    r"clarifié|promis|exclu|abordé|évoqué|mentionné)"
)
# Kinds that look beyond the passages found: at every turn, or at everybody who asked.
WHOLE_LIBRARY: frozenset[QuestionKind] = frozenset({"mentions", "over_time", "overview", "what_asked"})
# In order: the first that matches decides. A group "subject" is what the question is about.
_KIND_PATTERNS: tuple[tuple[QuestionKind, str], ...] = (
    (
        "mentions",
        r"^(?:(?:show|list|find|give|quote)(?: me)? )?(?:every|each|all(?: the)?) times?\b.*?\b(?:mention(?:s|ed)?|"
        r"sa(?:y|ys|id)|speaks? of|spoke of|refer(?:s|red)? to|talk(?:s|ed)? about|br(?:ings|ought) up|used?|uttered)"
        r"\s+(?P<subject>.+)",
    ),
    (
        "mentions",
        r"^(?:(?:show|list|find|give|quote)(?: me)? )?(?:every|each|all(?: the)?) (?:mentions?|references?)"
        r"(?: (?:of|to))\s+(?P<subject>.+)",
    ),
    (
        "mentions",
        r"^how (?:often|many times)\b.*?\b(?:mention(?:s|ed)?|sa(?:y|ys|id)|speaks? of|refer(?:s|red)? to|"
        r"talk(?:s|ed)? about|used?)\s+(?P<subject>.+)",
    ),
    (
        "mentions",
        r"^(?:(?:montre|liste|cite|donne)\w*(?:[- ]moi)? )?(?:toutes les|chaque|tous les) "
        r"(?:mentions?|références?|occurrences?|passages?(?= où))\s*(?:faites? )?(?:du mot|de la|de l['’]|des|du|de|d['’]|à|au)\s*"  # noqa: E501
        r"(?P<subject>.+)",
    ),
    (
        "mentions",
        r"^(?:toutes les fois|chaque fois|combien de fois)\b.*?\b(?:mentionn\w*|parl\w* d(?:e la |e l['’]|es |u |e |['’])|"  # noqa: E501
        r"évoqu\w*|cit\w*|dit|utilis\w*|prononc\w*)\s*(?P<subject>.+)",
    ),
    (
        "over_time",
        r"^how (?:has|have|had|did|does|do)\b(?P<subject>.*?)\b(?:changed?|evolved?|shift(?:ed)?|develop(?:ed)?|"
        r"var(?:y|ied))\b.*$",
    ),
    ("over_time", r"^(?P<subject>.+?)\b(?:over time|over the (?:months|years|weeks)|through the years)\b.*$"),
    (
        "over_time",
        r"^(?:comment|en quoi)\b(?P<subject>.*?)\b(?:évolué|changé|varié|a-t-(?:il|elle) changé|évolue(?:nt)?|"
        r"change(?:nt)?)\b.*$",
    ),
    ("over_time", r"^quelle (?:est|a été) l['’]évolution (?:de |du |des |d['’])(?P<subject>.+)"),
    (
        "overview",
        r"^(?:what (?:was|were|is|has been|did they|topics? (?:was|were)|subjects? (?:was|were))\b"
        r"(?: the (?:main |key )?(?:topics?|themes?|subjects?|points?|issues?))?(?: all)?"
        r"(?: (?:discussed?|talked about|covered|addressed|raised|about))"
        r"(?!.*\b(?:about|on|regarding|concerning)\b)(?P<subject>.*)|"
        r"(?:give (?:me )?(?:an? )?|write (?:an? )?)?(?:overview|summary|summari[sz]e)\b(?P<rest>.*))$",
    ),
    (
        "overview",
        r"^(?:what|which) (?:were the |are the )?questions?(?: (?:were|was|did) (?:the (?:journalists|reporters|press) )?"  # noqa: E501
        r"(?:asked?|raised?|put)|(?= (?:at|in|during|of)\b))"
        r"(?!.*\b(?:about|on|regarding|concerning|by)\b)(?P<subject>.*)$",
    ),
    (
        "overview",
        r"^(?:de quoi (?:a-t-on|ont-ils|a-t-il été|fut-il) (?:parlé|discuté|question)|"
        r"quel(?:le)?s? (?:sont|étaient|ont été)?\s*(?:les )?(?:principa(?:ux|les) )?(?:questions?|sujets?|thèmes?)"
        r"(?: (?:ont été|ont-ils été|ont-elles été|furent|abordée?s|posée?s|discutée?s|évoquée?s|les journalistes|de))*"
        r"|résum\w*|qu['’]a-t-on discuté)"
        r"(?!.*\b(?:sur|à propos|au sujet|concernant|par)\b)(?P<subject>.*)$",
    ),
    (
        "who_asked",
        r"^(?:who|which (?:\w+ )?(?:reporters?|journalists?|outlets?|correspondents?|media|newspapers?)|"
        r"what (?:reporters?|journalists?|outlets?))\b(?: was it that| else)?\s*(?:has |have )?"
        r"(?:ask\w*|rais\w*|brought up|put|pressed|challeng\w*|confront\w*|grill\w*|quizz?\w*|inquired?|wondered"
        r"|wanted to (?:know|hear)|question\w*|pose\w*)"
        r"\b(?:.*?\b(?:about|on|regarding|concerning|whether|if|why|how|for|the (?:question|issue|subject) of))?"
        r"\s*(?P<subject>.+)",
    ),
    (
        "who_asked",
        r"^(?:qui|quel(?:le)?s? (?:journalistes?|reporters?|médias?|correspondante?s?))\b.{0,20}?"
        r"\b(?:a|ont|avait)\b\s*(?:bien )?(?:demandé|posé|interrogé|questionné|interpellé|relancé|soulevé"
        r"|voulu savoir)"
        r"(?: (?:une|la|des|les) questions?)?(?:.*?\b(?:sur|à propos d[eu]s?|au sujet d[eu]s?|concernant|si|"
        r"pourquoi|comment|ce qui|ce que))?\s*(?P<subject>.+)",
    ),
    (
        "who_asked",
        r"^(?:(?:which|what) (?:\w+ )?(?:reporters?|journalists?|correspondents?)|"
        r"quel(?:le)?s? (?:journalistes?|reporters?|correspondante?s?) (?:a|ont|avait)) \w+ (?P<subject>.+)",
    ),
    (
        "what_asked",
        r"^(?:what (?:did|does|has|was|were)|what questions? (?:did|was|were)|which questions? (?:did|was|were))\b"
        r"(?P<subject>.*?\b(?:ask(?:ed)?|want(?:ed)? to (?:know|find out|hear)|question(?:ed)?|inquire[d]?|raise[d]?"
        r"|bring up|put to)\b.*)",
    ),
    (
        "what_asked",
        r"^(?:what (?:was|were) (?P<subject>.*\bquestions?\b.*)|"
        r"sur quoi (?:portai\w+|porte\w*) (?P<rest>.*\bquestions?\b.*))",
    ),
    (
        "what_asked",
        r"^(?:qu['’]\s?(?:a|ont|avait|est-ce que?)|que|quelles? questions?)\b"
        r"(?P<subject>.*?\b(?:demandé|demandait|demande|vou(?:lait|laient|lu) savoir|posée?s?|interrogé)\b.*)",
    ),
    (
        "did_answer",
        rf"^(?:did|does|do|has|have|was|were)\b(?!.*\bask(?:ed)?\b).{{0,60}}?\b{_SAY}\b"
        r"(?: (?:whether|if|that|how|what|which|why|when|where|exactly|an answer|a (?:figure|number|date)|to))*"
        r"\s*(?P<subject>.+)",
    ),
    (
        "did_answer",
        rf"^(?:est-ce que?\b|qu['’]est-ce|.{{0,60}}?\b(?:a|ont)-t?-?(?:il|elle|ils|elles|on)\b).{{0,40}}?\b{_DIRE}\b"
        r"(?: (?:si|que|comment|pourquoi|quand|où|quel(?:le)?s?|ce que?|à))*\s*(?P<subject>.+)",
    ),
)
_KINDS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _KIND_PATTERNS)
_WANTED: tuple[tuple[Wanted, re.Pattern[str]], ...] = (
    (
        "number",
        re.compile(
            r"\b(?:how (?:many|much|long|often|far|old|big|large)|what (?:share|percentage|proportion|number|percent|"
            r"amount|rate|price|cap|limit|ceiling|sum|is the (?:\w+ ){0,3}(?:rate|price|cap|cost|budget|number))|combien|quelle (?:part|somme|"  # noqa: E501
            r"proportion|quantité|durée)|quel (?:pourcentage|montant|nombre|prix|budget|taux|plafond)|"
            r"depuis combien)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "date",
        re.compile(
            r"\b(?:when|what (?:date|day|year|month)|quand|quelle (?:date|année)|quel (?:jour|mois))\b", re.IGNORECASE
        ),
    ),
    (
        "person",
        re.compile(
            r"^\W*(?:who|whom|whose|qui|which (?:person|official|minister)|comment s['’]appelle)\b", re.IGNORECASE
        ),
    ),
    ("reason", re.compile(r"^\W*(?:why|pourquoi|for what reason|pour quelle raison)\b|\bthe reason\b", re.IGNORECASE)),
    (
        "yes_no",
        re.compile(
            r"^\W*(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should|est-ce|\w+-t-(?:il|elle|on))\b",
            re.IGNORECASE,
        ),
    ),
)
_PAGE = re.compile(r"[\s,;(]*\bpage (\d{1,4})\)?\s*\??\s*$", re.IGNORECASE)
# The words before a name that make it the subject talked about, not the person talking.
_ABOUT = word_set(
    "about on with against by over toward towards of sur avec contre concernant envers of à au de des du d"
)
_ATTRIBUTING = word_set("per selon apres as")
_TALKING = re.compile(
    rf"\b(?:according to|selon|d['’]après|position|view|stance|opinion|message|avis|{_SAY[3:-1]}|{_DIRE[3:-1]}|think|thinks|"  # noqa: E501
    r"thought|believe[sd]?|want|wants|pense|penser|croit|dit|disent|estime|décri(?:t|re)|describe[sd]?|call(?:s|ed)?|"
    r"déclaré|demande|veut|make of|mean|means|signifie)\b",
    re.IGNORECASE,
)
_TITLES = word_set(
    "mr mrs ms miss dr mme m president vice prime minister secretary general press senator governor chancellor the of ",
    "and nato white house le la les de des du l un une tv news radio agency times post",
)
_TRAILING = re.compile(r"[\s?.!…»”\"']+$")
_LEADING = re.compile(
    r"^[\s«“\"']*(?:(?:the (?:word|words|term|phrase|name)|le mot|les mots|le terme|l['’]expression|le nom|la|le|les|l['’]|the)\s*)?[«“\"'\s]*",  # noqa: E501
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Names:
    """The people and outlets on record in the briefings searched."""

    speakers: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A question, read.

    `subject` is what it is about, without its frame ("who asked about …"). `speaker` is whose words it wants, `about`
    the other people it names, `outlet` a newsroom it names. `explicit` says that it wants only that speaker's words.
    """

    text: str
    language: str
    kind: QuestionKind
    subject: str
    wanted: Wanted | None = None
    speaker: str | None = None
    explicit: bool = False
    outlet: str | None = None
    page: int = 1


def read_question(text: str, names: Names = Names(), *, language: str | None = None) -> Question:
    """Read a question in English or French.

    Args:
        text: as asked, standing alone.
        names: of those on record, to know a person or outlet the question names.
        language: of the question where it is known; found in its words otherwise.

    Returns:
        the question; its kind is "fact" wherever no other kind is clearly asked for.
    """
    bare = " ".join(text.split())
    page = 1
    if found := _PAGE.search(bare):
        page, bare = max(1, int(found.group(1))), bare[: found.start()]
    language = language or ("fr" if detect_language(bare) == "fr" else "en")
    kind, subject = _kind(bare)
    wanted = next((wanted for wanted, pattern in _WANTED if pattern.search(bare)), None)
    speaker, explicit = _speaker(bare, names.speakers)
    outlet = next(iter(mentioned(bare, names.outlets)), None)
    return Question(text, language, kind, subject, wanted, speaker, explicit, outlet, page)


def _kind(text: str) -> tuple[QuestionKind, str]:
    for kind, pattern in _KINDS:
        if found := pattern.search(text):
            subject = found.groupdict().get("subject") or found.groupdict().get("rest") or ""
            subject = _TRAILING.sub("", subject)
            if kind == "mentions":
                subject = _LEADING.sub("", subject)
            if subject.strip() or kind == "overview":
                return kind, subject.strip()
    return "fact", _TRAILING.sub("", text)


def _speaker(text: str, speakers: Iterable[str]) -> tuple[str | None, bool]:
    """The person whose words are wanted, and whether the question says that it wants words.

    It is the one the words are attributed to ("according to …", "as … put it"), else the first named who is not just
    what is talked about.
    """
    words = folded_words(text)
    talking = _TALKING.search(text) is not None
    possessive = re.search(
        r"\b(?:position|view|stance|message|avis|opinion|réponse)s?\s+(?:of|de|d['’])", text, re.IGNORECASE
    )
    first: str | None = None
    for name in mentioned(text, speakers):
        places = [_position(word, words) for word in folded_words(name) if word not in _TITLES]
        surname = folded_words(name)[-1]
        if any(same_word(word, surname) and _attributed(words[:place]) for place, word in enumerate(words)):
            return name, True
        first_place = min(place for place in places if place is not None)
        last = words[first_place - 1] if first_place else ""
        if first is None and (last not in _ABOUT or (last in ("of", "de", "d") and possessive)):
            first = name
    return first, talking and first is not None


def _attributed(before: list[str]) -> bool:
    """Whether the words before a name say that what is asked for is said by whoever bears it."""
    while before and before[-1] in _TITLES:
        before = before[:-1]
    return before[-2:] == ["according", "to"] or (bool(before) and before[-1] in _ATTRIBUTING)


def mentioned(text: str, names: Iterable[str]) -> list[str]:
    """The names of which the text holds the last name (or, for an outlet, every telling word), in order of the text.

    Case, accents and one differing letter at the end are ignored ("Zelensky", "Zelenskyy").
    """
    words = folded_words(text)
    found: list[tuple[int, int, str]] = []
    for name in names:
        keys = [word for word in folded_words(name) if word not in _TITLES]
        if not keys:
            continue
        at = [_position(key, words) for key in keys]
        if at[-1] is not None and (len(keys[-1]) > 2 or all(place is not None for place in at)):
            hits = [place for place in at if place is not None]
            found.append((min(hits), -len(hits), name))
    return [name for _, _, name in sorted(found)]


def _position(key: str, words: list[str]) -> int | None:
    for place, word in enumerate(words):
        if same_word(word, key):
            return place
    return None


def same_word(first: str, second: str) -> bool:
    """Whether two words are the same, or long and alike but for one letter at the end."""
    short, long = sorted((first, second), key=len)
    return short == long or (len(short) >= 6 and long.startswith(short) and len(long) - len(short) <= 1)


def folded_words(text: str) -> list[str]:
    """The words of a text in lower case without accents, a French elision and an English possessive cut off."""
    letters = unicodedata.normalize("NFKD", text.replace("’", "'"))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()
    plain = re.sub(r"\b(?:[cdjlmnst]|qu)'(?=\w)|'s\b", " ", plain)
    return re.findall(r"[^\W_]+", plain)
