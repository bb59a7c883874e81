// The language model that writes beside the quotes: a button in the header says which, its dialog says more, tries it
// and, on the machine that serves the page, chooses another.

import { api, button, el, fill, language, send, words } from "../page/base.js";
import { told } from "../page/dialog.js";
import { mayEdit } from "../page/rights.js";

const PATH = "language-model";

// Says which model writes, and opens the dialog.
export function writerButton() {
  const made = button("", () => open(made), { class: "plain writer", hidden: true });
  refresh(made);
  return made;
}

async function refresh(made, known = null) {
  try {
    const { model } = known || (await api(PATH));
    made.textContent = model ? fill(words.written_named, { model }) : words.written_none;
    made.hidden = false;
  } catch {
    // Not said, then; the quotes need no model.
  }
}

async function open(made) {
  const said = el("p", { role: "status", class: "hint" });
  let known;
  try {
    known = await api(PATH);
  } catch (error) {
    told(words.written_answers, el("p", { class: "notice", role: "alert" }, error.message));
    return;
  }
  const state = el("p", {});
  const show = (now) => {
    state.textContent = now.model ? fill(words.model_used, { model: now.model }) : words.model_unused;
    refresh(made, now);
  };
  show(known);
  const about = [el("p", { class: "hint" }, words.written_about), state];
  if (known.changeable) about.push(form(known, said, show));
  else {
    about.push(el("p", { class: "hint" }, known.fixed ? words.model_environment : words.model_elsewhere));
    if (known.model && (await mayEdit())) {
      about.push(el("div", { class: "links" }, button(words.model_try, ({ currentTarget }) => attempt(currentTarget, said, null))));
    }
  }
  told(words.written_answers, el("div", { class: "writer-choice" }, ...about, said));
}

function form(known, said, show) {
  const field = (label, value, attributes = {}) => {
    const input = el("input", { type: "text", value: value || "", spellcheck: "false", autocomplete: "off", ...attributes });
    return { input, line: el("label", {}, el("span", {}, label), input) };
  };
  const file = field(words.model_path, known.file);
  const url = field(words.model_url, known.url, { placeholder: "http://localhost:11434/v1" });
  const name = field(words.model_name, known.url ? known.model : "");
  const key = field(words.model_key, "", { type: "password", placeholder: known.key ? words.model_key_kept : null });
  const groups = { file: [file], server: [url, name, key] };
  const place = known.url ? "server" : "file";
  const choices = [
    ["file", words.model_file],
    ["server", words.model_server],
  ].map(([value, label]) => {
    const radio = el("input", { type: "radio", name: "writer-place", value, checked: value === place, onchange: () => shown(value) });
    return el("label", { class: "place" }, radio, label);
  });
  const boxes = Object.entries(groups).map(([value, fields]) => el("div", { "data-place": value }, fields.map(({ line }) => line)));
  const shown = (chosen) => boxes.forEach((box) => (box.hidden = box.dataset.place !== chosen));
  shown(place);
  const wanted = () => {
    const chosen = whole.querySelector("input[name=writer-place]:checked").value;
    if (chosen === "file") return { file: file.input.value };
    return { url: url.input.value, model: name.input.value, key: key.input.value };
  };
  const change = async (action) => {
    try {
      const now = await action();
      said.textContent = "";
      show(now);
      key.input.value = "";
    } catch (error) {
      said.textContent = error.message;
    }
  };
  const whole = el(
    "form",
    {
      onsubmit: (event) => {
        event.preventDefault();
        change(() => send(PATH, "PUT", wanted()));
      },
    },
    choices,
    boxes,
    el(
      "div",
      { class: "links" },
      button(words.model_try, ({ currentTarget }) => attempt(currentTarget, said, wanted())),
      el("button", { type: "submit" }, words.model_use),
      button(words.model_use_none, () => change(() => api(PATH, { method: "DELETE" }))),
    ),
  );
  return whole;
}

// One short request, to what stands in the form or to the model that is set.
async function attempt(control, said, wanted) {
  control.disabled = true;
  said.textContent = words.model_trying;
  try {
    const { model, tokens_a_second } = await send(`${PATH}/trial`, "POST", wanted);
    said.textContent = fill(words.model_works, { model, rate: tokens_a_second.toLocaleString(language, { maximumSignificantDigits: 2 }) });
  } catch (error) {
    said.textContent = error.message;
  } finally {
    control.disabled = false;
    control.focus();
  }
}
