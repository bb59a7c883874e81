// An answer as text to paste: question, answer, its sources with their addresses, its status.

import { el } from "../page/base.js";

// As plain text.
export function plain(record, question) {
  const said = [...record.querySelectorAll(".said > *")].map(lines).join("\n\n");
  const sources = sourcesOf(record).map(({ number, who, where, addresses }) => `[${number}] ${who}. ${where}. ${addresses.join(" ")}`);
  return [question, said, sources.join("\n"), statusOf(record)].filter(Boolean).join("\n\n");
}

// As an element, with links.
export function rich(record, question) {
  const said = [...record.querySelectorAll(".said > *")].map(unstyled);
  const sources = sourcesOf(record).map(({ number, who, where, addresses }) =>
    el("p", {}, `[${number}] ${who}. ${where}. `, addresses.flatMap((href) => [el("a", { href }, href), " "])),
  );
  const status = statusOf(record);
  return el("div", {}, el("p", {}, el("strong", {}, question)), said, sources, status ? el("p", {}, status) : null);
}

function sourcesOf(record) {
  return [...record.querySelectorAll("a.cited")].map((link) => {
    const [number, who, where] = ["number", "who", "where"].map((name) => link.querySelector(`.${name}`).textContent);
    const original = link.parentElement.querySelector(".address")?.textContent;
    return { number, who, where, addresses: [original, link.href].filter(Boolean) };
  });
}

function statusOf(record) {
  return record.querySelector(".status")?.textContent || "";
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
