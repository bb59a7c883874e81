// Adding briefings: files by button or drop, or the address of a page, with the progress of both the way and the work.

import { announce, api, button, counted, el, fill, root, timecode, words } from "../page/base.js";
import { mayEdit } from "../page/rights.js";

// Where the panel says how an addition goes, and what is done when one has ended.
let status = null;
let done = () => {};

export function adder(whenDone) {
  status = el("div", { class: "adding", role: "status" });
  done = whenDone;
  const input = chooser();
  return el(
    "div",
    { class: "adder" },
    button(words.add, () => input.click(), { class: "primary" }),
    input,
    el("details", {}, el("summary", {}, words.add_url), webForm()),
    status,
  );
}

function chooser() {
  const input = el("input", {
    type: "file",
    multiple: true,
    hidden: true,
    onchange: () => {
      addFiles([...input.files]);
      input.value = "";
    },
  });
  return input;
}

// The address is looked at here, so that what is wrong with it is said in the page's language.
function webForm() {
  const url = el("input", {
    type: "text",
    inputmode: "url",
    placeholder: "https://…",
    "aria-label": words.add_url_label,
    "aria-describedby": "bad-address",
    autocapitalize: "off",
    spellcheck: "false",
    maxlength: "2000",
    oninput: () => (wrong.hidden = true),
  });
  const wrong = el("p", { id: "bad-address", class: "notice", role: "alert", hidden: true });
  return el(
    "form",
    {
      class: "web",
      onsubmit: (event) => {
        event.preventDefault();
        const address = addressOf(url.value.trim());
        wrong.hidden = Boolean(address);
        wrong.textContent = address ? "" : fill(words.bad_address, { address: url.value.trim() || "…" });
        url.toggleAttribute("aria-invalid", !address);
        if (!address) return url.focus();
        url.value = "";
        return addPage(address);
      },
    },
    url,
    el("button", { type: "submit" }, words.save),
    wrong,
  );
}

// The address of a web page, which may be typed without its beginning; null for anything else.
function addressOf(typed) {
  const whole = /^[\p{L}\d-]+(\.[\p{L}\d-]+)+([/?#:].*)?$/u.test(typed) ? `https://${typed}` : typed;
  return /^https?:\/\/[^\s/?#]+/i.test(whole) && URL.canParse(whole) ? whole : null;
}

// What an empty library offers: to choose files, or the samples.
export function beginnings(whenDone) {
  const own = el("div", { class: "adding", role: "status" });
  const choose = () => document.querySelector("#library input[type=file]")?.click();
  const samples = () => request("briefings/samples", null, {}, own, whenDone);
  const box = el("div", { class: "beginnings" });
  mayEdit().then((may) =>
    box.replaceChildren(
      ...(may
        ? [
            button(words.add, choose, { class: "suggestion" }),
            button(words.use_samples, samples, { class: "suggestion" }),
            el("p", {}, words.samples_more),
            own,
          ]
        : []),
    ),
  );
  return box;
}

// Add files; an empty list is said to be one.
export function addFiles(files) {
  if (!files.length) {
    status.replaceChildren(failed(words.no_files));
    return;
  }
  const form = new FormData();
  for (const file of files) form.append("files", file, file.name);
  request("briefings", form, {}, status, done);
}

function addPage(url) {
  request("briefings/web", JSON.stringify({ url }), { "content-type": "application/json" }, status, done);
}

// XMLHttpRequest, because fetch does not tell how much of a body is sent.
function request(path, body, headers, status, done) {
  const line = el("p", {});
  const bar = el("progress", { max: "1", "aria-label": words.add });
  const xhr = new XMLHttpRequest();
  let addition = null;
  let cancelled = false;
  const cancel = () => {
    if (cancelled) return;
    cancelled = true;
    // What is still on its way is not added at all; what is being added ends where it is whole.
    if (addition) api(`additions/${addition}`, { method: "DELETE" }).catch((error) => announce(error.message));
    else {
      xhr.abort();
      show(el("p", {}, words.cancelled_none));
    }
  };
  const stop = button(words.cancel, cancel, { class: "plain" });
  const say = (text, part) => {
    line.textContent = text;
    if (part === undefined) bar.removeAttribute("value");
    else bar.value = part;
  };
  const show = (...parts) => {
    const focused = document.activeElement === stop;
    status.replaceChildren(...parts);
    // The button that was pressed is gone: the keyboard goes on from what it came to.
    if (focused) {
      status.tabIndex = -1;
      status.focus();
    }
  };
  status.replaceChildren(bar, line, stop);
  status.scrollIntoView({ block: "nearest" });
  say(words.uploading_begins);
  xhr.open("POST", new URL(`api/${path}`, root));
  xhr.setRequestHeader("accept", "text/event-stream");
  for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
  xhr.upload.onprogress = (event) => {
    if (!event.lengthComputable) return;
    const part = event.loaded / event.total;
    say(fill(words.uploading, { percent: Math.round(part * 100) }), part);
  };
  let read = 0;
  let ended = false;
  const take = () => {
    const blocks = xhr.responseText.slice(read).split("\n\n");
    const unfinished = blocks.pop();
    read = xhr.responseText.length - unfinished.length;
    for (const block of blocks) {
      const event = /^event: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (!data) continue;
      const value = JSON.parse(data);
      if (event === "started") addition = value.addition;
      else if (event === "progress") say(...progressed(value));
      else {
        ended = true;
        show(...(event === "failed" ? [failed(value.detail)] : reported(value, event === "stopped")));
        done();
      }
    }
  };
  xhr.onprogress = () => xhr.status === 200 && take();
  xhr.onerror = () => show(failed(words.offline));
  xhr.onload = () => {
    if (xhr.status === 200) take();
    if (ended) return;
    let detail = words.unexpected;
    try {
      const said = JSON.parse(xhr.responseText).detail;
      if (typeof said === "string") detail = said;
    } catch {
      // Not our answer; the words above say enough.
    }
    show(failed(detail));
  };
  xhr.send(body);
}

// What is being done, and which part of it is: files read, then their passages embedded.
function progressed(now) {
  if (now.stage === "hearing") return hearing(now);
  const embedding = now.stage === "embedding";
  const text = fill(words[embedding ? "embedding" : "reading"], { ...now, done: Math.min(now.done + 1, now.total) });
  const part = embedding ? now.passages / now.read : now.done / now.total;
  return [text, Number.isFinite(part) && part > 0 ? part : undefined];
}

// How many seconds of a recording have been heard; how long it is may not be known.
function hearing(now) {
  const counts = { done: now.done + 1, total: now.total, file: now.file, heard: timecode(now.heard) };
  if (!now.heard || !now.seconds) return [fill(words.hearing_begins, counts)];
  return [fill(words.hearing, { ...counts, seconds: timecode(now.seconds) }), Math.min(now.heard / now.seconds, 1)];
}

function failed(message) {
  return el("p", { class: "notice", role: "alert" }, message);
}

function reported(report, cancelled) {
  const of = (...outcomes) => report.files.filter((file) => outcomes.includes(file.outcome));
  const outcomes = [
    ["add_done", of("added")],
    ["add_updated", of("updated", "new version")],
    // An upload comes from a folder of its own: the same file again has only moved.
    ["add_unchanged", of("unchanged", "moved")],
  ];
  const wrong = of("failed");
  const notes = report.files.flatMap((file) => file.notes.map((note) => `${file.file}: ${note}`));
  const parts = outcomes.filter(([, files]) => files.length).map(([key, files]) => counted(key, files.length));
  if (wrong.length) parts.push(fill(words.add_failed, { n: wrong.length }));
  if (cancelled) parts.unshift(parts.length ? words.cancelled : words.cancelled_none);
  const summary = parts.join(" · ") || words.no_files;
  announce(summary);
  return [
    el("p", { class: wrong.length || cancelled ? "notice" : "verified" }, summary),
    wrong.length ? el("ul", { class: "wrong" }, wrong.map((file) => el("li", {}, file.message || file.file))) : "",
    notes.length ? el("ul", { class: "notes" }, notes.map((note) => el("li", {}, note))) : "",
  ];
}
