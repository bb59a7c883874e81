// The right room: the words of a citation where they stand.

import { pinButton } from "../desk/pinning.js";
import { api, button, el, fill, inQuotes, languageName, mediaLink, printedPlace, root, spokenDate, words } from "../page/base.js";
import { player } from "../page/player.js";
import { name, named } from "../page/address.js";
import { copyBy } from "../page/clipboard.js";
import { drawn, redrawn } from "../page/redrawn.js";
import { hideCard, mountCard } from "./card.js";
import { judgement } from "./judgement.js";
import { quotation, who } from "./quotation.js";

const CITATIONS = "a.cite, a.cited, a.near";
const KIND = /^(listed|cite|wrote)-/;

let panel = null;
let openSidebar = () => {};
let closeSidebar = () => {};
// The link whose words are open, and where the focus goes back to.
let opened = null;
let opener = null;
let latest = 0;
const sources = new Map();

export function mount(element, trigger) {
  panel = el("div", { class: "source-panel", role: "region", "aria-label": words.source_title, tabindex: "-1" });
  element.replaceChildren(panel);
  openSidebar = () => trigger("opened");
  closeSidebar = () => trigger("closed");
  show(el("p", { class: "hint" }, words.source_hint));
  listen();
}

function listen() {
  // In the capture phase, before the chat's own listeners; other clicks on a link (new tab…) stay the browser's.
  document.addEventListener(
    "click",
    (event) => {
      const link = event.target.closest?.(CITATIONS);
      if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      // On its way while the room is made; `present` says what goes wrong.
      sourceOf(link).catch(() => {});
      hideCard();
      open(link);
    },
    true,
  );
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
    hideCard();
    if (document.querySelector("#source.open")) close();
  });
  mountCard(sourceOf, who);
  redrawn(markOpen);
}

// What a citation's link points at.
function target(link) {
  const url = new URL(link.href, root);
  const briefing = decodeURIComponent(url.pathname.split("/").pop());
  return { briefing, query: url.searchParams, reader: url };
}

// The words that a citation points at, with what stands around them.
export function sourceOf(link) {
  const { briefing, query } = target(link);
  const path = `briefings/${encodeURIComponent(briefing)}/source?${query}`;
  if (!sources.has(path)) {
    const asked = api(path);
    sources.set(path, asked);
    // A failure may pass: it is asked again next time.
    asked.catch(() => sources.delete(path));
  }
  return sources.get(path);
}

export function open(link) {
  opener = link;
  name(partsOf(link));
  return present(link);
}

// Go on to another citation of the same answer; its chip is then where the focus goes back to.
function step(link) {
  opener = chipOf(link);
  name(partsOf(link), { replacing: true });
  return present(link);
}

// Open, or close, what the address names: after a reload, on the way back, for who was sent it.
export async function reopenSource() {
  const parts = named();
  if (!parts.briefing) {
    if (opened) dismiss();
    return;
  }
  const id = parts.citation ? `listed-${parts.answer}-${parts.citation}` : null;
  // The answer may be another visitor's: the words are in the library all the same.
  const mine = id && document.getElementById(`asked-${parts.answer}`);
  const listed = mine && (await drawn(id));
  const link = listed ? chipOf(listed) : el("a", { href: readerOf(parts) });
  if (opened && opened.href === link.href) return;
  opener = link;
  await present(link);
}

// The parts of the address that name a link's words.
function partsOf(link) {
  const { briefing, query, reader } = target(link);
  const answer = answerOf(link);
  const citation = citationNumber(link) || null;
  const passage = reader.hash.replace("#p", "");
  return { conversation: named().conversation, answer, citation, briefing, passage, ...Object.fromEntries(query) };
}

function readerOf({ briefing, start, end, check, passage }) {
  const query = new URLSearchParams({ start, end, ...(check && { check }) });
  return new URL(`briefings/${encodeURIComponent(briefing)}?${query}${passage ? `#p${passage}` : ""}`, root).href;
}

// The opened citation's chip and line say so, however often they are drawn.
function markOpen() {
  const number = opened ? opened.id.replace(KIND, "") : "";
  for (const link of document.querySelectorAll("#chat a.cite, #chat a.cited, #chat a.near")) {
    const here = number ? link.id.endsWith(number) : Boolean(opened) && link.href === opened.href;
    if (here && !link.hasAttribute("aria-current")) link.setAttribute("aria-current", "true");
    else if (!here && link.hasAttribute("aria-current")) link.removeAttribute("aria-current");
  }
}

async function present(link) {
  opened = link;
  markOpen();
  const mine = ++latest;
  // Three rooms side by side need this much; below it the library makes room.
  if (matchMedia("(max-width: 1150px)").matches) document.querySelector("#library.open > .toggle-button")?.click();
  openSidebar();
  if (!panel.querySelector(".source-head")) show(el("p", { class: "hint" }, words.source_loading));
  try {
    const source = await sourceOf(link);
    if (mine === latest) render(source, link);
  } catch (error) {
    const said = error.status === 404 ? words.gone : error.message;
    if (mine === latest) show(heading(), el("p", { class: "notice", role: "alert" }, said));
  }
  if (mine === latest && (await isOpen())) panel.focus({ preventScroll: true });
}

// Gradio opens the sidebar in its own time, and what is not open cannot take the focus.
async function isOpen() {
  const content = panel.closest(".sidebar-content");
  for (let frame = 0; frame < 120; frame++) {
    if (!content || !content.inert) return true;
    await new Promise(requestAnimationFrame);
  }
  return false;
}

export function close() {
  const { conversation, answer } = named();
  name({ conversation, answer });
  // The chip may have been drawn anew since.
  const chip = (opener?.id && document.getElementById(opener.id)) || opener;
  dismiss();
  if (chip?.isConnected) chip.focus();
}

function dismiss() {
  opened = null;
  markOpen();
  closeSidebar();
}

function show(...children) {
  panel.replaceChildren(...children.filter(Boolean));
}

function heading(middle = null, ...more) {
  return el(
    "header",
    { class: "source-head" },
    el("h2", {}, words.source_title),
    middle || el("span", {}),
    button("×", close, { class: "plain close", "aria-label": words.close }),
    more,
  );
}

function render(source, link) {
  const { reader } = target(link);
  const marks = [];
  const excerpts = source.excerpts.map((excerpt) => excerptOf(excerpt, source, marks));
  const speaker = el(
    "p",
    { class: "speaker" },
    el("strong", {}, source.speaker || (source.kind === "report" ? capitalised(words.report) : words.unnamed)),
    source.role ? `, ${source.role}` : "",
    source.outlet ? ` (${source.outlet})` : "",
    source.speaker ? badge(words[source.speech] || source.speech) : null,
    source.inferred ? badge(words.inferred) : null,
    source.kind === "recording" ? badge(words.heard) : null,
  );
  const title = el("p", { class: "title", lang: source.language, title: source.title }, source.title);
  const facts = [spokenDate(source.date), printedPlace(source), languageName(source.language), source.file];
  show(
    heading(stepper(link), speaker, title),
    el("div", { class: "source-about" }, el("p", { class: "meta" }, facts.filter(Boolean).join(" · ")), notice(source)),
    source.recording && source.seconds !== null ? player(source.briefing_id, source.recording, source.seconds) : null,
    el("div", { class: "excerpts" }, excerpts),
    links(source, reader),
    judgement(link),
  );
  bringIntoView(marks[0], panel.querySelector(".excerpt.cited"));
}

// As much as fits of what leads to the quote: the whole turn where it does, else the quoted words in the middle.
function bringIntoView(mark, cited) {
  const room = panel.closest(".sidebar-content") || document.scrollingElement;
  room.scrollTop = 0;
  if (!mark || mark.getBoundingClientRect().bottom < room.getBoundingClientRect().bottom - 24) return;
  const turn = (cited || mark).getBoundingClientRect();
  if (mark.getBoundingClientRect().bottom - turn.top < room.clientHeight * 0.75) {
    const head = panel.querySelector(".source-head").offsetHeight;
    room.scrollTop = Math.max(0, turn.top - room.getBoundingClientRect().top - head - 12);
  } else {
    mark.scrollIntoView({ block: "center" });
  }
}

function capitalised(word) {
  return word[0].toUpperCase() + word.slice(1);
}

function badge(label) {
  return el("span", { class: "badge" }, label);
}

function notice(source) {
  if (!source.unchanged) return el("p", { class: "notice", role: "alert" }, words.changed);
  const same = el("p", { class: "verified" }, words.same_words);
  return source.superseded_by ? el("div", {}, same, el("p", { class: "notice" }, words.superseded)) : same;
}

function excerptOf(excerpt, source, marks) {
  const { place, start, end, text } = excerpt;
  const label = { question: words.in_reply_to, before: words.before, cited: words.cited, after: words.after }[place];
  const inside = place === "cited" && source.start < end && start < source.end;
  const pieces = [];
  if (inside && source.unchanged) {
    // Offsets count characters as Python does: code points, not UTF-16 units.
    const points = Array.from(text);
    const from = Math.max(source.start, start) - start;
    const to = Math.min(source.end, end) - start;
    const mark = el("mark", {}, points.slice(from, to).join(""));
    marks.push(mark);
    pieces.push(points.slice(0, from).join(""), mark, points.slice(to).join(""));
  } else {
    pieces.push(text);
  }
  return el(
    "section",
    { class: `excerpt ${place}` },
    el("h4", {}, el("span", { class: "place" }, label), excerpt.speaker ? ` ${excerpt.speaker}` : "", excerpt.outlet ? ` (${excerpt.outlet})` : ""),
    el(
      "p",
      { class: "speech", lang: source.language },
      excerpt.cut_before ? el("span", { class: "cut" }, "… ") : null,
      pieces,
      excerpt.cut_after ? el("span", { class: "cut" }, " …") : null,
    ),
  );
}

function links(source, reader) {
  const card = new URL(`briefings/${encodeURIComponent(source.briefing_id)}/card`, root);
  const original = source.link;
  const { plain, rich } = quotation([source], [reader.href], inQuotes(source.quote));
  return el(
    "div",
    { class: "links" },
    el("a", { class: "button", href: reader.href, target: "_blank", rel: "noopener" }, words.open_reader),
    el("a", { class: "button", href: card.href, target: "_blank", rel: "noopener" }, words.card),
    original
      ? el("a", { class: "button", href: original, target: "_blank", rel: "noopener noreferrer" }, words.open_original)
      : null,
    mediaLink(source, { class: "button" }),
    button(words.copy_quote, ({ currentTarget }) => copyBy(currentTarget, plain, rich)),
    source.unchanged ? pinButton({ briefing: source.briefing_id, start: source.start, end: source.end }, source.quote) : null,
  );
}

// Previous and next among the citations of the same answer.
function stepper(link) {
  const answer = answerOf(link);
  const number = citationNumber(link);
  if (!answer || !number) return null;
  const all = [...document.querySelectorAll(`#chat a.cited[id^="listed-${answer}-"]`)];
  const place = all.findIndex((other) => citationNumber(other) === number);
  if (all.length < 2 || place < 0) return null;
  const to = (by, label, sign) => {
    const other = all[place + by];
    return button(sign, () => other && step(other), { "aria-label": label, class: "plain", disabled: !other });
  };
  return el(
    "span",
    { class: "stepper" },
    to(-1, words.previous, "‹"),
    fill(words.position, { n: place + 1, total: all.length }),
    to(1, words.next, "›"),
  );
}

// The chip of a source that is listed: among the quotes, or in what a model wrote; the line itself where none is shown.
function chipOf(listed) {
  const chips = ["cite-", "wrote-"].map((kind) => document.getElementById(listed.id.replace(KIND, kind)));
  return chips.find((chip) => chip?.checkVisibility()) || listed;
}

// The id of the answer that a link belongs to, whichever of its forms it stands in.
function answerOf(link) {
  return link.closest(".record")?.id.replace(/^(record|written)-/, "");
}

// A link's id is cite-<answer>-<number>, wrote-… in what a model wrote, or listed-… in the lists below.
function citationNumber(link) {
  return Number(link.id.split("-").pop()) || 0;
}
