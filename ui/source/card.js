// The card that shows a citation's words over its chip, on hover and focus. It holds nothing that a click does not show
// too; it can be pointed at, and Esc puts it away.

import { el, inQuotes, placed, spokenDate, words } from "../page/base.js";
import { redrawn } from "../page/redrawn.js";

const CHIP = "a.cite";
// Milliseconds before it comes, so that passing over a chip shows nothing, and before it goes, for the way to it.
const COMING = 250;
const GOING = 350;
const LENGTH = 260;
const GAP = 6;

let card = null;
let chip = null;
let timer = 0;
// Counts what was put away: what comes late for a card no longer wanted is not shown.
let gone = 0;

// `fetched` gives the source of a chip, `who` says who spoke it.
export function mountCard(fetched, who) {
  for (const [enter, leave] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
    document.addEventListener(enter, ({ target }) => {
      const over = target.closest?.(CHIP);
      if (over) soon(() => show(over), over === chip || enter === "focusin" ? 0 : COMING);
      else if (card?.contains(target)) clearTimeout(timer);
    });
    document.addEventListener(leave, ({ target }) => {
      if (target.closest?.(CHIP) || card?.contains(target)) soon(hideCard, card && leave === "mouseout" ? GOING : 0);
    });
  }
  // Before anything else heeds the key: it puts away the card alone.
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || !card) return;
      event.stopImmediatePropagation();
      hideCard();
    },
    true,
  );
  redrawn(() => {
    if (!card || chip.isConnected) return;
    chip = document.getElementById(chip.id);
    if (chip) place();
    else hideCard();
  });

  async function show(over) {
    // Of the words that are open already it would say nothing new, and lie over them.
    if (over.hasAttribute("aria-current")) {
      hideCard();
      return;
    }
    if (card && over === chip) return;
    const before = gone;
    let source;
    try {
      source = await fetched(over);
    } catch {
      return;
    }
    if (before !== gone || !over.isConnected || !(over.matches(":hover") || over === document.activeElement)) return;
    hideCard();
    const quote = source.quote.length > LENGTH ? `${source.quote.slice(0, LENGTH)}…` : source.quote;
    const where = [source.title, spokenDate(source.date), ...placed(source)].flatMap((part) => [" · ", part]).slice(1);
    card = el(
      "div",
      { id: "citation-card", role: "tooltip" },
      who(source) ? el("p", { class: "who" }, who(source)) : null,
      el("p", { class: "words", lang: source.language }, inQuotes(quote)),
      el("p", { class: "where" }, where),
    );
    chip = over;
    document.body.append(card);
    chip.setAttribute("aria-describedby", card.id);
    place();
  }
}

function soon(action, delay) {
  clearTimeout(timer);
  timer = setTimeout(action, delay);
}

// Under the chip; where there is no room, above the quote that it belongs to, so that its words stay in sight.
function place() {
  const at = chip.getBoundingClientRect();
  const quote = (chip.closest(".quote, li, p") || chip).getBoundingClientRect();
  const { width, height } = card.getBoundingClientRect();
  const below = at.bottom + GAP + height <= innerHeight || quote.top - GAP < height;
  card.style.maxHeight = below ? `${Math.max(80, innerHeight - at.bottom - 2 * GAP)}px` : "";
  const top = below ? at.bottom + GAP : quote.top - GAP - height;
  card.style.left = `${Math.max(8, Math.min(at.left - 20, innerWidth - width - 8))}px`;
  card.style.top = `${top}px`;
  // The pointer reaches the card without leaving it.
  card.style.setProperty("--bridge", `${below ? GAP : at.top - top - height}px`);
  card.classList.toggle("above", !below);
}

export function hideCard() {
  gone++;
  clearTimeout(timer);
  chip?.removeAttribute("aria-describedby");
  card?.remove();
  card = null;
  chip = null;
}
