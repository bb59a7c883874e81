"""The library: what people, the command line and the page use."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from typing_extensions import Self, Unpack

from onrecord.embeddings import Encoder, load_encoder
from onrecord.embeddings.bundled import SHA256 as BUNDLED
from onrecord.embeddings.reader import load_reader
from onrecord.rag.adding import (
    AddReport,
    Loaded,
    Original,
    Progress,
    add_originals,
    embed,
    missing_briefings,
    originals_under,
)
from onrecord.rag.answers.answer import compose
from onrecord.rag.answers.growing import growing
from onrecord.rag.answers.unsearched import unsearched
from onrecord.rag.checking.check import CheckReport, check
from onrecord.rag.checking.record import Record
from onrecord.rag.checking.translation import Translations
from onrecord.rag.errors import InvalidRequest, LibraryError, OnRecordError
from onrecord.rag.holdings import Holdings, by_words
from onrecord.rag.languages import language
from onrecord.rag.languages.detection import load_detector
from onrecord.rag.questions.named import on_record
from onrecord.rag.questions.period import Dates, after, dated, resolved
from onrecord.rag.questions.question import (
    OVERVIEWS,
    TO_THE_PROGRAM,
    WHOLE_BRIEFINGS,
    WHOLE_LIBRARY,
    History,
    Question,
    read_question,
)
from onrecord.rag.readers.encoding import whole_characters
from onrecord.rag.readers.metadata import Metadata, checked_metadata, iso_date
from onrecord.rag.reading.finding import Found, find_read, holding
from onrecord.rag.reading.reader import Reader, read_passages
from onrecord.rag.repairing import Mender
from onrecord.rag.settings import Settings
from onrecord.rag.store import Embedded, EmbeddingModel, Repair, Store, Summary
from onrecord.rag.store.sqlite.backup import restore
from onrecord.rag.store.sqlite.engine import SqliteStore
from onrecord.rag.store.sqlite.schema import DATABASE
from onrecord.rag.text.quotes import verify
from onrecord.rag.types import Answer, Briefing, FilterOptions, Filters, Hit, Kind, Passage

if TYPE_CHECKING:
    from onrecord.rag.language_model.model import ModelServer

# Passages shown with an answer.
_ANSWER_HITS = 10
# Reading more than this many briefings for one answer would take longer than a second.
_MOST_BRIEFINGS_READ = 300
# No limit on a number of passages.
_ALL = 2**31
# The encoder reads 512 tokens, about 2,000 characters.
_LONGEST_QUESTION = 2000
_LONGEST_ANSWER = 100_000


class Library:
    """A collection of briefings in one folder. Open it with `Library.open`; safe to use from several threads."""

    def __init__(self, store: Store, settings: Settings, folder: Path) -> None:
        self._store = store
        self._holdings = Holdings(store)
        self._folder = folder
        self._settings = settings
        self._encoder: Encoder | None = None
        self._bundled: Encoder | None = None
        self._encoder_lock = threading.Lock()
        self._reader: Reader | None = None
        self._reader_lock = threading.Lock()

    @classmethod
    def open(cls, path: str | Path | None = None, *, settings: Settings | None = None) -> Self:
        """Open the library in a folder, making it where there is none.

        `path` defaults to the setting `ONRECORD_LIBRARY`, else the platform's user data folder. Raises LibraryError
        for a folder that cannot be used.
        """
        settings = settings or Settings.load()
        folder = Path(path) if path is not None else settings.library
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
        folder = Path(path) if path is not None else (settings or Settings.load()).library
        return restore(Path(file), folder, replace=replace, open_store=SqliteStore)

    @property
    def folder(self) -> Path:
        """Where the library is kept; what belongs to it may be kept beside it."""
        return self._folder

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
        self._loaded_encoder()
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
        progress: Callable[[Progress], None] | None = None,
    ) -> AddReport:
        """Add files, folders and web addresses; title, date, url and language override what is found in them.

        A file that cannot be read is reported and the rest are added. A web address must be public unless
        `allow_private`. Raises InvalidRequest for metadata that cannot be used.
        """
        options = checked_metadata({"title": title, "date": date, "url": url, "language": language})
        originals: list[Original] = []
        for path in [paths] if isinstance(paths, str | Path) else paths:
            if isinstance(path, str) and path.lower().startswith(("http://", "https://")):
                originals.append(_web_page(path, options, allow_private=allow_private))
            else:
                originals += originals_under([Path(path)], options)
        return add_originals(self._store, self._loaded_encoder, originals, progress)

    def briefings(self) -> list[Briefing]:
        """The briefings in the order they were added."""
        return self._holdings.briefings()

    def summaries(self) -> list[Summary]:
        """One line about each briefing, in the order they were added."""
        return self._holdings.summaries()

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

    def names(self) -> dict[str, list[str]]:
        """The speakers, roles, outlets, languages and kinds in the library, to choose filters from."""
        return self._holdings.names()

    def missing(self, folder: str | Path) -> list[Summary]:
        """The briefings that were added from files in a folder, at any depth, and whose files are gone from it."""
        return missing_briefings(self._holdings.summaries(), Path(folder))

    def remove(self, briefing_id: str) -> None:
        """Delete a briefing with all its versions; raises UnknownBriefing."""
        self._store.remove(whole_characters(briefing_id))

    def verify(self) -> list[str]:
        """What is wrong with the library and how to mend it, one line each; empty when all is well."""
        return self._store.verify()

    def repair(self) -> Repair:
        """Mend what `verify` finds: read files again, embed passages again; all of it or nothing.

        Raises LibraryError where the database cannot be read at all or the library's vectors are of another model.
        """
        return self._store.repair(Mender(partial(load_encoder, self._settings.model, cache=self._settings.cache)))

    def back_up(self, file: str | Path, *, replace: bool = False) -> None:
        """Write the library as it now stands, with the files as added, to one file; others may go on using it.

        Raises LibraryError for a file that is there already, unless `replace`, or that cannot be written, and for a
        damaged library: what is there then stays as it was.
        """
        target = Path(file)
        if target.exists() and (target.is_dir() or not replace or target.samefile(self._folder / DATABASE)):
            raise LibraryError(
                f"{target} is there already. Name a file that is not, or say --replace to write over an older backup."
            )
        self._store.back_up(target)

    def reembed(self, *, progress: Callable[[Progress], None] | None = None) -> int:
        """Embed every passage again with the model that the settings name; returns the number of passages."""
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
        limits = _filters(filters)
        return self._holdings.of_one_state(lambda: list(self._find(self._read(question, history), k, limits).hits))

    def ask(
        self, question: str, *, history: History = (), any_date: bool = False, **filters: Unpack[FilterOptions]
    ) -> Answer:
        """Answer a question from the passages that pass the filters; `history` is of (question, answer text).

        Dates in the question ("since May") limit the briefings searched too, unless `any_date`. Raises InvalidRequest
        for an empty question or an impossible filter.
        """
        *_, answer = self.stream(question, history=history, any_date=any_date, **filters)
        return answer

    def stream(
        self, question: str, *, history: History = (), any_date: bool = False, **filters: Unpack[FilterOptions]
    ) -> Iterator[Answer]:
        """Yield the answer as it grows; the last one is whole. Raises as `ask` does, before the first."""
        limits = _filters(filters)
        answer, briefings = self._holdings.of_one_state(lambda: self._default(question, history, limits, any_date))
        server = self._model_server() if answer.hits else None
        if server is not None:
            yield from self._written(answer, briefings, server)
            return
        yield from growing(answer)

    def _default(
        self, question: str, history: History, limits: Filters, any_date: bool
    ) -> tuple[Answer, Mapping[str, Briefing]]:
        """The answer without a language model, and the briefings that it may cite."""
        asked = self._read(question, history)
        if asked.kind in TO_THE_PROGRAM:
            held = set(self._holdings.briefing_ids(limits))
            return unsearched(asked, [one for one in self._holdings.summaries() if one.id in held]), {}
        dates = None if any_date else self._dates(asked, limits)
        answer, briefings = self._answered(asked, dated(limits, dates) if dates else limits)
        if dates and answer.status == "not_found" and not asked.of_its_time:
            # The date may be a part of what is asked about.
            dates, (answer, briefings) = None, self._answered(asked, limits)
        if dates:
            answer = replace(answer, since=dates.since, until=dates.until)
        return answer, briefings

    def in_full(self, answer: Answer) -> Answer:
        """The overview that an answer is a page of, with all lines of its briefing; any other answer as it is."""
        return self._holdings.of_one_state(lambda: self._in_full(answer))

    def _in_full(self, answer: Answer) -> Answer:
        cited = {citation.briefing_id for citation in answer.citations}
        asked = self._read(answer.standalone_question or answer.question, ())
        if asked.kind not in OVERVIEWS or len(cited) != 1:
            return answer
        whole, _ = self._answered(replace(asked, page=0), Filters(briefing=cited.pop()))
        # Another answer than an overview may have been given to the question; a shorter list is not the rest of it.
        if len(whole.citations) <= len(answer.citations):
            return answer
        return replace(answer, parts=whole.parts, citations=whole.citations)

    def _dates(self, question: Question, filters: Filters) -> Dates | None:
        """The dates of briefings that a question limits its answer to."""
        if question.since_said:
            said = holding(self._holdings, replace(question, sought=question.since_said), filters)
            known = [self._holdings.briefing(hit.passage.briefing_id).date for hit in said]
            return after(max(filter(None, known), default=None))
        if question.period is None:
            return None
        known = [one.date for one in self._holdings.summaries()]
        return resolved(question.period, [date for date in known if date], certain=question.only_time)

    def _answered(self, asked: Question, limits: Filters) -> tuple[Answer, Mapping[str, Briefing]]:
        """The answer without a language model, its quotes checked, and the briefings that it may cite."""
        started = time.perf_counter()
        found = self._find(asked, _ANSWER_HITS, limits)
        searched = time.perf_counter()
        briefings = self._sources(asked, found, limits)
        searched_briefings, searched_passages = self._holdings.count(limits)
        answer = compose(
            asked,
            found.hits,
            briefings,
            reading=found.reading,
            read=partial(read_passages, self._loaded_reader(), sources=briefings),
            searched=(searched_briefings, searched_passages),
            filters=limits,
            called=self._holdings.called(limits.speaker) if limits.speaker else None,
        )
        _verify(answer, briefings)
        seconds = {"search": searched - started, "answer": time.perf_counter() - searched}
        return replace(answer, seconds=seconds), briefings

    def check(self, article: str) -> CheckReport:
        """Check every quotation and attributed statement of an article (plain text) against the library.

        Raises InvalidRequest for an empty text.
        """
        if not article.strip():
            raise InvalidRequest("The text to check is empty. Paste an article, or name a file that holds one.")
        encoders = self._loaded_encoder(), self._bundled_encoder()
        return self._holdings.of_one_state(lambda: check(whole_characters(article), Record(self._holdings, *encoders)))

    def _model_server(self) -> ModelServer | None:
        """The language model that the settings name; most libraries use none and never load its client."""
        if not self._settings.llm_url:
            return None
        from onrecord.rag.language_model.model import ModelServer

        return ModelServer.of(self._settings)

    def _written(self, default: Answer, briefings: Mapping[str, Briefing], server: ModelServer) -> Iterator[Answer]:
        """The answer that the language model writes from the passages found, checked; else the default one."""
        from onrecord.rag.language_model.model import answers

        translations = Translations(self._holdings, self._bundled_encoder())
        passages = [hit.passage for hit in default.hits]
        for answer in answers(default, passages, briefings, server, similarity=translations.similarity):
            _verify(answer, briefings)
            yield answer

    def _read(self, question: str, history: History) -> Question:
        """The question, read once for all that follows; raises InvalidRequest where there is none."""
        # No question was longer, and what a follow-up leans on stands in the beginning of an answer.
        said = [
            (whole_characters(asked[:_LONGEST_QUESTION]), whole_characters(answered[:_LONGEST_ANSWER]))
            for asked, answered in history
        ]
        return read_question(_checked(question), said, on_record(*self._holdings.on_record()))

    def _find(self, question: Question, k: int, filters: Filters) -> Found:
        return find_read(self._holdings, self._loaded_encoder(), self._loaded_reader(), question, k, filters)

    def _sources(self, question: Question, found: Found, filters: Filters) -> dict[str, Briefing]:
        """The briefings an answer may need: those of the hits, or all, for a question that lists or counts.

        In a large library "all" is narrowed to those in which the people named speak, for a question about whole
        briefings, or else to those that hold a word of the question.
        """
        sources = dict(found.sources)
        if question.kind in WHOLE_LIBRARY:
            everything = self._holdings.briefing_ids(filters)
            large = len(everything) > _MOST_BRIEFINGS_READ
            if large and question.kind in WHOLE_BRIEFINGS and question.people:
                limits = [replace(filters, speaker=filters.speaker or name) for name in question.people]
                everything = list(dict.fromkeys(id_ for each in limits for id_ in self._holdings.briefing_ids(each)))
            elif large and question.kind not in WHOLE_BRIEFINGS:
                terms = language(question.language).query_terms(question.subject or question.text)
                holding = by_words(self._holdings.candidates(None, dict.fromkeys(terms, 1.0), filters, _ALL), _ALL)
                held = self._holdings.held(one.id for one in holding)
                everything = list(dict.fromkeys(one.passage.briefing_id for one in held.values()))
            missing = [briefing_id for briefing_id in everything if briefing_id not in sources]
            sources |= {briefing_id: self._holdings.briefing(briefing_id) for briefing_id in missing}
        return sources

    def _loaded_reader(self) -> Reader:
        with self._reader_lock:
            if self._reader is None:
                self._reader = load_reader(cache=self._settings.cache)
            return self._reader

    def _loaded_encoder(self) -> Encoder:
        with self._encoder_lock:
            if self._encoder is None:
                encoder = load_encoder(self._settings.model, cache=self._settings.cache)
                held = self._store.model()
                if held is not None and held != _model_of(encoder):
                    raise LibraryError(
                        f"The library's vectors are of the model {held.name}, but {encoder.name} is set. "
                        "Unset ONRECORD_MODEL, or embed all passages again with `onrecord reembed`."
                    )
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


def _model_of(encoder: Encoder) -> EmbeddingModel:
    return EmbeddingModel(encoder.name, encoder.dimension, encoder.fingerprint)


def _checked(question: str) -> str:
    words = " ".join(whole_characters(question).split())
    if not words:
        raise InvalidRequest("The question is empty. Ask in words, as in 'What was said about the budget?'.")
    if len(words) > _LONGEST_QUESTION:
        raise InvalidRequest(
            f"The question has {len(words)} characters; {_LONGEST_QUESTION} are the most. Ask it more briefly."
        )
    return words


def _filters(options: FilterOptions) -> Filters:
    """The filters of the options given; raises InvalidRequest for one that cannot be."""
    given: dict[str, str | None] = {}
    for name, value in options.items():
        if not isinstance(value, str | None):
            raise InvalidRequest(f"{name} {value!r} is no text. Write it in quotation marks.")
        given[name] = value and whole_characters(value)
    filters = Filters(**given)  # type: ignore[arg-type]  # the kind is checked below
    for name in ("since", "until"):
        value = getattr(filters, name)
        if value is not None and iso_date(value) != value:
            raise InvalidRequest(f"{name} {value!r} is not a date. Write 2026-02-12, 2026-02 or 2026.")
    if filters.kind is not None and filters.kind not in get_args(Kind):
        raise InvalidRequest(f"kind {filters.kind!r} is not known. Use one of {', '.join(get_args(Kind))}.")
    return filters


def _web_page(address: str, options: Metadata, *, allow_private: bool) -> Original:
    def load() -> Loaded:
        # The fetcher is imported only by those who fetch.
        from onrecord.rag.fetch import fetch

        page = fetch(address, allow_private=allow_private)
        return Loaded(page.name, page.data, page.url)

    return Original(address, address, load, options)


def _verify(answer: Answer, briefings: Mapping[str, Briefing]) -> None:
    """Raise unless every quote is the slice it claims to be: an answer that fails must not reach anyone."""
    for citation in answer.citations:
        if not verify(citation, briefings[citation.briefing_id]):
            raise OnRecordError(
                f"Citation [{citation.number}] is not the text of {citation.title}; the answer was withheld. "
                "Run `onrecord verify`, and report this."
            )
