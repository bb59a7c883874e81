"""What a library keeps: briefings in and out, corrected, collected, verified and backed up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from onrecord.rag.asking import filters_of
from onrecord.rag.collecting import Collection, deleted, put_in, renamed, taken_out
from onrecord.rag.corrections import corrections_left, corrections_wanted
from onrecord.rag.embedding import embed, model_kept
from onrecord.rag.errors import InvalidRequest, LibraryError
from onrecord.rag.holdings import Holdings
from onrecord.rag.models import Models
from onrecord.rag.readers.encoding import whole_characters
from onrecord.rag.readers.metadata import checked_metadata
from onrecord.rag.recordings import RECORDINGS, Recording, Recordings, recording_beside, recording_told, told_media
from onrecord.rag.settings import Settings
from onrecord.rag.store import Embedded, Repair, SharedDatabase, Store, Summary
from onrecord.rag.store.sqlite.schema import DATABASE
from onrecord.rag.types import Briefing, Correction, Passage, Speaker

if TYPE_CHECKING:
    from onrecord.rag.adding import AddReport, Progress
    from onrecord.rag.backing_up import BackedUp
    from onrecord.rag.originals import Original
    from onrecord.rag.readers.heard import HeardRecording


class Keeping:
    """The half of `Library` that changes what is held and hands it out; it answers no question."""

    def __init__(self, store: Store, settings: Settings, folder: Path, database: SharedDatabase | None) -> None:
        self._store = store
        self._holdings = Holdings(store)
        self._models = Models(settings, store)
        self._settings = settings
        self._folder = folder
        self._recordings = Recordings(folder / RECORDINGS)
        self._database = database

    @property
    def folder(self) -> Path:
        """Where the library is kept, or, for one in PostgreSQL, what belongs to it on this machine."""
        return self._folder

    @property
    def database(self) -> SharedDatabase | None:
        """The database that all servers of the library share; None for a library in a folder."""
        return self._database

    def add(
        self,
        paths: str | Path | Sequence[str | Path],
        *,
        title: str | None = None,
        date: str | None = None,
        url: str | None = None,
        language: str | None = None,
        media: str | Path | None = None,
        allow_private: bool = False,
        ray: str | None = None,
        progress: Callable[[Progress], None] | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> AddReport:
        """Add files, folders and web addresses; title, date, url and language override what is found in them.

        `media` is the recording of the one briefing that is added, as `correct` takes it, and kept as a correction.
        A file that cannot be read is reported and the rest are added. A web address must be public unless
        `allow_private`. With `ray`, the HOST:PORT of a Ray cluster of which this machine is part, or "local", the
        cluster's machines read and embed. Once `stop` says yes, which is asked at every step but of a cluster's,
        nothing more is added, and the report tells of what was. Raises InvalidRequest for metadata, a recording and a
        cluster that cannot be used.
        """
        # Whoever only asks does not wait for what reads files.
        from onrecord.rag.adding import add_originals
        from onrecord.rag.hearing.listening import Listening
        from onrecord.rag.originals import originals_under, web_page

        listening = Listening(self._settings.cache, self._settings.whisper, self._recordings)
        options = checked_metadata({"title": title, "date": date, "url": url, "language": language})
        if media is not None:
            told_media(media)
        originals: list[Original] = []
        for path in [paths] if isinstance(paths, str | Path) else paths:
            if isinstance(path, str) and path.lower().startswith(("http://", "https://")):
                originals.append(web_page(path, options, allow_private=allow_private))
            else:
                originals += originals_under([Path(path)], options, listening)
        if media is not None and len(originals) != 1:
            raise InvalidRequest(f"A recording is that of one briefing, and {len(originals)} files are to be added.")
        try:
            if ray is None:
                report = add_originals(self._store, self._models.encoder, originals, progress, stop)
            else:
                from onrecord.rag.spreading import spread_originals

                report = spread_originals(self._store, self._settings, self._models.encoder, originals, ray, progress)
            if media is not None:
                self._tell_media(report, media)
            return report
        finally:
            if listening.kept:
                # Of what was stopped or failed no recording is kept either.
                self._recordings.forget(set(listening.kept) - set(self._store.ids()))

    def _tell_media(self, report: AddReport, media: str | Path) -> None:
        """Keep the recording of the briefing that was added; raises InvalidRequest where it may be another's."""
        held = [item.briefing_id for item in report.files if item.briefing_id]
        if len(held) > 1:
            raise InvalidRequest(
                f"A recording is that of one briefing, and {len(held)} were added. Say whose it is: "
                "`onrecord correct ID --media`."
            )
        for briefing_id in held:
            if self.briefing(briefing_id).media != told_media(media):
                self.correct(briefing_id, media=media)

    def briefings(self) -> list[Briefing]:
        """The briefings in the order they were added."""
        return self._holdings.briefings()

    def summaries(self, *, speaker: str | None = None) -> list[Summary]:
        """One line about each briefing, or each in which somebody speaks, in the order they were added."""
        if not speaker:
            return self._holdings.summaries()
        limits = filters_of({"speaker": speaker})

        def speaking() -> list[Summary]:
            held = set(self._holdings.briefing_ids(limits))
            return [one for one in self._holdings.summaries() if one.id in held]

        return self._holdings.of_one_state(speaking)

    def briefing(self, briefing_id: str) -> Briefing:
        """A briefing of any version; raises UnknownBriefing."""
        return self._holdings.briefing(whole_characters(briefing_id))

    def passages(self, briefing_id: str) -> list[Passage]:
        """The passages of a briefing in order; raises UnknownBriefing."""
        return self._holdings.passages(whole_characters(briefing_id))

    def passage(self, passage_id: int, briefing_id: str | None = None) -> Passage:
        """A passage by its id, of the current versions or of the version named.

        Raises InvalidRequest for an unknown passage, UnknownBriefing for an unknown briefing.
        """
        if briefing_id is None:
            found = next((held.passage for held in self._holdings.held([passage_id]).values()), None)
        else:
            found = next(
                (p for p in self._holdings.passages(whole_characters(briefing_id)) if p.id == passage_id), None
            )
        if found is None:
            place = "the library" if briefing_id is None else f"briefing {briefing_id}"
            raise InvalidRequest(f"No passage of {place} has the id {passage_id}. A search gives the ids.")
        return found

    def file(self, briefing_id: str) -> bytes:
        """The bytes of a briefing's file as added; raises UnknownBriefing."""
        return self._store.file(whole_characters(briefing_id))

    def recording(self, briefing_id: str) -> Recording | None:
        """The sound or film that somebody told of, in which a briefing was heard, or which lies beside its file.

        Raises UnknownBriefing.
        """
        briefing = self.briefing(briefing_id)
        if told := recording_told(briefing):
            return told
        heard = self._heard(briefing)
        return recording_beside(briefing) if heard is None else self._recordings.of(briefing.id, heard)

    def _heard(self, briefing: Briefing) -> HeardRecording | None:
        """What was heard in the recording that a briefing was made of; None where it was made of no recording."""
        if briefing.kind != "recording":
            return None
        from onrecord.rag.readers.heard import heard_in

        return heard_in(briefing.file, self._store.file(briefing.id))

    def names(self) -> dict[str, list[str]]:
        """The speakers, roles, outlets, languages and kinds in the library, to choose filters from."""
        return self._holdings.names()

    def missing(self, folder: str | Path) -> list[Summary]:
        """The briefings that were added from files in a folder, at any depth, and whose files are gone from it."""
        from onrecord.rag.originals import missing_briefings

        return missing_briefings(self._holdings.summaries(), Path(folder))

    def remove(self, briefing_id: str) -> None:
        """Delete a briefing with all its versions and recordings; raises UnknownBriefing."""
        self._store.remove(whole_characters(briefing_id))
        if kept := self._recordings.ids():
            self._recordings.forget(set(kept) - set(self._store.ids()))

    def collections(self) -> list[Collection]:
        """The collections in the order of their names."""
        return [Collection(name, ids) for name, ids in sorted(self._holdings.collections().items())]

    def collect(self, name: str, briefing_ids: Sequence[str]) -> None:
        """Put briefings into a collection, which is made where there is none of that name.

        Raises UnknownBriefing, and InvalidRequest for a name that cannot be one.
        """
        ids = [self._current(briefing_id) for briefing_id in briefing_ids]
        self._store.change_collections(lambda held: put_in(held, name, ids))

    def take_out(self, name: str, briefing_ids: Sequence[str]) -> None:
        """Take briefings out of a collection, if they are in it; raises UnknownBriefing and InvalidRequest."""
        ids = [self._current(briefing_id) for briefing_id in briefing_ids]
        self._store.change_collections(lambda held: taken_out(held, name, ids))

    def rename_collection(self, name: str, new: str) -> None:
        """Give a collection another name; raises InvalidRequest where it is unknown, or another has that name."""
        self._store.change_collections(lambda held: renamed(held, name, new))

    def delete_collection(self, name: str) -> None:
        """Delete a collection, whose briefings stay; raises InvalidRequest where it is unknown."""
        self._store.change_collections(lambda held: deleted(held, name))

    def _current(self, briefing_id: str) -> str:
        """The id of the current version of a briefing; raises UnknownBriefing."""
        briefing = self._store.briefing(whole_characters(briefing_id))
        while briefing.superseded_by is not None:
            briefing = self._store.briefing(briefing.superseded_by)
        return briefing.id

    def corrections(self, briefing_id: str) -> tuple[Correction, ...]:
        """What was corrected of a briefing, in the order it was made; raises UnknownBriefing."""
        return self.briefing(briefing_id).corrections

    def correct(
        self,
        briefing_id: str,
        *,
        title: str | None = None,
        date: str | None = None,
        url: str | None = None,
        language: str | None = None,
        labels: Mapping[str, Speaker] | None = None,
        turns: Mapping[int, Speaker] | None = None,
        media: str | Path | None = None,
        by: str | None = None,
    ) -> tuple[Correction, ...]:
        """Correct what is said of a briefing over its file as added; returns all its corrections.

        `labels` says who speaks under a printed label, `turns` who speaks the turn that begins at an offset; `media` is
        the address of its recording (http, https), or the `Path` of one on this machine; `by` is who says so. The words
        stay as they are, and citations with them. Raises UnknownBriefing; InvalidRequest for what cannot be, and for an
        older version.
        """
        told = {"title": title, "date": date, "url": url, "language": language}
        place = None if media is None else told_media(media)
        at = datetime.now(timezone.utc).isoformat(timespec="seconds")

        def more(held: Briefing) -> tuple[Correction, ...]:
            return corrections_wanted(held, told, labels or {}, turns or {}, media=place, at=at, by=by)

        return self._corrected(briefing_id, more)

    def undo(self, briefing_id: str, number: int) -> tuple[Correction, ...]:
        """Take back the correction of this number; returns those that are left.

        Raises UnknownBriefing, and InvalidRequest where there is no such correction.
        """
        return self._corrected(briefing_id, lambda held: corrections_left(held, number))

    def _corrected(
        self, briefing_id: str, change: Callable[[Briefing], tuple[Correction, ...]]
    ) -> tuple[Correction, ...]:
        from onrecord.rag.correcting import change_corrections

        return change_corrections(self._store, self._models.encoder, whole_characters(briefing_id), change)

    def verify(self) -> list[str]:
        """What is wrong with the library and how to mend it, one line each; empty when all is well."""
        problems = self._store.verify()
        return problems or [line for lines in self._wrong_recordings().values() for line in lines]

    def _wrong_recordings(self) -> dict[str, list[str]]:
        """What is wrong with the recordings kept, by their briefings' ids; those on another machine are not missed."""
        found = {key: self._recordings.problems(key, sha256) for key, sha256 in self._recorded().items()}
        elsewhere = set() if self._database is None else found.keys() - self._recordings.ids()
        return {key: lines for key, lines in found.items() if lines and key not in elsewhere}

    def _recorded(self) -> dict[str, str]:
        """The SHA-256 of each recording that is kept, here or on another machine, by its briefing's id."""
        expected = {one.id for one in self._store.summaries() if one.kind == "recording"}
        held = sorted(expected.union(self._recordings.ids()).intersection(self._store.ids()))
        heard = ((one, self._heard(self._store.briefing(one))) for one in held)
        return {one: what.sha256 for one, what in heard if what is not None}

    def repair(self) -> Repair:
        """Mend what `verify` finds: read files again, embed passages again; all of it or nothing.

        Raises LibraryError where the database cannot be read at all or the library's vectors are of another model.
        """
        from onrecord.rag.repairing import Mender

        done = self._store.repair(Mender(self._models.new_encoder))
        if done.lost:
            return done
        mended = [line for key in self._wrong_recordings() for line in self._recording_again(self.briefing(key))]
        self._recordings.forget(set(self._recordings.ids_of_yesterday()) - set(self._store.ids()))
        return replace(done, mended=(*done.mended, *mended))

    def _recording_again(self, briefing: Briefing) -> list[str]:
        """Copy a recording again from where it was added, if it still lies there; a line where that was done."""
        heard = self._heard(briefing)
        return self._recordings.mend(Path(briefing.source), briefing.id, heard.sha256) if heard else []

    def back_up(self, file: str | Path, *, replace: bool = False, recordings: bool = True) -> BackedUp:
        """Write the library as it now stands, with the files as added, to one file; others may go on using it.

        The recordings that lie on this machine are in it too, unless `recordings` is false.

        Raises LibraryError for a file that is there already, unless `replace`, or that cannot be written, and for a
        damaged library: what is there then stays as it was.
        """
        target = Path(file)
        if target.exists() and (target.is_dir() or not replace or self._is_own(target)):
            raise LibraryError(
                f"{target} is there already. Name a file that is not, or say --replace to write over an older backup."
            )
        from onrecord.rag.backing_up import BackedUp, back_up_with_recordings

        if recordings:
            return back_up_with_recordings(self._store, self._recordings, self._recorded(), target)
        self._store.back_up(target)
        return BackedUp()

    def _is_own(self, file: Path) -> bool:
        """Whether a file is the library itself."""
        return self._database is None and file.samefile(self._folder / DATABASE)

    def reembed(self, *, progress: Callable[[Progress], None] | None = None) -> int:
        """Embed every passage again with the model that the settings name; returns the number of passages."""
        from onrecord.rag.adding import Progress

        encoder = self._models.new_encoder()
        count = 0

        def batches() -> Iterator[tuple[list[int], list[Embedded]]]:
            nonlocal count
            # Read inside the transaction: nobody removes any meanwhile.
            summaries = self._store.summaries()
            for number, summary in enumerate(summaries):
                if progress:
                    progress(Progress(number, len(summaries), count, summary.file))
                passages = self._store.passages(summary.id)
                count += len(passages)
                yield [p.id for p in passages], embed(passages, encoder)

        self._store.replace_vectors(model_kept(encoder), batches())
        return count
