// The recording of a briefing, to be played from the second at which words were spoken.

import { el, root, timecode, words } from "./base.js";

// A player that stands at `seconds`; nothing is loaded but what its length and first picture need.
export function player(briefing, mediaType, seconds) {
  const film = mediaType.startsWith("video/");
  const media = el(film ? "video" : "audio", {
    class: "player",
    controls: true,
    preload: "metadata",
    playsinline: film,
    "aria-label": seconds ? `${words.recording}, ${timecode(seconds)}` : words.recording,
    src: new URL(`api/briefings/${encodeURIComponent(briefing)}/recording`, root).href,
  });
  if (seconds) standAt(media, seconds);
  return media;
}

// Set a player to a second, once it knows how long the recording is.
export function standAt(media, seconds) {
  const set = () => (media.currentTime = seconds);
  if (media.readyState >= HTMLMediaElement.HAVE_METADATA) set();
  else media.addEventListener("loadedmetadata", set, { once: true });
}
