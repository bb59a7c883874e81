// Checking the quotations of an article: the article with each quotation marked, each finding with its verdict, the
// difference, the whole sentence on the record, and the report as a file.

import { api, button, el, fill, labelled, language, root, send, words } from "../page/base.js";
import { SIGNS, item } from "./findings.js";

const form = document.getElementById("check");
const area = form.querySelector("textarea");
const file = document.getElementById("article-file");
const said = document.getElementById("said");
const report = document.getElementById("report");
const FORMATS = ["html", "docx", "xlsx", "csv", "markdown"];
const ENDINGS = { markdown: "md" };
const SHEETS = /\.(xlsx|xlsm|xlsb|xls|ods|csv|tsv)$/i;
// The sheet whose quotations are shown; null for the text in the box.
let sheet = null;
let latest = 0;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (area.value !== area.dataset.of) sheet = null;
  check();
});

document.getElementById("open-file").addEventListener("click", () => file.click());
file.addEventListener("change", () => {
  if (file.files.length) open(file.files[0]);
  file.value = "";
});

// The whole window takes a file: one dropped beside the box would open in the page's place.
for (const kind of ["dragenter", "dragover"]) {
  document.addEventListener(kind, (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    form.classList.add("over");
  });
}
document.addEventListener("dragleave", (event) => event.relatedTarget || form.classList.remove("over"));
document.addEventListener("drop", (event) => {
  form.classList.remove("over");
  if (!event.dataTransfer.files.length) return;
  event.preventDefault();
  open(event.dataTransfer.files[0]);
});

async function open(chosen) {
  say(fill(words.check_opening, { file: chosen.name }));
  sheet = SHEETS.test(chosen.name) ? chosen : null;
  if (sheet) {
    area.value = "";
    await check();
    return;
  }
  try {
    area.value = (await api("check/file", { method: "POST", body: sent(chosen) })).text;
  } catch (error) {
    fail(error);
    return;
  }
  await check();
}

async function check() {
  const mine = ++latest;
  const text = area.value;
  report.replaceChildren();
  say(words.checking);
  try {
    const found = sheet ? await api("check/sheet", { method: "POST", body: sent(sheet) }) : await send("check", "POST", { text });
    if (mine !== latest) return;
    if (sheet) area.value = area.dataset.of = found.article;
    show(found);
  } catch (error) {
    if (mine === latest) fail(error);
  }
}

function sent(file) {
  const body = new FormData();
  body.append("file", file);
  return body;
}

function say(message) {
  said.replaceChildren(el("p", { class: "meta" }, message));
}

function fail(error) {
  said.replaceChildren(el("p", { class: "notice", role: "alert" }, error.message));
}

function show(found) {
  if (!found.findings.length) {
    said.replaceChildren(el("p", { class: "notice" }, words.check_none));
    return;
  }
  const summary = Object.entries(found.counts)
    .filter(([, n]) => n)
    .map(([verdict, n]) => `${SIGNS[verdict]} ${labelled(words[verdict], n)}`)
    .join(" · ");
  said.replaceChildren(el("p", { class: "summary" }, summary));
  report.replaceChildren(
    saving(found),
    el(
      "div",
      { class: "sides" },
      el("section", { "aria-labelledby": "marked" }, el("h2", { id: "marked" }, words.checked_text), marked(found)),
      el(
        "section",
        { "aria-labelledby": "found" },
        el("h2", { id: "found" }, words.findings),
        el("ol", { class: "findings" }, found.findings.map((finding, place) => item(finding, place + 1))),
      ),
    ),
    el("p", { class: "meta made" }, `OnRecord ${found.version} · ${found.model} · ${fill(words.checked_with, found)}`),
  );
}

// The text to the letter, each quotation with its number, a sign and a line of its own kind.
function marked({ article, findings }) {
  // Offsets count characters as Python does: code points, not UTF-16 units.
  const points = Array.from(article);
  const pieces = [];
  let place = 0;
  findings.forEach((finding, index) => {
    const number = index + 1;
    const cut = finding.sentences.some((one) => one.restriction);
    pieces.push(points.slice(place, finding.start).join(""));
    pieces.push(
      el(
        "mark",
        { class: `${finding.verdict}${cut ? " cut" : ""}`, id: `place-${number}` },
        el(
          "a",
          { href: `#finding-${number}`, "data-sign": `${number} ${SIGNS[finding.verdict]}`, title: words[finding.verdict] },
          points.slice(finding.start, finding.end).join(""),
          el("span", { class: "unseen" }, ` (${words[finding.verdict]})`),
        ),
      ),
    );
    place = finding.end;
  });
  return el("div", { class: "marked" }, pieces, points.slice(place).join(""));
}

function saving(found) {
  const save = (format) => async () => {
    const summary = said.firstChild;
    say(words.checking);
    try {
      await download(found.article, format);
      said.replaceChildren(summary);
    } catch (error) {
      fail(error);
    }
  };
  return el(
    "div",
    { class: "saving", role: "group", "aria-label": words.save_report },
    el("span", {}, words.save_report),
    FORMATS.map((format) => button(words[format].replace(/.*\((.+)\)/, "$1"), save(format))),
  );
}

async function download(text, format) {
  const json = { headers: { "content-type": "application/json" }, body: JSON.stringify({ text }) };
  const address = `api/check/${sheet ? "sheet/" : ""}export?format=${format}&language=${language}`;
  const response = await fetch(new URL(address, root), {
    method: "POST",
    ...(sheet ? { body: sent(sheet) } : json),
  }).catch(() => {
    throw new Error(words.offline);
  });
  if (!response.ok) throw new Error(words.unexpected);
  const made = URL.createObjectURL(await response.blob());
  el("a", { href: made, download: `onrecord-check.${ENDINGS[format] || format}` }).click();
  setTimeout(() => URL.revokeObjectURL(made), 60_000);
}
