"""The words of the page, in English and French; nothing here comes from a briefing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Literal, get_args

Language = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

# A key with _one and _many has two forms; French takes the first for 0 and 1, English for 1 only.
ENGLISH: Mapping[str, str] = {
    "name": "OnRecord",
    "skip": "Skip to the question",
    # Status line under an answer.
    "answered": "answered",
    "asked_not_answered": "asked, not answered",
    "not_found": "not found",
    "verified_one": "{verified} of {n} quote verified",
    "verified_many": "{verified} of {n} quotes verified",
    "searched_one": "{n} briefing searched",
    "searched_many": "{n} briefings searched",
    "searched_passages_one": "{n} passage",
    "searched_passages_many": "{n} passages",
    "filtered": "limited to {filters}",
    "understood": "understood as: {question}",
    "unverified": "not verified",
    # Under the status line.
    "sources_one": "{n} source",
    "sources_many": "{n} sources",
    "source": "Source",
    "nearest": "Nearest passages, not an answer",
    "try_asking": "You could ask",
    "copy": "Copy",
    "copied": "Copied",
    "retry": "Ask again",
    "edit": "Edit",
    "helpful": "Helpful",
    "unhelpful": "Not helpful",
    "thanks": "Thank you, noted",
    "undated": "undated",
    "unnamed": "Speaker not named",
    "inferred": "inferred",
    # Kinds of speech.
    "statement": "statement",
    "question": "question",
    "answer": "answer",
    "moderation": "moderation",
    "report": "report",
    "reported": "reported speech",
    # Composer and conversation.
    "ask_label": "Your question",
    "ask_placeholder": "Ask what was said, who asked it, or whether it was answered…",
    "send": "Send the question",
    "stop": "Stop the answer",
    "conversation": "Conversation",
    "welcome": "What was said, by whom, and in which words?",
    "welcome_more": "Every answer quotes the briefings word for word. Click a number to read the words in their place.",
    "empty": "The library is empty",
    "empty_more": "Add briefings first: transcripts, statements or reports as text, HTML, PDF, DOCX or subtitles.",
    "use_samples": "Add the sample briefings",
    "samples_more": "The samples are eight invented briefings to try OnRecord with.",
    "ready": "The answer is ready.",
    "searching": "Searching the briefings…",
    "editing": "You are editing an earlier question; the answers from there on will be replaced.",
    # State of the model.
    "loading": "Loading the search model; you can already write…",
    "loading_ask": "The search model is still loading; the answer follows in a few seconds…",
    "failed": "The search model could not be loaded: {message}",
    "loaded": "Ready.",
    # Left room.
    "library": "Library",
    "briefings": "Briefings",
    "briefings_one": "{n} briefing",
    "briefings_many": "{n} briefings",
    "passages_one": "{n} passage",
    "passages_many": "{n} passages",
    "find": "Find a briefing",
    "none_match": "No briefing matches.",
    "filters": "Limit the search",
    "speaker": "Speaker",
    "anyone": "Anyone",
    "language": "Language",
    "any_language": "Any language",
    "since": "From",
    "until": "To",
    "briefing": "Briefing",
    "remove_filter": "Remove the limit {filter}",
    "only_this": "Search only in it",
    "remove": "Remove",
    "remove_confirm": "Remove “{title}” from the library?",
    "removed": "Removed: {title}",
    "cancel": "Cancel",
    "add": "Add briefings",
    "add_url": "Add a web page",
    "add_url_label": "Address of the page",
    "uploading": "Uploading {percent} %",
    "adding": "Adding {done} of {total}: {file}",
    "add_done_one": "{n} briefing added",
    "add_done_many": "{n} briefings added",
    "add_unchanged": "{n} unchanged",
    "add_failed": "{n} not added",
    "details": "Details",
    "conversations": "Conversations",
    "new_conversation": "New conversation",
    "no_conversations": "Your conversations will be listed here. Only this browser sees them.",
    "rename": "Rename",
    "rename_label": "New name of the conversation",
    "delete": "Delete",
    "delete_confirm": "Delete “{title}”?",
    "export": "Export",
    "save": "Save",
    # Right room.
    "source_title": "Source",
    "source_hint": "Click a number in an answer to read the words where they stand.",
    "source_loading": "Opening the source…",
    "close": "Close",
    "open_reader": "Read the whole briefing",
    "open_original": "Original page",
    "copy_quote": "Copy the quote with its source",
    "previous": "Previous citation",
    "next": "Next citation",
    "position": "Citation {n} of {total}",
    "before": "Before",
    "after": "After",
    "in_reply_to": "In reply to",
    "cited": "Cited words",
    "same_words": "These words stand in the briefing exactly as quoted.",
    "changed": "The briefing has changed since this answer: these are not the words that were quoted.",
    "superseded": "A newer version of this briefing is in the library.",
    "gone": "This briefing is no longer in the library.",
    "report_citation": "Something wrong with this citation?",
    "wrong_source": "Wrong source",
    "unsupported": "Doesn't support the answer",
    "misquoted": "Misquoted",
    "toggle_library": "Show or hide the library",
    "toggle_source": "Show or hide the source",
    # Reader.
    "find_text": "Find in this briefing",
    "matches_one": "{n} match",
    "matches_many": "{n} matches",
    "next_match": "Next match",
    "boilerplate": "not part of the briefing",
    "ask_back": "Back to the questions",
    "no_such_page": "There is no such page",
    "no_such_briefing": "This briefing is not in the library. It may have been removed.",
    # Errors.
    "error": "That did not work.",
    "unexpected": "Something went wrong on the server. Try again; if it happens again, look at the server's messages.",
    "offline": "The server does not answer. Check that it is still running, then try again.",
    "too_long": "The question is longer than {n} characters. Shorten it.",
    "no_question": "Write a question first.",
    # Checking and saving.
    "check": "Check quotes",
    "check_more": "Paste an article. Every quotation and attributed statement in it is held against the briefings.",
    "check_label": "Text to check",
    "check_do": "Check",
    "checking": "Checking…",
    "check_none": "The text holds no quotation and no attributed statement.",
    "says": "the text names {speaker}",
    "verbatim": "verbatim",
    "other_speaker": "verbatim, but another speaker",
    "altered": "altered",
    "stitched": "stitched from several places",
    "translated": "translated, close to",
    "difference": "Difference",
    "export_as": "Save this answer as",
    "markdown": "Markdown",
    "html": "Web page (HTML)",
    "docx": "Word (DOCX)",
    "csv": "Quotes as a table (CSV)",
    "similarity": "similarity {share}, a hint and no proof",
    "switch_language": "Français",
    "switch_language_code": "fr",
}

_FRENCH: Mapping[str, str] = {
    "name": "OnRecord",
    "skip": "Aller à la question",
    "answered": "répondu",
    "asked_not_answered": "question posée, sans réponse",
    "not_found": "introuvable",
    "verified_one": "{verified} citation vérifiée sur {n}",
    "verified_many": "{verified} citations vérifiées sur {n}",
    "searched_one": "{n} briefing interrogé",
    "searched_many": "{n} briefings interrogés",
    "searched_passages_one": "{n} passage",
    "searched_passages_many": "{n} passages",
    "filtered": "limité à {filters}",
    "understood": "compris comme : {question}",
    "unverified": "non vérifiée",
    "sources_one": "{n} source",
    "sources_many": "{n} sources",
    "source": "Source",
    "nearest": "Passages les plus proches, qui ne répondent pas",
    "try_asking": "Vous pourriez demander",
    "copy": "Copier",
    "copied": "Copié",
    "retry": "Redemander",
    "edit": "Modifier",
    "helpful": "Utile",
    "unhelpful": "Pas utile",
    "thanks": "Merci, c’est noté",
    "undated": "sans date",
    "unnamed": "Orateur non nommé",
    "inferred": "déduit",
    "statement": "déclaration",
    "question": "question",
    "answer": "réponse",
    "moderation": "modération",
    "report": "article",
    "reported": "propos rapportés",
    "ask_label": "Votre question",
    "ask_placeholder": "Qu’a-t-on dit, qui l’a demandé, y a-t-on répondu ?",
    "send": "Envoyer la question",
    "stop": "Arrêter la réponse",
    "conversation": "Conversation",
    "welcome": "Qu’a-t-on dit, qui l’a dit, et avec quels mots ?",
    "welcome_more": "Chaque réponse cite les briefings mot pour mot. Cliquez sur un numéro pour lire les mots à leur "
    "place.",
    "empty": "La bibliothèque est vide",
    "empty_more": "Ajoutez d’abord des briefings : transcriptions, déclarations ou articles en texte, HTML, PDF, DOCX "
    "ou sous-titres.",
    "use_samples": "Ajouter les exemples",
    "samples_more": "Les exemples sont huit briefings inventés pour essayer OnRecord.",
    "ready": "La réponse est prête.",
    "searching": "Recherche dans les briefings…",
    "editing": "Vous modifiez une question déjà posée ; les réponses à partir de là seront remplacées.",
    "loading": "Chargement du modèle de recherche ; vous pouvez déjà écrire…",
    "loading_ask": "Le modèle de recherche se charge encore ; la réponse suit dans quelques secondes…",
    "failed": "Le modèle de recherche n’a pas pu être chargé : {message}",
    "loaded": "Prêt.",
    "library": "Bibliothèque",
    "briefings": "Briefings",
    "briefings_one": "{n} briefing",
    "briefings_many": "{n} briefings",
    "passages_one": "{n} passage",
    "passages_many": "{n} passages",
    "find": "Trouver un briefing",
    "none_match": "Aucun briefing ne correspond.",
    "filters": "Limiter la recherche",
    "speaker": "Orateur",
    "anyone": "Tous",
    "language": "Langue",
    "any_language": "Toutes les langues",
    "since": "Du",
    "until": "Au",
    "briefing": "Briefing",
    "remove_filter": "Retirer la limite {filter}",
    "only_this": "Chercher seulement ici",
    "remove": "Retirer",
    "remove_confirm": "Retirer « {title} » de la bibliothèque ?",
    "removed": "Retiré : {title}",
    "cancel": "Annuler",
    "add": "Ajouter des briefings",
    "add_url": "Ajouter une page web",
    "add_url_label": "Adresse de la page",
    "uploading": "Envoi {percent} %",
    "adding": "Ajout {done} sur {total} : {file}",
    "add_done_one": "{n} briefing ajouté",
    "add_done_many": "{n} briefings ajoutés",
    "add_unchanged": "{n} sans changement",
    "add_failed": "{n} non ajouté(s)",
    "details": "Détails",
    "conversations": "Conversations",
    "new_conversation": "Nouvelle conversation",
    "no_conversations": "Vos conversations seront listées ici. Seul ce navigateur les voit.",
    "rename": "Renommer",
    "rename_label": "Nouveau nom de la conversation",
    "delete": "Supprimer",
    "delete_confirm": "Supprimer « {title} » ?",
    "export": "Exporter",
    "save": "Enregistrer",
    "source_title": "Source",
    "source_hint": "Cliquez sur un numéro dans une réponse pour lire les mots à leur place.",
    "source_loading": "Ouverture de la source…",
    "close": "Fermer",
    "open_reader": "Lire tout le briefing",
    "open_original": "Page d’origine",
    "copy_quote": "Copier la citation avec sa source",
    "previous": "Citation précédente",
    "next": "Citation suivante",
    "position": "Citation {n} sur {total}",
    "before": "Avant",
    "after": "Après",
    "in_reply_to": "En réponse à",
    "cited": "Mots cités",
    "same_words": "Ces mots figurent dans le briefing exactement comme cités.",
    "changed": "Le briefing a changé depuis cette réponse : ce ne sont pas les mots qui ont été cités.",
    "superseded": "Une version plus récente de ce briefing est dans la bibliothèque.",
    "gone": "Ce briefing n’est plus dans la bibliothèque.",
    "report_citation": "Un problème avec cette citation ?",
    "wrong_source": "Mauvaise source",
    "unsupported": "N’appuie pas la réponse",
    "misquoted": "Mal citée",
    "toggle_library": "Afficher ou masquer la bibliothèque",
    "toggle_source": "Afficher ou masquer la source",
    "find_text": "Chercher dans ce briefing",
    "matches_one": "{n} occurrence",
    "matches_many": "{n} occurrences",
    "next_match": "Occurrence suivante",
    "boilerplate": "hors du briefing",
    "ask_back": "Retour aux questions",
    "no_such_page": "Cette page n’existe pas",
    "no_such_briefing": "Ce briefing n’est pas dans la bibliothèque. Il a peut-être été retiré.",
    "error": "Cela n’a pas fonctionné.",
    "unexpected": "Une erreur s’est produite sur le serveur. Réessayez ; si elle revient, consultez les messages du "
    "serveur.",
    "offline": "Le serveur ne répond pas. Vérifiez qu’il fonctionne encore, puis réessayez.",
    "too_long": "La question dépasse {n} caractères. Raccourcissez-la.",
    "no_question": "Écrivez d’abord une question.",
    "check": "Vérifier des citations",
    "check_more": "Collez un article. Chaque citation et chaque propos attribué est comparé aux briefings.",
    "check_label": "Texte à vérifier",
    "check_do": "Vérifier",
    "checking": "Vérification…",
    "check_none": "Le texte ne contient ni citation ni propos attribué.",
    "says": "le texte nomme {speaker}",
    "verbatim": "mot pour mot",
    "other_speaker": "mot pour mot, mais d’une autre personne",
    "altered": "modifiée",
    "stitched": "assemblée de plusieurs passages",
    "translated": "traduite, proche de",
    "difference": "Différence",
    "export_as": "Enregistrer cette réponse",
    "markdown": "Markdown",
    "html": "Page web (HTML)",
    "docx": "Word (DOCX)",
    "csv": "Citations en tableau (CSV)",
    "similarity": "similarité {share}, un indice et non une preuve",
    "switch_language": "English",
    "switch_language_code": "en",
}


def spaced(text: str) -> str:
    """French words with the narrow space that keeps a mark like "?" on the line of its word."""
    return re.sub(r"(?<=\S) (?=[:;?!»%])|(?<=«) ", "\N{NARROW NO-BREAK SPACE}", text)


FRENCH: Mapping[str, str] = {key: spaced(text) for key, text in _FRENCH.items()}

_MONTHS: Mapping[Language, tuple[str, ...]] = {
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    "fr": (
        *("janvier", "février", "mars", "avril", "mai", "juin"),
        *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    ),
}


def words(language: str) -> Mapping[str, str]:
    """The page's words in a language; English where there is no translation."""
    return FRENCH if language == "fr" else ENGLISH


def dictionary() -> str:
    """Both languages as JSON for the page's scripts, which cannot end its script element."""
    return json.dumps({"en": dict(ENGLISH), "fr": dict(FRENCH)}, ensure_ascii=False).replace("<", "\\u003c")


def counted(language: str, key: str, n: int, **values: object) -> str:
    """The singular or plural form of a key with its numbers filled in."""
    single = n < 2 if language == "fr" else n == 1
    return words(language)[f"{key}_one" if single else f"{key}_many"].format(n=n, **values)


def spoken_date(date: str | None, language: str) -> str:
    """An ISO 8601 date, maybe partial, as it is said: "5 May 2026", "May 2026", "2026"; unknown: "undated"."""
    if not date:
        return words(language)["undated"]
    parts = date[:10].split("-")
    if not all(part.isdigit() for part in parts) or (len(parts) > 1 and not 1 <= int(parts[1]) <= 12):
        return date
    said = [parts[0]]
    if len(parts) > 1:
        said.insert(0, _MONTHS["fr" if language == "fr" else "en"][int(parts[1]) - 1])
    if len(parts) > 2:
        day = int(parts[2])
        said.insert(0, "1er" if language == "fr" and day == 1 else str(day))
    return " ".join(said)


def preferred_language(chosen: str | None, accept_language: str | None) -> Language:
    """The language chosen before, else the first of the browser's that the page speaks, else English."""
    if chosen in LANGUAGES:
        return "fr" if chosen == "fr" else "en"
    ranked: list[tuple[float, int, str]] = []
    for place, part in enumerate((accept_language or "").split(",")):
        tag, _, quality = part.strip().partition(";q=")
        try:
            ranked.append((-float(quality or 1), place, tag[:2].lower()))
        except ValueError:
            continue
    for _, _, tag in sorted(ranked):
        if tag in LANGUAGES:
            return "fr" if tag == "fr" else "en"
    return "en"
