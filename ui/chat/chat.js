// The chat's own script: what is sent with a question, the buttons under an answer, the header, and names for
// Gradio's nameless parts.

import { announce, api, button, copy, counted, el, fill, language, languageChooser, root, send, words } from "../page/base.js";
import { begun, conversation, nowIn, onConversation, refreshConversations } from "./conversations.js";
import { arrive } from "./arriving.js";
import { told } from "../page/dialog.js";
import { navigation } from "../page/navigation.js";
import { clearLimits, filters } from "../library/filters.js";
import { refresh } from "../library/library.js";
import { beginnings } from "../library/upload.js";

const PHONE = "(max-width: 768px)";
const POLL = 700;
// Milliseconds after which suggestions are asked for again that could not be tried.
const LATER = 5000;
// Longer than any answer takes to begin; what comes later does not move the page.
const FOLLOWED = 60000;
// A conversation is fetched in a tenth of this; should that fail, questions must not wait for ever.
const LONGEST_FETCH = 3000;

let ask = () => {};
let pending = null;
let asked = "";
let editing = null;
let stopFollowing = () => {};
// While Gradio fetches a conversation or an answer it loses a question sent at the same moment: until then it waits here.
let fetching = true;
let answering = false;
let stopping = false;
let waiting = null;
// Counts what the chat was asked to show: what comes late for an earlier request is not heeded.
let turn = 0;
// Whether the library holds nothing; unknown at first.
let empty = null;

// The header; its component passes questions of buttons on to the chat.
export function mountHeader(element, trigger) {
  ask = (question, replacing = null, anyDate = false) => {
    waiting = () => {
      pending = { question, replacing, anyDate };
      trigger("submit");
    };
    listen();
    if (waiting && answering) remark("next", fill(words.asked_next, { question }), withdraw);
  };
  onConversation(() => {
    withdraw();
    stopEditing();
    trigger("reopened");
    suggest();
  });
  const state = el("p", { class: "state", role: "status" });
  element.replaceChildren(
    el(
      "header",
      { class: "page-head" },
      el("a", { class: "skip", href: "#question" }, words.skip),
      el("div", {}, el("h1", {}, words.name)),
      state,
      el("nav", { "aria-label": words.places }, ...navigation()),
      languageChooser(),
    ),
  );
  element.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    textarea()?.focus();
  });
  follow(state);
  document.addEventListener("onrecord-library", ({ detail }) => {
    const before = empty;
    empty = !detail.briefings;
    follow(state);
    if (conversation()) return;
    // What the chat says before the first question depends on it.
    if (before !== null && before !== empty) trigger("reopened");
    suggest();
  });
  document.addEventListener("click", act);
  for (const event of ["keydown", "click"]) document.addEventListener(event, hold, true);
  document.addEventListener("input", ({ target }) => answering && target === textarea() && withdraw());
  if (matchMedia(PHONE).matches) closeLeft();
  nameThings();
  arrive(ask);
}

// Say how far the model is until it is loaded, then what the library holds.
async function follow(line) {
  try {
    const { model, briefings, passages } = await api("status");
    if (model.state === "failed") line.textContent = fill(words.failed, { message: model.message });
    else if (model.state === "loading") {
      line.textContent = words.loading;
      setTimeout(() => follow(line), POLL);
    } else line.textContent = `${counted("briefings", briefings)} · ${counted("passages", passages)}`;
    line.dataset.state = model.state;
  } catch (error) {
    line.textContent = error.message;
  }
}

// What goes to the server with a question typed, or with one from a button.
export function request(typed) {
  const question = pending ? pending.question : typed;
  const replacing = pending ? pending.replacing : editing;
  const anyDate = pending?.anyDate || false;
  pending = null;
  answering = true;
  asked = question;
  stopEditing();
  // Whatever else stands in the box has not been sent.
  if (typed.trim() === question.trim()) write("");
  followAnswer();
  suggested++;
  suggestions?.replaceChildren();
  // Gradio says nothing useful where the server is gone; the question stays in its box.
  api("status").catch((error) => {
    suggestions?.replaceChildren(el("p", { class: "notice", role: "alert" }, error.message));
    giveBack();
  });
  const sent = { conversation: begun(), replacing, filters: filters(), any_date: anyDate, language, turn: ++turn };
  return [question, sent];
}

function hold(event) {
  if (event.type === "click" && event.target.closest?.("#question .stop-button")) stopping = true;
  const sends = event.type === "click" ? event.target.closest?.("#question .submit-button") : event.target === textarea();
  if (!(fetching || answering) || !sends || (event.type === "keydown" && (event.key !== "Enter" || event.shiftKey))) return;
  event.preventDefault();
  event.stopPropagation();
  if (textarea().value.trim()) ask(textarea().value, editing);
}

function listen() {
  if (fetching || answering) return;
  const action = waiting;
  withdraw();
  action?.();
}

// A question that waits is not asked; where it was typed, it still stands in its box.
function withdraw() {
  waiting = null;
  document.getElementById("next")?.remove();
}

// A question that could not be answered goes back to its box, unless something else stands there now.
function giveBack() {
  if (!textarea().value.trim()) write(asked);
}

// A stopped answer is shown as far as it is kept.
export function stopped(sent) {
  stopping = false;
  answered(sent);
}

// A conversation has been fetched.
export function fetched() {
  fetching = false;
  listen();
}

// Asked for by Gradio when the page has loaded, and when another conversation is opened.
export function context() {
  fetching = true;
  turn++;
  setTimeout(fetched, LONGEST_FETCH);
  return { conversation: conversation(), language };
}

// The server has finished an answer.
export function answered(sent) {
  // Of a stopped answer Gradio tells before what is kept of it is shown.
  if (stopping) return;
  answering = false;
  // Meanwhile another conversation may have been opened.
  if (sent?.turn === turn) nowIn(sent.conversation);
  else refreshConversations();
  if (document.querySelector("#chat .message-row:last-child .message .prose > .failed")) giveBack();
  announce(document.querySelector("#chat .message-row:last-child .failed") ? words.error : words.ready);
  stopFollowing();
  suggest();
  listen();
}

let suggestions = null;
let suggested = 0;

// The row above the question with what could be asked next; each was tried before it is offered.
export function mountSuggestions(element) {
  suggestions = el("div", { class: "suggestions", role: "group", "aria-label": words.try_asking });
  element.replaceChildren(suggestions);
  suggest();
}

async function suggest(tries = 12) {
  if (!suggestions) return;
  const mine = ++suggested;
  if (empty) {
    suggestions.replaceChildren(beginnings(refresh));
    return;
  }
  suggestions.replaceChildren();
  const here = conversation();
  const path = here ? `conversations/${encodeURIComponent(here)}/suggestions` : `suggestions?language=${language}`;
  let found = [];
  try {
    found = await api(path);
  } catch (error) {
    // An offer only: without it the page is whole. Where others are answered first it is made later.
    if (error.status === 503 && tries > 1) setTimeout(() => mine === suggested && suggest(tries - 1), LATER);
    return;
  }
  if (mine !== suggested) return;
  suggestions.replaceChildren(
    ...found.map((question) => button(question, () => ask(question), { class: "suggestion", title: question })),
  );
  // One row: what has no room in it is not offered. On a phone it can be pushed along.
  while (!matchMedia(PHONE).matches && suggestions.childElementCount > 1 && suggestions.scrollWidth > suggestions.clientWidth) {
    suggestions.lastChild.remove();
  }
}

// Keep the question just asked at the top while its answer grows, unless the reader scrolls away.
function followAnswer() {
  const log = document.querySelector("#chat [role=log]");
  if (!log) return;
  const observer = new MutationObserver(() => {
    const asked = log.querySelectorAll(".asked");
    const row = asked[asked.length - 1]?.closest(".message-row");
    if (row) log.scrollTop += row.getBoundingClientRect().top - log.getBoundingClientRect().top - 8;
  });
  const stop = () => observer.disconnect();
  stopFollowing();
  stopFollowing = stop;
  observer.observe(log, { subtree: true, childList: true });
  for (const event of ["wheel", "touchmove", "keydown"]) log.addEventListener(event, stop, { once: true });
  setTimeout(stop, FOLLOWED);
}

function textarea() {
  return document.querySelector("#question textarea");
}

function act(event) {
  const action = event.target.closest?.("button.act");
  if (!action) return undefined;
  const id = action.value;
  const question = document.getElementById(`asked-${id}`)?.innerText || "";
  if (action.classList.contains("copy")) return copy(plain(document.getElementById(`record-${id}`), question));
  if (action.classList.contains("export")) return save(id);
  if (action.classList.contains("any-date")) return ask(question, id, true);
  if (action.classList.contains("no-limits")) {
    clearLimits();
    return ask(question, id);
  }
  if (action.classList.contains("retry")) return ask(question, id);
  if (action.classList.contains("edit")) return edit(question, id);
  return judge(action, id, action.classList.contains("helpful") ? "helpful" : "unhelpful");
}

function save(id) {
  const links = ["markdown", "html", "docx", "csv"].map((format) => {
    const href = new URL(`api/answers/${encodeURIComponent(id)}/export?format=${format}`, root).href;
    return el("p", {}, el("a", { class: "button", href, download: "" }, words[format]));
  });
  told(words.export_as, links);
}

async function judge(action, id, verdict) {
  try {
    await send("feedback", "POST", { asked: id, verdict });
    for (const other of action.parentElement.querySelectorAll(".helpful, .unhelpful")) {
      other.setAttribute("aria-pressed", String(other === action));
    }
    announce(words.thanks);
  } catch (error) {
    announce(error.message);
  }
}

// An answer as text to paste: question, answer, its sources, its status.
function plain(record, question) {
  const said = [...record.querySelectorAll(".said > *")].map(lines).join("\n\n");
  const sources = [...record.querySelectorAll("a.cited")].map((link) => {
    const [number, who, where] = ["number", "who", "where"].map((name) => link.querySelector(`.${name}`).textContent);
    return `[${number}] ${who}. ${where}. ${link.href}`;
  });
  const status = record.querySelector(".status")?.textContent || "";
  return [question, said, sources.join("\n"), status].filter(Boolean).join("\n\n");
}

// The text of a paragraph or list, with chips as their markers.
function lines(block) {
  const whole = block.cloneNode(true);
  for (const chip of whole.querySelectorAll("a.cite")) chip.replaceWith(`[${chip.id.split("-").pop()}]`);
  for (const end of whole.querySelectorAll("br")) end.replaceWith("\n");
  const items = [...whole.querySelectorAll("li")];
  return items.length ? items.map((item) => `- ${item.textContent}`).join("\n") : whole.textContent;
}

function edit(question, id) {
  editing = id;
  write(question);
  textarea().focus();
  remark("editing", words.editing, () => {
    stopEditing();
    write("");
  });
}

function write(text) {
  const area = textarea();
  area.value = text;
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

// A line above the box about what will become of a question, with the way out.
function remark(id, text, cancel) {
  document.getElementById(id)?.remove();
  const line = el("p", { id, class: "hint remark", role: "status" }, text, " ", button(words.cancel, cancel));
  document.getElementById("question").before(line);
}

function stopEditing() {
  editing = null;
  document.getElementById("editing")?.remove();
}

function closeLeft() {
  document.querySelector("#library.open .toggle-button")?.click();
}

// Gradio leaves its buttons without names, reads every step of a growing answer aloud, and labels messages with their
// markup.
function nameThings() {
  const set = (element, name, value) => {
    if (element && element.getAttribute(name) !== value) element.setAttribute(name, value);
  };
  const tidy = () => {
    const question = document.getElementById("question");
    set(question?.querySelector("textarea"), "aria-label", words.ask_label);
    set(question?.querySelector(".submit-button"), "aria-label", words.send);
    set(question?.querySelector(".stop-button"), "aria-label", words.stop);
    set(document.querySelector("#library > .toggle-button"), "aria-label", words.toggle_library);
    set(document.querySelector("#source > .toggle-button"), "aria-label", words.toggle_source);
    for (const [id, side] of [["library", null], ["source", null]]) {
      const bar = document.getElementById(id);
      const opened = bar?.classList.contains("open");
      set(bar?.querySelector(":scope > .toggle-button"), "aria-expanded", String(Boolean(opened)));
      const content = bar?.querySelector(":scope > .sidebar-content");
      // What is off the screen must not be reached by Tab.
      if (content && content.inert === Boolean(opened)) content.inert = !opened;
    }
    const log = document.querySelector("#chat [role=log]");
    set(log, "aria-live", "off");
    set(log, "aria-label", words.conversation);
    for (const message of document.querySelectorAll("#chat [data-testid=bot], #chat [data-testid=user]")) {
      message.removeAttribute("aria-label");
    }
  };
  tidy();
  new MutationObserver(tidy).observe(document.body, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ["aria-label", "aria-live", "class"],
  });
}
