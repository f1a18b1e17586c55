/** Locks that say "somebody works on this": held for as long as a worker lives, free when it has died. */

/** Hold the lock of that name; the answer lets it go. Null where the browser has no locks, or gives none. */
export function hold(name: string): Promise<(() => void) | null> {
  const { locks } = globalThis.navigator;
  if (locks === undefined) return Promise.resolve(null);
  return new Promise((taken) => {
    locks.request(name, () => new Promise<void>((letGo) => taken(letGo))).catch(() => taken(null));
  });
}

/** Run where nobody holds that lock; else, and where the browser has no locks, do nothing. */
export async function whenFree(name: string, run: () => Promise<void>): Promise<void> {
  await globalThis.navigator.locks?.request(name, { ifAvailable: true }, async (lock) => {
    if (lock !== null) await run();
  });
}
