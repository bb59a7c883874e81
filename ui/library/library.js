// The left room: conversations, what is searched, the library's briefings, adding and removing them.

import { api, announce, button, counted, el, fill, folded, labelled, languageName, root, spokenDate, words } from "../page/base.js";
import { mountConversations } from "../chat/conversations.js";
import { confirmed } from "../page/dialog.js";
import { mayEdit } from "../page/rights.js";
import { mountCollections, showCollections } from "./collections.js";
import { takeDrops } from "./dropping.js";
import { isTicked, knowBriefings, limit, onFilters, tick } from "./filters.js";
import { limitsForm } from "./limits.js";
import { tallyWhile } from "./passing.js";
import { addFiles, adder } from "./upload.js";

// A long list is narrowed by searching it, not by scrolling.
const MOST_SHOWN = 200;

let list = null;
let count = null;
let filtersBox = null;
// What a reader is told who cannot add any.
let welcome = null;
let briefings = [];
let wanted = "";
let editing = false;
// What there was to choose from when the form of limits was made.
let chosenFrom = "";

export async function mount(element) {
  const first = fetched();
  // Should it fail before it is waited for, `take` says so.
  first.catch(() => {});
  editing = await mayEdit();
  list = el("ul", { class: "briefings" });
  count = el("span", { class: "count" });
  filtersBox = el("div", {});
  welcome = el("p", { class: "hint", hidden: true }, words.welcome_reader);
  const conversations = el("section", { class: "room" });
  const find = el("input", {
    type: "search",
    class: "find",
    placeholder: words.find,
    "aria-label": words.find,
    oninput: (event) => {
      wanted = folded(event.target.value).trim();
      draw();
    },
  });
  const { room, collecting } = mountCollections(editing);
  element.replaceChildren(
    el(
      "div",
      { class: "library-panel", role: "region", "aria-label": words.library },
      conversations,
      el("details", { class: "room", ontoggle: (event) => tallyWhile(event.target.open) }, el("summary", {}, words.filters), filtersBox),
      room,
      el(
        "section",
        { class: "room" },
        el("h2", {}, words.briefings, " ", count),
        editing ? adder(refresh) : welcome,
        find,
        collecting,
        list,
      ),
    ),
  );
  mountConversations(conversations);
  takeDrops((files) => {
    // Where the panel is closed nobody would see what becomes of them.
    document.querySelector("#library:not(.open) > .toggle-button")?.click();
    addFiles(files);
  });
  onFilters(() => {
    for (const box of list.querySelectorAll("input")) box.checked = isTicked("briefing", box.value);
  });
  take(first);
}

function fetched() {
  return Promise.all([api("briefings"), api("names"), api("collections")]);
}

export function refresh() {
  return take(fetched());
}

async function take(asked) {
  try {
    const [found, names, held] = await asked;
    briefings = found;
    showCollections(held);
    // Whoever is ticking something in the form meanwhile goes on in it.
    if (chosenFrom !== JSON.stringify(names)) filtersBox.replaceChildren(limitsForm(names));
    chosenFrom = JSON.stringify(names);
    knowBriefings(briefings);
    draw();
    document.dispatchEvent(new CustomEvent("onrecord-library", { detail: { briefings: briefings.length } }));
  } catch (error) {
    list.replaceChildren(el("li", { class: "notice", role: "alert" }, error.message));
  }
}

function draw() {
  welcome.hidden = !briefings.length;
  count.textContent = briefings.length ? String(briefings.length) : "";
  const matching = briefings.filter((briefing) =>
    [briefing.title, briefing.date, spokenDate(briefing.date), briefing.file].some((text) => folded(text || "").includes(wanted)),
  );
  const newestFirst = [...matching].sort((a, b) => (b.date || "").localeCompare(a.date || ""));
  const items = newestFirst.slice(0, MOST_SHOWN).map(item);
  if (!items.length) items.push(el("li", { class: "hint" }, nothingListed()));
  list.replaceChildren(...items);
}

function nothingListed() {
  if (briefings.length) return words.none_match;
  return editing ? words.empty_more : words.empty_reader;
}

function item(briefing) {
  const reader = new URL(`briefings/${encodeURIComponent(briefing.id)}`, root);
  const box = el("input", {
    type: "checkbox",
    value: briefing.id,
    "aria-label": fill(words.search_in, { title: briefing.title }),
    title: fill(words.search_in, { title: briefing.title }),
    onchange: () => tick("briefing", briefing.id, box.checked),
  });
  box.checked = isTicked("briefing", briefing.id);
  return el(
    "li",
    {},
    box,
    el("a", { href: reader.href, lang: briefing.language, target: "_blank", rel: "noopener" }, briefing.title),
    el(
      "p",
      { class: "meta" },
      [spokenDate(briefing.date), languageName(briefing.language), counted("passages", briefing.passages)]
        .map((fact) => fact.replaceAll(" ", "\u00a0"))
        .join(" · "),
    ),
    el(
      "p",
      { class: "item-actions" },
      el("a", { class: "plain", href: `${reader.href}/card`, "aria-label": labelled(words.card, briefing.title) }, words.card),
      button(words.only_this, () => limit("briefing", [briefing.id]), {
        class: "plain",
        "aria-label": labelled(words.only_this, briefing.title),
      }),
      editing
        ? button(words.remove, () => remove(briefing), {
            class: "plain",
            "aria-label": labelled(words.remove, briefing.title),
          })
        : null,
    ),
  );
}

async function remove(briefing) {
  const sure = await confirmed(fill(words.remove_confirm, { title: briefing.title }), words.remove);
  if (!sure) return;
  try {
    await api(`briefings/${encodeURIComponent(briefing.id)}`, { method: "DELETE" });
    announce(fill(words.removed, { title: briefing.title }));
  } catch (error) {
    announce(error.message);
  }
  refresh();
}
