// The reader's script: brings the quoted words into view, and makes its parts work. Without it the page can be read all
// the same.

import { player, standAt } from "../page/player.js";
import "../desk/pinning_reader.js";
import { finding } from "./find.js";
import { following } from "./outline.js";
import { filtering, unfold } from "./speakers.js";

const place = document.getElementById("player");
if (place) {
  const { briefing, type, seconds } = place.dataset;
  const media = player(briefing, type, Number(seconds));
  place.append(media);
  for (const time of document.querySelectorAll("button.time")) {
    time.addEventListener("click", () => {
      standAt(media, Number(time.dataset.seconds));
      media.play();
    });
  }
}

// The title is said in what stays once it has gone out of view.
const title = document.querySelector(".plain-head h1");
const bar = document.querySelector(".reading-bar");
new IntersectionObserver(([seen]) => bar.classList.toggle("titled", !seen.isIntersecting)).observe(title);

filtering();
following();
finding(unfold);

const quoted = document.querySelector("mark");
if (quoted) {
  unfold(quoted);
  quoted.scrollIntoView({ block: "center" });
}
