// What the search is limited to: chosen in the left room, shown as removable chips above the question.

import { button, counted, el, fill, keep, kept, languageName, spokenDate, words } from "../page/base.js";

const NAMES = ["speaker", "since", "until", "language", "briefing"];

let chosen = kept("filters", {});
let titles = new Map();
const listeners = [];

export function filters() {
  return { ...chosen };
}

export function limit(name, value) {
  const { [name]: _, ...others } = chosen;
  chosen = value ? { ...others, [name]: value } : others;
  keep("filters", chosen);
  for (const listener of listeners) listener();
}

export function onFilters(listener) {
  listeners.push(listener);
}

// The briefings now in the library: a limit to one that is gone would find nothing.
export function knowBriefings(briefings) {
  titles = new Map(briefings.map((briefing) => [briefing.id, briefing.title]));
  if (chosen.briefing && !titles.has(chosen.briefing)) limit("briefing", null);
  else for (const listener of listeners) listener();
}

function said(name, value) {
  if (name === "language") return languageName(value);
  if (name === "briefing") return titles.get(value) || value;
  if (name === "since" || name === "until") return fill(words[`${name}_date`], { date: spokenDate(value) });
  return value;
}

// The chips above the question.
export function mountChips(element) {
  const row = el("div", { class: "limits", role: "group", "aria-label": words.filters });
  element.replaceChildren(row);
  const draw = () => {
    const set = NAMES.filter((name) => chosen[name]);
    row.replaceChildren(
      ...set.map((name) => {
        const label = said(name, chosen[name]);
        return button([el("span", {}, label), el("span", { "aria-hidden": "true" }, "×")], () => limit(name, null), {
          class: "limit",
          "aria-label": fill(words.remove_filter, { filter: label }),
        });
      }),
    );
    row.hidden = !set.length;
  };
  onFilters(draw);
  draw();
}

// The form in the left room.
export function filterForm(names, briefings) {
  const select = (name, label, none, options) => {
    const list = el(
      "select",
      { id: `limit-${name}`, onchange: (event) => limit(name, event.target.value) },
      el("option", { value: "" }, none),
      options.map(([value, text]) => el("option", { value }, text)),
    );
    list.value = chosen[name] || "";
    return field(name, label, list);
  };
  const date = (name) => {
    const input = el("input", { id: `limit-${name}`, type: "date", onchange: (event) => limit(name, event.target.value) });
    input.value = chosen[name] || "";
    return field(name, words[name], input);
  };
  const form = el(
    "form",
    { class: "filter-form", onsubmit: (event) => event.preventDefault() },
    select("speaker", words.speaker, words.anyone, names.speaker.map((name) => [name, name])),
    el("div", { class: "pair" }, date("since"), date("until")),
    select("language", words.language, words.any_language, names.language.map((code) => [code, languageName(code)])),
    select(
      "briefing",
      words.briefing,
      counted("briefings", briefings.length),
      briefings.map((briefing) => [briefing.id, briefing.title]),
    ),
  );
  onFilters(() => {
    for (const name of NAMES) {
      const input = form.querySelector(`#limit-${name}`);
      if (input && input.value !== (chosen[name] || "")) input.value = chosen[name] || "";
    }
  });
  return form;
}

function field(name, label, input) {
  return el("div", { class: "field" }, el("label", { for: `limit-${name}` }, label), input);
}
