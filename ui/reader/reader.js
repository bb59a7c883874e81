// The reader's script: brings the quoted words into view and finds text. Without it the page can be read all the same.

import { counted } from "../page/base.js";
import "../desk/pinning_reader.js";

const input = document.getElementById("find");
const output = document.querySelector(".find-text output");
let matches = [];
let current = -1;

document.querySelector("mark")?.scrollIntoView({ block: "center" });

input?.addEventListener("input", () => {
  matches = found(input.value.trim());
  current = -1;
  CSS.highlights?.set("found", new Highlight(...matches));
  CSS.highlights?.delete("current");
  output.textContent = input.value.trim() ? counted("matches", matches.length) : "";
});

input?.form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!matches.length) return;
  current = (current + 1) % matches.length;
  CSS.highlights?.set("current", new Highlight(matches[current]));
  matches[current].startContainer.parentElement.scrollIntoView({ block: "center" });
  output.textContent = `${current + 1} / ${matches.length}`;
});

// The places where the words stand, without regard to case and accents.
function found(wanted) {
  const plain = (text) => [...text].map((letter) => letter.normalize("NFD")[0].toLowerCase()).join("");
  const ranges = [];
  if (!wanted) return ranges;
  const sought = plain(wanted);
  const walker = document.createTreeWalker(document.querySelector("article"), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = plain(node.data);
    // Characters that change their length would shift the places; such a text is searched as it is.
    const searched = text.length === node.data.length ? text : node.data;
    for (let at = searched.indexOf(sought); at >= 0; at = searched.indexOf(sought, at + sought.length)) {
      const range = new Range();
      range.setStart(node, at);
      range.setEnd(node, at + sought.length);
      ranges.push(range);
    }
  }
  return ranges;
}
