// Correcting a briefing: what is said of it, who speaks, and what was corrected before, each to be undone.

import { announce, api, attribution, button, el, fill, inQuotes, labelled, send, words } from "../page/base.js";

const FACTS = [
  ["title", words.field_title, { required: true, maxlength: 500 }],
  ["date", words.field_date, { maxlength: 10, autocomplete: "off" }, words.field_date_help],
  ["language", words.field_language, { maxlength: 8, autocomplete: "off", autocapitalize: "none" }],
  ["url", words.field_url, { type: "url", maxlength: 2000, autocomplete: "off" }],
  ["media", words.field_media, { type: "url", maxlength: 2000, autocomplete: "off" }, words.field_media_help],
];
const WHO = [
  ["name", words.field_name, { maxlength: 200 }, words.field_name_help],
  ["role", words.field_role, { maxlength: 200 }],
  ["outlet", words.field_outlet, { maxlength: 200 }],
];
const OPENING = 60;

// The forms for one briefing, filled with what it now says; `onchange` is told of the briefing as it then is.
export async function correcting(id, place, onchange = () => {}) {
  const path = `briefings/${encodeURIComponent(id)}`;
  let briefing = await api(path);
  const facts = form(words.correct_facts, FACTS);
  const speaker = form(words.correct_speaker, WHO, whom());
  const made = el("section", { class: "corrections", "aria-labelledby": "corrections-made" });
  place.replaceChildren(facts.element, speaker.element, made);
  const chosen = speaker.element.querySelector("select");

  chosen.addEventListener("change", nameAsItIs);
  facts.element.addEventListener("submit", (event) => save(event, facts, changedFacts));
  speaker.element.addEventListener("submit", (event) => save(event, speaker, changedSpeaker));
  show();

  function show() {
    for (const [name] of FACTS) facts.inputs[name].value = said(name);
    const before = chosen.value;
    chosen.replaceChildren(...speakers(briefing));
    if ([...chosen.options].some((option) => option.value === before)) chosen.value = before;
    nameAsItIs();
    made.replaceChildren(...corrections(briefing.corrections, undo));
    onchange(briefing);
  }

  // A recording is known by its correction alone; one at a path of the server is no address.
  function said(name) {
    if (name !== "media") return briefing[name] ?? "";
    const told = briefing.corrections.filter((one) => one.of === "media").at(-1)?.value ?? "";
    return /^https?:/i.test(told) ? told : "";
  }

  function nameAsItIs() {
    const turn = briefing.turns[Number(chosen.selectedOptions[0]?.dataset.turn)];
    speaker.inputs.name.value = turn?.speaker ?? "";
    speaker.inputs.role.value = turn?.role ?? "";
    speaker.inputs.outlet.value = turn?.outlet ?? "";
  }

  function changedFacts() {
    const values = FACTS.map(([name]) => [name, facts.inputs[name].value.trim()]);
    return Object.fromEntries(values.filter(([name, value]) => value && value !== said(name)));
  }

  function changedSpeaker() {
    const option = chosen.selectedOptions[0];
    const turn = briefing.turns[Number(option?.dataset.turn)];
    const named = Object.fromEntries(WHO.map(([name]) => [name, speaker.inputs[name].value.trim() || null]));
    const same = turn && WHO.every(([name]) => named[name] === (turn[name === "name" ? "speaker" : name] ?? null));
    if (!turn || (same && !turn.inferred)) return {};
    // The sign for nobody who could be named.
    named.name ??= "?";
    const kind = option.dataset.kind;
    return kind === "turn" ? { turns: [{ start: turn.start, ...named }] } : { labels: [{ label: turn.label, ...named }] };
  }

  async function save(event, { element, status }, changes) {
    event.preventDefault();
    const wanted = changes();
    if (!Object.keys(wanted).length) {
      status.replaceChildren(words.nothing_changed);
      return;
    }
    await done(element, status, () => send(`${path}/corrections`, "POST", wanted), words.correction_saved);
  }

  async function undo(number) {
    const status = el("p", { class: "wrong" });
    const undone = await done(made, status, () => api(`${path}/corrections/${number}`, { method: "DELETE" }), words.correction_undone);
    if (undone) made.querySelector("h2").focus();
    else made.append(status);
  }

  async function done(element, status, change, said) {
    element.setAttribute("aria-busy", "true");
    try {
      await change();
      briefing = await api(path);
      show();
      status.replaceChildren(said);
      announce(said);
      return true;
    } catch (error) {
      status.replaceChildren(el("span", { class: "notice", role: "alert" }, error.message));
      return false;
    } finally {
      element.removeAttribute("aria-busy");
    }
  }
}

function form(title, fields, before = null) {
  const inputs = {};
  const rows = fields.map(([name, label, attributes, help]) => {
    const id = `correct-${name}`;
    inputs[name] = el("input", { id, name, type: "text", "aria-describedby": help ? `${id}-help` : null, ...attributes });
    return el(
      "p",
      { class: "field" },
      el("label", { for: id }, label),
      inputs[name],
      help ? el("span", { id: `${id}-help`, class: "meta" }, help) : null,
    );
  });
  const status = el("p", { class: "meta status" });
  const element = el(
    "form",
    { class: "correction" },
    el("h2", {}, title),
    before,
    rows,
    el("div", { class: "links" }, el("button", { type: "submit", class: "button" }, words.save_correction), status),
  );
  return { element, inputs, status };
}

function whom() {
  return el("p", { class: "field" }, el("label", { for: "correct-whom" }, words.whom), el("select", { id: "correct-whom" }));
}

// Labels once each, then every turn by how it begins.
function speakers({ text, turns }) {
  const option = (kind, place, said) =>
    el("option", { value: `${kind} ${place}`, "data-kind": kind, "data-turn": place }, said);
  const first = new Map();
  turns.forEach((turn, place) => turn.label && !first.has(turn.label) && first.set(turn.label, place));
  const labels = [...first].map(([label, place]) => {
    const { speaker, role, outlet } = turns[place];
    return option("label", place, speaker && speaker !== label ? labelled(label, attribution(speaker, role, outlet)) : label);
  });
  const letters = [...text];
  const single = turns.map((turn, place) => {
    const words_ = letters.slice(turn.start, Math.min(turn.end, turn.start + OPENING)).join("").replace(/\s+/g, " ").trim();
    return option("turn", place, labelled(turn.speaker || turn.label || words.unnamed, `${words_}…`));
  });
  return [
    labels.length ? el("optgroup", { label: words.printed_labels }, labels) : null,
    el("optgroup", { label: words.single_turns }, single),
  ].filter(Boolean);
}

function corrections(made, undo) {
  const heading = el("h2", { id: "corrections-made", tabindex: "-1" }, words.corrections_made);
  if (!made.length) return [heading, el("p", { class: "meta" }, words.no_corrections)];
  const items = made.map((one) => {
    const field = fill(words[`corrected_${one.of}`], { label: one.label || words.unnamed });
    const way = one.value ? (one.before ? words.corrected_to : words.corrected_first) : words.corrected_away;
    const after = inQuotes(attribution(one.value, one.role, one.outlet));
    const said = fill(way, { field, before: inQuotes(one.before ?? words.unnamed), after });
    const time = el("time", { datetime: one.at }, new Date(one.at).toLocaleString(words.locale, { dateStyle: "medium", timeStyle: "short" }));
    return el(
      "li",
      {},
      el("span", {}, said),
      el("span", { class: "meta" }, time, one.by ? ` · ${one.by}` : ""),
      button(words.undo_correction, () => undo(one.number), { "aria-label": fill(words.undo_this, { correction: said }) }),
    );
  });
  return [heading, el("ol", {}, items)];
}

const own = document.getElementById("correcting");
if (own) {
  const title = document.getElementById("corrected-title");
  correcting(own.dataset.briefing, own, (briefing) => (title.textContent = briefing.title)).catch((error) =>
    own.replaceChildren(el("p", { class: "notice", role: "alert" }, error.message)),
  );
}
