"""A language as one frozen value, read from its one file."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache, reduce
from hashlib import sha256
from importlib.resources import files

from onrecord.rag.languages.article import ArticlePhrases
from onrecord.rag.languages.dates import DateWords
from onrecord.rag.languages.followups import FollowUpPhrases
from onrecord.rag.languages.forms import FormWords
from onrecord.rag.languages.function_words import FunctionWords
from onrecord.rag.languages.introductions import IntroductionPhrases
from onrecord.rag.languages.labels import LabelWords
from onrecord.rag.languages.loading import read_language, union
from onrecord.rag.languages.model import ModelWords
from onrecord.rag.languages.news import NewsWords
from onrecord.rag.languages.offices import OfficeNames
from onrecord.rag.languages.pages import PagePhrases
from onrecord.rag.languages.questions import QuestionPhrases
from onrecord.rag.languages.replies import ReplyPhrases
from onrecord.rag.languages.report import ReportWords
from onrecord.rag.languages.saying import SayingVerbs
from onrecord.rag.languages.sheets import SheetWords
from onrecord.rag.languages.speech import SpeechPhrases
from onrecord.rag.languages.term_forms import TermForms
from onrecord.rag.languages.wording import Wording
from onrecord.rag.text.hyphens import HyphenWords
from onrecord.rag.text.sentences import SentenceWords, ends_sentence, sentences
from onrecord.rag.text.terms import TermWords, index_terms, query_terms, telling_terms
from onrecord.rag.types import Span

_FILES = files("onrecord.rag.languages")

LANGUAGES: tuple[str, ...] = tuple(
    sorted(file.name.removesuffix(".toml") for file in _FILES.iterdir() if file.name.endswith(".toml"))
)
"""The languages that are known by a file of their own, as ISO 639-1 codes."""

DEFAULT = "en"
"""The language where nothing is known of one, and to answer in where the one asked in has no file."""


@dataclass(frozen=True, slots=True)
class Language:
    """What reading and answering need to know of one language; a group of words and phrases a field.

    Where a group is empty, as in a language without a file, texts are read by their structure alone. `codes` are those
    of all the languages that this one stands for (see `together`), for what is known by the code alone.
    """

    code: str
    codes: tuple[str, ...] = ()
    saying: SayingVerbs = field(default_factory=SayingVerbs)
    function_words: FunctionWords = field(default_factory=FunctionWords)
    sentence_ends: SentenceWords = field(default_factory=SentenceWords)
    terms: TermWords = field(default_factory=TermWords)
    labels: LabelWords = field(default_factory=LabelWords)
    introductions: IntroductionPhrases = field(default_factory=IntroductionPhrases)
    speech: SpeechPhrases = field(default_factory=SpeechPhrases)
    pages: PagePhrases = field(default_factory=PagePhrases)
    hyphens: HyphenWords = field(default_factory=HyphenWords)
    forms: FormWords = field(default_factory=FormWords)
    news: NewsWords = field(default_factory=NewsWords)
    dates: DateWords = field(default_factory=DateWords)
    questions: QuestionPhrases = field(default_factory=QuestionPhrases)
    followups: FollowUpPhrases = field(default_factory=FollowUpPhrases)
    replies: ReplyPhrases = field(default_factory=ReplyPhrases)
    term_forms: TermForms = field(default_factory=TermForms)
    wording: Wording = field(default_factory=Wording)
    offices: OfficeNames = field(default_factory=OfficeNames)
    article: ArticlePhrases = field(default_factory=ArticlePhrases)
    report: ReportWords = field(default_factory=ReportWords)
    sheets: SheetWords = field(default_factory=SheetWords)
    model: ModelWords = field(default_factory=ModelWords)

    def __post_init__(self) -> None:
        object.__setattr__(self, "codes", self.codes or (self.code,))

    def sentences(self, text: str) -> list[Span]:
        """The sentences of a text in this language: see `text.sentences`."""
        return sentences(text, self.sentence_ends)

    def ends_sentence(self, text: str) -> bool:
        """Whether a text in this language ends where a sentence does, and not with an abbreviation."""
        return ends_sentence(text, self.sentence_ends)

    def index_terms(self, text: str) -> list[str]:
        """The words of a text as they go into the full-text index: see `text.terms`."""
        return index_terms(text, self.terms, self.code)

    def query_terms(self, question: str) -> list[str]:
        """The different stems to look up of a question: see `text.terms`."""
        return query_terms(question, self.terms, self.code)

    def telling_terms(self, question: str) -> list[str]:
        """The different stems that say what a question is about, maybe none: see `text.terms`."""
        return telling_terms(question, self.terms, self.code)


@cache
def language(code: str) -> Language:
    """The language of a code; one without a file has no words and no phrases."""
    if code not in LANGUAGES:
        return Language(code)
    return read_language(Language, (_FILES / f"{code}.toml").read_text(encoding="utf-8"), code)


@cache
def words_digest() -> str:
    """The SHA-256, in hexadecimal digits, of the words of all languages, whatever ends a line of their files."""
    return sha256(
        "".join((_FILES / f"{code}.toml").read_text(encoding="utf-8") for code in LANGUAGES).encode()
    ).hexdigest()


def answer_language(code: str) -> Language:
    """The language in which a question in the language of a code is answered: English where that has no wording."""
    return language(code if code in LANGUAGES else DEFAULT)


@cache
def together(*codes: str) -> Language:
    """Several languages as one, for a text that mixes them: what any of them says; texts to show are the first's."""
    languages = [language(code) for code in dict.fromkeys(codes)]
    return replace(reduce(union, languages), code=languages[0].code)
