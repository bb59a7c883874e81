// Gradio draws parts of the page anew whenever it likes: what must hold of them is made to hold again each time.

const tidies = [];
let watching = false;

// Do this now and after every change of the page; it must change nothing where all is as it should be.
export function redrawn(tidy) {
  tidies.push(tidy);
  tidy();
  if (watching) return;
  watching = true;
  new MutationObserver(() => tidies.forEach((each) => each())).observe(document.body, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ["aria-label", "aria-live", "class"],
  });
}

// The element of an id as soon as it is drawn; null where it is not within two seconds.
export async function drawn(id) {
  for (let frame = 0; frame < 120; frame++) {
    const found = document.getElementById(id);
    if (found) return found;
    await new Promise(requestAnimationFrame);
  }
  return null;
}
