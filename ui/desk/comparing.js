// Two briefings side by side: choosing them, and what was found.

import { announce, api, attribution, counted, el, fill, inQuotes, labelled, mediaLink, printedPlace, root, spokenDate, words } from "../page/base.js";
import { pinButton } from "./pinning.js";

const form = document.getElementById("compare");
const state = document.getElementById("compared");
const found = document.getElementById("comparison");
const { speaker, first, second } = form.elements;
let latest = 0;

start();

async function start() {
  const given = new URLSearchParams(location.search);
  try {
    const names = await api("names");
    document.getElementById("speakers").append(...names.speaker.map((name) => el("option", { value: name })));
    speaker.value = given.get("speaker") || "";
    await offer(given.get("first"), given.get("second"));
    if (given.get("first") && given.get("second")) await compare();
  } catch (error) {
    failed(error);
  }
}

// The briefings to choose from: all, or those in which somebody speaks, the latest first.
async function offer(one, other) {
  const wanted = speaker.value.trim();
  const briefings = await api(`briefings${wanted ? `?speaker=${encodeURIComponent(wanted)}` : ""}`);
  briefings.sort((a, b) => (b.date || "").localeCompare(a.date || ""));
  const options = () => briefings.map(({ id, title, date }) => el("option", { value: id }, `${spokenDate(date)} – ${title}`));
  first.replaceChildren(...options());
  second.replaceChildren(...options());
  // The earlier one stands on the left.
  const listed = (id, otherwise) => (briefings.some((briefing) => briefing.id === id) ? id : otherwise?.id || "");
  second.value = listed(other, briefings[0]);
  const others = briefings.filter(({ id }) => id !== second.value);
  first.value = one === second.value ? others[0]?.id || "" : listed(one, others[0]);
  state.textContent = briefings.length < 2 ? (wanted ? fill(words.compare_few_of, { speaker: wanted }) : words.compare_few) : "";
}

speaker.addEventListener("change", () => offer(first.value, second.value).catch(failed));

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const chosen = new URLSearchParams({ first: first.value, second: second.value });
  if (speaker.value.trim()) chosen.set("speaker", speaker.value.trim());
  history.replaceState(null, "", `?${chosen}`);
  compare();
});

async function compare() {
  const mine = ++latest;
  const query = new URLSearchParams({ first: first.value, second: second.value });
  if (speaker.value.trim()) query.set("speaker", speaker.value.trim());
  state.textContent = words.comparing;
  try {
    const comparison = await api(`compare?${query}`);
    if (mine === latest) show(comparison);
  } catch (error) {
    if (mine === latest) failed(error);
  }
}

function failed(error) {
  found.replaceChildren();
  state.replaceChildren(el("span", { class: "notice", role: "alert" }, error.message));
  announce(error.message);
}

function show(comparison) {
  const { opposite, pairs } = comparison;
  const summary = counted("pairs", pairs);
  state.textContent = [
    opposite.length < pairs ? `${summary} ${fill(words.pairs_shown, { n: opposite.length })}` : summary,
    counted("statements", comparison.first.statements + comparison.second.statements),
  ].join(" · ");
  const silent = [comparison.first, comparison.second].filter((side) => !side.statements);
  found.replaceChildren(
    el("p", { class: "meta" }, words.compare_basis),
    ...silent.map((side) => el("p", { class: "notice" }, fill(words.compare_silent, { title: side.title }))),
    el("div", { class: "beside heads" }, heading(comparison.first), heading(comparison.second)),
    el("section", {}, el("h2", {}, words.both_speak), opposite.length ? el("ol", { class: "opposite" }, opposite.map(pair)) : el("p", {}, words.no_pairs)),
    el("section", {}, el("h2", {}, words.only_one), el("div", { class: "beside" }, alone(comparison.first, comparison.only_first), alone(comparison.second, comparison.only_second))),
  );
}

function heading(side) {
  const href = new URL(`briefings/${encodeURIComponent(side.briefing_id)}`, root).href;
  return el("p", {}, el("a", { href, lang: side.language }, side.title), el("br"), el("span", { class: "meta" }, spokenDate(side.date)));
}

function pair(one) {
  return el(
    "li",
    {},
    el("h3", {}, one.shared.join(", "), one.sure ? null : el("span", { class: "badge" }, words.perhaps)),
    el("div", { class: "beside" }, quoted(one.first, difference(one.figures, one.words)), quoted(one.second, difference(one.figures_second, one.words_second))),
  );
}

function difference(figures, own) {
  return [
    figures.length ? el("p", { class: "figures" }, labelled(words.figures, ""), el("strong", {}, figures.join(" · "))) : null,
    own.length ? el("p", { class: "meta" }, labelled(words.words_here, own.join(", "))) : null,
  ];
}

function quoted(citation, more) {
  const { briefing_id: briefing, start, end, passage_id: passage } = citation;
  const href = new URL(`briefings/${encodeURIComponent(briefing)}?start=${start}&end=${end}#p${passage}`, root).href;
  const who = citation.speaker || citation.kind !== "report" ? attribution(citation.speaker, citation.role, citation.outlet) : words.report;
  const where = [spokenDate(citation.date), printedPlace(citation)].filter(Boolean).join(", ");
  return el(
    "figure",
    {},
    el("blockquote", { lang: citation.language }, inQuotes(citation.quote)),
    el("figcaption", {}, el("a", { href }, `${who}, ${where}`), citation.media ? " · " : "", mediaLink(citation), " ", pinButton({ briefing, start, end }, citation.quote, begins(citation.quote))),
    more,
  );
}

function begins(quote) {
  return quote.split(/\s+/).slice(0, 6).join(" ");
}

function alone(side, quotes) {
  return el(
    "div",
    {},
    el("h3", { lang: side.language }, side.title),
    quotes.length ? quotes.map(({ quote, words: own }) => quoted(quote, el("p", { class: "meta" }, labelled(words.words_here, own.join(", "))))) : el("p", {}, words.nothing_alone),
  );
}
