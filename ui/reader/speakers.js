// Reading some speakers only: the others' turns fold away, each can be opened, and the address keeps who was chosen.

import { button, labelled, words } from "../page/base.js";

const form = document.getElementById("speakers");
const KEY = "speaker";

export function filtering() {
  if (!form) return;
  const chosen = new URL(location.href).searchParams.getAll(KEY);
  for (const box of boxes()) box.checked = chosen.includes(box.value);
  form.addEventListener("change", apply);
  form.addEventListener("reset", () => setTimeout(apply));
  apply();
}

// Open the turn, or what is no speech, that an element stands in.
export function unfold(element) {
  const turn = element.closest("section.folded");
  if (turn) open(turn);
  const chrome = element.closest("details");
  if (chrome) chrome.open = true;
}

function open(turn) {
  turn.classList.remove("folded");
  turn.querySelector(".show-turn")?.remove();
}

function boxes() {
  return [...form.querySelectorAll(`input[name="${KEY}"]`)];
}

function apply() {
  const chosen = boxes().filter((box) => box.checked).map((box) => box.value);
  for (const turn of document.querySelectorAll("article section.turn")) {
    open(turn);
    if (!chosen.length || chosen.includes(turn.dataset.speaker)) continue;
    turn.classList.add("folded");
    const heading = turn.querySelector(".who");
    const show = button(words.show_turn, () => unfoldAndFocus(turn, heading), { class: "show-turn" });
    show.setAttribute("aria-label", labelled(words.show_turn, heading.firstChild.data.trim()));
    heading.append(show);
  }
  form.querySelector("button[type=reset]").hidden = !chosen.length;
  const address = new URL(location.href);
  address.searchParams.delete(KEY);
  for (const name of chosen) address.searchParams.append(KEY, name);
  if (address.href !== location.href) history.replaceState(history.state, "", address);
}

// The button that had the focus is gone: the turn it opened takes it.
function unfoldAndFocus(turn, heading) {
  open(turn);
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}
