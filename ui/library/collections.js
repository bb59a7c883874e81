// Collections of briefings: made of those that are ticked, searched by name, looked into, renamed and deleted.

import { announce, api, button, counted, el, fill, labelled, root, send, words } from "../page/base.js";
import { asked, confirmed } from "../page/dialog.js";
import { filters, isTicked, knowCollections, limit, onFilters, said, tick } from "./filters.js";

let room = null;
let list = null;
let collecting = null;
let editing = false;
// The names of those whose briefings are in sight.
const unfolded = new Set();

// The room of the collections there are, and the button that makes one; `may` says whether they can be changed.
export function mountCollections(may) {
  editing = may;
  list = el("ul", {});
  room = el("details", { class: "room collections", open: true, hidden: true }, el("summary", {}, words.collections), list);
  collecting = button("", collect, { class: "collect", hidden: true });
  onFilters(() => {
    for (const box of list.querySelectorAll("input")) box.checked = isTicked("collection", box.value);
    offer();
  });
  return { room, collecting };
}

function offer() {
  const n = (filters().briefing || []).length;
  collecting.textContent = counted("collect", n);
  collecting.hidden = !editing || !n;
}

export function showCollections(collections) {
  knowCollections(collections.map((one) => one.name));
  room.hidden = !collections.length;
  list.replaceChildren(...collections.map(item));
}

function item({ name, briefings }) {
  const box = el("input", {
    type: "checkbox",
    value: name,
    "aria-label": fill(words.search_in, { title: name }),
    onchange: () => tick("collection", name, box.checked),
  });
  box.checked = isTicked("collection", name);
  const named = (label, act) => button(label, act, { class: "plain", "aria-label": labelled(label, name) });
  return el(
    "li",
    {},
    el("label", {}, box, el("span", {}, name)),
    inside(name, briefings),
    editing
      ? el(
          "p",
          { class: "item-actions" },
          named(words.rename, () => rename(name)),
          named(words.delete, () => remove(name)),
        )
      : null,
  );
}

// The briefings of a collection, listed once somebody looks: their titles come after the collections.
function inside(name, briefings) {
  const titles = el("ul", {});
  const look = () => {
    unfolded[fold.open ? "add" : "delete"](name);
    // What is there already may have the focus.
    if (fold.open === titles.hasChildNodes()) return;
    titles.replaceChildren(...(fold.open ? briefings.map((id) => member(name, id)) : []));
  };
  const summary = el("summary", {}, counted("briefings", briefings.length));
  const fold = el("details", { class: "meta", open: unfolded.has(name), ontoggle: look }, summary, titles);
  if (fold.open) look();
  return fold;
}

function member(name, id) {
  const title = said("briefing", id);
  const label = fill(words.take_out_of, { briefing: title, title: name });
  const out = button("×", () => takeOut(name, id, title), { class: "plain", "aria-label": label, title: label });
  return el("li", {}, el("a", { href: new URL(`briefings/${encodeURIComponent(id)}`, root).href }, title), editing ? out : null);
}

// The keyboard goes on from the next briefing there, or from the collection.
async function takeOut(name, id, title) {
  const buttons = [...list.querySelectorAll("li li button")];
  const place = buttons.indexOf(document.activeElement);
  await changed(() => send("collections/taken-out", "POST", { name, briefings: [id] }));
  announce(fill(words.taken_out, { briefing: title, title: name }));
  const left = [...list.querySelectorAll("li li button")];
  const here = [...list.querySelectorAll("input")].find((box) => box.value === name);
  (left[Math.min(place, left.length - 1)] || here)?.focus();
}

// The briefings stay limited to what they were: from now on by the collection's name.
async function collect() {
  const briefings = filters().briefing || [];
  const name = (await asked(words.collect_label, words.save, ""))?.trim();
  if (!name) return collecting.focus();
  await changed(async () => {
    const before = await api("collections");
    const now = await send("collections", "POST", { name, briefings });
    const made = now.find((one) => !before.some((other) => other.name === one.name));
    limit("briefing", null);
    const called = (made || now.find((one) => briefings.every((id) => one.briefings.includes(id)))).name;
    limit("collection", [called]);
    announce(fill(words.collected, { title: called }));
    return now;
  });
  return list.querySelector("input:checked")?.focus();
}

async function rename(name) {
  const new_ = (await asked(words.rename_collection, words.rename, name))?.trim();
  if (!new_ || new_ === name) return;
  await changed(async () => {
    const ticked = isTicked("collection", name);
    const now = await send("collections", "PATCH", { name, new: new_ });
    if (unfolded.delete(name)) unfolded.add(new_);
    if (ticked) limit("collection", [...filters().collection.filter((one) => one !== name), new_]);
    return now;
  });
}

async function remove(name) {
  if (!(await confirmed(fill(words.delete_collection, { title: name }), words.delete))) return;
  await changed(() => api(`collections?${new URLSearchParams({ name })}`, { method: "DELETE" }));
}

async function changed(change) {
  try {
    showCollections(await change());
  } catch (error) {
    announce(error.message);
    list.before(el("p", { class: "notice", role: "alert" }, error.message));
    room.hidden = false;
  }
}
