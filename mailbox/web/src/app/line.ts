/** The line to the vault: its worker, started under the one Trusted Types policy this app has. */
import { openDoor } from "@/app/opened";
import { trustedScriptUrl, VAULT_WORKER } from "@/app/trusted";
import { connect, type Vault } from "@/vault/client";

/** A first visit waits at most so long for the service worker; later ones, and browsers without, wait for nothing. */
const FIRST_VISIT_MS = 1000;

/**
 * Start the vault beside this page, once the service worker is there: one that was started before it is never
 * told from a page, and could hand its session to no other tab (docs/decisions/0008).
 */
export function openVault(): Vault {
  const { installed, open } = openDoor(trustedScriptUrl);
  const late = new Promise((resolve) => setTimeout(resolve, FIRST_VISIT_MS));
  const vault = connect(Promise.race([installed, late]).then(started));
  open(vault);
  return vault;
}

function started(): Worker {
  return new Worker(trustedScriptUrl(VAULT_WORKER), { type: "module", name: "vault" });
}
