// One finding: what was quoted, what the record has, and how they differ.

import { attribution, el, fill, inQuotes, labelled, language, mediaLink, printedPlace, root, spokenDate, words } from "../page/base.js";

// What marks a verdict besides its colour, here and in the exports.
export const SIGNS = {
  verbatim: "✓",
  other_speaker: "⇄",
  altered: "≠",
  stitched: "…",
  translated: "≈",
  not_found: "?",
};

export function item(finding, number) {
  return el(
    "li",
    { class: `finding ${finding.verdict}`, id: `finding-${number}`, tabindex: "-1" },
    el(
      "p",
      {},
      el("span", { class: "sign", "aria-hidden": "true" }, SIGNS[finding.verdict]),
      el("strong", { class: "verdict" }, words[finding.verdict]),
      " ",
      el("a", { class: "back", href: `#place-${number}`, "aria-label": `${words.in_the_text}: ${number}` }, words.in_the_text),
    ),
    el("p", { class: "claim" }, inQuotes(finding.text)),
    finding.speaker ? el("p", { class: "meta" }, fill(words.says, { speaker: finding.speaker })) : null,
    finding.may_be.length ? el("p", { class: "meta" }, fill(words.may_be, { people: finding.may_be.join("; ") })) : null,
    finding.verdict === "altered" ? difference(finding.changes) : null,
    finding.verdict === "translated"
      ? el("p", { class: "meta" }, fill(words.similarity, { share: shared(finding.similarity) }))
      : null,
    finding.citations.flatMap((one, place) => citation(one, finding.sentences[place])),
  );
}

function shared(similarity) {
  return similarity.toLocaleString(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

// The words of the text struck through, those of the record underlined.
function difference(changes) {
  const pieces = changes.flatMap((change) => {
    if (change.kind === "same") return [`${change.source} `];
    const quoted = change.quoted ? [el("del", {}, change.quoted), " "] : [];
    const source = change.source ? [el("ins", {}, change.source), " "] : [];
    return [...quoted, ...source];
  });
  return el("p", { class: "difference" }, labelled(words.difference, ""), pieces);
}

// Whole sentences of the record, the words that were found set off in them.
function citation(one, around) {
  const reader = new URL(`briefings/${encodeURIComponent(one.briefing_id)}?start=${one.start}&end=${one.end}`, root);
  const points = Array.from(around.text);
  const [from, to] = [one.start - around.start, one.end - around.start];
  const where = [attribution(one.speaker, one.role, one.outlet), one.title, spokenDate(one.date), printedPlace(one)];
  return [
    around.restriction
      ? el("p", { class: "notice goes-on" }, fill(words.goes_on, { words: around.restriction }))
      : null,
    el(
      "blockquote",
      { lang: one.language },
      points.slice(0, from).join(""),
      el("b", {}, points.slice(from, to).join("")),
      points.slice(to).join(""),
      el(
        "footer",
        { lang: language },
        el("a", { href: reader.href, target: "_blank", rel: "noopener" }, where.filter(Boolean).join(", ")),
        one.media ? " · " : "",
        mediaLink(one),
      ),
    ),
  ];
}
