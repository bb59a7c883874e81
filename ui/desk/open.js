// The list of questions left open: what is wanted is kept in the page's address; what is unread is read meanwhile.

import { announce, api, attribution, button, counted, el, fill, language, root, spokenDate, words } from "../page/base.js";
import { listen } from "../page/events.js";
import { place, quoted, replied } from "./question.js";

const NAMES = ["subject", "speaker", "outlet", "since", "until"];
// So many are shown at first, and more when asked for.
const SHOWN = 100;
const PAUSE = 250;

const form = document.getElementById("wanted");
const list = document.getElementById("questions");
const count = document.getElementById("count");
const reading = document.getElementById("reading");
let shown = SHOWN;
let found = { questions: [], read: 0, total: 0 };
let latest = 0;

const ORDERS = {
  newest: (one, other) => (other.asked.date || "").localeCompare(one.asked.date || ""),
  // Undated ones last.
  oldest: (one, other) => (one.asked.date || "9").localeCompare(other.asked.date || "9"),
  speaker: (one, other) => (one.reply?.speaker || "\uffff").localeCompare(other.reply?.speaker || "\uffff", language),
  outlet: (one, other) => (one.asked.outlet || "\uffff").localeCompare(other.asked.outlet || "\uffff", language),
};

function wanted() {
  const given = NAMES.map((name) => [name, form.elements[name].value.trim()]).filter(([, value]) => value);
  const query = new URLSearchParams(given);
  if (form.elements.unclear.checked) query.set("unclear", "true");
  return query;
}

// The names to choose from are those that stand in the whole list.
async function choices() {
  const { questions } = await api("open?unclear=true");
  for (const [name, of] of [["speaker", (one) => one.reply?.speaker], ["outlet", (one) => one.asked.outlet]]) {
    const select = form.elements[name];
    const chosen = select.value || start.get(name) || "";
    const names = new Set([...questions.map(of), chosen].filter(Boolean));
    const options = [...names].sort((a, b) => a.localeCompare(b, language)).map((value) => el("option", { value }, value));
    select.replaceChildren(el("option", { value: "" }, words.any_of_them), ...options);
    select.value = chosen;
  }
}

async function refresh() {
  const mine = ++latest;
  const query = wanted();
  try {
    const answer = await api(`open?${query}`);
    if (mine !== latest) return;
    found = answer;
  } catch (error) {
    count.replaceChildren(el("span", { class: "notice" }, error.message));
    return;
  }
  const address = new URLSearchParams(query);
  if (form.elements.order.value !== "newest") address.set("order", form.elements.order.value);
  history.replaceState(null, "", address.size ? `?${address}` : location.pathname);
  for (const link of document.querySelectorAll("#exports a")) {
    const file = new URLSearchParams({ ...Object.fromEntries(query), format: link.dataset.format, labels: language });
    link.href = new URL(`api/open/export?${file}`, root).href;
  }
  draw();
}

function draw() {
  const sorted = [...found.questions].sort(ORDERS[form.elements.order.value]);
  count.textContent = counted("open_questions", sorted.length, {
    read: found.read.toLocaleString(language),
    total: found.total.toLocaleString(language),
  });
  const items = sorted.slice(0, shown).map(item);
  if (sorted.length > shown) items.push(el("li", { class: "more" }, button(words.show_more, more)));
  list.replaceChildren(...items);
}

function more() {
  const before = shown;
  shown += SHOWN;
  draw();
  list.children[before]?.querySelector("a").focus();
}

function item(question) {
  const { asked } = question;
  const card = new URL(`briefings/${encodeURIComponent(asked.briefing_id)}/card`, root).href;
  return el(
    "li",
    { class: "open-question" },
    el("h2", { class: "asker" }, attribution(asked.speaker, asked.role, asked.outlet)),
    quoted(asked),
    place(asked),
    ...replied(question),
    el("p", { class: "meta" }, el("a", { href: card, lang: asked.language }, asked.title), ` · ${spokenDate(asked.date)}`, question.reply || !asked.heard ? "" : ` · ${words.heard}`),
  );
}

async function read() {
  const stopping = new AbortController();
  const line = el("span", {});
  const bar = el("progress", { max: "1", "aria-label": words.reading_library });
  let last = -1;
  let failure = null;
  let total = 0;
  const take = (event, value) => {
    if (event === "failed") failure = value.detail;
    if (event !== "progress" || value.done === last) return;
    last = value.done;
    total = value.total;
    if (!bar.isConnected) reading.replaceChildren(line, " ", bar, " ", button(words.stop_reading, () => stopping.abort()));
    line.textContent = fill(words.reading_briefing, { done: value.done + 1, total, title: value.title });
    bar.value = value.done / total;
    if (value.done) refresh();
  };
  try {
    await listen("open/read", take, stopping.signal);
  } catch (error) {
    failure = error.message;
  }
  if (last < 0 && !failure) return;
  await refresh();
  await choices();
  if (stopping.signal.aborted || failure) {
    const told = failure || fill(words.reading_stopped, { done: found.read, total: found.total });
    reading.replaceChildren(el("span", {}, told), " ", button(words.read_on, read));
    reading.querySelector("button").focus();
  } else {
    reading.replaceChildren();
    announce(count.textContent);
  }
}

const start = new URLSearchParams(location.search);
for (const name of ["subject", "since", "until", "order"]) {
  if (start.get(name)) form.elements[name].value = start.get(name);
}
if (!form.elements.order.value) form.elements.order.value = "newest";
form.elements.unclear.checked = start.get("unclear") === "true";

let pause = 0;
form.addEventListener("input", () => {
  shown = SHOWN;
  clearTimeout(pause);
  pause = setTimeout(refresh, PAUSE);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  refresh();
});
form.addEventListener("reset", () => setTimeout(refresh));

choices()
  .then(refresh, (error) => count.replaceChildren(el("span", { class: "notice" }, error.message)))
  .then(read);
