/** The line to the vault: its worker, started under the one Trusted Types policy this app has. */
import { openDoor } from "@/app/opened";
import { trustedScriptUrl, VAULT_WORKER } from "@/app/trusted";
import { connect, type Vault } from "@/vault/client";

/** Start the vault beside this page. */
export function openVault(): Vault {
  const worker = new Worker(trustedScriptUrl(VAULT_WORKER), { type: "module", name: "vault" });
  const vault = connect(worker);
  void openDoor(vault, trustedScriptUrl);
  return vault;
}
