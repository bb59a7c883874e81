// Checking the quotations of an article: each finding with its verdict, the difference, and the words on the record.

import { attribution, el, fill, language, root, send, spokenDate, words } from "../page/base.js";

const form = document.getElementById("check");
const report = document.getElementById("report");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  report.replaceChildren(el("p", { class: "meta" }, words.checking));
  try {
    show(await send("check", "POST", { text: form.querySelector("textarea").value }));
  } catch (error) {
    report.replaceChildren(el("p", { class: "notice", role: "alert" }, error.message));
  }
});

function show({ findings, counts }) {
  if (!findings.length) {
    report.replaceChildren(el("p", { class: "notice" }, words.check_none));
    return;
  }
  const summary = Object.entries(counts)
    .filter(([, n]) => n)
    .map(([verdict, n]) => `${n} ${words[verdict]}`)
    .join(" · ");
  report.replaceChildren(el("p", { class: "summary" }, summary), el("ol", { class: "findings" }, findings.map(item)));
}

function item(finding) {
  return el(
    "li",
    { class: `finding ${finding.verdict}` },
    el("p", {}, el("strong", { class: "verdict" }, words[finding.verdict])),
    el("p", { class: "claim" }, finding.text),
    finding.speaker ? el("p", { class: "meta" }, fill(words.says, { speaker: finding.speaker })) : null,
    finding.may_be.length ? el("p", { class: "meta" }, fill(words.may_be, { people: finding.may_be.join("; ") })) : null,
    finding.verdict === "altered" ? difference(finding.changes) : null,
    finding.verdict === "translated"
      ? el("p", { class: "meta" }, fill(words.similarity, { share: shared(finding.similarity) }))
      : null,
    finding.citations.map(citation),
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
  return el("p", { class: "difference" }, `${words.difference}: `, pieces);
}

function citation(one) {
  const reader = new URL(`briefings/${encodeURIComponent(one.briefing_id)}?start=${one.start}&end=${one.end}`, root);
  return el(
    "blockquote",
    { lang: one.language },
    `“${one.quote}”`,
    el(
      "footer",
      {},
      el(
        "a",
        { href: reader.href, target: "_blank", rel: "noopener" },
        `${attribution(one.speaker, one.role, one.outlet)}, ${one.title}, ${spokenDate(one.date)}`,
      ),
    ),
  );
}
