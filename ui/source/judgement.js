// What a reader thinks of a citation: told under its words, and shown there again.

import { announce, button, el, fill, words } from "../page/base.js";
import { judge, known, verdictOn } from "../chat/feedback.js";

const VERDICTS = ["wrong_source", "unsupported", "misquoted"];

// The ways to say that a citation is wrong; nothing where the words are not those of an answer's citation.
export function judgement(link) {
  const [, asked, number] = link.id.split("-");
  if (!asked || !number) return null;
  const citation = Number(number);
  const note = el("p", { class: "hint", role: "status" });
  const choices = VERDICTS.map((verdict) => button(words[verdict], () => say(verdict), { "aria-pressed": "false", value: verdict }));
  const press = (given) => choices.forEach((choice) => choice.setAttribute("aria-pressed", String(choice.value === given)));
  async function say(verdict) {
    try {
      await judge(asked, citation, verdict);
      press(verdict);
      note.textContent = words.thanks;
      announce(words.thanks);
    } catch (error) {
      note.textContent = error.message;
    }
  }
  const box = el("details", { class: "judgement" }, el("summary", {}, words.report_citation), el("div", { class: "links" }, choices), note);
  known.then(() => {
    const given = verdictOn(asked, citation);
    if (!given) return;
    press(given);
    note.textContent = fill(words.you_said, { verdict: words[given] });
    box.open = true;
  });
  return box;
}
