// An answer as text to paste: question, answer, its sources with their addresses, its status; and what a language model
// wrote beside it, under its label. A form that is hidden is left out.

import { el } from "../page/base.js";

// As plain text. `records` are the elements of the answer's forms.
export function plain(records, question) {
  const parts = records.flatMap((record) => {
    const sources = sourcesOf(record).map(({ number, who, where, addresses }) => `[${number}] ${who}. ${where}. ${addresses.join(" ")}`);
    return [labelOf(record), ...saidIn(record).map(lines), sources.join("\n"), ...statusesOf(record)];
  });
  return [question, ...parts].filter(Boolean).join("\n\n");
}

// As an element, with links.
export function rich(records, question) {
  const parts = records.map((record) => [
    labelOf(record) ? el("p", {}, el("strong", {}, labelOf(record))) : null,
    saidIn(record).map(unstyled),
    sourcesOf(record).map(({ number, who, where, addresses }) =>
      el("p", {}, `[${number}] ${who}. ${where}. `, addresses.flatMap((href) => [el("a", { href }, href), " "])),
    ),
    statusesOf(record).map((status) => (status ? el("p", {}, status) : null)),
  ]);
  return el("div", {}, el("p", {}, el("strong", {}, question)), parts.flat(2));
}

// The paragraphs and lists of a form that is shown.
function saidIn(record) {
  return [...record.querySelectorAll(".said > *")].filter((block) => block.checkVisibility());
}

function labelOf(record) {
  return saidIn(record).length ? record.querySelector(".label")?.textContent : "";
}

function sourcesOf(record) {
  if (record.classList.contains("written") && !saidIn(record).length) return [];
  return [...record.querySelectorAll("a.cited")].map((link) => {
    const [number, who, where] = ["number", "who", "where"].map((name) => link.querySelector(`.${name}`).textContent);
    const original = link.parentElement.querySelector(".address")?.textContent;
    return { number, who, where, addresses: [original, link.href].filter(Boolean) };
  });
}

// The line with the verdict; of what was written, all that is said of it.
function statusesOf(record) {
  if (!record.classList.contains("written")) return [record.querySelector(".status")?.textContent || ""];
  return [...record.querySelectorAll(".status")].filter((line) => line.checkVisibility()).map((line) => line.textContent);
}

function numberOf(chip) {
  return chip.id.split("-").pop();
}

function withoutButtons(block) {
  const whole = block.cloneNode(true);
  for (const buttons of whole.querySelectorAll(".of-quote")) buttons.remove();
  return whole;
}

// The text of a paragraph or list, with chips as their markers.
function lines(block) {
  const whole = withoutButtons(block);
  for (const chip of whole.querySelectorAll("a.cite")) chip.replaceWith(`[${numberOf(chip)}]`);
  for (const end of whole.querySelectorAll("br")) end.replaceWith("\n");
  const items = [...whole.querySelectorAll("li")];
  return items.length ? items.map((item) => `- ${item.textContent}`).join("\n") : whole.textContent;
}

// A paragraph or list as other programs take it: quotes on lines of their own, chips as links.
function unstyled(block) {
  const whole = withoutButtons(block);
  for (const chip of whole.querySelectorAll("a.cite")) chip.replaceWith(el("a", { href: chip.href }, `[${numberOf(chip)}]`));
  for (const quote of whole.querySelectorAll(".quote")) quote.before(el("br"));
  // A pasted <q> would be given quotation marks a second time.
  for (const quote of whole.querySelectorAll("q")) quote.replaceWith(el("span", { lang: quote.lang }, [...quote.childNodes]));
  for (const element of whole.querySelectorAll("[class]")) element.removeAttribute("class");
  return whole;
}
