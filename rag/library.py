"""The library: what people, the command line and the page use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from typing_extensions import Self, Unpack

from onrecord import __version__
from onrecord.rag.answers.growing import growing
from onrecord.rag.asking import Answered, Asking, filters_of, require_verified
from onrecord.rag.embedding import embed
from onrecord.rag.errors import InvalidRequest, LibraryError
from onrecord.rag.judging import JUDGED_FILE, Judging
from onrecord.rag.keeping import Keeping
from onrecord.rag.questions.question import History
from onrecord.rag.quoting import quoted
from onrecord.rag.readers.encoding import whole_characters
from onrecord.rag.settings import Settings, beside, is_address
from onrecord.rag.store import Embedded, SharedDatabase, Store
from onrecord.rag.store.postgres import open_store
from onrecord.rag.store.sqlite.engine import SqliteStore
from onrecord.rag.store.sqlite.schema import DATABASE
from onrecord.rag.types import Answer, Citation, FilterOptions, Hit, Passage, Passing

if TYPE_CHECKING:
    from onrecord.rag.adding import Progress
    from onrecord.rag.checking.article import Claim
    from onrecord.rag.checking.check import CheckReport
    from onrecord.rag.checking.quoted import QuotedWords
    from onrecord.rag.comparing.compare import Comparison
    from onrecord.rag.copying import Copied
    from onrecord.rag.language_model.language_model import LanguageModel
    from onrecord.rag.language_model.setting import ModelChoice, Trial


class Library(Keeping):
    """A collection of briefings, in a folder or in PostgreSQL.

    Open it with `Library.open`; safe to use from several threads.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        folder: Path,
        database: SharedDatabase | None = None,
        language_model: LanguageModel | None = None,
    ) -> None:
        super().__init__(store, settings, folder, database)
        self._writer = language_model
        self._asking = Asking(self._holdings, self._models.encoder, self._models.reader)
        self._judging = Judging(self._holdings, folder / JUDGED_FILE, self._models.reader)

    @classmethod
    def open(
        cls,
        path: str | Path | None = None,
        *,
        settings: Settings | None = None,
        language_model: LanguageModel | None = None,
    ) -> Self:
        """Open the library in a folder, or at an address in PostgreSQL, making it where there is none.

        `path` defaults to the setting `ONRECORD_LIBRARY`, else the platform's user data folder; `language_model`, which
        writes beside answers, to the one that the settings name. Raises LibraryError for a folder or an address that
        cannot be used.
        """
        settings = settings or Settings.load()
        place = path if path is not None else settings.address or settings.library
        if is_address(place):
            store = open_store(str(place))
            return cls(store, settings, beside(store.key), store, language_model)
        folder = Path(place)
        return cls(SqliteStore(folder), settings, folder, None, language_model)

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
        from onrecord.rag.backing_up import restore

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
            done = copy_archive(copied._store, made._store, progress)
            made._recordings.take_over(copied._recordings)
            return done

    @property
    def language_model(self) -> str | None:
        """The name of the language model that writes beside answers, by the settings; None where none is used."""
        from onrecord.rag.language_model.choosing import name_of

        return self._writer.name if self._writer else name_of(self._settings)

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
        self._models.load()

    def remove(self, briefing_id: str) -> None:
        """Delete a briefing with all its versions; raises UnknownBriefing."""
        super().remove(briefing_id)
        self._judging.forget(briefing_id)

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

        Raises as `ask` does, before the first. While the model writes, the same answer comes again with every token
        that ends no sentence, so that closing the iterator stops the model within one.
        """
        limits = filters_of(filters)
        answered = self._holdings.of_one_state(
            lambda: self._asking.answer(question, history, limits, any_date=any_date)
        )
        model = self._language_model() if written else None
        yield from growing(answered.answer)
        if model is not None:
            yield from self._written(answered, model)

    def passing(self, **filters: Unpack[FilterOptions]) -> Passing:
        """How much of the library passes filters, and how many undated briefings their dates leave out.

        Raises InvalidRequest for an impossible filter.
        """
        limits = filters_of(filters)
        return self._holdings.of_one_state(lambda: self._holdings.passing(limits))

    def tallies(self, **filters: Unpack[FilterOptions]) -> Mapping[str, Mapping[str, int]]:
        """How many passages each value of `names` would leave if it were the only one chosen of its kind.

        The other filters stay as they are. Raises InvalidRequest for an impossible filter.
        """
        limits = filters_of(filters)
        return self._holdings.of_one_state(lambda: self._holdings.tallies(limits))

    def in_full(self, answer: Answer) -> Answer:
        """The overview that an answer is a page of, with all lines of its briefing; any other answer as it is."""
        return self._holdings.of_one_state(lambda: self._asking.in_full(answer))

    def check(self, article: str) -> CheckReport:
        """Check every quotation and attributed statement of an article (plain text) against the library.

        Raises InvalidRequest for an empty text.
        """
        if not article.strip():
            raise InvalidRequest("The text to check is empty. Paste an article, or name a file that holds one.")
        return self._checked(whole_characters(article))

    def check_quotations(self, quotations: Sequence[QuotedWords]) -> CheckReport:
        """Check quotations given one by one; a finding for each, in their order.

        Raises InvalidRequest where one has no words.
        """
        from onrecord.rag.checking.quoted import as_article

        article, given = as_article(quotations)
        if not given or not all(claim.text for claim in given):
            raise InvalidRequest("A quotation to check is empty. Give the words that somebody is said to have spoken.")
        return self._checked(article, given)

    def _checked(self, text: str, given: Sequence[Claim] | None = None) -> CheckReport:
        from onrecord.rag.checking.check import check
        from onrecord.rag.checking.record import Record

        encoders = self._models.encoder(), self._models.bundled_encoder()

        def checked() -> CheckReport:
            report = check(text, Record(self._holdings, *encoders), given)
            return replace(report, version=__version__, model=encoders[0].name, library=self.digest())

        return self._holdings.of_one_state(checked)

    def digest(self) -> str:
        """What the library holds, in 16 hexadecimal digits: the same for the same files and corrections everywhere."""
        from onrecord.rag.checking.record import digest_of

        return digest_of(self._store.summaries())

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
        return kept if len(kept) == len(passages) else embed(passages, self._models.encoder())

    def _language_model(self) -> LanguageModel | None:
        """The language model that the settings name; most libraries use none and never load what runs it."""
        from onrecord.rag.language_model.choosing import chosen

        return self._writer or chosen(self._settings)

    def _written(self, answered: Answered, model: LanguageModel) -> Iterator[Answer]:
        """The answer with what the language model writes beside it, checked."""
        from onrecord.rag.language_model.evidence import evidence_of
        from onrecord.rag.language_model.support import Support
        from onrecord.rag.language_model.writing import with_writing

        evidence = evidence_of(answered.answer, answered.kind, answered.reading, answered.briefings)
        support, in_time = Support(self._models.bundled_encoder()), answered.kind == "over_time"
        verified = answered.answer
        for grown in with_writing(verified, evidence, answered.briefings, model, support, in_time=in_time):
            if grown is not verified:
                require_verified(grown, answered.briefings)
                verified = grown
            yield grown
