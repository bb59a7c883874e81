// Events of the server as they come, until they end or the signal says stop.

import { root, words } from "./base.js";

// Calls `take(name, value)` for each; raises an Error with words fit to be shown. Stopped, it ends without a word.
export async function listen(path, take, signal) {
  try {
    const response = await fetch(new URL(`api/${path}`, root), { headers: { accept: "text/event-stream" }, signal });
    if (!response.ok) throw new Error(words.unexpected);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const blocks = (text + part.value).split("\n\n");
      text = blocks.pop();
      for (const block of blocks) {
        const data = /^data: (.*)$/m.exec(block)?.[1];
        if (data) take(/^event: (.*)$/m.exec(block)?.[1], JSON.parse(data));
      }
    }
  } catch (error) {
    if (signal?.aborted) return;
    throw error instanceof TypeError ? new Error(words.offline) : error;
  }
}
