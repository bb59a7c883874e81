// The list of exchanges: the one in view is marked, and on narrow screens the list is a drawer.

const aside = document.getElementById("outline");
const opener = document.getElementById("open-outline");
// What stands above this share of the window counts as reached.
const REACHED = 0.35;

export function following() {
  const links = [...document.querySelectorAll("#outline nav a")];
  const places = links.map((link) => document.querySelector(link.hash));
  let waiting = false;
  const mark = () => {
    waiting = false;
    const line = innerHeight * REACHED;
    const index = places.findLastIndex((place) => place && place.getBoundingClientRect().top <= line);
    links.forEach((link, number) => {
      if (number !== Math.max(index, 0)) link.removeAttribute("aria-current");
      else if (!link.hasAttribute("aria-current")) {
        link.setAttribute("aria-current", "true");
        keepInView(link);
      }
    });
  };
  const soon = () => {
    if (!waiting) requestAnimationFrame(mark);
    waiting = true;
  };
  if (links.length) {
    addEventListener("scroll", soon, { passive: true });
    addEventListener("resize", soon);
    mark();
  }
  if (aside && opener) drawer();
}

// The list scrolls by itself, and the page stays where it is.
function keepInView(link) {
  const { top, bottom } = link.getBoundingClientRect();
  const room = aside.getBoundingClientRect();
  if (top < room.top) aside.scrollTop -= room.top - top + 8;
  else if (bottom > room.bottom) aside.scrollTop += bottom - room.bottom + 8;
}

function drawer() {
  const set = (open) => {
    aside.classList.toggle("open", open);
    opener.setAttribute("aria-expanded", String(open));
  };
  const isOpen = () => aside.classList.contains("open");
  opener.addEventListener("click", () => {
    set(!isOpen());
    if (isOpen()) aside.querySelector("a, input")?.focus();
  });
  aside.addEventListener("click", (event) => event.target.closest("a") && set(false));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !isOpen()) return;
    set(false);
    opener.focus();
  });
  document.addEventListener("click", (event) => {
    if (isOpen() && !aside.contains(event.target) && !opener.contains(event.target)) set(false);
  });
}
