// The two forms of an answer, its quotes and what a language model wrote beside them: which are shown is the reader's
// choice, and outlives a reload.

import { announce, keep, kept, words } from "../page/base.js";
import { redrawn } from "../page/redrawn.js";

let told = null;

export function mountForms() {
  document.body.dataset.hidden = kept("hidden-form", "");
  document.addEventListener("click", ({ target }) => {
    const form = target.closest?.("#chat button.form")?.value;
    if (form) choose(form);
  });
  redrawn(() => {
    press();
    tell();
  });
}

// What writes beside an answer, where it does.
export function writtenBeside(id) {
  return document.getElementById(`written-${id}`);
}

// One form may be hidden, never both: hiding one shows the other.
function choose(form) {
  const hidden = document.body.dataset.hidden === form ? "" : form;
  document.body.dataset.hidden = hidden;
  keep("hidden-form", hidden);
  press();
}

function press() {
  for (const group of document.querySelectorAll("#chat .forms:not([aria-label])")) group.setAttribute("aria-label", words.forms);
  for (const button of document.querySelectorAll("#chat button.form")) {
    const shown = String(button.value !== document.body.dataset.hidden);
    if (button.getAttribute("aria-pressed") !== shown) button.setAttribute("aria-pressed", shown);
  }
}

// The quotes are read aloud as ready before a model begins to write; its sentences are not, one by one.
function tell() {
  const growing = document.querySelector("#chat .written.growing");
  if (!growing || growing.id === told) return;
  told = growing.id;
  announce(words.ready);
}

// What to say when all has come.
export function allReady() {
  return document.querySelector("#chat .message-row:last-child .written.finished .said") ? words.written_ready : words.ready;
}
