/** Where the mailbox begins: the vault's worker beside the page, then the first screen. */
import { render } from "preact";
import { App } from "@/app/App";
import { clearOnLeave } from "@/app/leaving";
import { openVault } from "@/app/line";

const root = document.getElementById("app");
if (root) {
  const vault = openVault();
  root.replaceChildren();
  clearOnLeave(root);
  render(<App vault={vault} />, root);
}
