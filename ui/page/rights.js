// Whether who uses the page may change the library: readers are not shown what they could not use.

import { api } from "./base.js";

let opening = null;
let known = null;

// What the server said of the library when the page was opened; it is asked once.
export function openingStatus() {
  opening ??= api("status");
  return opening;
}

export function mayEdit() {
  known ??= openingStatus().then(
    ({ editing }) => editing,
    () => {
      // Not known, then: the server refuses what must not be.
      opening = known = null;
      return true;
    },
  );
  return known;
}
