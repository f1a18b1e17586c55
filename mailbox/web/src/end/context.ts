/** What the vault's rooms share: who is signed in, the line to the hub, the clock, and how pages are told. */
import type { Desk } from "@/end/desk";
import type { Connection } from "@/hub/connection";
import type { VaultEvent } from "@/vault/api";

export interface Context {
  /** The signed-in worker's desk. Throws Locked when nobody is signed in; never keep it across a sign-out. */
  desk(): Desk;
  /** Tell the page. */
  emit(event: VaultEvent): void;
  /** The one line to the hub; it carries the session of whoever is signed in. */
  readonly connection: Connection;
  /** UTC milliseconds. */
  now(): number;
  /** Called whenever keys are forgotten (lock, sign-out, another person): drop everything opened. */
  onForget(call: () => void): void;
  /**
   * Called as keys are about to be forgotten, with a line that still speaks for the session: what must be kept is
   * sealed with the keys as they are now. It is waited for, but not for long.
   */
  onParting(call: (parting: Connection) => Promise<unknown>): void;
  /** Called when the hub says that something changed, before pages are told. "resync": look at everything. */
  onWake(call: (wake: WakeHeard) => void): void;
}

/** A wake-up, as `hub/live` heard it. It is never believed; it says "look again". */
export interface WakeHeard {
  readonly kind: string;
  readonly topic: Uint8Array;
  readonly seq: number | null;
}
