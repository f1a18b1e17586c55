/** The scripts that the vault worker starts beside itself, by addresses which the browser takes from one policy only. */
import hashWorker from "@/protocol/private/hash.worker?worker&url";

export const HASH_WORKER = hashWorker;
const OURS = new Set([HASH_WORKER]);

interface Policy {
  createScriptURL(text: string): string;
}
interface Policies {
  createPolicy(name: string, rules: Policy): Policy;
}

let made: Policy | undefined;

/** Start one of our scripts. Throws TypeError for any other. */
export function startBeside(address: string, name: string): Worker {
  // Not every browser has Trusted Types, and the language's own types do not know them yet.
  const { trustedTypes } = globalThis as { trustedTypes?: Policies };
  const rules = { createScriptURL: checked };
  made ??= trustedTypes?.createPolicy("kith", rules) ?? rules;
  return new Worker(made.createScriptURL(address), { type: "module", name });
}

function checked(address: string): string {
  if (!OURS.has(address)) throw new TypeError("not a script of this app");
  return address;
}
