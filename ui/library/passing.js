// How much of the library passes the limits that are chosen: asked of the server whenever they change.

import { api } from "../page/base.js";
import { filters, onFilters } from "./filters.js";

let latest = 0;
let now = null;
const places = [];

// Draw what passes into an element, now and after each change; `draw` is given null where nothing is limited.
export function mountPassing(element, draw) {
  const place = () => element.replaceChildren(...draw(now).filter(Boolean));
  if (!places.length) {
    onFilters(refreshPassing);
    refreshPassing();
  }
  places.push(place);
  place();
}

async function refreshPassing() {
  const mine = ++latest;
  const limits = Object.entries(filters()).flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
  let found = null;
  try {
    found = limits.length ? await api(`passing?${new URLSearchParams(limits)}`) : null;
  } catch {
    // A hint only: an answer says it too.
  }
  if (mine !== latest) return;
  now = found;
  for (const place of places) place();
}
