"""How soon the page can be used and an answer begins: the figures of the page in docs/performance.md.

    python benchmarks/page.py PATH…          the briefings to serve, `samples` for instance

Serves a temporary library with the model loaded, opens the page in headless chromium as ten new visitors, one after
the other, and asks each time another question; prints one JSON object, times in milliseconds:

- page_ready: from the start of the navigation until the question can be typed and the briefings are listed
- page_ready_again: the same for a visitor who was there before, whose browser has kept the scripts
- page_first_words: from pressing Enter until the first words of the answer are visible
- api_first_words: from sending `POST /api/ask/stream` until the first words of the answer have arrived
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import BrowserContext, sync_playwright

from onrecord.rag import Library

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from serving import serving, wait_for_model

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
# Different ones: what was read for a question is remembered.
QUESTIONS = [
    "What was said about the budget?",
    "Who asked about security?",
    "How much money was promised?",
    "What will happen next year?",
    "Did the minister say when the work begins?",
    "What about the hospital?",
    "Why was there a delay?",
    "Qu'a-t-on dit de la sécurité ?",
    "Combien cela coûtera-t-il ?",
    "Quand la décision sera-t-elle prise ?",
]
READY = """() => {
    const box = document.querySelector("#question textarea");
    return box && box.offsetParent && !box.disabled && document.querySelector("#library .briefings li");
}"""
# Pressed and seen inside the browser: what the test's own messages cost is not the reader's time.
FIRST_WORDS = """() => new Promise((resolve) => {
    const pressed = performance.now();
    const seen = () => document.querySelector(".record .said")?.innerText.trim();
    const observer = new MutationObserver(() => {
        if (!seen()) return;
        observer.disconnect();
        requestAnimationFrame(() => resolve(performance.now() - pressed));
    });
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
    const key = { key: "Enter", code: "Enter", keyCode: 13, bubbles: true };
    document.querySelector("#question textarea").dispatchEvent(new KeyboardEvent("keypress", key));
})"""


def main() -> None:
    """Run the measurement and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", type=Path)
    paths = parser.parse_args().paths
    with tempfile.TemporaryDirectory() as folder:
        with Library.open(Path(folder) / "library") as library:
            library.add(paths)
        with serving(Path(folder) / "library") as server:
            wait_for_model(server.address)
            # Each way gets its first question unmeasured: "once warm".
            api_first_words(server.address, "Who spoke?")
            api = [api_first_words(server.address, question) for question in QUESTIONS]
        # A server of its own, so that the page's questions are as new to it.
        with serving(Path(folder) / "library") as server:
            wait_for_model(server.address)
            print(json.dumps({**in_browser(server.address), "api_first_words": figures(api)}, indent=1))


def in_browser(address: str) -> dict[str, dict[str, float]]:
    """The times of the page."""
    ready, again, first_words = [], [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        one_visit(browser.new_context(locale="en-GB"), address, "Who spoke?")
        for question in QUESTIONS:
            context = browser.new_context(locale="en-GB")
            first, words = one_visit(context, address, question)
            ready.append(first)
            first_words.append(words)
            again.append(opened(context, address)[0])
            context.close()
        browser.close()
    return {
        "page_ready": figures(ready),
        "page_ready_again": figures(again),
        "page_first_words": figures(first_words),
    }


def one_visit(context: BrowserContext, address: str, question: str) -> tuple[float, float]:
    """Milliseconds until the page is ready, and from a question until the first words of its answer."""
    ready, page = opened(context, address)
    # A reader needs longer than this to write; what the page still fetches for itself is done by then.
    page.locator("#question textarea").press_sequentially(question, delay=60)
    return ready, page.evaluate(FIRST_WORDS)


def opened(context: BrowserContext, address: str) -> tuple[float, Any]:
    """Milliseconds from the start of the navigation until the page can be used, and the page."""
    page = context.new_page()
    page.goto(address, wait_until="commit")
    page.wait_for_function(READY)
    return page.evaluate("performance.now()"), page


def api_first_words(address: str, question: str) -> float:
    """Milliseconds until the stream has brought words."""
    return milliseconds(lambda: _wait_for_words(address, question))


def _wait_for_words(address: str, question: str) -> None:
    with httpx.stream("POST", f"{address}/api/ask/stream", json={"question": question}, timeout=60) as answer:
        for line in answer.iter_lines():
            if line.startswith("data: ") and json.loads(line[6:]).get("text"):
                return


def milliseconds(action: Callable[[], object]) -> float:
    """How long an action takes."""
    started = time.perf_counter()
    action()
    return 1000 * (time.perf_counter() - started)


def figures(times: list[float]) -> dict[str, float]:
    """Median and worst."""
    return {"p50": round(statistics.median(times)), "max": round(max(times))}


if __name__ == "__main__":
    main()
