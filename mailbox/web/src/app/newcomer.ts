/**
 * Whether this browser has ever kept anything of Kith. Where it has not, the vault knows nobody here: what it
 * will say on coming is known already, and the way in need not wait for it.
 */

/** The store's name, as `end/store` has it: this only looks whether there is one. */
const STORE = "kith";

/** True also where the browser does not tell. */
export async function wasHere(): Promise<boolean> {
  try {
    const stores = await indexedDB.databases();
    return stores.some(({ name }) => name?.startsWith(STORE) ?? false);
  } catch {
    return true;
  }
}
