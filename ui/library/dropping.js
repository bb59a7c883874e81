// Files dropped anywhere on the page are added; without this the browser would open them in the page's place.

import { announce, el, words } from "../page/base.js";
import { mayEdit } from "../page/rights.js";

let overlay = null;

// `add` is given the files, those in folders too.
export async function takeDrops(add) {
  const may = await mayEdit();
  // Entering a part of the page comes before leaving the one around it, so moves are counted.
  let inside = 0;
  const on = (name, act) => addEventListener(name, (event) => holdsFiles(event) && act(event), true);
  on("dragenter", (event) => {
    event.preventDefault();
    inside++;
    show(may);
  });
  on("dragover", (event) => {
    event.preventDefault();
    event.dataTransfer.dropEffect = may ? "copy" : "none";
  });
  on("dragleave", () => {
    inside = Math.max(0, inside - 1);
    if (!inside) hide();
  });
  on("drop", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    inside = 0;
    hide();
    if (may) add(await filesOf(event.dataTransfer));
    else announce(words.reads_only);
  });
}

// Words that are dragged, into the question for instance, are left to the browser.
function holdsFiles(event) {
  return [...(event.dataTransfer?.types || [])].includes("Files");
}

function show(may) {
  if (overlay) return;
  const lines = may ? [el("strong", {}, words.drop_here), el("span", {}, words.drop_more)] : [el("span", {}, words.reads_only)];
  overlay = el("div", { class: "drop-overlay", "aria-hidden": "true" }, el("div", {}, ...lines));
  document.body.append(overlay);
}

function hide() {
  overlay?.remove();
  overlay = null;
}

// Entries must be asked for before anything is waited for: afterwards the browser has forgotten them.
async function filesOf(transfer) {
  const items = [...transfer.items].filter((item) => item.kind === "file");
  const entries = items.map((item) => item.webkitGetAsEntry?.() || item.getAsFile());
  const found = await Promise.all(entries.filter(Boolean).map((entry) => filesUnder(entry, true)));
  return found.flat();
}

// The files of a file or folder; in folders hidden ones are none of the user's.
async function filesUnder(entry, named) {
  if (entry instanceof File) return [entry];
  if (entry.name.startsWith(".") && !named) return [];
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const reader = entry.createReader();
  const found = [];
  // A browser gives a folder's entries in portions, the last of which is empty.
  for (;;) {
    const portion = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!portion.length) break;
    found.push(...portion);
  }
  found.sort((a, b) => (a.name < b.name ? -1 : 1));
  return (await Promise.all(found.map((one) => filesUnder(one, false)))).flat();
}
