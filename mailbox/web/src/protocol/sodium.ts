/** The one door to libsodium: loaded once, then synchronous. Nothing else imports the package. */
import libsodium from "libsodium-wrappers-sumo";

let loaded = false;

/** Resolves once libsodium can be used. Call it first, in the worker and in tests. */
export async function sodiumReady(): Promise<void> {
  await libsodium.ready;
  loaded = true;
}

/** libsodium itself. Throws an Error if `sodiumReady` was not awaited. */
export function sodium(): typeof libsodium {
  if (!loaded) throw new Error("sodiumReady() has not been awaited");
  return libsodium;
}
