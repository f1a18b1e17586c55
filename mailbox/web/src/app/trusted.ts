/** The one Trusted Types policy of this app, "kith": scripts may be started from our own addresses only. */
import pdfWorker from "pdfjs-dist/build/pdf.worker.min.mjs?url";
import vaultWorker from "@/vault.worker?worker&url";

interface Policy {
  createScriptURL(text: string): string;
}
interface Policies {
  createPolicy(name: string, rules: { createScriptURL(text: string): string }): Policy;
}

export const VAULT_WORKER = vaultWorker;
export const PDF_WORKER = pdfWorker;
const OURS = new Set([VAULT_WORKER, PDF_WORKER, "/sw.js"]);

function checked(address: string): string {
  if (!OURS.has(address)) throw new TypeError("not a script of this app");
  return address;
}

let made: Policy | undefined;

function policy(): Policy {
  // Not every browser has Trusted Types, and the language's own types do not know them yet.
  const { trustedTypes } = globalThis as { trustedTypes?: Policies };
  const rules = { createScriptURL: checked };
  made ??= trustedTypes?.createPolicy("kith", rules) ?? rules;
  return made;
}

/** The address of one of our scripts as the browser accepts it. Throws for any other. */
export function trustedScriptUrl(address: string): string {
  return policy().createScriptURL(address);
}
