// Pinning a quote to the board last used: the button that stands beside quotes on every page.

import { announce, api, button, el, fill, root, send, words } from "../page/base.js";

// A slice is {briefing, start, end}, and `quote` its words: the server compares them with what stands there.
export async function pin(slice, quote) {
  const { briefing, start, end } = slice;
  await send("pins", "POST", { briefing_id: briefing, start: Number(start), end: Number(end), quote });
  announce(words.pinned);
}

export function pinButton(slice, quote, name = "") {
  const made = button(words.pin, () => pinned(made, () => pin(slice, quote)), { class: "pin" });
  // Where many stand on a page, each says what it pins.
  if (name) made.setAttribute("aria-label", fill(words.pin_this, { quote: name }));
  return made;
}

// Do it, and say on the button what came of it.
export async function pinned(made, action) {
  try {
    await action();
    made.textContent = words.pinned;
    made.removeAttribute("aria-label");
    made.setAttribute("aria-pressed", "true");
  } catch (error) {
    announce(error.message);
    made.after(el("span", { class: "notice", role: "alert" }, error.message));
  }
}

// What a link to a source points at.
export function sliceOf(link) {
  const url = new URL(link.href, root);
  const briefing = decodeURIComponent(url.pathname.split("/").pop());
  return { briefing, start: url.searchParams.get("start"), end: url.searchParams.get("end") };
}

// The buttons in the list of an answer's sources come from the server, and know their link alone.
document.addEventListener("click", (event) => {
  const made = event.target.closest?.("button.pin-source");
  const link = made?.closest("li")?.querySelector("a.cited");
  if (!link) return;
  pinned(made, async () => {
    const slice = sliceOf(link);
    const path = `briefings/${encodeURIComponent(slice.briefing)}/source${new URL(link.href, root).search}`;
    const source = await api(path);
    if (!source.unchanged) throw new Error(words.changed);
    await pin(slice, source.quote);
  });
});
