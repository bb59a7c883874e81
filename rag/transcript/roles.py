"""The words that mark an office, a form of address or a part in a dialogue, in English and French.

These are words of the trade, as any dictionary holds them; no person's or outlet's name is among them.
"""

from __future__ import annotations

import re

from onrecord.rag.text.folding import fold
from onrecord.rag.words import word_set

# Whole labels (folded, without number) of those who ask, answer or lead.
ASKERS = frozenset(
    [
        *("q", "question", "questions", "reporter", "journalist", "journaliste", "press", "presse", "media"),
        *("audience", "audience member", "member of the press", "member of the media", "member of the audience"),
        *("interviewer", "intervieweur", "intervieweuse", "correspondent", "correspondant", "correspondante"),
        *("unidentified reporter", "unidentified journalist", "unidentified questioner", "questioner"),
        *("question from the floor", "question de la salle", "intervenant", "une journaliste", "un journaliste"),
        *("the press", "the reporter", "la presse", "the interviewer", "unknown reporter", "male reporter"),
        *("female reporter", "participant", "inaudible question", "une question", "autre question"),
    ]
)
REPORTERS = word_set(
    "reporter journalist correspondent interviewer journaliste correspondant correspondante intervieweur"
)
ANSWERERS = frozenset(["a", "r", "answer", "reponse", "response", "reply"])
MODERATORS = word_set(
    "moderator moderators moderateur moderatrice moderation operator operateur operatrice host facilitator emcee mc",
    "animateur animatrice presentateur presentatrice announcer annonceur clerk greffier greffiere",
)
# Those who render another's words; neither asking nor answering.
INTERPRETERS = word_set("interpreter interprete translator traducteur traductrice interpretation")
CHAIRS = word_set("chair chairman chairwoman chairperson president presidente speaker")

_NOBLE = (
    "king queen prince princess emperor sheikh pope pape roi reine bishop archbishop cardinal father sister rabbi imam"
)
ROLES = (
    MODERATORS
    | INTERPRETERS
    | CHAIRS
    | word_set(
        "vice-president vice-presidente vice-chair vice-chairman cochair co-chair secretary secretary-general minister",
        "premier premiere deputy director director-general commissioner ambassador governor senator representative",
        "congressman congresswoman mayor chief colonel captain admiral sergeant lieutenant major commander general",
        "officer official administrator adviser advisor counselor counsellor attorney judge justice chancellor",
        "spokesperson spokesman spokeswoman reporter journalist correspondent professor doctor aide participant",
        "coordinator surgeon leader member analyst editor economist scientist investigator inspector superintendent",
        "undersecretary treasurer comptroller trustee candidate envoy negotiator rapporteur witness expert panelist",
        "engineer ingenieur ingenieure delegate observer founder ceo cfo",
        "coo cto president-elect brigadier marshal sheriff prosecutor ombudsman",
        "ministre porte-parole directeur directrice directeur-general commissaire ambassadeur ambassadrice gouverneur",
        "gouverneure senateur senatrice depute deputee maire mairesse lieutenant-colonel amiral capitaine commandant",
        "secretaire generale conseiller conseillere juge chancelier chanceliere journaliste correspondant",
        "correspondante professeur professeure docteur coordinateur coordonnateur coordonnatrice rapporteure",
        "chef cheffe prefet prefete procureur procureure delegue deleguee",
        "administrateur administratrice inspecteur inspectrice",
        "avocat avocate lawyer intervenant intervenante responsable expert experte representant representante medecin",
        "economiste",
    )
    | word_set(_NOBLE)
)
# Words that qualify an office and belong to it.
ROLE_QUALIFIERS = word_set(
    "vice deputy acting assistant associate former prime first lady principal senior junior under interim executive",
    "press national security state defense defence foreign high chief co adjoint adjointe premier premiere ancien",
    "ancienne haut haute executif executive delegue deleguee par interim special permanent permanente parliamentary",
    "attorney lieutenant major brigadier white house staff surgeon managing",
)
HONORIFICS = word_set(
    "mr mrs ms miss mx dr prof hon honourable honorable sir dame lord lady madam madame mme mmes mlle mlles m mm",
    "monsieur messieurs maitre sen rep gov gen col lt capt cmdr sgt adm amb rev rt right mgr pr",
)
PARTICLES = word_set(
    "de du des d la le les l of the and et for in at von van der den ten ter zu bin ibn al el da dos di del y e à a",
    "aux en to on sur pour un une",
)
# Labels that name a field of a page, a section or a stage direction, never a speaker.
FIELDS = word_set(
    "note notes nb date time place location venue subject re to from cc contact contacts tel telephone phone email fax",
    "web website source sources photo photos image credit caption video audio watch listen read more related tags",
    "topic topics share update updated published posted author by title url",
    "link language see background summary context",
    "agenda example warning important reminder conclusion introduction annex figure table lire voir objet sujet lieu",
    "heure auteur legende resume contexte rappel remarque exemple ps pour en laughter applause inaudible crosstalk",
    "music pause silence rires applaudissements musique continued translation transcript release embargo duration",
    "duree edit advertisement publicite section part chapter chapitre partie article annexe appendix https http",
)

_LETTER = re.compile(r"[^\W\d_]")
_INDEX = re.compile(r"[\s_#.-]*\d{1,3}$")


def bare_label(label: str) -> str:
    """Fold a label and take off its article, stops and number: "The Reporter 2" becomes "reporter"."""
    folded = _INDEX.sub("", " ".join(fold(label).replace(".", " ").split()).strip(" :-–—"))
    return re.sub(r"^(?:the|le|la|l'|un|une|m le|mme la|mr|madam|madame la|monsieur le)\s+(?=\S)", "", folded)


def is_role(token: str) -> bool:
    """Whether a word names an office, whatever its case or plural mark."""
    word = fold(token).strip(".,'")
    return word in ROLES or (word.endswith("s") and word[:-1] in ROLES)
