/**
 * What is done after the keys were forgotten: whatever else was sealed here goes, and the hub is told. Nobody waits
 * for a hub that does not answer.
 */
import { forgetPin } from "@/end/pin";
import type { Pins } from "@/end/pins";
import { endSession } from "@/end/session";
import type { Store } from "@/end/store";
import type { Connection } from "@/hub/connection";
import { within } from "@/hub/reading";

export const NOT_EVERYWHERE =
  "You have signed out here. The hub could not be reached, so you may still be signed in elsewhere: try again.";
const PATIENCE_MS = 4_000;
/** What of a worker's sealed things outlasts a sign-out: of use to nobody else, and a loss to them. */
const STAYS = /^(pins|evidence|unproved-.*|draft-.*)$/;

/** Remove what is sealed under `place`, one worker's, but for drafts, evidence, and what was verified or is to be. */
export async function forgetSealed(store: Store, place: string): Promise<void> {
  for (const name of await store.names(place)) {
    if (!STAYS.test(name.slice(place.length))) await store.remove(name);
  }
}

/** What was verified goes to the hub's copy too, for the person's other devices. */
export async function savePins(pins: Pins, parting: Connection): Promise<void> {
  await inTime(pins.save(parting));
}

/** The hub forgets its half of the PIN of `device`, if there is one, and ends the session. Whether it heard. */
export async function endAtHub(
  parting: Connection,
  device: Uint8Array | null,
  everywhere: boolean,
): Promise<boolean> {
  if (device !== null) await inTime(forgetPin(parting.another(), device));
  return await within(endSession(parting, everywhere), PATIENCE_MS).then(
    () => true,
    () => false,
  );
}

/** Wait for it, but not for long; whether it worked is nobody's business any more. */
export async function inTime(work: Promise<unknown>): Promise<void> {
  await within(work, PATIENCE_MS).catch(() => undefined);
}
