// Whether who uses the page may change the library: readers are not shown what they could not use.

import { api } from "./base.js";

let known = null;

export function mayEdit() {
  known ??= api("status").then(
    ({ editing }) => editing,
    () => {
      // Not known, then: the server refuses what must not be.
      known = null;
      return true;
    },
  );
  return known;
}
