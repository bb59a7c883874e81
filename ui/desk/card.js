// The card's script: fills in what became of each question as its reply is read, and what could be asked.

import { api, button, counted, el, fill, labelled, language, root, words } from "../page/base.js";
import { listen } from "../page/events.js";
import { replied, severest } from "./question.js";

// Milliseconds: who waits no longer needs no telling.
const PATIENCE = 2000;
const LATER = 5000;

const card = document.querySelector("main.card");
const slots = card ? [...card.querySelectorAll(".reply")] : [];
const status = document.getElementById("reading");
const briefing = card?.dataset.briefing;
const outcomes = new Map();

function fillIn(place, question) {
  slots[place]?.replaceChildren(...replied(question));
  const known = outcomes.get(question.exchange) || [];
  outcomes.set(question.exchange, [...known, question.outcome]);
  const bar = card.querySelector(`.course a[data-exchange="${question.exchange}"]`);
  if (!bar) return;
  const outcome = severest(outcomes.get(question.exchange));
  bar.setAttribute("class", outcome);
  bar.setAttribute("aria-label", labelled(bar.dataset.label, words[`outcome_${outcome}`]));
  bar.querySelector("title").textContent = bar.getAttribute("aria-label");
}

async function read() {
  outcomes.clear();
  let done = 0;
  const stopping = new AbortController();
  const count = el("span", {});
  const say = () => (count.textContent = fill(words.reading_replies, { done, total: slots.length }));
  const waiting = setTimeout(() => {
    say();
    status.replaceChildren(count, " ", button(words.stop_reading, () => stopping.abort()));
  }, PATIENCE);
  let failure = null;
  try {
    const take = (event, value) => {
      if (event === "failed") failure = value.detail;
      if (event !== "question") return;
      fillIn(done, value);
      done++;
      say();
    };
    await listen(`briefings/${encodeURIComponent(briefing)}/questions`, take, stopping.signal);
  } catch (error) {
    failure = error.message;
  }
  clearTimeout(waiting);
  if (done === slots.length) {
    const open = [...outcomes.values()].flat().filter((one) => one === "left_open" || one === "no_reply").length;
    status.replaceChildren(counted("questions_put", done, { open: open.toLocaleString(language) }));
  } else {
    const told = failure || fill(words.reading_stopped, { done, total: slots.length });
    status.replaceChildren(el("span", {}, told), " ", button(words.read_on, read));
    status.querySelector("button").focus();
  }
}

async function suggest(list, tries = 12) {
  let found = [];
  try {
    found = await api(`briefings/${encodeURIComponent(briefing)}/suggestions?language=${language}`);
  } catch (error) {
    if (error.status === 503 && tries > 1) setTimeout(() => suggest(list, tries - 1), LATER);
    else list.replaceChildren(el("li", { class: "meta" }, words.none_to_ask));
    return;
  }
  const items = found.map((question) => {
    const address = new URL(`?${new URLSearchParams({ ask: question, briefing })}`, root);
    return el("li", {}, el("a", { href: address.href }, question));
  });
  list.replaceChildren(...(items.length ? items : [el("li", { class: "meta" }, words.none_to_ask)]));
}

// What could be asked is tried when the replies have been read: both take the same processor.
async function start() {
  if (slots.length) await read();
  suggest(document.getElementById("could-ask"));
}

if (card) start();
