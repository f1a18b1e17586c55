/** The one Trusted Types policy, "kith": scripts come from this site's own files, and from nowhere else. */

/** What browsers that enforce Trusted Types offer; the types of the platform do not name it yet. */
interface PolicyMaker {
  createPolicy(
    name: string,
    rules: { readonly createScriptURL: (url: string) => string },
  ): { createScriptURL(url: string): string };
}

function own(url: string): string {
  const full = new URL(url, location.href);
  if (full.origin !== location.origin) throw new TypeError("scripts come from this site only");
  return full.href;
}

function maker(): PolicyMaker | undefined {
  if (!("trustedTypes" in globalThis)) return undefined;
  return Reflect.get(globalThis, "trustedTypes");
}

let policy: { createScriptURL(url: string): string } | undefined;

/** The address of a worker's script, which the browser will accept. Throws for another site's address. */
export function trustedScriptUrl(url: string): string {
  policy ??= maker()?.createPolicy("kith", { createScriptURL: own }) ?? { createScriptURL: own };
  return policy.createScriptURL(url);
}
