"""Web pages of many makes: the main text stays whole, what stands around it is marked. All pages are invented."""

from __future__ import annotations

import html
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import body_of, read_one, refusal

from onrecord.rag.readers import Document, read

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "eval" / "messy_html"

WORDS = [
    "MS. ARDEN:  Good morning. I have two announcements about the harbour wall, and then I will take questions.",
    "First, the council has agreed to raise the wall by forty centimetres before the winter storms arrive next year.",
    "Second, the ferry timetable will change on the first of March, when the northern pier closes for repairs.",
    "Q    Who pays for the wall?",
    "MS. ARDEN:  The region pays two thirds of it, and the remaining third comes from the harbour's own reserve fund.",
    "Q    Thank you.",
    "MS. ARDEN:  Yes, Jonas.",
    "Q    Will the ferry still call at Skarn on Sundays while the northern pier is closed for those repairs?",
    "MS. ARDEN:  It will not, and I know that is hard on the people who live there and have no other way across.",
    "END  11:42 A.M.",
]
CHROME = [
    "Harbour Gazette",
    "Weather and tides",
    "Subscribe to our newsletter",
    "Privacy notice",
    "All rights reserved",
]
HEAD = "<head><title>Wall briefing | Harbour Gazette</title><script>var hidden = 'no words';</script></head>"


def page(main: str) -> str:
    return (
        f"<!DOCTYPE html><html lang='en-GB'>{HEAD}<body class='has-sidebar'>"
        "<header><a href='/'>Harbour Gazette</a><nav><ul><li><a href='/w'>Weather and tides</a></li>"
        "<li><a href='/s'>Ships</a></li><li><a href='/n'>News</a></li></ul></nav></header>"
        f"{main}"
        "<aside class='newsletter'>"
        "<h3>Subscribe to our newsletter</h3><form><button>Go</button></form></aside>"
        "<footer><a href='/p'>Privacy notice</a> <p>All rights reserved</p></footer></body></html>"
    )


def paragraphs(tag: str) -> str:
    return "".join(f"<{tag}>{html.escape(words).replace('  ', '&nbsp; ')}</{tag}>\n" for words in WORDS)


LAYOUTS = {
    "article": f"<main><article><h1>Wall briefing</h1>{paragraphs('p')}</article></main>",
    "div soup": f"<div class=c1><div class=c2><div class=c3>{paragraphs('div')}</div></div></div>",
    "one paragraph with line breaks": "<div id=text><p>" + "<br><br>\n".join(WORDS) + "</p></div>",
    "single line breaks": "<td>" + "<br>".join(WORDS) + "</td>",
    "layout table": "<table><tr><td width=150><a href='/w'>Ships</a></td><td>" + paragraphs("p") + "</td></tr></table>",
    "share buttons between": "<div class=post>"
    + paragraphs("p").replace("</p>\n", "</p><div class='share-tools'><a href='#'>Share this</a></div>", 2)
    + "</div>",
    "preformatted": "<pre>" + "\n\n".join(WORDS) + "</pre>",
    "list": f"<section><ul>{paragraphs('li')}</ul></section>",
    "spans and comments": "<div>"
    + "".join(f"<p><span>{w[:9]}</span><!-- cut --><span>{w[9:]}</span></p>" for w in WORDS)
    + "</div>",
    "unclosed": "<div>" + "".join(f"<p>{words}" for words in WORDS) + "</div>",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_main_text_stays_whole_and_the_rest_is_marked(layout: str) -> None:
    source = read_one("wall.html", page(LAYOUTS[layout]).encode()).source
    body = body_of(source)
    lines = [" ".join(line.split()) for line in body.splitlines()]
    for words in WORDS:
        assert " ".join(words.split()) in lines, layout
    for words in CHROME:
        assert words not in body
        assert words in source.text, "nothing is lost"
    assert "no words" not in source.text
    assert "Share this" not in body
    assert source.language == "en"
    assert {mark.reason for mark in source.boilerplate} == {"site chrome"}


def test_a_page_of_little_text_is_kept() -> None:
    source = read_one("short.html", b"<html><body><nav>Menu</nav><p>The minister resigned.</p></body></html>").source
    assert "The minister resigned." in body_of(source)
    spoken = "<nav>Menu</nav><p>Mayor Alder: It is high.</p><p>Reporter: How high?</p><p>Mayor Alder: Very.</p>"
    source = read_one("short.html", f"<html><body>{spoken}</body></html>".encode()).source
    assert [line for line in body_of(source).splitlines() if line.strip()] == [
        *("Mayor Alder: It is high.", "Reporter: How high?", "Mayor Alder: Very.")
    ]


def test_bold_labels_start_their_own_line() -> None:
    text = (
        "<p>That is all I have on the wall for today, so let us turn to your questions about it now. "
        "<strong>JONAS BERG:</strong> Who pays for the new wall in the northern part of the harbour? "
        "<b>Ms Arden</b>: The region does, as I said at the very start of this long morning. We said <b>no</b>: twice."
        "</p>"
    )
    lines = read_one("wall.html", page(f"<article>{text}</article>").encode()).source.text.splitlines()
    assert "JONAS BERG: Who pays for the new wall in the northern part of the harbour?" in lines
    assert any(line.startswith("Ms Arden: The region does") and line.endswith("no: twice.") for line in lines)


def test_a_pull_quote_is_nobodys_words_where_it_stands() -> None:
    """It repeats one speaker in the middle of another's words; what is set apart and not repeated is said there."""
    text = (
        "<p><b>SECRETARY VALE:</b> The dam holds. It has held for forty years, and nobody has seen a crack in it.</p>"
        "<p><b>QUESTION:</b> Is there a leak anywhere in the northern part of the wall?</p>"
        "<blockquote>“The dam holds.”</blockquote>"
        "<p><b>SECRETARY VALE:</b> There is a small leak on the north side, and this is what the report says of it:</p>"
        "<blockquote>Water comes in at two places.</blockquote>"
    )
    source = read_one("dam.html", page(f"<article>{text}</article>").encode()).source
    pulled = [source.text[mark.start : mark.end] for mark in source.boilerplate if mark.reason == "pull quote"]
    assert pulled == ["“The dam holds.”"]
    assert "Water comes in at two places." in body_of(source)


def test_a_table_of_speakers_and_words_gives_each_name_its_line() -> None:
    rows = "".join(
        f"<tr><td><b>JONAS BERG</b></td><td>{WORDS[1]}</td></tr><tr><td>Q</td><td>Why?</td></tr>" for _ in "abc"
    )
    text = read_one("wall.html", page(f"<table>{rows}</table>").encode()).source.text
    assert f"JONAS BERG: {WORDS[1]}\n\nQ: Why?\n\nJONAS BERG: " in text
    figures = "<table><tr><td>Wall</td><td>40 cm</td></tr><tr><td>Pier</td><td>9 m</td></tr></table>"
    assert "Wall\t40 cm\nPier\t9 m" in read_one("t.html", f"<html><body>{figures}</body></html>".encode()).source.text


def test_the_language_of_the_frame_is_not_that_of_the_text() -> None:
    french = "<p>Le conseil a décidé ce matin d’élever la digue avant l’hiver, malgré le prix de l’acier.</p>" * 6
    markup = page(f"<article>{french}</article>")
    assert read_one("digue.html", markup.encode()).source.language is None
    assert read_one("digue.html", markup.replace("en-GB", "fr-BE").encode()).source.language == "fr"


def test_gaps_made_by_hard_spaces_stay_and_french_spacing_too() -> None:
    markup = page(
        "<article>" + paragraphs("p") + "<p>Q&nbsp;&nbsp;&nbsp; Est-ce vrai&nbsp;? «&nbsp;Oui&nbsp;».</p></article>"
    )
    text = read_one("wall.html", markup.encode()).source.text
    assert "Q    Est-ce vrai\u00a0? «\u00a0Oui\u00a0»." in text


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", "utf-8"),
        ("utf-8", "iso-8859-1"),
        ("cp1252", "iso-8859-1"),
        ("cp1252", "nonsense"),
        ("utf-16", "utf-16"),
    ],
)
def test_the_page_says_its_encoding_or_the_bytes_do(encoding: str, declared: str) -> None:
    words = "La ministre a répondu à côté de la question, « encore une fois », selon l’opposition, réunie à l’hôtel."
    markup = f"<html lang='fr'><head><meta charset='{declared}'></head><body><p>{words}</p></body></html>"
    source = read_one("page", markup.encode(encoding)).source
    assert source.text == words
    assert source.language == "fr"


def test_other_encodings_are_read_as_declared() -> None:
    markup = "<html><head><meta charset=koi8-r></head><body><p>Министр ответила на вопросы.</p></body></html>"
    assert read_one("page", markup.encode("koi8-r")).source.text == "Министр ответила на вопросы."


def test_metadata_of_the_page() -> None:
    head = (
        "<head><title>Wall briefing - Harbour Gazette</title><meta property='og:title' content='Wall briefing'>"
        "<meta property='article:published_time' content='2019-03-04T08:00:00Z'>"
        "<link rel='canonical' href='https://gazette.example/wall'></head>"
    )
    markup = page(LAYOUTS["article"]).replace(HEAD, head)
    source = read_one("wall.html", markup.encode()).source
    assert (source.title, source.date, source.url) == ("Wall briefing", "2019-03-04", "https://gazette.example/wall")
    saved = markup.replace("<html", "<!-- saved from url=(0031)https://gazette.example/wall/1 --><html")
    assert read_one("wall.html", saved.encode()).source.url == "https://gazette.example/wall/1"


def test_metadata_about_the_section_is_not_taken_for_the_briefings() -> None:
    head = (
        "<head><title>All briefings</title><meta property='og:title' content='All briefings'>"
        "<meta property='article:published_time' content='2019-03-04T08:00:00Z'></head>"
    )
    markup = page("<h1>All briefings</h1><h1>Harbour wall, third week</h1>" + LAYOUTS["div soup"]).replace(HEAD, head)
    source = read_one("wall.html", markup.encode()).source
    assert (source.title, source.date) == ("Harbour wall, third week", None)


@pytest.mark.parametrize("name", ["note.txt", "note", "note.pdf", "note.html"])
def test_the_content_decides_what_is_a_page(name: str) -> None:
    assert "<p>" not in read_one(name, page(LAYOUTS["article"]).encode()).source.text


def test_text_about_tags_is_text() -> None:
    for text in ("<laughter> The minister sat down.\n", "Write <p> and </p>, the minister said.\n", "<3 you all\n"):
        assert read_one("note.txt", text.encode()).source.text == text


def test_a_page_without_text_is_refused_with_the_remedy() -> None:
    assert "holds no text" in refusal(
        "app.html", b"<html><body><script>draw()</script><div id=app></div></body></html>"
    )
    assert "holds no text" in refusal("app.html", b"<html></html>")


def test_deep_and_large_pages() -> None:
    deep = (
        "<html><body>" + "<div>" * 1500 + "<p>The minister is at the bottom.</p>" + "</div>" * 1500 + "</body></html>"
    )
    assert isinstance(next(read("deep.html", deep.encode())), Document)
    assert "nested too deeply" in refusal("deep.html", deep.replace("<div>", "<div><i>").encode())
    large = page("<article>" + paragraphs("p") * 1000 + "</article>")
    assert body_of(read_one("large.html", large.encode()).source).count("END  11:42 A.M.") == 1000


words_strategy = st.lists(st.from_regex(r"[A-Za-zÀ-ÿ]{2,12}", fullmatch=True), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.lists(words_strategy, min_size=1, max_size=12), st.sampled_from(["p", "div", "li", "h2", "td"]))
def test_a_round_trip_keeps_every_word_in_order(lines: list[list[str]], tag: str) -> None:
    markup = (
        "<html><body>" + "".join(f"<{tag}>{html.escape(' '.join(line))}</{tag}>" for line in lines) + "</body></html>"
    )
    source = read_one("page.html", markup.encode()).source
    assert source.text.split() == [word for line in lines for word in line]


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("<>/pdivbrtable &;#x0!-=\"'\nAé"), max_size=120))
def test_any_markup_is_read_or_refused(markup: str) -> None:
    list(read("page.html", f"<html>{markup}".encode()))


def test_saved_pages_keep_what_must_stay_and_mark_what_must_go() -> None:
    if not SHARED.exists():
        pytest.skip("needs the development data at ../shared")
    kept = keep = dropped = drop = 0
    for line in (SHARED / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        body = " ".join(body_of(read_one(gold["file"], (SHARED / gold["file"]).read_bytes()).source).split())
        kept += sum(" ".join(words.split()) in body for words in gold["must_keep"])
        keep += len(gold["must_keep"])
        dropped += sum(words not in body for words in gold["must_drop"])
        drop += len(gold["must_drop"])
    assert kept >= 0.99 * keep
    assert dropped >= 0.97 * drop
