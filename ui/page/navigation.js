// The ways between the pages, the same on all of them: in the chat's header, and above the pages without Gradio.

import { el, root, words } from "./base.js";

// Each address from where the chat is, and the key of its name.
const PLACES = [
  ["", "chat"],
  ["check", "check"],
  ["desk/open", "left_open"],
  ["desk/pins", "pinboard"],
  ["desk/compare", "compare"],
];

// Links to all the pages; the one that is open is marked.
export function navigation() {
  return PLACES.map(([path, name]) => {
    const href = new URL(path, root).href;
    const here = href === location.origin + location.pathname;
    return el("a", { class: "plain", href, "aria-current": here ? "page" : null }, words[name]);
  });
}

document.getElementById("places")?.append(...navigation());
