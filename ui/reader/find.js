// Finding words in a briefing, without regard to case and accents: how often, the next and the one before, Esc ends.

import { counted, words } from "../page/base.js";

const input = document.getElementById("find");
const output = document.querySelector(".find-text output");
const steps = document.querySelectorAll(".find-text button");
const WAIT = 120;

// `reveal` opens what an element is folded away in.
export function finding(reveal) {
  if (!input) return;
  let matches = [];
  let current = -1;
  let timer = 0;

  const search = () => {
    matches = found(input.value.trim());
    current = -1;
    CSS.highlights?.set("found", new Highlight(...matches));
    CSS.highlights?.delete("current");
    const none = input.value.trim() ? words.no_matches : "";
    output.textContent = matches.length ? counted("matches", matches.length) : none;
    for (const step of steps) step.disabled = !matches.length;
  };
  const show = (by) => {
    clearTimeout(timer);
    if (current < 0) search();
    if (!matches.length) return;
    current = current < 0 && by < 0 ? matches.length - 1 : (current + by + matches.length) % matches.length;
    CSS.highlights?.set("current", new Highlight(matches[current]));
    const there = matches[current].startContainer.parentElement;
    reveal(there);
    const { top } = matches[current].getBoundingClientRect();
    scrollBy({ top: top - innerHeight / 2 });
    output.textContent = `${current + 1} / ${matches.length}`;
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, WAIT);
  });
  input.form.addEventListener("submit", (event) => {
    event.preventDefault();
    show(1);
  });
  document.getElementById("previous-match").addEventListener("click", () => show(-1));
  input.addEventListener("keydown", (event) => {
    // A form whose button is off, as it is until the words are counted, is not sent by Enter.
    if (event.key === "Enter") {
      event.preventDefault();
      show(event.shiftKey ? -1 : 1);
    } else if (event.key === "Escape") {
      event.preventDefault();
      input.value = "";
      search();
      input.blur();
    }
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input:not([type=checkbox]), textarea, select");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    input.select();
  });
}

// The places where the words stand, over the borders of elements too.
function found(wanted) {
  const sought = plain(wanted).text.replace(/\s+/g, " ");
  if (!sought) return [];
  const ranges = [];
  for (const block of document.querySelectorAll("article .text, article .label, article .between, article .who")) {
    if (block.hidden) continue;
    const nodes = textOf(block);
    const { text, origins } = plain(nodes.map((node) => node.data).join(""));
    const spaced = text.replace(/\s/g, " ");
    for (let at = spaced.indexOf(sought); at >= 0; at = spaced.indexOf(sought, at + sought.length)) {
      const range = new Range();
      range.setStart(...pointOf(nodes, origins[at]));
      range.setEnd(...pointOf(nodes, origins[at + sought.length - 1], 1));
      ranges.push(range);
    }
  }
  return ranges;
}

function textOf(block) {
  const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) if (!walker.currentNode.parentElement.closest(".badge, button")) nodes.push(walker.currentNode);
  return nodes;
}

// A text as it is compared, and where each of its letters comes from.
function plain(text) {
  const origins = [];
  let folded = "";
  for (let at = 0; at < text.length; at++) {
    const letters = text[at].normalize("NFD").replace(/\p{M}/gu, "").replace(/[’ʼ]/g, "'").toLowerCase();
    for (const letter of letters) {
      folded += letter;
      origins.push(at);
    }
  }
  return { text: folded, origins };
}

// The node and the place in it of a letter, or behind it.
function pointOf(nodes, offset, behind = 0) {
  for (const node of nodes) {
    if (offset < node.length) return [node, offset + behind];
    offset -= node.length;
  }
  return [nodes.at(-1), nodes.at(-1).length];
}
