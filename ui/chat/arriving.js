// A question that another page sent its reader here with: `?ask=…&briefing=…`.

import { limit } from "../library/filters.js";

// Ask it once: a reload must not ask again.
export function arrive(ask) {
  const sent = new URLSearchParams(location.search);
  const question = sent.get("ask")?.trim();
  if (!question) return;
  history.replaceState(null, "", location.pathname + location.hash);
  if (sent.get("briefing")) limit("briefing", [sent.get("briefing")]);
  ask(question);
}
