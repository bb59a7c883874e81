// A question on record and what became of it, as the card and the list of open questions show them.

import { attribution, el, fill, inQuotes, language, placed, root, words } from "../page/base.js";

const SEVEREST = ["left_open", "no_reply", "unclear", "answered"];

export function readerLink({ briefing_id, start, end }) {
  return new URL(`briefings/${encodeURIComponent(briefing_id)}?start=${start}&end=${end}`, root).href;
}

export function badge(outcome) {
  return el("span", { class: `outcome ${outcome}` }, words[`outcome_${outcome}`]);
}

// Of several questions of an exchange what a reporter would look at first.
export function severest(outcomes) {
  return SEVEREST.find((outcome) => outcomes.includes(outcome));
}

// The sentence of the reply in its words, who said it, and how sure the reader is.
export function replied({ reply, outcome, sure }) {
  if (!reply) return [el("p", { class: "verdict" }, badge(outcome))];
  const marks = [reply.inferred ? words.inferred : "", reply.heard ? words.heard : ""].filter(Boolean).join(", ");
  const who = attribution(reply.speaker, reply.role, reply.outlet) + (marks && ` (${marks})`);
  const share = outcome === "left_open" ? fill(words.sure, { share: sure.toLocaleString(language, { style: "percent" }) }) : "";
  return [
    el("p", { class: "verdict" }, badge(outcome), " ", el("span", { class: "meta" }, share)),
    quoted(reply),
    place(reply, who),
  ];
}

// What is known of where words stand, behind what else there is to say of them; null where that is nothing.
export function place(citation, ...said) {
  const parts = [...said, ...placed(citation)];
  return parts.length ? el("p", { class: "meta" }, parts.flatMap((part, n) => (n ? [" · ", part] : [part]))) : null;
}

// Words that lead to their place.
export function quoted(citation) {
  return el(
    "blockquote",
    { lang: citation.language },
    el("a", { href: readerLink(citation) }, inQuotes(citation.quote)),
  );
}
