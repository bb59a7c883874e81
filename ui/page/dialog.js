// Questions to the user that must be answered before something is done.

import { button, el, words } from "./base.js";

export function confirmed(question, action) {
  return asked(question, action, null).then((answer) => answer !== null);
}

// Ask for a line of text; null where it is cancelled.
export function asked(question, action, value) {
  return new Promise((resolve) => {
    const input = value === null ? null : el("input", { type: "text", value, "aria-label": question, maxlength: "80" });
    const finish = (answer) => {
      dialog.close();
      dialog.remove();
      resolve(answer);
    };
    const dialog = el(
      "dialog",
      { class: "onrecord-dialog", "aria-labelledby": "dialog-question", oncancel: () => finish(null) },
      el(
        "form",
        {
          method: "dialog",
          onsubmit: (event) => {
            event.preventDefault();
            finish(input ? input.value : "");
          },
        },
        el("p", { id: "dialog-question" }, question),
        input,
        el(
          "div",
          { class: "links" },
          button(words.cancel, () => finish(null)),
          el("button", { type: "submit", class: "primary" }, action),
        ),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
    input?.select();
  });
}

// Show something until it is closed.
export function told(title, content) {
  const close = () => {
    dialog.close();
    dialog.remove();
  };
  const dialog = el(
    "dialog",
    { class: "onrecord-dialog", "aria-labelledby": "dialog-title", oncancel: close },
    el("p", { id: "dialog-title" }, title),
    el("div", { class: "choices", onclick: (event) => event.target.closest("a") && close() }, content),
    el("div", { class: "links" }, button(words.close, close)),
  );
  document.body.append(dialog);
  dialog.showModal();
}
