/** Where the mailbox begins: the vault's worker beside the page, then the first screen. */
import { render } from "preact";
import { App } from "@/app/App";
import { clearOnLeave } from "@/app/leaving";
import { openVault } from "@/app/line";

/** What an old browser lacks, or one that was not reached safely: then the page it came with stays in sight. */
function able(): boolean {
  const { subtle } = globalThis.crypto as { subtle?: SubtleCrypto }; // missing where a page came without TLS
  return "Worker" in globalThis && "WebAssembly" in globalThis && subtle !== undefined;
}

const root = document.getElementById("app");
if (!able()) {
  const [first] = document.querySelectorAll("#old-browser p");
  if (first) first.textContent = "Kith cannot start here.";
} else if (root) {
  const vault = openVault();
  root.replaceChildren();
  clearOnLeave(root);
  render(<App vault={vault} />, root);
}
