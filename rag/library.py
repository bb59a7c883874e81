"""The library: what people, the command line and the page use."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from typing_extensions import Self, Unpack

from onrecord import __version__
from onrecord.embeddings import Encoder, load_encoder
from onrecord.embeddings.bundled import SHA256 as BUNDLED
from onrecord.embeddings.reader import load_reader
from onrecord.rag.answers.growing import growing
from onrecord.rag.asking import Asking, filters_of, require_verified
from onrecord.rag.collecting import Collection, deleted, put_in, renamed, taken_out
from onrecord.rag.corrections import corrections_left, corrections_wanted
from onrecord.rag.errors import InvalidRequest, LibraryError
from onrecord.rag.holdings import Holdings
from onrecord.rag.judging import JUDGED_FILE, Judging
from onrecord.rag.languages.detection import load_detector
from onrecord.rag.questions.question import History
from onrecord.rag.quoting import quoted
from onrecord.rag.readers.encoding import whole_characters
from onrecord.rag.readers.metadata import Metadata, checked_metadata
from onrecord.rag.reading.reader import Reader
from onrecord.rag.settings import Settings, beside, is_address
from onrecord.rag.store import Embedded, EmbeddingModel, Repair, SharedDatabase, Store, Summary
from onrecord.rag.store.postgres import open_store
from onrecord.rag.store.refusing import require_model
from onrecord.rag.store.sqlite.backup import restore
from onrecord.rag.store.sqlite.engine import SqliteStore
from onrecord.rag.store.sqlite.schema import DATABASE
from onrecord.rag.types import Answer, Briefing, Citation, Correction, FilterOptions, Hit, Passage, Passing, Speaker

if TYPE_CHECKING:
    from onrecord.rag.adding import AddReport, Original, Progress
    from onrecord.rag.checking.check import CheckReport
    from onrecord.rag.comparing.compare import Comparison
    from onrecord.rag.copying import Copied
    from onrecord.rag.language_model.language_model import LanguageModel
    from onrecord.rag.language_model.setting import ModelChoice, Trial
    from onrecord.rag.recordings import Recording


class Library:
    """A collection of briefings, in a folder or in PostgreSQL.

    Open it with `Library.open`; safe to use from several threads.
    """

    def __init__(self, store: Store, settings: Settings, folder: Path, database: SharedDatabase | None = None) -> None:
        self._store = store
        self._holdings = Holdings(store)
        self._asking = Asking(self._holdings, self._loaded_encoder, self._loaded_reader)
        self._judging = Judging(self._holdings, folder / JUDGED_FILE, self._loaded_reader)
        self._folder = folder
        self._database = database
        self._settings = settings
        self._encoder: Encoder | None = None
        self._bundled: Encoder | None = None
        self._encoder_lock = threading.Lock()
        self._reader: Reader | None = None
        self._reader_lock = threading.Lock()

    @classmethod
    def open(cls, path: str | Path | None = None, *, settings: Settings | None = None) -> Self:
        """Open the library in a folder, or at an address in PostgreSQL, making it where there is none.

        `path` defaults to the setting `ONRECORD_LIBRARY`, else the platform's user data folder. Raises LibraryError
        for a folder or an address that cannot be used.
        """
        settings = settings or Settings.load()
        place = path if path is not None else settings.address or settings.library
        if is_address(place):
            store = open_store(str(place))
            return cls(store, settings, beside(store.key), store)
        folder = Path(place)
        return cls(SqliteStore(folder), settings, folder)

    @classmethod
    def restore(
        cls,
        file: str | Path,
        path: str | Path | None = None,
        *,
        replace: bool = False,
        settings: Settings | None = None,
    ) -> int:
        """Make the library in a folder, which is named as for `open`, of a backup; returns how many briefings it holds.

        The backup is checked first. A library that is there is replaced only with `replace`, and while nobody uses it.
        Raises LibraryError for a file that is no sound backup, and a folder that is taken; all is then as before.
        """
        settings = settings or Settings.load()
        place = path if path is not None else settings.address or settings.library
        if is_address(place):
            raise InvalidRequest(
                "A backup is brought back into a folder. Name one with --library, and take its library to PostgreSQL "
                "with `onrecord copy`."
            )
        folder = Path(place)
        return restore(Path(file), folder, replace=replace, open_store=SqliteStore)

    @classmethod
    def copy(
        cls,
        source: str | Path,
        target: str | Path,
        *,
        settings: Settings | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> Copied:
        """Copy one library into another, both named as for `open`, with all versions, files, vectors and words.

        A copy that was cut off is gone on with. Raises LibraryError for a source that is not there, and a target that
        holds other briefings, vectors of another model or, in the end, not what the source does.
        """
        settings = settings or Settings.load()
        if not is_address(source) and not (Path(source) / DATABASE).exists():
            raise LibraryError(f"{source}: there is no library. Name a folder that `onrecord add` has filled.")
        from onrecord.rag.copying import copy_archive

        with cls.open(source, settings=settings) as copied, cls.open(target, settings=settings) as made:
            return copy_archive(copied._store, made._store, progress)

    @property
    def folder(self) -> Path:
        """Where the library is kept, or, for one in PostgreSQL, what belongs to it on this machine."""
        return self._folder

    @property
    def database(self) -> SharedDatabase | None:
        """The database that all servers of the library share; None for a library in a folder."""
        return self._database

    @property
    def language_model(self) -> str | None:
        """The name of the language model that writes beside answers, by the settings; None where none is used."""
        from onrecord.rag.language_model.choosing import name_of

        return name_of(self._settings)

    @property
    def model_choice(self) -> ModelChoice:
        """Which language model writes beside answers, as the settings name it; its key is a secret."""
        from onrecord.rag.language_model.setting import ModelChoice

        return ModelChoice.of(self._settings)

    def choose_model(self, choice: ModelChoice) -> None:
        """Have a language model write beside answers from now on, or none, and keep that in the user's settings.

        Raises InvalidRequest for half a choice, and where the environment has chosen already.
        """
        from onrecord.rag.language_model.setting import kept

        self._settings = kept(choice, self._settings)

    def try_model(self, choice: ModelChoice | None = None) -> Trial:
        """Send one short request to a language model, or to the one that is set; changes nothing.

        Raises ModelError with one line that says what is wrong, and InvalidRequest for half a choice.
        """
        from onrecord.rag.language_model.setting import tried

        return tried(choice.within(self._settings) if choice else self._settings)

    @property
    def judging(self) -> Judging:
        """What became of the questions on record."""
        return self._judging

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the library's files."""
        self._store.close()

    def load_model(self) -> None:
        """Load the models and the language detector now rather than at the first question; takes seconds.

        Raises ModelError, or LibraryError where the library holds vectors of another model.
        """
        # Daemons, unlike the threads of a pool, neither hold up a process that ends meanwhile nor are refused in it.
        beside = [
            threading.Thread(target=_tried, args=(load,), daemon=True) for load in (self._loaded_reader, load_detector)
        ]
        for thread in beside:
            thread.start()
        self._loaded_encoder()
        for thread in beside:
            thread.join()
        # What failed there is tried again here, and raised.
        self._loaded_reader()
        load_detector()

    def add(
        self,
        paths: str | Path | Sequence[str | Path],
        *,
        title: str | None = None,
        date: str | None = None,
        url: str | None = None,
        language: str | None = None,
        allow_private: bool = False,
        ray: str | None = None,
        progress: Callable[[Progress], None] | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> AddReport:
        """Add files, folders and web addresses; title, date, url and language override what is found in them.

        A file that cannot be read is reported and the rest are added. A web address must be public unless
        `allow_private`. With `ray`, the HOST:PORT of a Ray cluster of which this machine is part, or "local", the
        cluster's machines read and embed. Once `stop` says yes, which is asked at every step but of a cluster's,
        nothing more is added, and the report tells of what was. Raises InvalidRequest for metadata and a cluster that
        cannot be used.
        """
        # Whoever only asks does not wait for what reads files.
        from onrecord.rag.adding import add_originals, originals_under

        options = checked_metadata({"title": title, "date": date, "url": url, "language": language})
        originals: list[Original] = []
        for path in [paths] if isinstance(paths, str | Path) else paths:
            if isinstance(path, str) and path.lower().startswith(("http://", "https://")):
                originals.append(_web_page(path, options, allow_private=allow_private))
            else:
                originals += originals_under([Path(path)], options)
        if ray is None:
            return add_originals(self._store, self._loaded_encoder, originals, progress, stop)
        from onrecord.rag.spreading import spread_originals

        return spread_originals(self._store, self._settings, self._loaded_encoder, originals, ray, progress)

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
        """The sound or film that lies beside the file a briefing was added from; raises UnknownBriefing."""
        from onrecord.rag.recordings import recording_beside

        return recording_beside(self.briefing(briefing_id))

    def names(self) -> dict[str, list[str]]:
        """The speakers, roles, outlets, languages and kinds in the library, to choose filters from."""
        return self._holdings.names()

    def missing(self, folder: str | Path) -> list[Summary]:
        """The briefings that were added from files in a folder, at any depth, and whose files are gone from it."""
        from onrecord.rag.adding import missing_briefings

        return missing_briefings(self._holdings.summaries(), Path(folder))

    def remove(self, briefing_id: str) -> None:
        """Delete a briefing with all its versions; raises UnknownBriefing."""
        self._store.remove(whole_characters(briefing_id))
        self._judging.forget(briefing_id)

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
        by: str | None = None,
    ) -> tuple[Correction, ...]:
        """Correct what is said of a briefing over its file as added; returns all its corrections.

        `labels` says who speaks under a printed label, `turns` who speaks the turn that begins at an offset; `by` is
        who says so. The words stay as they are, and citations with them. Raises UnknownBriefing; InvalidRequest for
        what cannot be, and for an older version.
        """
        told = {"title": title, "date": date, "url": url, "language": language}
        at = datetime.now(timezone.utc).isoformat(timespec="seconds")

        def more(held: Briefing) -> tuple[Correction, ...]:
            return corrections_wanted(held, told, labels or {}, turns or {}, at=at, by=by)

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

        return change_corrections(self._store, self._loaded_encoder, whole_characters(briefing_id), change)

    def verify(self) -> list[str]:
        """What is wrong with the library and how to mend it, one line each; empty when all is well."""
        return self._store.verify()

    def repair(self) -> Repair:
        """Mend what `verify` finds: read files again, embed passages again; all of it or nothing.

        Raises LibraryError where the database cannot be read at all or the library's vectors are of another model.
        """
        from onrecord.rag.repairing import Mender

        return self._store.repair(Mender(partial(load_encoder, self._settings.model, cache=self._settings.cache)))

    def back_up(self, file: str | Path, *, replace: bool = False) -> None:
        """Write the library as it now stands, with the files as added, to one file; others may go on using it.

        Raises LibraryError for a file that is there already, unless `replace`, or that cannot be written, and for a
        damaged library: what is there then stays as it was.
        """
        target = Path(file)
        if target.exists() and (target.is_dir() or not replace or self._is_own(target)):
            raise LibraryError(
                f"{target} is there already. Name a file that is not, or say --replace to write over an older backup."
            )
        self._store.back_up(target)

    def _is_own(self, file: Path) -> bool:
        """Whether a file is the library itself."""
        return self._database is None and file.samefile(self._folder / DATABASE)

    def reembed(self, *, progress: Callable[[Progress], None] | None = None) -> int:
        """Embed every passage again with the model that the settings name; returns the number of passages."""
        from onrecord.rag.adding import Progress, embed

        encoder = load_encoder(self._settings.model, cache=self._settings.cache)
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

        self._store.replace_vectors(_model_of(encoder), batches())
        return count

    def search(
        self, question: str, *, k: int = 10, history: History = (), **filters: Unpack[FilterOptions]
    ) -> list[Hit]:
        """The k passages nearest to a question among those that pass the filters, best first.

        Raises InvalidRequest for an empty question, k < 1 or an impossible filter.
        """
        if k < 1:
            raise InvalidRequest(f"k is {k}; ask for at least one passage.")
        limits = filters_of(filters)
        return self._holdings.of_one_state(lambda: self._asking.search(question, history, k, limits))

    def ask(
        self,
        question: str,
        *,
        history: History = (),
        any_date: bool = False,
        written: bool = True,
        **filters: Unpack[FilterOptions],
    ) -> Answer:
        """Answer a question from the passages that pass the filters; `history` is of (question, answer text).

        Dates in the question ("since May") limit the briefings searched too, unless `any_date`. Where the settings name
        a language model, it writes beside the answer, unless `written` is False. Raises InvalidRequest for an empty
        question, an impossible filter, or half a setting of the model.
        """
        *_, answer = self.stream(question, history=history, any_date=any_date, written=written, **filters)
        return answer

    def stream(
        self,
        question: str,
        *,
        history: History = (),
        any_date: bool = False,
        written: bool = True,
        **filters: Unpack[FilterOptions],
    ) -> Iterator[Answer]:
        """Yield the answer as it grows, whole before a language model begins; then what that writes beside it.

        Raises as `ask` does, before the first. Closing the iterator stops the model.
        """
        limits = filters_of(filters)
        answer, briefings = self._holdings.of_one_state(
            lambda: self._asking.answer(question, history, limits, any_date=any_date)
        )
        model = self._language_model() if written else None
        yield from growing(answer)
        if model is not None:
            yield from self._written(answer, briefings, model)

    def passing(self, **filters: Unpack[FilterOptions]) -> Passing:
        """How much of the library passes filters, and how many undated briefings their dates leave out.

        Raises InvalidRequest for an impossible filter.
        """
        limits = filters_of(filters)
        return self._holdings.of_one_state(lambda: self._holdings.passing(limits))

    def in_full(self, answer: Answer) -> Answer:
        """The overview that an answer is a page of, with all lines of its briefing; any other answer as it is."""
        return self._holdings.of_one_state(lambda: self._asking.in_full(answer))

    def check(self, article: str) -> CheckReport:
        """Check every quotation and attributed statement of an article (plain text) against the library.

        Raises InvalidRequest for an empty text.
        """
        from onrecord.rag.checking.check import check
        from onrecord.rag.checking.record import Record, digest_of

        if not article.strip():
            raise InvalidRequest("The text to check is empty. Paste an article, or name a file that holds one.")
        encoders = self._loaded_encoder(), self._bundled_encoder()
        text = whole_characters(article)

        def checked() -> CheckReport:
            report = check(text, Record(self._holdings, *encoders))
            held = digest_of(summary.id for summary in self._store.summaries())
            return replace(report, version=__version__, model=encoders[0].name, library=held)

        return self._holdings.of_one_state(checked)

    def quote(self, briefing_id: str, start: int, end: int) -> Citation:
        """The citation of `briefing.text[start:end]`, with whoever speaks there.

        Raises UnknownBriefing, and InvalidRequest for what is no slice, for words of several people, and for what is
        no part of the briefing's words (site chrome, page furniture).
        """
        return self._holdings.of_one_state(lambda: quoted(self._holdings, whole_characters(briefing_id), start, end))

    def compare(self, first: str, second: str, *, speaker: str | None = None) -> Comparison:
        """Set two briefings side by side, named by their ids: what both speak of, and what one alone does.

        With `speaker` only that person's words count; part of a name is enough. Pairs rest on rare words in common and
        on the vectors that are stored. Raises UnknownBriefing, and InvalidRequest for one briefing given twice.
        """
        from onrecord.rag.comparing.compare import ToCompare, compared

        ids = whole_characters(first), whole_characters(second)
        if ids[0] == ids[1]:
            raise InvalidRequest("Both are the same briefing. Name two.")
        name = speaker and whole_characters(speaker)

        def prepared(briefing_id: str) -> ToCompare:
            briefing, passages = self._holdings.briefing(briefing_id), self._holdings.passages(briefing_id)
            return ToCompare(briefing, passages, self._embedded(briefing_id, passages))

        def comparison() -> Comparison:
            called = self._holdings.called(name) if name else None
            return compared(prepared(ids[0]), prepared(ids[1]), speaker=name or None, called=called)

        return self._holdings.of_one_state(comparison)

    def _embedded(self, briefing_id: str, passages: Sequence[Passage]) -> list[Embedded]:
        """What the model makes of passages: as it is stored, or made again for a superseded version."""
        kept = self._store.embedded(briefing_id)
        if len(kept) == len(passages):
            return kept
        from onrecord.rag.adding import embed

        return embed(passages, self._loaded_encoder())

    def _language_model(self) -> LanguageModel | None:
        """The language model that the settings name; most libraries use none and never load what runs it."""
        from onrecord.rag.language_model.choosing import chosen

        return chosen(self._settings)

    def _written(self, answer: Answer, briefings: Mapping[str, Briefing], model: LanguageModel) -> Iterator[Answer]:
        """The answer with what the language model writes beside it, checked."""
        from onrecord.rag.checking.translation import Translations
        from onrecord.rag.language_model.writing import with_writing

        translations = Translations(self._holdings, self._bundled_encoder())
        passages = [hit.passage for hit in answer.hits]
        for grown in with_writing(answer, passages, briefings, model, similarity=translations.similarity):
            require_verified(grown, briefings)
            yield grown

    def _loaded_reader(self) -> Reader:
        with self._reader_lock:
            if self._reader is None:
                self._reader = load_reader(cache=self._settings.cache)
            return self._reader

    def _loaded_encoder(self) -> Encoder:
        with self._encoder_lock:
            if self._encoder is None:
                encoder = load_encoder(self._settings.model, cache=self._settings.cache)
                require_model(self._store.model(), _model_of(encoder))
                self._encoder = encoder
            return self._encoder

    def _bundled_encoder(self) -> Encoder:
        """The bundled model, whichever one the library is searched with."""
        encoder = self._loaded_encoder()
        if encoder.fingerprint == BUNDLED:
            return encoder
        with self._encoder_lock:
            if self._bundled is None:
                self._bundled = load_encoder(cache=self._settings.cache)
            return self._bundled


def _tried(load: Callable[[], object]) -> None:
    with suppress(Exception):
        load()


def _model_of(encoder: Encoder) -> EmbeddingModel:
    return EmbeddingModel(encoder.name, encoder.dimension, encoder.fingerprint)


def _web_page(address: str, options: Metadata, *, allow_private: bool) -> Original:
    from onrecord.rag.adding import Loaded, Original

    def load() -> Loaded:
        # The fetcher is imported only by those who fetch.
        from onrecord.rag.fetch import fetch

        page = fetch(address, allow_private=allow_private)
        return Loaded(page.name, page.data, page.url)

    return Original(address, address, load, options)
