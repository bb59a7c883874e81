// What this visitor said of answers and citations: sent to the server, and shown again whenever the page is loaded.

import { api, send } from "../page/base.js";
import { redrawn } from "../page/redrawn.js";

const verdicts = new Map();
// Until what was said before is known.
export const known = fetched();

// The verdict on a citation of an answer, or on the answer itself (citation 0); undefined where there is none.
export function verdictOn(asked, citation = 0) {
  return verdicts.get(`${asked}-${citation}`);
}

export async function judge(asked, citation, verdict) {
  await send("feedback", "POST", { asked, citation, verdict });
  verdicts.set(`${asked}-${citation}`, verdict);
  press();
}

async function fetched() {
  try {
    for (const { asked, citation, verdict } of await api("feedback")) verdicts.set(`${asked}-${citation}`, verdict);
  } catch {
    // Not told, then; what is said from now on is.
  }
}

export async function showFeedback() {
  await known;
  redrawn(press);
}

function press() {
  for (const button of document.querySelectorAll("#chat button.helpful, #chat button.unhelpful")) {
    const verdict = verdictOn(button.value);
    const pressed = verdict && String(button.classList.contains(verdict));
    if (verdict && button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
  }
}
