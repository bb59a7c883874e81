// What every script of the page shares: its words, its language, building elements, asking the server.
//
// Elements are built with textContent only: nothing that comes from a briefing or a user is ever parsed as HTML.

export const root = new URL("../../..", import.meta.url);

// Where there is no room for rooms side by side: a phone, either way up, and a page at 400%.
export const SMALL = "(max-width: 768px), (max-height: 500px)";

const dictionary = JSON.parse(document.getElementById("onrecord-words").textContent);
// Letters that no accent makes.
const SPELT_OUT = { "’": "'", œ: "oe", æ: "ae", ß: "ss", ı: "i", ø: "o", ł: "l", đ: "d" };
const LANGUAGE_COOKIE = "onrecord_language";

export const language = chosenLanguage();
export const words = dictionary[language];
document.documentElement.lang = language;

function chosenLanguage() {
  const kept = document.cookie.match(new RegExp(`(?:^|; )${LANGUAGE_COOKIE}=(\\w+)`));
  const wanted = [kept && kept[1], ...(navigator.languages || []).map((tag) => tag.slice(0, 2).toLowerCase())];
  return wanted.find((tag) => tag && tag in dictionary) || "en";
}

// A list of the languages that the page speaks, each by its own name.
export function languageChooser() {
  const choose = (event) => {
    const year = 365 * 24 * 3600;
    document.cookie = `${LANGUAGE_COOKIE}=${event.target.value}; path=/; max-age=${year}; samesite=lax`;
    location.reload();
  };
  const options = Object.entries(dictionary).map(([code, spoken]) =>
    el("option", { value: code, lang: code, selected: code === language }, spoken.own_name),
  );
  return el("select", { class: "languages", "aria-label": words.page_language, onchange: choose }, options);
}

// An element with attributes, listeners (on…) and children; a child that is text stays text.
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

export function button(label, onclick, attributes = {}) {
  return el("button", { type: "button", onclick, ...attributes }, label);
}

export function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

// Words of a briefing in the quotation marks of the page's language.
export function inQuotes(said) {
  return fill(words.quoted, { words: said });
}

// A word with what belongs to it, as the language writes the colon between them.
export function labelled(label, value) {
  return fill(words.labelled, { label, value });
}

// The singular or plural of a key, as the language has it: French takes the singular for 0 too.
export function counted(key, n, values = {}) {
  const form = new Intl.PluralRules(language).select(n) === "one" ? "one" : "many";
  return fill(words[`${key}_${form}`], { n: n.toLocaleString(language), ...values });
}

// What a keyboard without accents writes, in small letters: so texts are compared where one is looked for.
export function folded(text) {
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.replace(/[’œæßıøłđ]/g, (letter) => SPELT_OUT[letter]);
}

// An ISO date, maybe partial, as it is said.
export function spokenDate(date) {
  if (!date) return words.undated;
  const [year, month, day] = date.slice(0, 10).split("-").map(Number);
  const options = { year: "numeric", timeZone: "UTC" };
  if (month) options.month = "long";
  if (day) options.day = "numeric";
  const time = new Date(Date.UTC(year, (month || 1) - 1, day || 1));
  if (Number.isNaN(time.getTime())) return date;
  return new Intl.DateTimeFormat(words.locale, options).format(time);
}

// Where words stand in print and in the recording; empty where neither is known.
export function printedPlace({ page, line, seconds }) {
  const places = page ? [fill(words.on_page, { page }), line ? fill(words.on_line, { line }) : ""] : [];
  if (seconds !== null && seconds !== undefined) places.push(fill(words.at_time, { time: timecode(seconds) }));
  return places.filter(Boolean).join(", ");
}

// The same in parts to be shown; the second is said by a link to the recording, where there is one.
export function placed(of) {
  const link = mediaLink(of);
  return [printedPlace(link ? { ...of, seconds: null } : of), link].filter(Boolean);
}

// A link to the recording where it lies, opening at the second of words; null where no address is known.
export function mediaLink({ media, seconds }, attributes = {}) {
  if (!media) return null;
  const at = seconds !== null && seconds !== undefined;
  const said = at ? fill(words.recording_at, { time: timecode(seconds) }) : words.recording;
  return el("a", { href: media, target: "_blank", rel: "noopener noreferrer", ...attributes }, said);
}

// Seconds from the beginning of a recording as h:mm:ss.
export function timecode(seconds) {
  const two = (n) => String(n).padStart(2, "0");
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

export function languageName(code) {
  try {
    return new Intl.DisplayNames([language], { type: "language" }).of(code);
  } catch {
    return code;
  }
}

export function attribution(speaker, role, outlet) {
  const who = speaker || role || words.unnamed;
  const whole = speaker && role ? `${who}, ${role}` : who;
  return outlet ? `${whole} (${outlet})` : whole;
}

// Ask the server; an Error carries words fit to be shown, and the answer's status where there was one.
export async function api(path, options = {}) {
  let response;
  try {
    response = await fetch(new URL(`api/${path}`, root), options);
  } catch {
    throw new Error(words.offline);
  }
  if (!response.ok) throw Object.assign(new Error(await failure(response)), { status: response.status });
  return response.status === 204 ? null : response.json();
}

export function send(path, method, body) {
  return api(path, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
}

async function failure(response) {
  try {
    const { detail } = await response.json();
    if (typeof detail === "string") return detail;
  } catch {
    // The body is not ours; the words below say enough.
  }
  return words.unexpected;
}

// One polite announcement for screen readers.
export function announce(message) {
  let region = document.getElementById("announcement");
  if (!region) {
    region = el("div", { id: "announcement", class: "unseen", role: "status", "aria-live": "polite" });
    document.body.append(region);
  }
  region.textContent = "";
  setTimeout(() => (region.textContent = message), 50);
}

// Settings of this tab that outlive a reload; a browser may forbid to keep any.
export function kept(name, otherwise) {
  try {
    return JSON.parse(sessionStorage.getItem(name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function keep(name, value) {
  try {
    sessionStorage.setItem(name, JSON.stringify(value));
  } catch {
    // Not kept, then.
  }
}
