// What Gradio leaves to be done at each drawing of the chat: names for its nameless parts, and the focus, which is lost
// with an answer that is drawn anew.

import { words } from "../page/base.js";
import { redrawn } from "../page/redrawn.js";

// Gradio leaves its buttons without names, reads every step of a growing answer aloud, and labels messages with their
// markup.
export function nameThings() {
  const set = (element, name, value) => {
    if (element && element.getAttribute(name) !== value) element.setAttribute(name, value);
  };
  redrawn(() => {
    const question = document.getElementById("question");
    set(question?.querySelector("textarea"), "aria-label", words.ask_label);
    set(question?.querySelector(".submit-button"), "aria-label", words.send);
    set(question?.querySelector(".stop-button"), "aria-label", words.stop);
    set(document.querySelector("#library > .toggle-button"), "aria-label", words.toggle_library);
    set(document.querySelector("#source > .toggle-button"), "aria-label", words.toggle_source);
    for (const id of ["library", "source"]) {
      const bar = document.getElementById(id);
      const opened = bar?.classList.contains("open");
      set(bar?.querySelector(":scope > .toggle-button"), "aria-expanded", String(Boolean(opened)));
      const content = bar?.querySelector(":scope > .sidebar-content");
      // What is off the screen must not be reached by Tab.
      if (content && content.inert === Boolean(opened)) content.inert = !opened;
    }
    const log = document.querySelector("#chat [role=log]");
    set(log, "aria-live", "off");
    set(log, "aria-label", words.conversation);
    for (const message of document.querySelectorAll("#chat [data-testid=bot], #chat [data-testid=user]")) {
      message.removeAttribute("aria-label");
    }
    // In print a link is its address.
    for (const link of document.querySelectorAll("#chat a.cited:not([data-address])")) link.dataset.address = link.href;
  });
}

// A chip or button of the chat that had the focus has it again when it has been drawn anew.
export function keepFocus() {
  let find = null;
  document.addEventListener("focusin", ({ target }) => {
    find = null;
    if (!target.closest("#chat")) return;
    if (target.id) find = () => document.getElementById(target.id);
    else if (target.matches("button.act")) find = () => [...document.querySelectorAll("#chat button.act")].find((one) => same(one, target));
  });
  document.addEventListener("pointerdown", () => (find = null));
  redrawn(() => {
    if (find && document.activeElement === document.body) find()?.focus({ preventScroll: true });
  });
}

function same(one, other) {
  return one.value === other.value && one.className === other.className;
}
