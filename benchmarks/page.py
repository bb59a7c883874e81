"""How soon the page can be used, an answer begins and a source opens: the page's figures in docs/performance.md.

    python benchmarks/page.py PATH… [--baseline TREE]     the briefings to serve, `samples` for instance

Serves a temporary library with the model loaded, opens the page in headless chromium as ten new visitors, one after
the other, and asks each time another question; prints one JSON object, times in milliseconds. With `--baseline` an
earlier version, checked out elsewhere, is visited in turns with this one.

- page_ready: from the start of the navigation until the question can be typed and the briefings are listed
- page_ready_again: the same for a visitor who was there before, whose browser has kept the scripts
- page_first_words: from pressing Enter until the first words of the answer are visible
- page_source: from pressing the first citation until its words are marked in the source beside it
- api_first_words: from sending `POST /api/ask/stream` until the first words of the answer have arrived
- server_processor: what the server has taken of processors for a visit
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import httpx
from in_turns import Server, libraries_of, server_of
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

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

# The same for the words of a citation, once the answer is whole; null for one that quotes nothing.
SOURCE = """() => new Promise((resolve) => {
    const chip = document.querySelector("a.cite");
    if (!chip) return resolve(null);
    const pressed = performance.now();
    const seen = () => document.querySelector(".source-panel mark")?.offsetParent;
    const observer = new MutationObserver(() => {
        if (!seen()) return;
        observer.disconnect();
        requestAnimationFrame(() => resolve(performance.now() - pressed));
    });
    observer.observe(document.body, { subtree: true, childList: true, attributes: true });
    chip.click();
})"""

Times = dict[str, list[float]]
"""By what is measured, milliseconds of each visit."""


def main() -> None:
    """Run the measurement and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--baseline", type=Path, help="a tree of an earlier version, to visit in turns with this one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        libraries = libraries_of(options.paths, options.baseline, Path(folder))
        times: list[Times] = [defaultdict(list) for _ in libraries]
        in_turns(libraries, times, by_the_api)
        # Servers of their own, so that the page's questions are as new to them.
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            in_turns(libraries, times, lambda *visit: by_the_page(browser, *visit))
            browser.close()
    found = [{name: figures(taken) for name, taken in each.items()} for each in times]
    report: dict[str, object] = {"this": found[0]}
    if options.baseline:
        ratios = {name: round(found[1][name]["p50"] / max(1, found[0][name]["p50"]), 2) for name in found[0]}
        report |= {"baseline": found[1], "baseline_over_this": ratios}
    print(json.dumps(report, indent=1))


def in_turns(libraries: dict[Path, Path], times: list[Times], visit: Callable[[Server, str, Times], None]) -> None:
    """Visit the servers of all trees with each question, one server after the other."""
    with ExitStack() as running:
        servers = [running.enter_context(server_of(tree, library)) for tree, library in libraries.items()]
        for server in servers:
            # Each way gets its first question unmeasured: "once warm".
            visit(server, "Who spoke?", defaultdict(list))
        for question in QUESTIONS:
            for server, taken in zip(servers, times, strict=True):
                visit(server, question, taken)


def by_the_api(server: Server, question: str, taken: Times) -> None:
    """A program asks."""
    taken["api_first_words"].append(milliseconds(lambda: _wait_for_words(server.address, question)))


def by_the_page(browser: Browser, server: Server, question: str, taken: Times) -> None:
    """A new visitor opens the page, asks, opens a source, and comes again."""
    before = server.processor()
    context = browser.new_context(locale="en-GB")
    ready, page = opened(context, server.address)
    taken["page_ready"].append(ready)
    # A reader needs longer than this to write; what the page still fetches for itself is done by then.
    page.locator("#question textarea").press_sequentially(question, delay=60)
    taken["page_first_words"].append(page.evaluate(FIRST_WORDS))
    page.wait_for_selector(".record.finished, .record .actions", timeout=60_000)
    source = page.evaluate(SOURCE)
    if source is not None:
        taken["page_source"].append(source)
    taken["page_ready_again"].append(opened(context, server.address)[0])
    taken["server_processor"].append(1000 * (server.processor() - before))
    context.close()


def opened(context: BrowserContext, address: str) -> tuple[float, Page]:
    """Milliseconds from the start of the navigation until the page can be used, and the page."""
    page = context.new_page()
    page.goto(address, wait_until="commit")
    page.wait_for_function(READY)
    return page.evaluate("performance.now()"), page


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
