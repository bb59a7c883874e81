// A quote as text to paste: its words, who said them where and when, and the addresses where they stand.

import { attribution, el, printedPlace, spokenDate } from "../page/base.js";

// Of the slices that make it up, which are one speaker's in one briefing; `readers` are their places in the reader.
export function quotation(slices, readers, quoted) {
  const [source] = slices;
  const where = [who(source), source.title, spokenDate(source.date), printedPlace(source)].filter(Boolean).join(", ");
  const addresses = [source.link, source.media, ...readers].filter(Boolean);
  const linked = addresses.flatMap((href) => [el("a", { href }, href), " "]);
  return {
    plain: `${quoted}\n— ${where}, ${addresses.join(" ")}`,
    rich: el("div", {}, el("p", { lang: source.language }, quoted), el("p", {}, `— ${where}, `, linked)),
  };
}

// Who said it; an article's own prose has no speaker to be missed.
export function who(source) {
  return !source.speaker && source.kind === "report" ? "" : attribution(source.speaker, source.role, source.outlet);
}
