"""Words given in quotation marks that are on record: where they were said, by whom and when."""

from __future__ import annotations

from onrecord.rag.answers.drafting import Draft, Drafted, paragraph

# Places shown; "every time somebody said …" lists them all.
_MOST_SHOWN = 3


def sought(draft: Draft) -> Drafted | None:
    """The sentences that hold the words; None where the question gives none, or none that may be quoted hold them."""
    found = (one for one in draft.reading.sentences if draft.question.seeks(one.text) and draft.may_quote(one))
    places = dict.fromkeys((sentence.passage.briefing_id, sentence.span) for sentence in found)
    if not places:
        return None
    order = sorted(places, key=lambda place: (draft.sources[place[0]].date or "", place[1].start))
    return Drafted((paragraph(draft.statement(briefing, span) for briefing, span in order[:_MOST_SHOWN]),))
