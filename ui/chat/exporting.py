"""Answers and conversations as files, for their own visitor."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from onrecord.rag import Answer, Briefing, ExportFormat, Library, UnknownBriefing, export
from onrecord.ui.chat.conversations import Conversations, UnknownConversation
from onrecord.ui.page.files import as_file
from onrecord.ui.server.places import Places
from onrecord.ui.server.security import visitor_sending


def export_api(library: Library, conversations: Conversations, places: Places) -> APIRouter:
    """Downloads of a visitor's answers, one by one and by conversation."""
    api = APIRouter(prefix="/api", tags=["conversations"])

    def visitor(request: Request) -> str:
        return visitor_sending(request, "answers belong to the browser that asked.")

    @api.get("/answers/{asked}/export", response_class=Response)
    def answer(request: Request, asked: str, format: ExportFormat = "markdown") -> Response:
        """One answer with its quotes and their sources; an overview in full, whatever page of it the answer shows."""
        one = conversations.one(visitor(request), asked)
        if one.answer is None:
            raise UnknownConversation("This question has no answer yet. Ask it again.")
        with places.taken(one.question):
            found = library.in_full(one.answer)
        return as_file(export(found, format, cited(library, found)), format)

    @api.get("/conversations/{conversation}/export", response_class=Response)
    def conversation(request: Request, conversation: str) -> Response:
        """All answers of a conversation, as Markdown."""
        given = [one.answer for one in conversations.asked(visitor(request), conversation)]
        with places.taken(conversation):
            answers = [library.in_full(answer) for answer in given if answer is not None]
        return as_file("\n\n".join(export(found, "markdown", cited(library, found)) for found in answers), "markdown")

    return api


def cited(library: Library, answer: Answer) -> dict[str, Briefing]:
    """The briefings an answer cites, by id, without those that have been removed."""
    found = {}
    for briefing_id in {citation.briefing_id for citation in answer.citations}:
        try:
            found[briefing_id] = library.briefing(briefing_id)
        except UnknownBriefing:
            continue
    return found
