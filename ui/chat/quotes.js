// What can be done with a quote of an answer in its place: copied with its source, and pinned.

import { announce, words } from "../page/base.js";
import { copyBy } from "../page/clipboard.js";
import { pin, pinned, sliceOf } from "../desk/pinning.js";
import { quotation } from "../source/quotation.js";
import { sourceOf } from "../source/source.js";

document.addEventListener("click", (event) => {
  const control = event.target.closest?.("button.copy-quote, button.pin-quote");
  if (!control) return undefined;
  const { quoted, links } = quoteOf(control);
  return control.classList.contains("pin-quote") ? pinned(control, () => pinAll(links)) : copy(control, quoted, links);
});

// The words and the chips that a button stands behind: those since the button before it.
function quoteOf(control) {
  let quoted = null;
  let links = [];
  for (let before = control.parentElement.previousElementSibling; before && !quoted; before = before.previousElementSibling) {
    if (before.matches("a.cite")) links = [before, ...links];
    if (before.matches("q")) quoted = before;
  }
  return { quoted, links };
}

// A quote with words left out is several slices: each is pinned.
async function pinAll(links) {
  const sources = await Promise.all(links.map(sourceOf));
  if (!sources.every((source) => source.unchanged)) throw new Error(words.changed);
  for (const [place, link] of links.entries()) await pin(sliceOf(link), sources[place].quote);
}

async function copy(control, quoted, links) {
  try {
    const sources = await Promise.all(links.map(sourceOf));
    const { plain, rich } = quotation(
      sources,
      links.map((link) => link.href),
      quoted.textContent,
    );
    await copyBy(control, plain, rich);
  } catch (error) {
    announce(error.message);
  }
}
