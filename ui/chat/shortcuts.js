// Keys that save a way to the mouse, and the dialog that lists them. None acts while something is typed elsewhere.

import { button, el, keep, kept, words } from "../page/base.js";
import { told } from "../page/dialog.js";

const TYPED = "input, textarea, select, [contenteditable=true]";

// `box` gives the field of the question; `recall` brings the last question back into it.
export function shortcuts(box, recall) {
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.querySelector("dialog[open]")) return;
    let action = null;
    if (target === box()) action = key === "ArrowUp" && !target.value ? recall : null;
    // A single letter may be a word of whoever speaks to the machine: the keys can be put off.
    else if (!target.closest?.(TYPED) && kept("shortcuts", true)) action = { "/": () => box()?.focus(), "?": list }[key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}

export function shortcutsButton() {
  return button("?", list, { class: "plain shortcuts", "aria-label": words.shortcuts, title: words.shortcuts });
}

function list() {
  const keys = [
    ["/", words.key_focus],
    ["↑", words.key_recall],
    [words.key_enter, words.key_send],
    [words.key_shift_enter, words.key_line],
    ["Esc", words.key_close],
    ["?", words.shortcuts],
  ];
  const rows = keys.map(([key, does]) => el("tr", {}, el("th", { scope: "row" }, el("kbd", {}, key)), el("td", {}, does)));
  const single = el("input", { type: "checkbox", checked: kept("shortcuts", true), onchange: ({ target }) => keep("shortcuts", target.checked) });
  told(words.shortcuts, [el("table", { class: "keys" }, el("tbody", {}, rows)), el("label", {}, single, " ", words.key_single)]);
}
