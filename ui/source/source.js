// The right room: the words of a citation where they stand, and the card that shows them on hover and focus.

import { pinButton } from "../desk/pinning.js";
import { announce, api, attribution, button, copy, el, fill, languageName, printedPlace, root, send, spokenDate, words } from "../page/base.js";

const CITATIONS = "a.cite, a.cited, a.near";
const CARD_DELAY = 250;
const CARD_LENGTH = 260;

let panel = null;
let openSidebar = () => {};
let closeSidebar = () => {};
let openerId = null;
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
  for (const [enter, leave] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
    document.addEventListener(enter, (event) => {
      const chip = event.target.closest?.("a.cite");
      if (chip) showCard(chip, enter === "focusin" ? 0 : CARD_DELAY);
    });
    document.addEventListener(leave, (event) => {
      if (event.target.closest?.("a.cite")) hideCard();
    });
  }
}

// What a citation's link points at.
function target(link) {
  const url = new URL(link.href, root);
  const briefing = decodeURIComponent(url.pathname.split("/").pop());
  return { briefing, query: url.searchParams, reader: url };
}

function fetched(link) {
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

export async function open(link) {
  if (!panel.contains(link)) [opener, openerId] = [link, link.id];
  const mine = ++latest;
  // Three rooms side by side need this much; below it the library makes room.
  if (matchMedia("(max-width: 1150px)").matches) document.querySelector("#library.open > .toggle-button")?.click();
  openSidebar();
  if (!sources.size) show(el("p", { class: "hint" }, words.source_loading));
  try {
    const source = await fetched(link);
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
  closeSidebar();
  // The chip may have been drawn anew since.
  const chip = (openerId && document.getElementById(openerId)) || opener;
  if (chip?.isConnected) chip.focus();
}

function show(...children) {
  panel.replaceChildren(...children);
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
  );
  const title = el("p", { class: "title", lang: source.language, title: source.title }, source.title);
  const facts = [spokenDate(source.date), printedPlace(source), languageName(source.language), source.file];
  show(
    heading(stepper(link), speaker, title),
    el("div", { class: "source-about" }, el("p", { class: "meta" }, facts.filter(Boolean).join(" · ")), notice(source)),
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
  const where = [who(source), source.title, spokenDate(source.date), printedPlace(source), original];
  const said = `“${source.quote}”\n— ${where.filter(Boolean).join(", ")}`;
  return el(
    "div",
    { class: "links" },
    el("a", { class: "button", href: reader.href, target: "_blank", rel: "noopener" }, words.open_reader),
    el("a", { class: "button", href: card.href, target: "_blank", rel: "noopener" }, words.card),
    original
      ? el("a", { class: "button", href: original, target: "_blank", rel: "noopener noreferrer" }, words.open_original)
      : null,
    button(words.copy_quote, () => copy(said)),
    source.unchanged ? pinButton({ briefing: source.briefing_id, start: source.start, end: source.end }, source.quote) : null,
  );
}

// Who said it; an article's own prose has no speaker to be missed.
function who(source) {
  return !source.speaker && source.kind === "report" ? "" : attribution(source.speaker, source.role, source.outlet);
}

// Previous and next among the citations of the same answer.
function stepper(link) {
  const record = link.closest(".record");
  const number = citationNumber(link);
  if (!record || !number) return null;
  const all = [...record.querySelectorAll("a.cited")];
  const place = all.findIndex((other) => citationNumber(other) === number);
  if (all.length < 2 || place < 0) return null;
  const step = (by, label, sign) => {
    const other = all[place + by];
    return button(sign, () => other && open(other), { "aria-label": label, class: "plain", disabled: !other });
  };
  return el(
    "span",
    { class: "stepper" },
    step(-1, words.previous, "‹"),
    fill(words.position, { n: place + 1, total: all.length }),
    step(1, words.next, "›"),
  );
}

// A link's id is cite-<answer>-<number>, or listed-<answer>-<number> in the list below the answer.
function citationNumber(link) {
  return Number(link.id.split("-").pop()) || 0;
}

function judgement(link) {
  const [, asked, number] = link.id.split("-");
  if (!asked || !number) return null;
  const judge = (verdict) => async () => {
    try {
      await send("feedback", "POST", { asked, citation: Number(number), verdict });
      box.replaceChildren(el("p", { class: "hint" }, words.thanks));
      announce(words.thanks);
    } catch (error) {
      box.append(el("p", { class: "notice", role: "alert" }, error.message));
    }
  };
  const box = el(
    "details",
    { class: "judgement" },
    el("summary", {}, words.report_citation),
    el(
      "div",
      { class: "links" },
      button(words.wrong_source, judge("wrong_source")),
      button(words.unsupported, judge("unsupported")),
      button(words.misquoted, judge("misquoted")),
    ),
  );
  return box;
}

// The card on hover and focus. It holds nothing that a click does not show too.
let card = null;
let cardTimer = 0;

function showCard(chip, delay) {
  clearTimeout(cardTimer);
  cardTimer = setTimeout(async () => {
    let source;
    try {
      source = await fetched(chip);
    } catch {
      return;
    }
    const wanted = chip.isConnected && (chip.matches(":hover") || chip === document.activeElement);
    if (!wanted) return;
    hideCard();
    const quote = source.quote.length > CARD_LENGTH ? `${source.quote.slice(0, CARD_LENGTH)}…` : source.quote;
    card = el(
      "div",
      { id: "citation-card", role: "tooltip" },
      who(source) ? el("p", { class: "who" }, who(source)) : null,
      el("p", { class: "words", lang: source.language }, `“${quote}”`),
      el("p", { class: "where" }, [source.title, spokenDate(source.date), printedPlace(source)].filter(Boolean).join(" · ")),
    );
    document.body.append(card);
    chip.setAttribute("aria-describedby", card.id);
    place(card, chip);
  }, delay);
}

function place(element, chip) {
  const at = chip.getBoundingClientRect();
  const { width, height } = element.getBoundingClientRect();
  const left = Math.min(Math.max(8, at.left - 20), innerWidth - width - 8);
  const above = at.top - height - 8;
  element.style.left = `${left}px`;
  element.style.top = `${above > 8 ? above : at.bottom + 8}px`;
}

function hideCard() {
  clearTimeout(cardTimer);
  card?.remove();
  card = null;
}
