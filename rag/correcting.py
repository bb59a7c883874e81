"""A briefing read again from its file with other corrections, and written in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from onrecord.embeddings import Encoder
from onrecord.rag.corrections import unfitting
from onrecord.rag.documents import read_again
from onrecord.rag.embedding import embed_again, model_kept
from onrecord.rag.errors import ChangedMeanwhile, InvalidRequest, LibraryError
from onrecord.rag.store import NewBriefing, Replaced, Store
from onrecord.rag.types import Briefing, Correction

# Others may correct the same briefing meanwhile.
_TRIES = 3


def change_corrections(
    store: Store,
    encoder: Callable[[], Encoder],
    briefing_id: str,
    change: Callable[[Briefing], tuple[Correction, ...]],
) -> tuple[Correction, ...]:
    """Keep to what `change` makes of the corrections of a briefing; the corrections that it has then.

    Vectors of passages that stay as they are read are kept. Raises UnknownBriefing; InvalidRequest for an older
    version, and where one of the corrections does not fit; LibraryError where the file cannot be read again; and what
    `change` raises. All is then as before.
    """
    for _ in range(_TRIES - 1):
        try:
            return _changed(store, encoder, briefing_id, change)
        except ChangedMeanwhile:
            continue
    return _changed(store, encoder, briefing_id, change)


def _changed(
    store: Store,
    encoder: Callable[[], Encoder],
    briefing_id: str,
    change: Callable[[Briefing], tuple[Correction, ...]],
) -> tuple[Correction, ...]:
    held = store.briefing(briefing_id)
    if held.superseded_by is not None:
        raise InvalidRequest(
            f"{held.title!r} ({briefing_id}) was replaced by a newer version, {held.superseded_by}. Correct that one."
        )
    wanted = change(held)
    data = store.file(briefing_id)
    found = read_again(data, held, wanted)
    if found is None:
        raise LibraryError(
            f"{held.file}: this version of OnRecord cannot read the file kept any more, so nothing of it can be "
            "corrected. Add it again from a file that it can read."
        )
    briefing, passages = found
    wrong = unfitting((one for one in wanted if one not in held.corrections), briefing)
    if wrong:
        raise InvalidRequest(" ".join(wrong))
    briefing = replace(briefing, added=held.added, file=held.file)
    before, model = Replaced(held.id, held.corrections), encoder()
    (embedded,) = embed_again(store, model, [(passages, before.id)])
    store.add(NewBriefing(briefing, data, passages, tuple(embedded)), model_kept(model), over=before)
    return briefing.corrections
