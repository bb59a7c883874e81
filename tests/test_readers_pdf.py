"""PDF: paragraphs without page furniture, whatever the print looks like. All texts are invented."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import body_of, read_one, refusal
from reportlab.lib.enums import TA_JUSTIFY, TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate

from onrecord.rag.readers import read

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "eval" / "pdf"

SUBJECTS = [
    "The council",
    "The ferry",
    "The northern pier",
    "Le conseil",
    "La digue",
    "The region's own yard",
    "L’enquête",
    "Steel",
]
VERBS = [
    "will not wait for",
    "has agreed on",
    "cost less than",
    "a décidé, à l’unanimité, d’élever",
    "looked at",
    "n’a pas répondu à",
]
OBJECTS = [
    "the harbour wall",
    "3 offers from 12 firms",
    "la question",
    "the winter storms",
    "quarante centimètres",
    "the plan",
]


def transcript(turns: int = 70) -> list[str]:
    """Turns of different lengths, so that paragraphs end and pages break anywhere."""
    pick = random.Random(5)
    paragraphs = ["Harbour wall briefing", "3 March 2019"]
    for turn in range(turns):
        sentences = [
            f"{pick.choice(SUBJECTS)} {pick.choice(VERBS)} {pick.choice(OBJECTS)}, and {pick.choice(OBJECTS)} too."
            for _ in range(turn * 7 % 11)
        ]
        asked = f"QUESTION. And {pick.choice(OBJECTS)}, please?"
        paragraphs.append(asked if turn % 2 else " ".join(["MS. ARDEN. Thank you.", *sentences]))
    return paragraphs


def printed(
    paragraphs: list[str], style: ParagraphStyle, furniture: Callable[[Canvas, int], None] | None = None
) -> bytes:
    target = io.BytesIO()

    def decorate(canvas: Canvas, template: SimpleDocTemplate) -> None:
        if furniture:
            canvas.setFont("Helvetica", 8)
            furniture(canvas, template.page)

    document = SimpleDocTemplate(target, pagesize=A4, title="Harbour wall briefing")
    document.build([Paragraph(text, style) for text in paragraphs], onFirstPage=decorate, onLaterPages=decorate)
    return target.getvalue()


def head_and_foot(canvas: Canvas, page: int) -> None:
    canvas.drawString(72, 800, "Harbour wall briefing")
    canvas.drawRightString(520, 800, "FINAL")
    canvas.drawCentredString(297, 40, f"{page} of 9")


def left_and_right(canvas: Canvas, page: int) -> None:
    canvas.drawString(72 if page % 2 else 400, 805, "Region of Skarn" if page % 2 else "Minutes and briefings")
    canvas.drawString(500 if page % 2 else 72, 40, str(page))


def changing_title(canvas: Canvas, page: int) -> None:
    canvas.drawString(72, 805, f"{('Opening', 'The wall', 'The ferry', 'Questions', 'The budget')[page % 5]} section")
    canvas.drawString(297, 30, f"- {page} -")


STYLES = {
    "first-line indent, double spaced": ParagraphStyle("a", fontSize=11, leading=26, firstLineIndent=36),
    "space between, ragged": ParagraphStyle("b", fontSize=11, leading=14, spaceAfter=9, alignment=TA_LEFT),
    "space between, justified": ParagraphStyle("c", fontSize=10, leading=12, spaceAfter=7, alignment=TA_JUSTIFY),
    "hanging labels": ParagraphStyle("d", fontSize=11, leading=14, leftIndent=40, firstLineIndent=-40, spaceAfter=2),
    "no space, no indent": ParagraphStyle("e", fontName="Times-Roman", fontSize=12, leading=15),
}


@pytest.mark.parametrize("furniture", [None, head_and_foot, left_and_right, changing_title])
@pytest.mark.parametrize("style", STYLES)
def test_paragraphs_are_whole_and_furniture_is_at_the_end(style: str, furniture: Callable | None) -> None:
    paragraphs = transcript()
    source = read_one("wall.pdf", printed(paragraphs, STYLES[style], furniture)).source
    assert body_of(source).strip().split("\n\n") == paragraphs
    assert source.title == "Harbour wall briefing"
    assert source.date is None, "the day on which the file was made is not the day of the briefing"
    if furniture is None:
        assert source.boilerplate == ()
    else:
        (mark,) = source.boilerplate
        assert mark.reason == "page furniture"
        assert mark.end == len(source.text)


def drawn(*lines: str) -> bytes:
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4)
    for number, line in enumerate(lines):
        canvas.drawString(72, 760 - 16 * number, line)
    canvas.save()
    return target.getvalue()


def test_line_break_hyphens_are_joined_and_real_ones_stay() -> None:
    source = read_one(
        "wall.pdf",
        drawn(
            "MS. ARDEN: The announce-",
            "ment concerns the long-",
            "term plan for Jean-",
            "Luc Skarn and the G-",
            "20; the term of the loan is not so long. Peut-",
            "être la commu-",
            "nication suffira-t-",
            "elle, and -- as I said --",
            "the debt—or rather the—",
            "deficit.",
        ),
    ).source
    assert source.text == (
        "MS. ARDEN: The announcement concerns the long-term plan for Jean-Luc Skarn and the G-20; the term of the loan "
        "is not so long. Peut-être la communication suffira-t-elle, and -- as I said -- the debt—or rather the—deficit."
    )


def test_a_number_at_the_foot_of_a_single_page_is_its_number() -> None:
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4)
    canvas.drawString(72, 760, "MS. ARDEN: The wall will be finished next year, and it will be")
    canvas.drawString(72, 746, "forty centimetres higher.")
    canvas.drawString(297, 40, "Page 1 of 1")
    canvas.save()
    source = read_one("wall.pdf", target.getvalue()).source
    assert source.text.split("\n\n") == [
        "MS. ARDEN: The wall will be finished next year, and it will be forty centimetres higher.",
        "Page 1 of 1",
    ]
    assert [mark.reason for mark in source.boilerplate] == ["page furniture"]


@pytest.mark.parametrize("number", ["117", "- 117 -", "[117]"])
def test_a_page_may_be_numbered_on_from_another_print(number: str) -> None:
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4)
    canvas.drawString(72, 760, "MS. ARDEN: The wall will be finished next year, and it will be")
    canvas.drawString(72, 746, "forty centimetres higher.")
    canvas.drawString(297, 40, number)
    canvas.save()
    source = read_one("wall.pdf", target.getvalue()).source
    assert body_of(source).strip() == (
        "MS. ARDEN: The wall will be finished next year, and it will be forty centimetres higher."
    )


def test_footnotes_do_not_interrupt_a_paragraph() -> None:
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4)
    long = "and the wall is long and the sea is high and the money is short and so"
    for page in range(2):
        canvas.setFont("Helvetica", 12)
        for line in range(40):
            canvas.drawString(72, 780 - 16 * line, long)
        if page == 0:
            canvas.setFont("Helvetica", 8)
            canvas.drawString(72, 90, "1 Measured at the northern pier.")
        canvas.showPage()
    canvas.save()
    paragraphs = read_one("wall.pdf", target.getvalue()).source.text.split("\n\n")
    assert paragraphs == [" ".join([long] * 80), "1 Measured at the northern pier."]


def test_a_scan_is_refused_with_the_reason() -> None:
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4)
    for _ in range(3):
        canvas.rect(72, 72, 300, 500, fill=1)
        canvas.showPage()
    canvas.save()
    message = refusal("scan.pdf", target.getvalue())
    assert "no text layer (3 scanned or drawn pages)" in message
    assert "OCR" in message


def test_an_encrypted_file_is_refused_and_one_that_opens_without_password_is_read() -> None:
    def encrypted(password: str) -> bytes:
        target = io.BytesIO()
        canvas = Canvas(target, encrypt=StandardEncryption(password, ownerPassword="other", canCopy=0))
        canvas.drawString(72, 700, "The wall will be higher.")
        canvas.save()
        return target.getvalue()

    assert "is encrypted" in refusal("secret.pdf", encrypted("key"))
    assert read_one("open.pdf", encrypted("")).source.text == "The wall will be higher."


def test_damaged_files_are_refused_or_read() -> None:
    data = printed(transcript(), STYLES["no space, no indent"])
    assert "damaged" in refusal("cut.pdf", data[:300])
    assert "damaged" in refusal("cut.pdf", b"%PDF-1.7\n")
    for cut in range(400, len(data), len(data) // 12):
        list(read("cut.pdf", data[:cut]))
        list(read("cut.pdf", data[:cut] + bytes(40) + data[cut + 40 :]))


latin_word = st.from_regex(r"[A-Za-zé]{1,10}", fullmatch=True)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.lists(latin_word, min_size=1, max_size=60), min_size=1, max_size=30),
    st.sampled_from(sorted(STYLES)),
)
def test_a_round_trip_keeps_every_word_in_order(paragraphs: list[list[str]], style: str) -> None:
    data = printed([" ".join(words) for words in paragraphs], STYLES[style])
    source = read_one("words.pdf", data).source
    assert body_of(source).split() == [word for words in paragraphs for word in words]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=600))
def test_any_bytes_after_the_signature_are_read_or_refused(data: bytes) -> None:
    list(read("thing.pdf", b"%PDF-1.4\n" + data))


@pytest.mark.parametrize("name", ["fomc-20110427.pdf", "fomc-20130320.pdf"])
def test_printed_transcripts_have_no_furniture_in_their_text(name: str) -> None:
    if not SHARED.exists():
        pytest.skip("needs the development data at ../shared")
    body = body_of(read_one(name, (SHARED / name).read_bytes()).source)
    assert not re.search(r"\d+ of 26|FINAL", body)
    labels = re.findall(r"(?:QUESTION|CHAIRMAN BERNANKE)\.", body)
    assert len(labels) > 20
    assert len(re.findall(r"^(?:QUESTION|CHAIRMAN BERNANKE)\.", body, re.MULTILINE)) == len(labels)
