"""Does a reply answer its question? A few words tell: refusals, deferrals, "I don't know" (pure)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from onrecord.rag.languages import language

ReplyLabel = Literal["clear", "ambivalent", "non_reply"]
REPLY_LABELS: tuple[ReplyLabel, ...] = ("clear", "ambivalent", "non_reply")

_NOT_SAYING = (
    r"(?:comment|speculat\w*|discuss|talk (?:about|to)|speak (?:to|about|for)|answer|share|preview|detail|go into|"
    r"get (?:into|ahead)|respond|provide|make (?:news|announcements?|any|our)|give (?:you|a|any|an)|say|tell|confirm|"
    r"predict|lay out|weigh in|characterize|put a|set a|disclose|reveal|litigate|parse)"
)
# Ways of leaving a question open, from general knowledge of press briefings; each hides nothing but its own words.
_OPEN_ENGLISH = (
    # refusing
    r"\b(?:i|we)(?:['’]m| am|['’]re| are)\s+(?:just |simply |certainly |really |also |still )*not (?:just )?(?:going|gonna|prepared|"  # noqa: E501
    rf"ready|able|in a position|at liberty) to (?:be able to )?(?:—\s*)?(?:{_NOT_SAYING})",
    rf"\b(?:i|we) (?:won['’]t|will not|wouldn['’]t|would not|can['’]t|cannot|can not|couldn['’]t) (?:really |just )?(?:be able to )?{_NOT_SAYING}",  # noqa: E501
    rf"\b(?:i|we)(?:['’]d| would) (?:rather|prefer) not\b|\bdeclin(?:e|ing) to {_NOT_SAYING}",
    rf"\b(?:i|we) (?:really |just |simply |honestly )*(?:don['’]t|do not) (?:really )?"
    rf"(?:want|wish|intend|like) to {_NOT_SAYING}",
    r"\b(?:i|we) (?:don['’]t|do not) (?:normally |usually |ever )?(?:comment on|speculate|discuss|respond to|talk about)\b",  # noqa: E501
    r"\bno comment\b|\bnot (?:my|our) place to\b|\bnot for me to (?:say|comment|judge)\b",
    r"\bleave (?:that|it|this|them|those) (?:(?:up )?to|with|there|at that|for)\b|\bwe[’']?ll leave it to\b",
    r"\bkeep (?:that|it|this) (?:private|vague|confidential)\b|\b(?:a (?:little )?bit|deliberately|intentionally) vague\b",  # noqa: E501
    # nothing to say
    r"\b(?:i|we) (?:just |also |simply |really )*(?:don['’]t|do not|did not|didn['’]t|still don['’]t) (?:currently |yet |really )?have\b[^.?!;]{0,25}?"  # noqa: E501
    r"\b(?:anything|any|an? (?:\w+ ){0,2}(?:update|answer|time ?line|time ?frame|schedule|number|figure|detail|estimate|readout|date|list|assessment|"  # noqa: E501
    r"preview|comment|announcement|timetable|position)|specifics|details|more|further|much|enough|the (?:answer|figures?|numbers?|details?))\b",  # noqa: E501
    r"\b(?:nothing|not anything|no (?:\w+ )?(?:announcements?|updates?|details?|comments?|news|information|decisions?))\b[^.?!;]{0,20}?"  # noqa: E501
    r"\b(?:to (?:announce|share|preview|add|report|say|offer|read out|give)|for you|at this (?:time|point|moment)|further|yet)\b",  # noqa: E501
    r"\bnothing (?:more|further|new)\b|\bhaven['’]t (?:made|reached|taken) (?:a|any) decision",
    # putting off
    r"\b(?:refer|point|direct) you (?:back )?to\b|\bget back to you\b|\bcircle back\b|\bfollow up with you\b",
    r"\b(?:would|will|[’']ll|[’']d|have to|need to) (?:just )?(?:need to |have to )?(?:check|ask (?:him|her|them|the)|go back)\b",  # noqa: E501
    r"\b(?:we|i)[’']?(?:ll| will) (?:have|share|provide|let you know|be (?:able|happy) to share)\b[^.?!;]{0,40}?\b(?:more|later|once|when|soon|"  # noqa: E501
    r"in the coming|what)\b|\b(?:once|when|if) we have (?:more|something|anything|it|an update|details)\b",
    r"\bfollow up\b[^.?!]{0,30}\bwith\b|\bstay tuned\b|\bin due (?:course|time)\b",
    r"\btoo (?:early|soon) to\b|\bahead of (?:the|any|that|ourselves|myself|him|them)\b|\bjust \d+ hours ago\b",
    # not knowing
    r"\bi (?:really |just |honestly )?(?:don['’]t|do not) (?:really )?know\b|\bi(?:['’]m| am) not (?:sure|aware|certain|familiar)\b|"  # noqa: E501
    r"\b(?:i|we) have(?:n['’]t| not) (?:seen|spoken|talked|heard|been briefed|had a chance|looked)\b|\bno idea\b|\bcan['’]t tell you\b|"  # noqa: E501
    r"\bhard (?:for me )?to (?:say|give|predict|tell)\b",
    # secrecy and hypotheticals
    r"\bhypothetical|\bclassified\b|\bintelligence matters\b|\bprivate (?:conversation|discussion)s?\b|\b(?:adversar(?:y|ies)|enem(?:y|ies)) (?:much )?wiser\b|"  # noqa: E501
    r"\bongoing (?:investigation|litigation|legal|intelligence)\b|\bfor (?:them|him|her|others) to (?:speak|say|decide|answer|describe|announce)\b",  # noqa: E501
    r"\bnot (?:the|a) (?:right )?question\b|\bthe question (?:has to|should|is not|isn['’]t)\b",
)
_NE_PAS_DIRE = (
    r"(?:commenter|répondre|entrer dans|spéculer|faire de commentaire|donner|dire|m['’]exprimer|parler|préciser|détailler|"  # noqa: E501
    r"confirmer|annoncer|dévoiler|révéler|me prononcer|aller plus loin)"
)
_OPEN_FRENCH = (
    rf"\bne (?:vais|vais pas|peux|souhaite|veux|voudrais|saurais|ferai|donnerai|répondrai|commenterai|pouvons|allons|souhaitons|puis)\b[^.?!]{{0,20}}?(?:pas |point )?(?:{_NE_PAS_DIRE})?",  # noqa: E501
    r"\b(?:pas|aucun|sans) (?:de )?commentaires?\b|\brien (?:à|de plus à) (?:ajouter|annoncer|dire|déclarer|signaler|partager)\b",  # noqa: E501
    r"\bje n['’](?:ai|en ai) (?:pas|rien|aucun\w*)\b|\bnous n['’]avons (?:pas|rien|aucun\w*)\b",
    r"\bje vous renvoie\b|\b(?:je|nous) (?:laisse|laissons)\b|\badressez-vous\b|\b(?:reviendr(?:ai|ons)|revenir) vers vous\b",  # noqa: E501
    r"\bje ne (?:le )?sais pas\b|\btrop tôt\b|\bprématuré\b|\ben temps (?:voulu|utile)\b|\ble moment venu\b",
    r"\bhypothétique|\bhypothèses?\b|\bconfidentiel|\bsecret\b|\benquête en cours\b|\bpas à moi de\b|\bje l['’]ignore\b",  # noqa: E501
)
_OPEN = re.compile("|".join(_OPEN_ENGLISH + _OPEN_FRENCH), re.IGNORECASE)
_DASHES = re.compile(r"\s*(?:—|–|--)\s*")
# "I'm not going to — I'm not going to —": what is taken back or said twice hides the cue.
_STUTTER = re.compile(r"(?<![\w'’])([\w'’]+(?: [\w'’]+){0,6}?)(?: \1(?![\w'’]))+", re.IGNORECASE)


def leaves_open(sentence: str) -> bool:
    """Whether a sentence of a reply refuses, puts off, or has nothing to say, in English or French."""
    flat = _DASHES.sub(" ", " ".join(sentence.split()))
    if _OPEN.search(flat):
        return True
    once = _STUTTER.sub(r"\1", flat)
    return once != flat and bool(_OPEN.search(once))


@dataclass(frozen=True, slots=True)
class ReplyVerdict:
    """How a reply meets its question, with the probability (0–1) of each of `REPLY_LABELS`."""

    label: ReplyLabel
    probabilities: tuple[float, float, float]


_YES_OR_NO = re.compile(
    r"\W*(?:(?:well|look|oh|sure|you know|eh bien|écoutez|alors)\W+)*(?:yes|yeah|no\b|nope|absolutely|of course|certainly|"  # noqa: E501
    r"definitely|correct|right|exactly|sure|not at all|not really|i do\b|i don't think|i did|i am\b|we do|we did|we are\b|"  # noqa: E501
    r"i would|i will|oui|non\b|absolument|bien sûr|tout à fait|exactement|certainement|pas du tout)",
    re.IGNORECASE,
)
_BACK = re.compile(r"\?[\s”»\"]*$")
_OPENING = 2

# A linear model of three classes over six features, fitted by `benchmarks/evasion.py --fit` on the 164 replies of
# presidents in the CLARITY/QEvasion development pairs: six-fold cross-validated macro-F1 0.62 (majority 0.26).
# Each row: the intercept, then one weight for each feature in the order of `reply_features`.
_WEIGHTS: Mapping[ReplyLabel, tuple[float, ...]] = {
    "clear": (0.378, -0.061, -0.711, -6.039, 0.671, -1.213, 2.211),
    "ambivalent": (-0.324, 0.289, -0.490, -8.439, 0.132, -0.963, -0.530),
    "non_reply": (-0.054, -0.228, 1.200, 14.478, -0.803, 2.177, -1.682),
}


def reply_features(question: str, reply: Sequence[str], code: str = "en") -> tuple[float, ...]:
    """What the words of a reply show.

    Args:
        question: what was asked.
        reply: the sentences of the reply, in order.
        code: of the language of both (ISO 639-1).

    Returns:
        log(1 + words); whether one of the first two sentences leaves the question open; the share of sentences that do;
        whether the reply begins with yes, no or the like; whether its first sentence asks back; the share of the
        question's telling words that the reply holds.
    """
    flags = [leaves_open(sentence) for sentence in reply]
    text = " ".join(reply)
    words = language(code)
    asked = set(words.query_terms(question))
    return (
        math.log(1 + len(text.split())),
        float(any(flags[:_OPENING])),
        sum(flags) / len(flags) if flags else 0.0,
        float(bool(_YES_OR_NO.match(text.replace("’", "'")))),
        float(bool(reply and _BACK.search(reply[0]))),
        len(asked & set(words.query_terms(text))) / len(asked) if asked else 0.0,
    )


def judge_reply(question: str, reply: Sequence[str], code: str = "en") -> ReplyVerdict:
    """Judge whether a reply (its sentences, in order) answers a question: clear, ambivalent, or no reply at all."""
    features = reply_features(question, reply, code)
    scores = [
        row[0] + sum(w * f for w, f in zip(row[1:], features, strict=True))
        for row in map(_WEIGHTS.get, REPLY_LABELS)
        if row
    ]
    highest = max(scores)
    weights = [math.exp(value - highest) for value in scores]
    total = sum(weights)
    clear, ambivalent, none = (weight / total for weight in weights)
    label = REPLY_LABELS[max(range(3), key=lambda i: weights[i])]
    return ReplyVerdict(label, (clear, ambivalent, none))
