"""Take the pictures of docs/tour.md and the README: the samples in a library of their own, a real server, chromium.

Run from the project's root after `make test` has installed what it needs:

    .venv/bin/python docs/take_screenshots.py
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from serving import serving, wait_for_model  # noqa: E402

from onrecord.rag import Library  # noqa: E402

IMAGES = ROOT / "docs" / "images"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


def ask(page: Page, question: str) -> None:
    """Ask, and wait for the finished answer."""
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")
    expect(page.locator(".message-row").last.locator(".record.finished, .failed")).to_be_visible(timeout=60_000)


def main() -> None:
    """Take all pictures."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        library = Path(folder) / "library"
        with Library.open(library) as opened:
            opened.add(ROOT / "samples")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        with serving(library) as server:
            wait_for_model(server.address)

            def shot(name: str, question: str, *, cite: bool, **context: object) -> None:
                page = browser.new_context(**context).new_page()  # type: ignore[arg-type]
                page.goto(server.address)
                expect(page.locator(".page-head")).to_be_visible(timeout=60_000)
                ask(page, question)
                if cite:
                    page.locator("a.cite").first.click()
                    expect(page.locator(".source-panel mark")).to_be_visible()
                page.wait_for_timeout(800)
                page.screenshot(path=IMAGES / name)
                page.context.close()

            shot("answer.png", "Who pays for Task Group Lantern?", cite=True, viewport=DESKTOP, locale="en-GB")
            shot(
                "french.png",
                "Combien d'obus livrés en janvier venaient de Corvanne ?",
                cite=True,
                viewport=DESKTOP,
                locale="fr-FR",
            )
            shot("absent.png", "What was said about the lunar base?", cite=False, viewport=DESKTOP, color_scheme="dark")
            shot("phone.png", "Will there be a fifth ferry?", cite=False, viewport=PHONE, locale="en-GB")
        browser.close()


if __name__ == "__main__":
    main()
