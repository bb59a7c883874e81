// The pinboards: boards by name, their quotes in an order of one's own, a note beside each.

import { announce, api, attribution, button, el, fill, inQuotes, keep, kept, mediaLink, printedPlace, root, send, spokenDate, words } from "../page/base.js";
import { copyBy } from "../page/clipboard.js";
import { asked, confirmed } from "../page/dialog.js";

const room = document.getElementById("pinboard");
const FORMATS = ["markdown", "html", "docx", "xlsx", "csv"];
let boards = [];
let current = new URLSearchParams(location.search).get("board") || kept("onrecord-board", null);
let pins = [];
let dragged = null;
let latest = 0;

const list = el("ol", { class: "pins" });
const status = el("p", { class: "meta", role: "status" });
const bar = el("div", { class: "board-bar" });
room.replaceChildren(bar, status, list);
load();

async function load() {
  // What comes late for an earlier choice is not shown.
  const mine = ++latest;
  try {
    const listed = await api("boards");
    const chosen = listed.some((board) => board.id === current) ? current : listed[0]?.id || null;
    const held = chosen ? await api(`boards/${chosen}/pins`) : [];
    if (mine !== latest) return;
    [boards, current, pins] = [listed, chosen, held];
    keep("onrecord-board", current);
    show();
  } catch (error) {
    status.replaceChildren(el("span", { class: "notice", role: "alert" }, error.message));
  }
}

// Do something on the server, then show what came of it; the words are said aloud.
async function done(action, said = "") {
  try {
    await action();
    await load();
    if (said) announce(said);
  } catch (error) {
    announce(error.message);
    status.replaceChildren(el("span", { class: "notice", role: "alert" }, error.message));
  }
}

function show() {
  const board = boards.find((one) => one.id === current);
  const choose = async (event) => {
    current = event.target.value;
    await load();
    document.getElementById("board").focus();
  };
  bar.replaceChildren(
    board ? el("label", { for: "board" }, words.board) : "",
    board
      ? el("select", { id: "board", onchange: choose }, boards.map((one) => el("option", { value: one.id, selected: one.id === current }, `${one.name} (${one.pins})`)))
      : "",
    el("span", { class: "links" }, button(words.new_board, newBoard), board ? [button(words.rename, () => rename(board)), button(words.delete, () => remove(board))] : null),
  );
  status.textContent = pins.length ? "" : words.no_pins;
  list.replaceChildren(...pins.map(item));
  document.getElementById("board-export")?.remove();
  if (pins.length) bar.after(exports());
}

function exports() {
  const links = FORMATS.map((format) => el("a", { class: "button", href: new URL(`api/boards/${current}/export?format=${format}`, root).href, download: "" }, words[format]));
  return el("p", { id: "board-export", class: "links" }, el("span", { class: "meta" }, words.export_board), links);
}

async function newBoard() {
  const name = await asked(words.board_name, words.save, "");
  if (name !== null) await done(async () => (current = (await send("boards", "POST", { name })).id));
  room.querySelector(".board-bar button").focus();
}

async function rename(board) {
  const name = await asked(words.board_name, words.save, board.name);
  if (name !== null) await done(() => send(`boards/${board.id}`, "PATCH", { name }));
}

async function remove(board) {
  const question = fill(words.delete_board_confirm, { name: board.name });
  if (await confirmed(question, words.delete)) await done(() => api(`boards/${board.id}`, { method: "DELETE" }));
  room.querySelector(".board-bar button").focus();
}

function reader(pin) {
  const { briefing_id: id, start, end, passage_id: passage } = pin.citation;
  return new URL(`briefings/${encodeURIComponent(id)}?start=${start}&end=${end}#p${passage}`, root).href;
}

// A quote with its source, to paste: as plain text, and as HTML.
function pasted(citation, source, link) {
  const said = inQuotes(citation.quote);
  const linked = link ? el("a", { href: link }, source) : source;
  const rich = el("div", {}, el("p", { lang: citation.language }, said), el("p", {}, "— ", linked));
  return [`${said}\n— ${[source, link].filter(Boolean).join(", ")}`, rich];
}

function item(pin, place) {
  const { citation } = pin;
  const who = attribution(citation.speaker, citation.role, citation.outlet);
  const facts = [citation.title, spokenDate(citation.date), printedPlace(citation)];
  const where = facts.filter(Boolean).join(" · ");
  const there = pin.state === "same" || pin.state === "newer_version";
  const line = el("li", { class: `pin-item ${pin.state}`, id: `pin-${pin.id}`, draggable: "true" },
    el("blockquote", { lang: citation.language }, inQuotes(citation.quote)),
    el("p", { class: "credit" },
      el("strong", {}, who), citation.inferred ? el("span", { class: "badge" }, words.inferred) : null,
      citation.heard ? el("span", { class: "badge" }, words.heard) : null, el("br"),
      there ? el("a", { href: reader(pin) }, where) : where,
    ),
    pin.state === "same" ? null : el("p", { class: "notice" }, words[pin.state], pin.newer ? [" ", el("a", { href: new URL(`briefings/${encodeURIComponent(pin.newer)}`, root).href }, words.open_newer)] : null),
    note(pin, place),
    el("div", { class: "links" },
      step(pin, place, -1, words.move_up, "↑"), step(pin, place, 1, words.move_down, "↓"), elsewhere(pin),
      pin.link ? el("a", { class: "button", href: pin.link, target: "_blank", rel: "noopener noreferrer" }, words.open_original) : null,
      mediaLink(citation, { class: "button" }),
      button(words.copy, ({ currentTarget }) => copyBy(currentTarget, ...pasted(citation, `${who}, ${where}`, pin.link))),
      button(words.unpin, () => takeOff(pin, place), { class: "unpin" }),
    ),
    el("details", { class: "meta" }, el("summary", {}, words.source), el("p", { class: "hash" }, `${citation.file}, SHA-256 ${pin.sha256}`)),
  );
  line.addEventListener("dragstart", (event) => {
    // Words in a note are marked by dragging, not moved.
    if (event.target !== line) return;
    dragged = pin;
    event.dataTransfer.effectAllowed = "move";
  });
  line.addEventListener("dragover", (event) => dragged && event.preventDefault());
  line.addEventListener("drop", (event) => {
    event.preventDefault();
    if (dragged && dragged !== pin) move(dragged, place);
    dragged = null;
  });
  return line;
}

function note(pin, place) {
  const area = el("textarea", { id: `note-${pin.id}`, rows: "2", maxlength: "4000" });
  area.value = pin.note;
  area.addEventListener("change", async () => {
    try {
      await send(`pins/${pin.id}`, "PATCH", { note: area.value });
      pin.note = area.value;
      announce(words.note_saved);
    } catch (error) {
      announce(error.message);
      area.after(el("p", { class: "notice", role: "alert" }, error.message));
    }
  });
  return el("div", { class: "note" }, el("label", { for: area.id }, fill(words.note_on, { n: place + 1 })), area);
}

function step(pin, place, by, label, sign) {
  const target = place + by;
  const name = `${label} (${place + 1})`;
  return button(sign, () => move(pin, target, by), { "aria-label": name, title: label, disabled: target < 0 || target >= pins.length });
}

async function move(pin, place, by = 0) {
  const said = fill(words.moved_to, { n: place + 1, total: pins.length });
  await done(() => send(`pins/${pin.id}/place`, "PUT", { place }), said);
  // The button that was pressed, or its neighbour where the end is reached.
  const [up, down] = document.querySelectorAll(`#pin-${pin.id} > .links > button`);
  if (by) (by < 0 ? (up.disabled ? down : up) : down.disabled ? up : down).focus();
}

function elsewhere(pin) {
  const others = boards.filter((board) => board.id !== current);
  if (!others.length) return null;
  const go = async (event) => {
    const board = event.target.value;
    await done(() => send(`pins/${pin.id}/place`, "PUT", { place: 100000, board }), words.moved_board);
    document.getElementById("board").focus();
  };
  return el("select", { "aria-label": words.move_board, onchange: go }, el("option", { value: "" }, words.move_board), others.map((board) => el("option", { value: board.id }, board.name)));
}

async function takeOff(pin, place) {
  await done(() => api(`pins/${pin.id}`, { method: "DELETE" }), words.unpinned);
  const undo = button(words.undo, async () => {
    await done(() => api(`pins/${pin.id}/restore`, { method: "POST" }), words.pinned);
    document.querySelector(`#pin-${pin.id} .unpin`)?.focus();
  });
  const line = el("li", { class: "taken-off" }, words.unpinned, " ", undo);
  if (list.children[place]) list.children[place].before(line);
  else list.append(line);
  undo.focus();
}
