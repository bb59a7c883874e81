// Adding briefings: files by button or drop, or the address of a page, with the progress of both the way and the work.

import { announce, button, counted, el, fill, root, words } from "../page/base.js";

export function adder(done) {
  const status = el("div", { class: "adding", role: "status" });
  const input = el("input", {
    type: "file",
    multiple: true,
    hidden: true,
    onchange: () => {
      if (input.files.length) addFiles(input.files, status, done);
      input.value = "";
    },
  });
  const url = el("input", {
    type: "url",
    placeholder: "https://…",
    "aria-label": words.add_url_label,
    required: true,
    maxlength: "2000",
  });
  const web = el(
    "form",
    {
      class: "web",
      onsubmit: (event) => {
        event.preventDefault();
        addPage(url.value.trim(), status, done);
        url.value = "";
      },
    },
    url,
    el("button", { type: "submit" }, words.save),
  );
  const box = el(
    "div",
    { class: "adder" },
    button(words.add, () => input.click(), { class: "primary" }),
    input,
    el("details", {}, el("summary", {}, words.add_url), web),
    status,
  );
  box.addEventListener("dragover", (event) => {
    event.preventDefault();
    box.classList.add("over");
  });
  box.addEventListener("dragleave", () => box.classList.remove("over"));
  box.addEventListener("drop", (event) => {
    event.preventDefault();
    box.classList.remove("over");
    if (event.dataTransfer.files.length) addFiles(event.dataTransfer.files, status, done);
  });
  return box;
}

// What an empty library offers: to choose files, or the samples.
export function beginnings(done) {
  const status = el("div", { class: "adding", role: "status" });
  const choose = () => document.querySelector("#library input[type=file]")?.click();
  const samples = () => request("briefings/samples", null, {}, status, done);
  return el(
    "div",
    { class: "beginnings" },
    button(words.add, choose, { class: "suggestion" }),
    button(words.use_samples, samples, { class: "suggestion" }),
    el("p", {}, words.samples_more),
    status,
  );
}

function addFiles(files, status, done) {
  const form = new FormData();
  for (const file of files) form.append("files", file, file.name);
  request("briefings", form, {}, status, done);
}

function addPage(url, status, done) {
  request("briefings/web", JSON.stringify({ url }), { "content-type": "application/json" }, status, done);
}

// XMLHttpRequest, because fetch does not tell how much of a body is sent.
function request(path, body, headers, status, done) {
  const bar = el("progress", { max: "1", "aria-label": words.add });
  const line = el("p", {});
  const say = (text, part) => {
    line.textContent = text;
    if (part === undefined) bar.removeAttribute("value");
    else bar.value = part;
  };
  status.replaceChildren(bar, line);
  const xhr = new XMLHttpRequest();
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
      if (event === "progress") {
        const part = value.total ? value.done / value.total : undefined;
        say(fill(words.adding, { ...value, done: Math.min(value.done + 1, value.total) }), part);
      } else {
        ended = true;
        status.replaceChildren(...(event === "report" ? reported(value) : [failed(value.detail)]));
        done();
      }
    }
  };
  xhr.onprogress = () => xhr.status === 200 && take();
  xhr.onerror = () => status.replaceChildren(failed(words.offline));
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
    status.replaceChildren(failed(detail));
  };
  xhr.send(body);
}

function failed(message) {
  return el("p", { class: "notice", role: "alert" }, message);
}

function reported(report) {
  const of = (...outcomes) => report.files.filter((file) => outcomes.includes(file.outcome));
  const done = [
    ["add_done", of("added")],
    ["add_updated", of("updated", "new version")],
    // An upload comes from a folder of its own: the same file again has only moved.
    ["add_unchanged", of("unchanged", "moved")],
  ];
  const wrong = of("failed");
  const notes = report.files.flatMap((file) => file.notes.map((note) => `${file.file}: ${note}`));
  const parts = done.filter(([, files]) => files.length).map(([key, files]) => counted(key, files.length));
  if (wrong.length) parts.push(fill(words.add_failed, { n: wrong.length }));
  const summary = parts.join(" · ");
  announce(summary);
  return [
    el("p", { class: wrong.length ? "notice" : "verified" }, summary),
    wrong.length ? el("ul", { class: "wrong" }, wrong.map((file) => el("li", {}, file.message || file.file))) : "",
    notes.length ? el("ul", { class: "notes" }, notes.map((note) => el("li", {}, note))) : "",
  ];
}
