// The form of limits in the left room: tick boxes, of which any will do, and dates.

import { counted, el, fill, folded, language, words } from "../page/base.js";
import { filters, isTicked, limit, onFilters, outcome, said, tick } from "./filters.js";
import { mountPassing, onTallies } from "./passing.js";

// As many as are taken in at a glance; a longer list can be searched.
const GLANCE = 8;
const MOST_SHOWN = 60;
const TICKED = ["speaker", "role", "outlet", "kind", "language"];

// What there is to choose from, by name.
export function limitsForm(names) {
  const passing = el("p", { class: "passing" });
  mountPassing(passing, (now) => (now ? outcome(now) : []));
  return el(
    "form",
    { class: "filter-form", onsubmit: (event) => event.preventDefault() },
    choices("speaker", names.speaker),
    el("div", { class: "pair" }, date("since"), date("until")),
    ...TICKED.slice(1).map((name) => choices(name, names[name])),
    passing,
  );
}

function date(name) {
  const id = `limit-${name}`;
  const input = el("input", { id, type: "date", onchange: () => limit(name, input.value) });
  const draw = () => {
    const value = filters()[name] || "";
    if (input.value !== value) input.value = value;
  };
  onFilters(draw);
  draw();
  return el("div", { class: "field" }, el("label", { for: id }, words[name]), input);
}

// Tick boxes for one kind of limit; nothing where there is no choice.
function choices(name, values) {
  const boxes = new Map();
  const count = el("span", { class: "count" });
  const list = el("ul", { class: "ticks" });
  const more = el("p", { class: "hint" });
  const long = values.length > GLANCE;
  const label = fill(words.find_in, { name: words[name] });
  const find = long
    ? el("input", { type: "search", class: "narrow", placeholder: words.find_short, "aria-label": label, oninput: () => draw() })
    : null;
  const box = (value) => {
    if (!boxes.has(value)) {
      const id = `tally-${name}-${boxes.size}`;
      const tally = el("span", { id, class: "tally" });
      const change = () => tick(name, value, input.checked);
      const input = el("input", { type: "checkbox", "aria-describedby": id, onchange: change });
      boxes.set(value, { input, tally, item: el("li", {}, el("label", {}, input, el("span", {}, said(name, value))), tally) });
      tell(value);
    }
    return boxes.get(value);
  };
  let counts = null;
  const tell = (value) => {
    const { tally, item } = boxes.get(value);
    const n = counts?.[value];
    item.classList.toggle("none", n === 0);
    const said = n === undefined ? "" : counted("passages", n);
    tally.title = said;
    const number = el("span", { "aria-hidden": "true" }, n?.toLocaleString(language));
    tally.replaceChildren(...(said ? [number, el("span", { class: "unseen" }, said)] : []));
  };
  const draw = () => {
    const wanted = folded(find?.value || "").trim();
    const fits = values.filter((value) => folded(said(name, value)).includes(wanted));
    list.replaceChildren(...fits.slice(0, MOST_SHOWN).map((value) => box(value).item));
    more.textContent = fits.length ? "" : words.none_fits;
    if (fits.length > MOST_SHOWN) more.textContent = fill(words.more_fit, { n: fits.length - MOST_SHOWN });
    more.hidden = !more.textContent;
    show();
  };
  const show = () => {
    for (const [value, { input }] of boxes) input.checked = isTicked(name, value);
    const n = (filters()[name] || []).length;
    count.textContent = n ? String(n) : "";
  };
  draw();
  if (values.length < 2) return null;
  onFilters(show);
  onTallies((now) => {
    counts = now?.[name];
    for (const value of boxes.keys()) tell(value);
  });
  return el(
    "details",
    { class: "choices-of" },
    el("summary", {}, words[name], " ", count),
    find,
    el("div", { role: "group", "aria-label": words[name] }, list, more),
  );
}
