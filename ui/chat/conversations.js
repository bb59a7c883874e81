// The visitor's earlier conversations, kept on the server: open, rename, delete.

import { announce, api, button, el, fill, labelled, root, send, words } from "../page/base.js";
import { name, named } from "../page/address.js";
import { asked, confirmed } from "../page/dialog.js";

let list = null;
let current = named().conversation || null;
let openChat = () => {};

export function conversation() {
  return current;
}

// What the chat does when the address names something else; it is told whether that is another conversation.
export function onConversation(opener) {
  openChat = opener;
  addEventListener("popstate", () => {
    const before = current;
    current = named().conversation || null;
    refreshConversations();
    openChat(current !== before);
  });
}

// The conversation to ask in; a new one has its id from here, so that a reload finds it before its first answer.
export function begun() {
  if (!current) {
    nowIn([...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
  }
  return current;
}

// The conversation that the chat now shows, in the address too: a reload brings it back. What is open beside it stays.
export function nowIn(id) {
  current = id || null;
  const { answer, ...others } = named();
  name({ ...others, answer: others.briefing && answer, conversation: current }, { replacing: true });
  refreshConversations();
}

export function mountConversations(element) {
  list = el("ul", { class: "conversations" });
  element.append(
    button(words.new_conversation, () => go(null), { class: "new" }),
    el("details", { open: true }, el("summary", {}, words.conversations), list),
  );
  refreshConversations();
}

function go(id) {
  current = id || null;
  name({ conversation: current });
  refreshConversations();
  openChat(true);
}

export async function refreshConversations() {
  if (!list) return;
  let found;
  try {
    found = await api("conversations");
  } catch {
    found = [];
  }
  list.replaceChildren(
    ...(found.length ? found.map(item) : [el("li", { class: "hint" }, words.no_conversations)]),
  );
}

function item(one) {
  const here = one.id === current;
  return el(
    "li",
    { class: here ? "here" : null },
    button(one.title, () => go(one.id), { class: "plain title", "aria-current": here ? "true" : null }),
    el(
      "span",
      { class: "item-actions" },
      el(
        "a",
        {
          class: "plain",
          href: new URL(`api/conversations/${encodeURIComponent(one.id)}/export`, root).href,
          download: "",
          "aria-label": labelled(words.export, one.title),
          title: words.export,
        },
        "↓",
      ),
      button("✎", () => rename(one), { class: "plain", "aria-label": `${words.rename}: ${one.title}`, title: words.rename }),
      button("×", () => remove(one), { class: "plain", "aria-label": `${words.delete}: ${one.title}`, title: words.delete }),
    ),
  );
}

async function rename(one) {
  const title = await asked(words.rename_label, words.save, one.title);
  if (!title?.trim()) return;
  await tried(() => send(`conversations/${one.id}`, "PATCH", { title }));
}

async function remove(one) {
  if (!(await confirmed(fill(words.delete_confirm, { title: one.title }), words.delete))) return;
  await tried(() => api(`conversations/${one.id}`, { method: "DELETE" }));
  if (one.id === current) go(null);
}

async function tried(action) {
  try {
    await action();
  } catch (error) {
    announce(error.message);
  }
  refreshConversations();
}
