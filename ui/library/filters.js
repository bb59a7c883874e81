// What the search is limited to: chosen in the left room, shown as removable chips above the question.

import { button, counted, el, fill, keep, kept, labelled, languageName, spokenDate, words } from "../page/base.js";
import { mountPassing } from "./passing.js";

// Of each of these several may be chosen, any of which will do.
export const SEVERAL = ["speaker", "role", "outlet", "kind", "language", "briefing", "collection"];
const NAMES = ["speaker", "role", "outlet", "kind", "since", "until", "language", "collection", "briefing"];
// More of one kind are one chip, which takes all of them away.
const MOST_CHIPS = 3;

let chosen = asLists(kept("filters", {}));
let titles = new Map();
const listeners = [];

// A tab may have kept a limit from when there was but one of each kind.
function asLists(before) {
  return Object.fromEntries(
    Object.entries(before).map(([name, value]) => [name, SEVERAL.includes(name) ? [value].flat() : value]),
  );
}

export function filters() {
  return { ...chosen };
}

// Limit to a date, or to any of a list; nothing, or an empty list, is no limit.
export function limit(name, value) {
  const { [name]: _, ...others } = chosen;
  change(value?.length ? { ...others, [name]: value } : others);
}

export function isTicked(name, value) {
  return (chosen[name] || []).includes(value);
}

export function tick(name, value, on) {
  const others = (chosen[name] || []).filter((one) => one !== value);
  limit(name, on ? [...others, value] : others);
}

export function clearLimits() {
  change({});
}

function change(next) {
  chosen = next;
  keep("filters", chosen);
  for (const listener of listeners) listener();
}

export function onFilters(listener) {
  listeners.push(listener);
}

// The briefings now in the library: a limit to one that is gone would find nothing.
export function knowBriefings(briefings) {
  titles = new Map(briefings.map((briefing) => [briefing.id, briefing.title]));
  const there = (chosen.briefing || []).filter((id) => titles.has(id));
  limit("briefing", there);
}

export function knowCollections(names) {
  const there = (chosen.collection || []).filter((name) => names.includes(name));
  if (there.length !== (chosen.collection || []).length) limit("collection", there);
}

export function said(name, value) {
  if (name === "language") return languageName(value);
  if (name === "briefing") return titles.get(value) || value;
  if (name === "kind") return words[value] || value;
  if (name === "since" || name === "until") return fill(words[`${name}_date`], { date: spokenDate(value) });
  return value;
}

function chips(name) {
  const values = [chosen[name]].flat();
  if (values.length > MOST_CHIPS) {
    return chip(labelled(words[name], values.length), () => limit(name, null));
  }
  const without = (value) => () => (SEVERAL.includes(name) ? tick(name, value, false) : limit(name, null));
  return values.map((value) => chip(said(name, value), without(value)));
}

function chip(label, remove) {
  return button([el("span", {}, label), el("span", { "aria-hidden": "true" }, "×")], remove, {
    class: "limit",
    "aria-label": fill(words.remove_filter, { filter: label }),
  });
}

// The chips above the question, and a word where they leave nothing, or less than they seem to.
export function mountChips(element) {
  const row = el("div", { class: "limits", role: "group", "aria-label": words.filters });
  const left = el("div", { class: "left-out", role: "status" });
  element.replaceChildren(row, left);
  const draw = () => {
    row.replaceChildren(...NAMES.filter((name) => chosen[name]).flatMap(chips));
    row.hidden = !row.childElementCount;
  };
  onFilters(draw);
  draw();
  mountPassing(left, (now) => [
    now && (now.passages === 0 || now.undated > 0) ? el("p", { class: "hint" }, ...outcome(now)) : "",
  ]);
}

// What passes the limits, in words, with the way out of them.
export function outcome(now) {
  const parts = [
    now.passages ? `${counted("briefings", now.briefings)}, ${counted("passages", now.passages)}` : words.none_pass,
    now.undated ? counted("undated_out", now.undated) : "",
  ];
  return [
    el("span", { class: "sentence" }, parts.filter(Boolean).join(" · ")),
    " ",
    button(words.remove_limits, clearLimits, { class: "plain" }),
  ];
}
