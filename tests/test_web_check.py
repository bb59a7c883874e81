"""The page of the quote check: the article marked in place, files, whole sentences, the report saved."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import docx
import httpx
from browsing import PHONE, Open, violations
from lxml import html as lxml_html
from playwright.sync_api import Page, expect
from serving import Server

from onrecord.rag.readers.sheets import tables_in

ARTICLE = (
    "Paid to cut 🙂\n\n“The cable was cut deliberately,” Ingrid Halvorsen said. "
    "“The Alliance does build cables,” she said. "
    "“He has not replied. We will write again, on thicker paper,” Halvorsen added. “Nobody ever said these very words.”"
)


def check(page: Page, article: str = ARTICLE) -> None:
    page.locator("#article").fill(article)
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator(".finding").first).to_be_visible(timeout=30_000)


def test_the_article_is_marked_in_place(open_page: Open) -> None:
    page = open_page("/check")
    check(page)
    marks = page.locator(".marked mark")
    assert [mark.get_attribute("class") for mark in marks.all()] == [
        "verbatim", "altered", "other_speaker", "not_found",
    ]  # fmt: skip
    expect(marks.nth(1)).to_contain_text("“The Alliance does build cables,”")
    # Told by more than the colour: a number and a sign, the kind of line, and words for who hears the page.
    assert [mark.locator("a").get_attribute("data-sign") for mark in marks.all()] == ["1 ✓", "2 ≠", "3 ⇄", "4 ?"]
    lines = {mark.locator("a").evaluate("a => getComputedStyle(a).borderBottomStyle") for mark in marks.all()}
    assert lines == {"solid", "double", "dashed", "dotted"}
    expect(marks.nth(2)).to_contain_text("(verbatim, but another speaker)")
    marks.nth(1).locator("a").click()
    expect(page.locator(".finding:target .verdict")).to_have_text("altered")
    page.locator(".finding:target").get_by_role("link", name="In the text: 2").click()
    expect(page.locator("mark:target")).to_contain_text("does build cables")
    assert violations(page) == []


def test_a_finding_is_a_whole_sentence_that_leads_to_its_place(open_page: Open) -> None:
    page = open_page("/check")
    check(page)
    quote = page.locator(".finding").nth(1).locator("blockquote")
    whole = "As for building it, what I said in February still holds: the Alliance doesn't build cables."
    expect(quote).to_contain_text(whole)
    expect(quote.locator("b")).to_have_text("the Alliance doesn't build cables")
    with page.context.expect_page() as opened:
        quote.get_by_role("link").click()
    expect(opened.value.locator("mark")).to_have_text("the Alliance doesn't build cables")


def test_a_quotation_cut_before_its_condition_is_flagged(open_page: Open) -> None:
    page = open_page("/check")
    check(page, "Halvorsen said: “It is for the Council to name a state.”")
    finding = page.locator(".finding").first
    expect(finding.locator(".verdict")).to_have_text("verbatim")
    expect(finding.locator(".goes-on")).to_have_text("The sentence goes on: “if there is a state to be named.”")
    expect(page.locator(".marked mark.cut")).to_have_count(1)


def test_a_file_is_chosen_or_dropped(open_page: Open, tmp_path: Path) -> None:
    page = open_page("/check")
    made = docx.Document()
    made.add_paragraph("“The cable was cut deliberately,” Ingrid Halvorsen said.")
    made.save(str(tmp_path / "article.docx"))
    page.locator("#article-file").set_input_files(tmp_path / "article.docx")
    expect(page.locator(".finding .verdict")).to_have_text("verbatim", timeout=30_000)
    page.evaluate(
        """text => {
          const data = new DataTransfer();
          data.items.add(new File([text], "article.md", { type: "text/markdown" }));
          document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        }""",
        "“Nobody ever said these very words,” she said.",
    )
    expect(page.locator(".finding .verdict")).to_have_text("not found", timeout=30_000)
    assert page.url.endswith("/check")
    page.locator("#article-file").set_input_files({"name": "x.pdf", "mimeType": "", "buffer": b"%PDF-1.4 broken"})
    expect(page.locator("#said [role=alert]")).to_contain_text("x.pdf")


def test_the_report_is_saved_with_what_made_it(open_page: Open, server: Server, tmp_path: Path) -> None:
    page = open_page("/check", locale="fr-FR")
    page.locator("#article").fill(ARTICLE)
    page.get_by_role("button", name="Vérifier", exact=True).click()
    expect(page.locator(".finding")).to_have_count(4, timeout=30_000)
    report = httpx.post(f"{server.address}/api/check", json={"text": ARTICLE}, timeout=60).json()
    made = [report["version"], report["policy"], report["model"], report["library"]]
    assert all(made)
    saved = {}
    for name in ("HTML", "DOCX", "XLSX", "CSV", "Markdown"):
        with page.expect_download() as download:
            page.get_by_role("button", name=name, exact=True).click()
        file = tmp_path / download.value.suggested_filename
        download.value.save_as(file)
        saved[name] = file.read_bytes()
    text = lxml_html.fromstring(saved["HTML"].decode()).text_content()
    document = "\n".join(each.text for each in docx.Document(io.BytesIO(saved["DOCX"])).paragraphs)
    markdown = re.sub(r"\\(.)", r"\1", saved["Markdown"].decode())
    for shown in (text, document, markdown):
        assert all(fact in shown for fact in made)
        assert "mot pour mot" in shown
        assert "As for building it, what I said in February still holds" in shown
        assert "Paid to cut 🙂" in shown
    rows = list(csv.DictReader(io.StringIO(saved["CSV"].decode("utf-8-sig"))))
    heads, *cells = tables_in("report.xlsx", saved["XLSX"])[0]
    assert [[str(cell) for cell in line] for line in cells] == [[row[str(head)] for head in heads] for row in rows]
    assert [row["verdict"] for row in rows] == ["verbatim", "altered", "other_speaker", "not_found"]
    assert {row["library"] for row in rows} == {report["library"]}
    places = [ARTICLE[int(row["article_start"]) : int(row["article_end"])] for row in rows]
    assert [place.strip("“”") for place in places] == [row["quotation"] for row in rows]
    expect(page.locator("#said .summary")).to_be_visible()


def test_it_works_on_a_phone(open_page: Open) -> None:
    page = open_page("/check", viewport=PHONE, color_scheme="dark")
    check(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(page) == []


def test_a_sheet_of_quotations_is_checked_and_saved_with_its_own_columns(
    open_page: Open, server: Server, tmp_path: Path
) -> None:
    page = open_page("/check")
    rows = "Zitat;Wer;Nr\nThe cable was cut deliberately;Ingrid Halvorsen;7\n;;8\nNobody ever said these words;;=9\n"
    file = {"name": "zitate.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    page.locator("#article-file").set_input_files(file)
    expect(page.locator(".finding .verdict")).to_have_text(["verbatim", "not found"], timeout=30_000)
    expect(page.locator("#article")).to_have_value(re.compile("^Ingrid Halvorsen: “The cable was cut deliberately”"))
    with page.expect_download() as download:
        page.get_by_role("button", name="XLSX", exact=True).click()
    download.value.save_as(tmp_path / "checked.xlsx")
    heads, *saved = tables_in("checked.xlsx", (tmp_path / "checked.xlsx").read_bytes())[0]
    assert [dict(zip(heads, row, strict=True))["verdict"] for row in saved] == ["verbatim", "", "not_found"]
    assert [row[2] for row in saved] == ["7", "8", "=9"]
    # A text that is typed afterwards is checked as a text.
    check(page, "“We will write again, on thicker paper,” Halvorsen added.")
    expect(page.locator(".finding")).to_have_count(1)
    asked = {"file": ("asked.csv", b"Question\nWas the cable cut deliberately?\n")}
    answer = httpx.post(f"{server.address}/api/ask/sheet?format=csv", files=asked, timeout=60)
    [row] = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    assert (row["status"], bool(row["quote"]), row["briefing"] != "") == ("answered", True, True)
    many = {"file": ("many.csv", b"Who?\n" * 300)}
    refused = httpx.post(f"{server.address}/api/ask/sheet", files=many, timeout=60)
    assert (refused.status_code, "onrecord ask --batch" in refused.text) == (422, True)
