"""Plain text, Markdown, metadata: the text is the file's content, whatever it was saved as. All texts are invented."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import read_one, refusal

from onrecord.rag.errors import InvalidRequest, UnreadableFile
from onrecord.rag.readers import Document, Metadata, checked_metadata, read, read_sidecar

FRENCH = [
    "Déjà vu",
    "Le président a été élu.",
    "L’État — « oui »",
    "Où ça ? Là-bas, à côté du café où Noël a été fêté.",
    "Le cœur à 5 € l’unité",
    "ÉTÉ : À L’ÎLE",
    "M. Özdem a répondu : « ça ira »…",
]


@pytest.mark.parametrize("text", FRENCH)
def test_short_french_texts_are_read_in_every_common_encoding(text: str) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "mac-roman"):
        assert read_one("note.txt", text.encode(encoding)).source.text == text, encoding
    plainer = text.translate(str.maketrans("—’…", "-'."))
    assert read_one("note.txt", plainer.encode("iso8859-15")).source.text == plainer


def test_a_utf8_file_with_a_few_stray_bytes_keeps_its_accents() -> None:
    data = "Le ministre a été très clair : l’été sera long.".encode() + " Voilà.".encode("cp1252")
    assert read_one("note.txt", data).source.text == "Le ministre a été très clair : l’été sera long. Voilà."


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300), st.sampled_from(["\n", "\r\n", "\r"]))
def test_utf8_text_is_exactly_the_decoded_content(words: str, line_end: str) -> None:
    text = f"The minister: {words}\nlast line\n".removeprefix("\ufeff")
    data = text.replace("\n", line_end).encode()
    for mark in (b"", b"\xef\xbb\xbf"):
        document = read_one("note.txt", mark + data)
        assert document.source.text == text
        assert document.data == mark + data


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "no words"),
        (b" \n\t\r\n ", "no words"),
        (b"---\n***\n", "no words"),
        (b"\x00\x01\x02abc\x00", "binary"),
        (bytes(range(32)) * 40, "binary"),
    ],
)
def test_files_without_words_are_refused(data: bytes, problem: str) -> None:
    assert problem in refusal("note.txt", data)


def test_five_megabytes_of_text() -> None:
    text = "La ministre a répondu à toutes les questions.\n" * 110_000
    assert read_one("long.txt", text.encode("latin-1")).source.text == text


def test_front_matter_is_read_and_marked_and_the_text_stays() -> None:
    text = (
        "---\ntitle: 'Harbour briefing'\ndate: 2031-05-17\nlang: fr-CA\nurl: https://example.org/b\ntags: [a, b]\n---\n"
        "\n# Another heading\n\nMS. ARDEN: Bonjour.\n"
    )
    source = read_one("note.md", text.encode()).source
    assert source.text == text
    assert (source.title, source.date, source.language) == ("Harbour briefing", "2031-05-17", "fr")
    assert source.url == "https://example.org/b"
    (mark,) = source.boilerplate
    assert mark.reason == "front matter"
    assert text[mark.end :].lstrip().startswith("# Another heading")


def test_toml_front_matter_and_a_heading_as_title() -> None:
    source = read_one("note.md", b'+++\ndate = "2031-05"\n+++\n# Harbour briefing #\n\nHello.\n').source
    assert (source.title, source.date) == ("Harbour briefing", "2031-05")
    assert read_one("note.txt", b"# 3 of them\nHello.\n").source.title is None


@pytest.mark.parametrize(
    "text",
    [
        "---\nMR. OAK: said this\n",
        "---\nonly words\n---\nmore\n",
        "---\n[a: {]\n---\nmore\n",
        "---\n" + "[" * 9000 + "\n---\nmore\n",
    ],
)
def test_dashed_lines_that_are_no_front_matter_are_text(text: str) -> None:
    source = read_one("note.md", text.encode()).source
    assert source.text == text
    assert source.boilerplate == ()


def test_front_matter_that_says_nothing_usable_counts_as_unknown() -> None:
    source = read_one(
        "note.md", b"---\ntitle: [a]\ndate: soon\nurl: ftp://x\nlanguage: the usual\n---\nHello.\n"
    ).source
    assert (source.title, source.date, source.url, source.language) == (None, None, None, None)


def test_sidecar_is_read_beside_the_file(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    assert read_sidecar(path) == Metadata()
    (tmp_path / "note.meta.toml").write_text('title = "Harbour"\n', encoding="utf-8")
    assert read_sidecar(path) == Metadata(title="Harbour")
    (tmp_path / "note.txt.meta.toml").write_text(
        'title = "Harbour  briefing"\ndate = 2031-05-17\nurl = "https://example.org/b"\nlanguage = "EN"\n',
        encoding="utf-8-sig",
    )
    assert read_sidecar(path) == Metadata("Harbour briefing", "2031-05-17", "https://example.org/b", "en")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"title = ", "is not TOML"),
        (b"titel = 'x'", "'titel' is not known"),
        (b"date = '17/05/2031'", "date '17/05/2031' cannot be used"),
        (b"date = '2031-13-01'", "cannot be used"),
        (b"url = 'file:///etc/passwd'", "http://"),
        (b"language = 'la langue'", "en or fr"),
        (b"title = '\xe9'", "is not UTF-8"),
    ],
)
def test_a_sidecar_that_cannot_be_used_is_refused_with_the_reason(tmp_path: Path, content: bytes, problem: str) -> None:
    (tmp_path / "note.txt.meta.toml").write_bytes(content)
    with pytest.raises(UnreadableFile, match=r"note\.txt\.meta\.toml: ") as caught:
        read_sidecar(tmp_path / "note.txt")
    assert problem in str(caught.value)


def test_options_go_before_the_sidecar_and_the_sidecar_before_the_file() -> None:
    source = read_one("note.md", b"---\ntitle: File\ndate: 2031\nlang: fr\n---\nHello.\n").source
    sidecar = checked_metadata({"title": "Sidecar", "date": "2032-01-01", "url": None})
    options = checked_metadata({"title": "Options"})
    merged = options.over(sidecar).applied_to(source)
    assert (merged.title, merged.date, merged.language, merged.url) == ("Options", "2032-01-01", "fr", None)
    assert merged.text == source.text
    with pytest.raises(InvalidRequest, match="date"):
        checked_metadata({"date": "yesterday"})


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for found in read("thing.bin", data):
        assert isinstance(found, Document | UnreadableFile)


@pytest.mark.parametrize(
    ("text", "said", "notes"),
    [
        (
            "We ordered ~~ten~~ twelve thousand.\n",
            "We ordered twelve thousand.\n",
            "1 struck-out passage was left out.",
        ),
        ("~~Not~~ said, <del>ever</del>.\n", "said, .\n", "2 struck-out passages were left out."),
        ("It costs 40[^1] crowns.[^note]\n", "It costs 40 crowns.\n", "2 marks of notes were left out."),
        ("It costs 40<sup>1</sup> crowns.\n", "It costs 40 crowns.\n", "1 mark of a note was left out."),
        ("It costs 40^1^ crowns.\n", "It costs 40 crowns.\n", "1 mark of a note was left out."),
    ],
)
def test_markdown_without_what_was_not_said(text: str, said: str, notes: str) -> None:
    source = read_one("note.md", text.encode()).source
    assert source.text == said
    assert source.notes == (notes,)
    assert read_one("note.txt", text.encode()).source.text == text, "a plain text is exactly what it is"


@pytest.mark.parametrize(
    "text",
    [
        "About ~5 km, or ~6 km.\n",
        "a ~~ b ~~ c\n",
        "x[1] = y^2 and 2^3\n",
        "**MS. ARDEN:** No.\n\n> Quoted.\n",
    ],
)
def test_markdown_is_the_file_where_nothing_is_struck_out(text: str) -> None:
    source = read_one("note.md", text.encode()).source
    assert source.text == text
    assert source.notes == ()


def test_footnotes_of_markdown_are_no_speech() -> None:
    notes = "[^1]: Built in\n    1931.\n\nQ: Why?\n\n[^b]: Nobody knows.\n"
    text = f"---\ntitle: Wall\n---\nMS. ARDEN: It is old.[^1]\n\n{notes}"
    source = read_one("note.md", text.encode()).source
    said = [(mark.reason, source.text[mark.start : mark.end].strip()) for mark in source.boilerplate]
    assert said == [
        ("front matter", "---\ntitle: Wall\n---"),
        ("footnote", "[^1]: Built in\n    1931."),
        ("footnote", "[^b]: Nobody knows."),
    ]
    assert source.title == "Wall"


@given(st.lists(st.sampled_from(["word ", "~~", "[^1]", "^", "~", "<sup>", "</sup>", "<del>", "</del>", "1", "\n"])))
def test_any_markdown_is_read_or_refused(pieces: list[str]) -> None:
    list(read("note.md", "".join(pieces).encode()))


@pytest.mark.parametrize(
    ("fields", "date"),
    [
        ("date: 2031-05-17", "2031-05-17"),
        ("published: 2031-05-17T10:00:00Z", "2031-05-17"),
        ("datePublished: '2031/05/17'", "2031-05-17"),
        ("pub-date: 'Sat, 17 May 2031 10:02:00 GMT'", "2031-05-17"),
        ("Published at: 17 mai 2031", "2031-05-17"),
        ("Date: May 17th, 2031", "2031-05-17"),
        ("recorded: '20310517'", "2031-05-17"),
        ("'article:published_time': 2031-05-17", "2031-05-17"),
        ("date: 2031-05-17\npublished: 2032-01-01", "2031-05-17"),
        ("date: 05/06/2031", None),
        ("date: 30 February 2031", None),
        ("date: May 2031 or June 2031", None),
        ("updated: 2031-05-17", None),
    ],
)
def test_dates_under_their_usual_names(fields: str, date: str | None) -> None:
    assert read_one("note.md", f"---\n{fields}\n---\nHello.\n".encode()).source.date == date


def test_a_sidecar_may_use_the_usual_names(tmp_path: Path) -> None:
    (tmp_path / "note.txt.meta.toml").write_text('headline = "Wall"\npublished = "17 May 2031"\nlang = "en"\n', "utf-8")
    assert read_sidecar(tmp_path / "note.txt") == Metadata("Wall", "2031-05-17", None, "en")
