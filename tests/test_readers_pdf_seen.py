"""PDF: what cannot be seen on a page is not quoted; how a page lies and its blanks are written makes no difference."""

from __future__ import annotations

import random
import re

import pytest
from printing import Print, transcript, wrapped
from reading import body_of, read_one

KEPT = "MS. ARDEN: The wall costs forty crowns and not a penny more."


def with_hidden() -> Print:
    paper = Print()
    paper.draw(72, 760, KEPT, 12)
    return paper


def test_words_outside_the_page_are_left_out() -> None:
    paper = with_hidden()
    for x, y in ((700, 760), (72, 900), (-300, 700), (72, -50)):
        paper.draw(x, y, "HIDDEN WORDS", 12)
    source = read_one("outside.pdf", paper.data()).source
    assert source.text == KEPT
    assert source.notes == ("8 words that cannot be seen were left out.",)


def test_words_outside_the_crop_box_are_left_out() -> None:
    paper = with_hidden()
    paper.canvas.setCropBox((50, 50, 500, 780))
    paper.draw(72, 800, "HIDDEN ABOVE", 12)
    paper.draw(510, 700, "HIDDEN BESIDE", 12)
    assert read_one("crop.pdf", paper.data()).source.text == KEPT


def test_words_of_the_colour_of_their_ground_are_left_out() -> None:
    paper = with_hidden()
    paper.canvas.setFillGray(1)
    paper.draw(72, 740, "HIDDEN WHITE ON WHITE", 12)
    paper.canvas.setFillGray(0.1)
    paper.canvas.rect(60, 690, 300, 30, fill=1, stroke=0)
    paper.draw(72, 700, "HIDDEN BLACK ON BLACK", 12)
    assert read_one("colour.pdf", paper.data()).source.text == KEPT


def test_words_under_a_box_are_left_out_whatever_its_colour() -> None:
    paper = with_hidden()
    for grey, y in ((0, 720), (1, 690), (0.5, 660)):
        paper.canvas.setFillGray(0)
        paper.draw(72, y, "HIDDEN UNDER A BOX", 12)
        paper.canvas.setFillGray(grey)
        paper.canvas.rect(60, y - 6, 200, 20, fill=1, stroke=0)
    assert read_one("box.pdf", paper.data()).source.text == KEPT


def test_words_too_small_or_transparent_are_left_out() -> None:
    paper = with_hidden()
    paper.draw(72, 740, "HIDDEN TINY", 0.4)
    paper.canvas.setFillAlpha(0)
    paper.draw(72, 720, "HIDDEN TRANSPARENT", 12)
    assert read_one("tiny.pdf", paper.data()).source.text == KEPT


def test_words_that_can_be_seen_on_a_coloured_ground_are_read() -> None:
    paper = Print()
    canvas = paper.canvas
    canvas.setFillGray(0.15)
    canvas.rect(60, 745, 400, 30, fill=1, stroke=0)
    canvas.setFillGray(1)
    paper.draw(72, 755, "White words on a dark ground are read,", 12)
    canvas.setFillColorRGB(1, 1, 0.4)
    canvas.rect(60, 725, 400, 20, fill=1, stroke=0)
    canvas.setFillGray(0)
    paper.draw(72, 740, "black ones on a yellow ground,", 12)
    canvas.setFillGray(0.6)
    paper.draw(72, 725, "and grey ones on white.", 12)
    assert read_one("ground.pdf", paper.data()).source.text == (
        "White words on a dark ground are read, black ones on a yellow ground, and grey ones on white."
    )


def test_recognised_words_over_a_picture_are_read_and_invisible_ones_elsewhere_are_not() -> None:
    from reportlab.lib.utils import ImageReader

    picture = ImageReader(_grey_picture())
    paper = Print()
    paper.draw(72, 780, "Scanned at the harbour office.", 12)
    paper.canvas.drawImage(picture, 60, 500, 400, 200)
    for y, words in ((650, KEPT), (300, "HIDDEN ELSEWHERE")):
        text = paper.canvas.beginText(72, y)
        text.setFont("Times-Roman", 12)
        text.setTextRenderMode(3)
        text.textOut(words)
        text.setTextRenderMode(0)
        paper.canvas.drawText(text)
    assert read_one("scan.pdf", paper.data()).source.text == f"Scanned at the harbour office.\n\n{KEPT}"


def _grey_picture() -> object:
    import io

    # A portable greymap of 8 by 8 pixels.
    return io.BytesIO(b"P5 8 8 255\n" + bytes(200 for _ in range(64)))


def test_stamps_across_the_page_are_set_apart() -> None:
    paper = with_hidden()
    canvas = paper.canvas
    canvas.saveState()
    canvas.translate(200, 300)
    canvas.rotate(45)
    paper.draw(0, 0, "DRAFT", 60)
    canvas.restoreState()
    source = read_one("stamp.pdf", paper.data()).source
    assert body_of(source).strip() == KEPT
    assert source.text.endswith("DRAFT")


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
@pytest.mark.parametrize("askew", [0.0, 1.5])
def test_a_page_may_lie_on_its_side_or_a_little_askew(turned: int, askew: float) -> None:
    paragraphs = [f"{name}: {words}" for name, words in transcript(random.Random(2), 12)]
    paper = Print(size=(842, 842))
    canvas = paper.canvas
    canvas.translate(421, 421)
    canvas.rotate(turned + askew)
    canvas.translate(-421, -421)
    y = 760.0
    for line in (line for paragraph in paragraphs for line in wrapped(paragraph, 430, 11)):
        paper.draw(150, y, line, 11)
        y -= 15
    assert body_of(read_one("side.pdf", paper.data()).source).split("\n\n") == paragraphs


@pytest.mark.parametrize("blank", ["0009", "00A0", "0003", "0000", None])
def test_blanks_stay_whatever_sign_the_font_has_for_them(blank: str | None) -> None:
    """`blank` is the character that the font's table gives for a blank; None: words are placed one by one."""
    text = "The whole speech was run together, word by word."
    words = text if blank else ""
    placed = "" if blank else " ".join(f"1 0 0 1 {72 + 60 * n} 700 Tm ({w}) Tj" for n, w in enumerate(text.split()))
    content = f"BT /F1 11 Tf 1 0 0 1 72 700 Tm ({words}) Tj {placed} ET"
    found = read_one("blanks.pdf", raw_pdf(content, blank or "0020")).source.text
    assert found == text


def raw_pdf(content: str, blank: str) -> bytes:
    """A PDF of one page whose font says of each letter which character it shows."""
    letters = sorted({ord(letter) for letter in content})
    table = "\n".join(f"<{code:02X}> <{blank if code == 32 else f'{code:04X}'}>" for code in letters)
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
        "1 begincodespacerange <00> <FF> endcodespacerange\n"
        f"{len(letters)} beginbfchar\n{table}\nendbfchar endcmap end end"
    )
    parts = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 700 842] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>",
        f"<< /Length {len(cmap)} >>\nstream\n{cmap}\nendstream",
    ]
    data, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(data))
        data += f"{number} 0 obj\n{part}\nendobj\n".encode("latin-1")
    entries = "".join(f"{place:010} 00000 n \n" for place in places)
    table_at = len(data)
    data += f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n{entries}".encode()
    return data + f"trailer << /Size {len(parts) + 1} /Root 1 0 R >>\nstartxref\n{table_at}\n%%EOF\n".encode()


def test_letters_drawn_one_by_one_make_words() -> None:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    paper, x = Print(), 72.0
    for letter in KEPT:
        if letter != " ":
            paper.draw(x, 700, letter, 12)
        x += stringWidth(letter, paper.font, 12)
    assert read_one("letters.pdf", paper.data()).source.text == KEPT


def test_bold_print_made_by_printing_twice_is_read_once() -> None:
    paper = Print()
    for shift in (0.0, 0.4):
        paper.draw(72 + shift, 700, KEPT, 12)
    assert re.sub(r"\s+", " ", read_one("bold.pdf", paper.data()).source.text) == KEPT
