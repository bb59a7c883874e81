"""DOCX: what is printed and was said, by whom, and when. All texts are invented."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
from docx.document import Document as Docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import body_of, read_one, refusal, saved, turns_of, zipped

from onrecord.rag.readers import read
from onrecord.rag.types import SourceText


def test_docx_keeps_headings_paragraphs_and_tables_in_order() -> None:
    document = docx.Document()
    document.core_properties.title = "Harbour briefing"
    document.core_properties.language = "fr-FR"
    document.add_heading("The wall", level=1)
    paragraph = document.add_paragraph("MS. ARDEN: Good ")
    paragraph.add_run("morning").bold = True
    paragraph.add_run(".\nTwo\tthings.")
    table = document.add_table(rows=2, cols=2)
    for row, words in zip(table.rows, [("Wall", "40 cm"), ("Ferry", "1 March")], strict=True):
        for cell, text in zip(row.cells, words, strict=True):
            cell.text = text
    document.add_paragraph("")
    document.add_paragraph("Q    Who pays?")
    document.sections[0].header.paragraphs[0].text = "DRAFT"
    document.sections[0].footer.paragraphs[0].text = "Page 1"
    source = read_one("harbour.bin", saved(document)).source
    assert body_of(source).strip().split("\n\n") == [
        "The wall",
        "MS. ARDEN: Good morning.\nTwo\tthings.",
        "Wall\t40 cm\nFerry\t1 March",
        "Q    Who pays?",
    ]
    assert source.text.endswith("DRAFT\nPage 1")
    assert [mark.reason for mark in source.boilerplate] == ["page furniture"]
    assert (source.title, source.language) == ("Harbour briefing", "fr")
    assert source.date is None, "the day on which the file was made is not the day of the briefing"


def test_a_docx_table_of_speakers_and_words_gives_each_name_its_line() -> None:
    document = docx.Document()
    table = document.add_table(rows=0, cols=2)
    for name, words in [
        ("MS. ARDEN", "The wall will be forty centimetres higher before the winter."),
        ("Q", "Why now?"),
    ]:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = name, words
    assert read_one("a.docx", saved(document)).source.text == (
        "MS. ARDEN\nThe wall will be forty centimetres higher before the winter.\nQ\nWhy now?"
    )


def test_docx_title_from_its_first_heading() -> None:
    document = docx.Document()
    document.core_properties.title = "Microsoft Word - final2.docx"
    document.add_heading("Harbour wall", level=0)
    document.add_paragraph("It will be higher.")
    assert read_one("a.docx", saved(document)).source.title == "Harbour wall"


def test_docx_text_in_boxes_controls_and_tracked_changes_is_kept() -> None:
    document = docx.Document()
    body = document.element.body
    run = "<w:r><w:t>{}</w:t></w:r>"
    for xml in (
        f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p>{run.format('In a control.')}</w:p></w:sdtContent></w:sdt>",
        f"<w:p {nsdecls('w')}>{run.format('We ')}<w:ins w:id='1' w:author='a'>{run.format('will')}</w:ins>"
        "<w:del w:id='2' w:author='a'><w:r><w:delText>might</w:delText></w:r></w:del>"
        f"{run.format(' build.')}</w:p>",
        f"<w:p {nsdecls('w')}><w:r><w:pict><w:txbxContent><w:p>{run.format('In a box.')}</w:p></w:txbxContent></w:pict>"
        f"</w:r>{run.format('Around it.')}</w:p>",
        f"<w:tbl {nsdecls('w')}><w:tr><w:tc><w:p>{run.format('Outer')}</w:p><w:tbl><w:tr><w:tc>"
        f"<w:p>{run.format('Inner')}</w:p></w:tc></w:tr></w:tbl><w:p/></w:tc></w:tr></w:tbl>",
    ):
        body.insert(len(body) - 1, parse_xml(xml))
    assert read_one("a.docx", saved(document)).source.text.split("\n\n") == [
        "In a control.",
        "We will build.",
        "Around it.",
        "In a box.",
        "Outer\nInner",
    ]


def test_damaged_and_empty_docx_are_refused() -> None:
    assert "holds no words" in refusal("a.docx", saved(docx.Document()))
    data = saved(docx.Document())
    assert "damaged" in refusal("a.docx", data[: len(data) // 2])
    assert "damaged" in refusal("a.docx", zipped({"word/document.xml": b"<w:document"}))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for name in members:
        for broken in (b"", b"<a/>", members[name][:-20]):
            list(read("a.docx", zipped({**members, name: broken})))


word = st.from_regex(r"[A-Za-zé«»’]{1,10}", fullmatch=True)
documents = st.lists(st.lists(word, min_size=1, max_size=8), min_size=1, max_size=8)


@settings(max_examples=30, deadline=None)
@given(documents, st.booleans())
def test_docx_keeps_every_word_in_order(paragraphs: list[list[str]], in_table: bool) -> None:
    document = docx.Document()
    table = document.add_table(rows=0, cols=2) if in_table else None
    for words in paragraphs:
        if table is not None:
            cells = table.add_row().cells
            cells[0].text, cells[1].text = words[0], " ".join(words[1:])
        else:
            document.add_paragraph(" ".join(words))
    if any(map(str.isalnum, "".join(map("".join, paragraphs)))):
        source = read_one("a.docx", saved(document)).source
        # A name in a column of names is followed by a colon.
        assert source.text.replace(":", "").split() == [word for words in paragraphs for word in words]


TALK = [
    ("Ida Arden", "0:05", "Good morning. The wall will be higher before the winter storms come."),
    ("Jonas von Berg", "0:14", "Who pays for all of it, the town or the region?"),
    ("Ida Arden", "1:02", "The region pays. We keep our reserve for the ferry."),
    ("Mira Solheim", "1:30", "And the price of a crossing on Sundays?"),
    ("Ida Arden", "1:02:35", "It stays."),
]
SECONDS = [5.0, 14.0, 62.0, 90.0, 3755.0]


def transcript(*, bold: bool, separate: bool, program: bool) -> Docx:
    """A document as Teams writes it: a line of name and time over the words, in one paragraph or in two."""
    document = docx.Document()
    document.add_paragraph("Harbour briefing-20310515_100210-Meeting Recording")
    document.add_paragraph("May 15, 2031, 10:02AM")
    document.add_paragraph("1h 2m 40s")
    if program:
        document.add_paragraph("Ida Arden started transcription")
    for name, time, words in TALK:
        paragraph = document.add_paragraph()
        paragraph.add_run(name).bold = bold
        paragraph.add_run(f"   {time}")
        if separate:
            document.add_paragraph(words)
        else:
            paragraph.add_run().add_break()
            paragraph.add_run(words)
    if program:
        document.add_paragraph("Ida Arden stopped transcription")
    return document


@pytest.mark.parametrize("bold", [True, False])
@pytest.mark.parametrize("separate", [True, False])
def test_lines_of_name_and_time_over_the_words_are_turns(bold: bool, separate: bool) -> None:
    source = read_one("t.docx", saved(transcript(bold=bold, separate=separate, program=True))).source
    assert turns_of(source) == [(name, words) for name, _, words in TALK]
    assert [turn.seconds for turn in source.turns or ()] == SECONDS
    assert [seconds for _, seconds in source.timecodes] == SECONDS
    assert source.text.startswith("Harbour briefing-20310515_100210-Meeting Recording\n\nMay 15, 2031, 10:02AM")
    said = [source.text[mark.start : mark.end] for mark in source.boilerplate]
    assert said[-1] == "Ida Arden stopped transcription"


def test_consecutive_paragraphs_of_one_speaker_are_one_turn_and_guests_lose_their_mark() -> None:
    document = docx.Document()
    for name, time, words in [
        ("Arden, Ida (Harbour Office)", "0:05", "Good morning."),
        ("Arden, Ida (Harbour Office)", "0:09", "Two things."),
        ("von Berg, Jonas (External)", "0:14", "Who pays?"),
    ]:
        document.add_paragraph(f"{name}  {time}")
        document.add_paragraph(words)
        document.add_paragraph("Indeed.")
    source = read_one("t.docx", saved(document)).source
    assert turns_of(source) == [
        ("Ida Arden (Harbour Office)", "Good morning.\n\nIndeed.\n\nTwo things.\n\nIndeed."),
        ("Jonas von Berg", "Who pays?\n\nIndeed."),
    ]
    assert [seconds for _, seconds in source.timecodes] == [5.0, 9.0, 14.0]


def test_a_programme_of_the_day_is_no_transcript() -> None:
    document = docx.Document()
    for name, time in [("Opening", "9:00"), ("The wall", "9:30"), ("Lunch", "12:15")]:
        document.add_paragraph(f"{name}  {time}")
        document.add_paragraph("In the large hall.")
    source = read_one("t.docx", saved(document)).source
    assert source.turns is None
    assert source.timecodes == ()


def test_an_older_teams_writes_its_cues_into_the_document() -> None:
    document = docx.Document()
    for number, (name, _, words) in enumerate(TALK):
        paragraph = document.add_paragraph(f"0:0:{number}.0 --> 0:0:{number}.900")
        for line in (name, words):
            paragraph.add_run().add_break()
            paragraph.add_run(line)
    source = read_one("t.docx", saved(document)).source
    assert turns_of(source) == [(name, words) for name, _, words in TALK]
    assert [seconds for _, seconds in source.timecodes] == [0.0, 1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize("heads", [("Time", "Speaker", "Words"), ("When it was", "Of whom", "All that"), None])
@pytest.mark.parametrize("timed", [True, False])
def test_tables_of_speakers_and_words(heads: tuple[str, ...] | None, timed: bool) -> None:
    document = docx.Document()
    document.add_heading("Harbour briefing", level=0)
    table = document.add_table(rows=0, cols=3 if timed else 2)
    for name, time, words in [*([(heads[1], heads[0], heads[2])] if heads else []), *TALK]:
        cells = table.add_row().cells
        for cell, text in zip(cells, [time, name, words] if timed else [name, words], strict=True):
            cell.text = text
    source = read_one("t.docx", saved(document)).source
    lines = [f"{name}: {words}" for name, _, words in TALK]
    assert body_of(source).split("\n\n")[-len(TALK) :] == lines
    assert [mark.reason for mark in source.boilerplate] == (["table header"] if heads else [])
    assert [seconds for _, seconds in source.timecodes] == (SECONDS if timed else [])
    assert source.title == "Harbour briefing"


def test_times_beside_the_names_in_one_cell() -> None:
    document = docx.Document()
    table = document.add_table(rows=0, cols=2)
    for place, (name, time, words) in enumerate(TALK):
        cells = table.add_row().cells
        cells[0].text, cells[1].text = (f"{name}\n{time}" if place % 2 else f"[{time}] {name}"), words
    source = read_one("t.docx", saved(document)).source
    assert source.text.split("\n\n") == [f"{name}: {words}" for name, _, words in TALK]
    assert [seconds for _, seconds in source.timecodes] == SECONDS


def test_names_in_bold_before_the_words_are_labels() -> None:
    document = docx.Document()
    for name, _, words in TALK:
        paragraph = document.add_paragraph()
        paragraph.add_run(name).bold = True
        paragraph.add_run(f" {words}")
    plain = document.add_paragraph()
    plain.add_run("Never").bold = True
    plain.add_run(" again, she said.")
    source = read_one("t.docx", saved(document)).source
    assert source.text.split("\n\n") == [
        # A colon that the document does not have must not come to stand in a sentence.
        *(f"{name}{': ' if name == 'Ida Arden' else chr(10)}{words}" for name, _, words in TALK),
        "Never again, she said.",
    ]


def written(*runs: str, style: str = "") -> SourceText:
    """The source of a document of one paragraph, given as the XML of its runs."""
    document = docx.Document()
    if style:
        document.styles.element.append(parse_xml(style))
    document.element.body.insert(0, parse_xml(f"<w:p {nsdecls('w')}>{''.join(runs)}</w:p>"))
    document.add_paragraph("It ends.")
    return read_one("a.docx", saved(document)).source


def run(text: str, look: str = "") -> str:
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


STYLE = "<w:style {} w:type='character' w:styleId='{}'><w:name w:val='x{}'/>{}<w:rPr>{}</w:rPr></w:style>"


@pytest.mark.parametrize(
    "struck",
    [
        run("ten ", "<w:strike/>"),
        run("ten ", "<w:dstrike w:val='1'/>"),
        run("t", "<w:strike/>") + run("en ", "<w:strike/><w:b/>"),
        "<w:del w:id='1' w:author='a'><w:r><w:delText xml:space='preserve'>ten </w:delText></w:r></w:del>",
        run("ten ", "<w:rStyle w:val='gone'/>"),
    ],
)
def test_what_is_struck_out_is_not_said(struck: str) -> None:
    style = STYLE.format(nsdecls("w"), "gone", 1, "", "<w:strike/>")
    source = written(run("We ordered "), struck, run("twelve thousand doses.", "<w:strike w:val='0'/>"), style=style)
    assert source.text == "We ordered twelve thousand doses.\n\nIt ends."
    assert source.notes == ("1 struck-out passage was left out.",)


def test_hidden_words_are_not_said() -> None:
    source = written(run("We will "), run("not ", "<w:vanish/>"), run("build.", "<w:vanish w:val='false'/>"))
    assert source.text.startswith("We will build.")
    assert source.notes == ("1 hidden passage was left out.",)


@pytest.mark.parametrize(
    ("before", "mark", "after", "text"),
    [
        ("It costs 40", "1", " crowns.", "It costs 40 crowns."),
        ("the channel", "12", ", and the wall.", "the channel, and the wall."),
        ("the channel", "*", " and", "the channel and"),
        ("“no more.”", "†", " He left", "“no more.” He left"),
        ("the 4", "th", " of May", "the 4th of May"),
        ("le 1", "er", " mai", "le 1er mai"),
        ("forty km", "2", " of sea", "forty km² of sea"),
        ("10", "6", " tonnes", "10⁶ tonnes"),
    ],
)
@pytest.mark.parametrize("raised", ["<w:vertAlign w:val='superscript'/>", "<w:position w:val='6'/><w:sz w:val='14'/>"])
def test_raised_marks_join_no_word_and_no_figure(before: str, mark: str, after: str, text: str, raised: str) -> None:
    source = written(run(before), run(mark, raised), run(after))
    assert source.text.split("\n\n")[0] == text
    left_out = mark not in text.replace("⁶", "6").replace("²", "2") and mark not in "26"
    assert source.notes == (("1 raised mark of a note was left out.",) if left_out else ())


def test_lowered_figures_of_formulas_stay() -> None:
    lowered = "<w:vertAlign w:val='subscript'/>"
    assert written(run("CO"), run("2", lowered), run(" and H"), run("2", lowered), run("O")).text.startswith(
        "CO2 and H2O"
    )


def test_footnotes_are_no_speech() -> None:
    document = docx.Document()
    document.add_paragraph("The wall is old.")
    with zipfile.ZipFile(io.BytesIO(saved(document))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    relation = (
        b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"'
        b' Target="footnotes.xml"/></Relationships>'
    )
    key = "word/_rels/document.xml.rels"
    members[key] = members[key].replace(b"</Relationships>", relation)
    members["[Content_Types].xml"] = members["[Content_Types].xml"].replace(
        b"</Types>",
        b'<Override PartName="/word/footnotes.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        b'wordprocessingml.footnotes+xml"/></Types>',
    )
    note = f"<w:footnote w:id='1'><w:p>{run('Built in 1931.')}</w:p></w:footnote>"
    members["word/footnotes.xml"] = f"<w:footnotes {nsdecls('w')}>{note}</w:footnotes>".encode()
    members["word/document.xml"] = members["word/document.xml"].replace(
        b"old.",
        b'old.</w:t></w:r><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteReference w:id="1"/></w:r>'
        b"<w:r><w:t>",
        1,
    )
    source = read_one("a.docx", zipped(members)).source
    assert source.text == "The wall is old.\n\nBuilt in 1931."
    assert [mark.reason for mark in source.boilerplate] == ["footnote"]


looks = st.sampled_from(["", "<w:b/>", "<w:i/>", "<w:strike/>", "<w:vanish/>"])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(word, looks), min_size=1, max_size=8))
def test_every_word_but_those_not_said_is_kept(words: list[tuple[str, str]]) -> None:
    kept = [text for text, look in words if look not in ("<w:strike/>", "<w:vanish/>")]
    source = written(*(run(f"{text} ", look) for text, look in words))
    assert source.text.split() == [*kept, "It", "ends."]
