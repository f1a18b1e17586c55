/** A page that was left shows nothing when Back brings it again from the browser's memory. */
import { render } from "preact";

/** Empty `root` when the page is left, and begin anew should it come back. */
export function clearOnLeave(root: HTMLElement): void {
  window.addEventListener("pagehide", (event) => {
    if (event.persisted) render(null, root);
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}
