// Copying, as rich text with its links and as plain text; the button that copies says what became of it.

import { announce, words } from "./base.js";

// Milliseconds in which a short word at a button is read.
const SHOWN = 2500;
// What stands on the buttons that now say something else.
const labels = new WeakMap();

// Copy `text`, and `html` (an element) for programs that take it. `control` is the button.
export async function copyBy(control, text, html) {
  const said = (await written(text, html.outerHTML)) ? words.copied : words.not_copied;
  announce(said);
  const label = labels.get(control) || [...control.childNodes];
  labels.set(control, label);
  control.textContent = said === words.copied ? `✓ ${said}` : said;
  clearTimeout(Number(control.dataset.timer));
  control.dataset.timer = setTimeout(() => control.replaceChildren(...label), SHOWN);
}

async function written(text, html) {
  try {
    const forms = { "text/plain": text, "text/html": html };
    const blobs = Object.entries(forms).map(([type, content]) => [type, new Blob([content], { type })]);
    await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]);
    return true;
  } catch {
    return handed(text, html);
  }
}

// Without https the clipboard is closed to scripts; what a copy command takes along can still be said.
function handed(text, html) {
  let taken = false;
  const hand = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    event.clipboardData.setData("text/plain", text);
    event.clipboardData.setData("text/html", html);
    taken = true;
  };
  document.addEventListener("copy", hand, { capture: true, once: true });
  document.execCommand("copy");
  document.removeEventListener("copy", hand, { capture: true });
  return taken;
}
