// How much of the library passes the limits, those that are chosen and each that could be: asked of the server whenever
// they change.

import { api } from "../page/base.js";
import { filters, onFilters } from "./filters.js";

// Draws what the server says of the limits in as many places as want it; null until it has, and where nothing is asked.
function follow(path, isWanted) {
  const places = [];
  let latest = 0;
  let now = null;
  const refresh = async () => {
    const mine = ++latest;
    const limits = Object.entries(filters()).flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
    let found = null;
    try {
      found = isWanted(limits) ? await api(`${path}?${new URLSearchParams(limits)}`) : null;
    } catch {
      // A hint only: an answer says it too.
    }
    if (mine !== latest) return;
    now = found;
    for (const draw of places) draw(now);
  };
  const add = (draw) => {
    if (!places.length) {
      onFilters(refresh);
      refresh();
    }
    places.push(draw);
    draw(now);
  };
  return { add, refresh };
}

let choosing = false;
const passing = follow("passing", (limits) => limits.length);
const tallies = follow("tallies", () => choosing);

// Draw what passes into an element, now and after each change; `draw` is given null where nothing is limited.
export function mountPassing(element, draw) {
  passing.add((now) => element.replaceChildren(...draw(now).filter(Boolean)));
}

// Have `draw` given the passages that each value would leave, by the name of its limit, now and after each change.
export const onTallies = tallies.add;

// They are counted only while there is something to be chosen from before one's eyes.
export function tallyWhile(isOpen) {
  choosing = isOpen;
  tallies.refresh();
}
