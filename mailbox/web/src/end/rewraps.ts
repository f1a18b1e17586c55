/**
 * Quick copies of epoch keys at the hub, under the organisation's own key, so that a long list of circles
 * opens without a box for each. A copy counts only when the key in it fits its epoch's commitment.
 */
import type { Desk } from "@/end/desk";
import { CannotOpen, Refused } from "@/end/errors";
import * as answers from "@/hub/answers";
import { NotForMe } from "@/protocol/errors";
import { Rewraps } from "@/protocol/private/rewraps";
import type { OrganisationSecret } from "@/protocol/private/secrets";

/** A copy to be kept. */
export interface Copy extends answers.EpochWrap {
  readonly circle: Uint8Array;
}

const COPIES_AT_ONCE = 500;
const made = new WeakMap<OrganisationSecret, Rewraps>();

/** The key in a copy; null when it does not open, or is not the one that `committed` promises. */
export async function openCopy(
  desk: Desk,
  circle: Uint8Array,
  copy: answers.EpochWrap,
  committed: Uint8Array,
): Promise<Uint8Array | null> {
  try {
    const rewraps = await rewrapsOf(desk, copy.generation);
    return await rewraps.open(circle, copy.epoch, copy.wrapped, committed);
  } catch (error) {
    if (error instanceof NotForMe || error instanceof CannotOpen) return null;
    throw error;
  }
}

/** A copy of the key of `epoch`, under the generation in force. */
export async function makeCopy(
  desk: Desk,
  circle: Uint8Array,
  epoch: number,
  key: Uint8Array,
): Promise<Copy> {
  const generation = desk.directory.organisation(desk.me.organisation).generation.number;
  const wrapped = await (await rewrapsOf(desk, generation)).lock(circle, epoch, key);
  return { circle, epoch, generation, wrapped };
}

/** Give copies to the hub. They only save time: what it refuses is opened from its box next time. */
export async function keepCopies(desk: Desk, copies: readonly Copy[]): Promise<void> {
  for (let start = 0; start < copies.length; start += COPIES_AT_ONCE) {
    const items = copies
      .slice(start, start + COPIES_AT_ONCE)
      .map(({ circle, epoch, generation, wrapped }) => ({ circle, epoch, generation, wrapped }));
    try {
      await desk.connection.post("/v1/circles/wraps", { items }, answers.Nothing, { again: true });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  }
}

async function rewrapsOf(desk: Desk, generation: number): Promise<Rewraps> {
  const secret = await desk.keys.secret(generation);
  const known = made.get(secret);
  if (known !== undefined) return known;
  const rewraps = new Rewraps(secret, desk.me.organisation);
  made.set(secret, rewraps);
  return rewraps;
}
