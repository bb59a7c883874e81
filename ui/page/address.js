// What the chat shows, in its address, so that it can be gone back to, reloaded and shared: the conversation, an
// answer in it, and the words that are open beside it, with the number of their citation.

const PARTS = ["conversation", "answer", "citation", "briefing", "start", "end", "check", "passage"];

// What the address names, by part.
export function named() {
  const query = new URL(location.href).searchParams;
  return Object.fromEntries(PARTS.filter((part) => query.get(part)).map((part) => [part, query.get(part)]));
}

// The address of these parts and no others.
export function addressOf(parts) {
  const url = new URL(location.href);
  url.hash = "";
  for (const part of PARTS) {
    if (parts[part]) url.searchParams.set(part, parts[part]);
    else url.searchParams.delete(part);
  }
  return url.href;
}

// Name these parts: as a step that Back takes back, or in the place of what was named.
export function name(parts, { replacing = false } = {}) {
  const address = addressOf(parts);
  if (address === location.href) return;
  if (replacing) history.replaceState(history.state, "", address);
  else history.pushState(null, "", address);
}
