// Pinning in the reader: words that are selected, or a sentence chosen from a turn by keyboard.

import { button, el, language, words } from "../page/base.js";
import { told } from "../page/dialog.js";
import { pinButton } from "./pinning.js";

const briefing = decodeURIComponent(location.pathname.split("/").pop());
const bar = el("div", { class: "pin-bar", role: "status", hidden: true });
document.body.append(bar);

document.addEventListener("selectionchange", () => {
  const chosen = selected(getSelection());
  // While its button is pressed the selection may go; what it pins stays.
  if (chosen) bar.replaceChildren(chosen.quote ? pinButton(chosen, chosen.quote, begins(chosen.quote)) : words.pin_more_speakers);
  bar.hidden = !chosen && !bar.contains(document.activeElement);
});

for (const turn of document.querySelectorAll("article section.turn")) {
  turn.querySelector(".who")?.after(button(words.pin_sentence, () => choose(turn), { class: "pin pin-sentence" }));
}

// The slice of the briefing that is selected: without words where it goes over several turns, null where there is none.
function selected(selection) {
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const block = blockOf(range.startContainer) || blockOf(range.endContainer);
  if (!block || !range.toString().trim()) return null;
  const inside = range.cloneRange();
  if (!block.contains(range.startContainer)) inside.setStart(block, 0);
  if (!block.contains(range.endContainer)) inside.setEnd(block, block.childNodes.length);
  // What is marked by a triple click goes on to where the next turn begins, without any words of it.
  if (range.toString().trim() !== inside.toString().trim()) return { quote: "" };
  return slice(block, before(block, inside), inside.toString());
}

function blockOf(node) {
  return (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest("[data-start]");
}

function before(block, range) {
  const leading = document.createRange();
  leading.setStart(block, 0);
  leading.setEnd(range.startContainer, range.startOffset);
  return leading.toString();
}

// Offsets count characters as Python does: code points, not UTF-16 units. Blanks around the words are left out.
function slice(block, leading, whole) {
  const quote = whole.trim();
  const skipped = leading + whole.slice(0, whole.indexOf(quote));
  const start = Number(block.dataset.start) + Array.from(skipped).length;
  return { briefing, start, end: start + Array.from(quote).length, quote };
}

function choose(turn) {
  const block = turn.querySelector("[data-start]");
  const parts = new Intl.Segmenter(block.closest("[lang]").lang || language, { granularity: "sentence" });
  const said = [...parts.segment(block.textContent)].filter(({ segment }) => segment.trim());
  const lines = said.map(({ segment, index }) => {
    const one = slice(block, block.textContent.slice(0, index), segment);
    return el("li", {}, el("span", { lang: block.closest("[lang]").lang }, one.quote), " ", pinButton(one, one.quote, begins(one.quote)));
  });
  told(words.pin_sentence, el("ol", { class: "sentences" }, lines));
}

function begins(quote) {
  return quote.split(/\s+/).slice(0, 6).join(" ");
}
