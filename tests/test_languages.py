"""The contract of every language: its file fills every field, its phrases catch and spare what they say they do."""

from __future__ import annotations

import dataclasses
import re
import sys
from collections.abc import Iterator, Mapping
from importlib.resources import files

import pytest

from onrecord.rag.languages import LANGUAGES, Language, Phrase, language, together
from onrecord.rag.languages.loading import LanguageFileError, read_language
from onrecord.rag.languages.phrases import PhraseError, filled

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def phrases_of(value: object, name: str) -> Iterator[tuple[str, Phrase]]:
    if isinstance(value, Phrase):
        yield name, value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from phrases_of(getattr(value, field.name), f"{name}.{field.name}")
    elif isinstance(value, tuple):
        for place, item in enumerate(value):
            yield from phrases_of(item, f"{name}[{place}]")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from phrases_of(item, f"{name}.{key}")


PHRASES = [pair for code in LANGUAGES for pair in phrases_of(language(code), code)]
EXAMPLES = [
    pytest.param(phrase, text, wanted, id=f"{name}: {text[:50]}")
    for name, phrase in PHRASES
    for texts, wanted in ((phrase.catches, True), (phrase.spares, False))
    for text in texts
]


@pytest.mark.parametrize(("phrase", "text", "wanted"), EXAMPLES)
def test_a_phrase_catches_and_spares_its_examples(phrase: Phrase, text: str, wanted: bool) -> None:
    assert bool(phrase.search(text)) is wanted


def test_every_file_has_the_same_keys() -> None:
    """What a language does not have is left empty, so that nothing is forgotten."""

    def keys(code: str) -> set[str]:
        data = tomllib.loads((files("onrecord.rag.languages") / f"{code}.toml").read_text(encoding="utf-8"))
        return {f"{group}.{key}" for group, table in data.items() if group != "slots" for key in table}

    first, *others = LANGUAGES
    for other in others:
        assert keys(other) == keys(first)


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("group", ["wording", "report", "model"])
def test_texts_say_the_same_facts_in_every_language(group: str, code: str) -> None:
    def facts(value: object) -> object:
        # Where numbers are named, the keys are the words.
        if isinstance(value, Mapping) and all(isinstance(text, str) for text in value.values()):
            return {key: facts(text) for key, text in value.items()}
        return sorted(re.findall(r"{([^}]*)}", value)) if isinstance(value, str) and value else None

    words, english = getattr(language(code), group), getattr(language("en"), group)
    for part in dataclasses.fields(words):
        assert facts(getattr(words, part.name)) == facts(getattr(english, part.name)), part.name


def test_the_parallel_sentences_are_as_many_in_every_language() -> None:
    assert len({len(language(code).article.parallel) for code in LANGUAGES}) == 1


@pytest.mark.parametrize(
    ("code", "dates", "name"),
    [
        ("en", ("12 September 2022", "1 June 2031", "September 2022", "2022"), "(in German)"),
        ("fr", ("12 septembre 2022", "1er juin 2031", "septembre 2022", "2022"), "(en allemand)"),
    ],
)
def test_dates_and_languages_in_words(code: str, dates: tuple[str, ...], name: str) -> None:
    wording = language(code).wording
    assert tuple(map(wording.date, ("2022-09-12", "2031-06-01", "2022-09", "2022"))) == dates
    assert [wording.date(date) for date in ("2022-13-01", "2022-02-31", "soon")] == ["2022-13-01", "2022-02-31", "soon"]
    assert wording.language("de") == name
    assert wording.language("xx") == name.replace(name[4:-1], "xx")


@pytest.mark.parametrize("code", LANGUAGES)
def test_offices_have_the_keys_of_english(code: str) -> None:
    assert language(code).offices.names.keys() <= language("en").offices.names.keys()
    assert language(code).offices.organisations.keys() <= language("en").offices.organisations.keys()


def test_an_unknown_language_has_no_words() -> None:
    assert language("xx") == Language("xx")


def test_languages_together_know_what_each_knows() -> None:
    both = together("en", "fr")
    assert both.code == "en"
    assert both.saying.says == language("en").saying.says | language("fr").saying.says


def test_a_blank_and_an_apostrophe_stand_for_their_kind() -> None:
    phrase = Phrase((filled(r"\bdon't <verb> ['x]", {"verb": ["know", "say so"]}),))
    assert phrase.search("I don’t\nknow ’")
    assert phrase.search("we don't say so x")
    assert not phrase.search("I do know '")
    assert Phrase((filled(r"\bI (?:do )?<verb>(?P<rest>.*)", {"verb": ["know"]}),)).search("I know it")


@pytest.mark.parametrize(
    "text",
    ["nonsense = 1", "[saying]\nsays = 3", "[saying]\nshouts = 'x'", "[saying.says]\nx = 1"],
    ids=["unknown group", "wrong kind", "unknown key", "table for words"],
)
def test_a_file_that_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(LanguageFileError, match=r"xx|list of words"):
        read_language(Language, text, "xx")


def test_a_pattern_with_an_unknown_slot_is_refused() -> None:
    with pytest.raises(PhraseError, match="<verb>"):
        filled("<verb>", {})


def test_no_file_lies_unread() -> None:
    names = {file.name for file in files("onrecord.rag.languages").iterdir() if file.name.endswith(".toml")}
    assert names == {f"{code}.toml" for code in LANGUAGES}
