// The chat's own script: what is sent with a question, the buttons under an answer, the header.

import { announce, api, button, counted, el, fill, language, languageChooser, root, SMALL, words } from "../page/base.js";
import { addressOf, named } from "../page/address.js";
import { copyBy } from "../page/clipboard.js";
import { arrive } from "./arriving.js";
import { told } from "../page/dialog.js";
import { navigation } from "../page/navigation.js";
import { drawn } from "../page/redrawn.js";
import { plain, rich } from "./copying.js";
import { begun, conversation, nowIn, onConversation, refreshConversations } from "./conversations.js";
import { keepFocus, nameThings } from "./drawing.js";
import { judge, showFeedback } from "./feedback.js";
import "./quotes.js";
import { shortcuts, shortcutsButton } from "./shortcuts.js";
import { allReady, mountForms, writtenBeside } from "./written.js";
import { writerButton } from "../writing/writer.js";
import { clearLimits, filters } from "../library/filters.js";
import { openingStatus } from "../page/rights.js";
import { refresh } from "../library/library.js";
import { beginnings } from "../library/upload.js";
import { reopenSource } from "../source/source.js";

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
  onConversation((another) => {
    if (!another) return restore();
    withdraw();
    stopEditing();
    trigger("reopened");
    suggestions?.replaceChildren();
    return suggest();
  });
  const state = el("p", { class: "state", role: "status" });
  element.replaceChildren(
    el(
      "header",
      { class: "page-head" },
      el("div", {}, el("h1", {}, words.name)),
      state,
      writerButton(),
      languageChooser(),
      shortcutsButton(),
      el("nav", { "aria-label": words.places }, ...navigation()),
    ),
  );
  // Before all else in the order of Tab.
  document.body.prepend(el("a", { class: "skip", href: "#question", onclick: skip }, words.skip));
  follow(state, openingStatus());
  document.addEventListener("onrecord-library", ({ detail }) => {
    const before = empty;
    empty = !detail.briefings;
    // At first it has just been asked.
    if (before !== null) follow(state);
    if (conversation()) return;
    // What the chat says before the first question depends on it.
    if (before !== null && before !== empty) trigger("reopened");
    suggest();
  });
  document.addEventListener("click", act);
  for (const event of ["keydown", "click"]) document.addEventListener(event, hold, true);
  document.addEventListener("input", ({ target }) => answering && target === textarea() && withdraw());
  if (matchMedia(SMALL).matches) closeLeft();
  nameThings();
  arrive(ask);
  keepFocus();
  mountForms();
  showFeedback();
  shortcuts(textarea, recall);
}

function skip(event) {
  event.preventDefault();
  textarea()?.focus();
}

// What the address names in the conversation now shown: an answer, and the words that are open beside it.
async function restore() {
  const { answer } = named();
  const asked = answer && (await drawn(`asked-${answer}`));
  asked?.closest(".message-row").scrollIntoView({ block: "start" });
  reopenSource();
}

// The last question goes back to its box to be changed.
function recall() {
  const last = [...document.querySelectorAll("#chat .asked")].pop();
  if (last) edit(last.innerText, last.id.replace("asked-", "") || null);
}

// Say how far the model is until it is loaded, then what the library holds.
async function follow(line, asked = api("status")) {
  try {
    const { model, briefings, passages } = await asked;
    if (model.state === "failed") line.textContent = fill(words.failed, { message: model.message });
    else if (model.state === "loading") {
      line.textContent = words.loading;
      setTimeout(() => follow(line), POLL);
    } else {
      line.textContent = `${counted("briefings", briefings)} · ${counted("passages", passages)}`;
    }
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
  if (fetching) restore();
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
  announce(document.querySelector("#chat .message-row:last-child .failed") ? words.error : allReady());
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
  // A new conversation's wait for what the library holds.
  if (conversation() || empty !== null) suggest();
}

async function suggest(tries = 12) {
  if (!suggestions) return;
  const mine = ++suggested;
  if (empty) {
    suggestions.replaceChildren(beginnings(refresh));
    return;
  }
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
  while (!matchMedia(SMALL).matches && suggestions.childElementCount > 1 && suggestions.scrollWidth > suggestions.clientWidth) {
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
    row?.scrollIntoView({ block: "start" });
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
  const record = document.getElementById(`record-${id}`);
  const forms = [record, writtenBeside(id)].filter(Boolean);
  if (action.classList.contains("copy")) return copyBy(action, plain(forms, question), rich(forms, question));
  if (action.classList.contains("link")) return copyLink(action, id, question);
  if (action.classList.contains("export")) return save(id);
  if (action.classList.contains("any-date")) return ask(question, id, true);
  if (action.classList.contains("no-limits")) {
    clearLimits();
    return ask(question, id);
  }
  if (action.classList.contains("retry")) return ask(question, id);
  if (action.classList.contains("edit")) return edit(question, id);
  return say(id, action.classList.contains("helpful") ? "helpful" : "unhelpful");
}

function copyLink(action, id, question) {
  const href = addressOf({ conversation: conversation(), answer: id });
  return copyBy(action, href, el("a", { href }, question));
}

function save(id) {
  const links = ["markdown", "html", "docx", "xlsx", "csv"].map((format) => {
    const href = new URL(`api/answers/${encodeURIComponent(id)}/export?format=${format}`, root).href;
    return el("p", {}, el("a", { class: "button", href, download: "" }, words[format]));
  });
  told(words.export_as, links);
}

async function say(id, verdict) {
  try {
    await judge(id, 0, verdict);
    announce(words.thanks);
  } catch (error) {
    announce(error.message);
  }
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
