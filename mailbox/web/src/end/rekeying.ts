/**
 * A new epoch: a fresh key for exactly those who belong here, each under the newest key they have.
 *
 * Made when someone leaves, when an organisation renewed its keys or lost its accreditation, or when a box was
 * bad. An organisation whose accreditation lapsed is left out; everyone else stays.
 */
import type { Desk } from "@/end/desk";
import { CannotSend } from "@/end/errors";
import { type Position, type Writing, factsOf } from "@/end/writing";
import { reasons } from "@/policies/codes";
import { randomBytes } from "@/protocol/bytes";
import { boxHash } from "@/protocol/events";
import { Kind, type Listing } from "@/protocol/facts";
import { ByteSet } from "@/protocol/keyed";
import { epochInfo, sealBox } from "@/protocol/private/boxes";
import { commitment } from "@/protocol/private/content";

/**
 * The rekey that the circle needs now, without `removed`.
 * Throws CannotSend: it would have to leave out the owner, or this worker's own organisation is lapsed.
 */
export async function newEpoch(
  position: Position,
  removed: readonly Uint8Array[] = [],
  reason = 0,
  text = "",
): Promise<Writing> {
  const { circle, desk } = position;
  const present = new ByteSet([...circle.members.keys(), ...circle.pending.keys()]);
  const lapsed = new ByteSet([...present.without(removed)].filter((each) => standing(desk, each) === null));
  mayLeaveOut(position, lapsed);
  const gone = new ByteSet([...removed, ...lapsed]);
  const epoch = circle.epoch.number + 1;
  const key = randomBytes(32);
  const given: Listed[] = [];
  for (const organisation of present.without(gone).sorted()) {
    given.push(await listed(desk, circle.id, epoch, circle.controlHead, organisation, key));
  }
  const members = given.filter(({ listing }) => circle.members.has(listing.organisation));
  const pending = given.filter(({ listing }) => !circle.members.has(listing.organisation));
  const facts = factsOf(Kind.REKEY, {
    members: members.map((each) => each.listing),
    pending: pending.map((each) => each.listing),
    removed: gone.sorted(),
    commitment: commitment(circle.id, epoch, key),
    reason: reason || (gone.size > 0 ? accreditationEnded() : 0),
  });
  return {
    kind: Kind.REKEY,
    facts,
    body: { version: 1, author: desk.me.name, title: "", text },
    boxes: given.map((each) => each.box),
    epochKey: key,
  };
}

/** An organisation's place in an epoch, and the box that gives it the key. */
export interface Listed {
  readonly listing: Listing;
  readonly box: Uint8Array;
}

/** Throws CannotSend: it is not accredited now. */
export async function listed(
  desk: Desk,
  circle: Uint8Array,
  epoch: number,
  controlHead: Uint8Array,
  organisation: Uint8Array,
  key: Uint8Array,
): Promise<Listed> {
  const { head, generation } = desk.directory.organisation(organisation);
  const accreditation = standing(desk, organisation);
  if (accreditation === null) throw new CannotSend("That organisation is not accredited at present.");
  const { number, keyHash, boxKey } = generation;
  const info = epochInfo(circle, epoch, controlHead, organisation, number, keyHash);
  const box = await sealBox(boxKey, key, info);
  const listing = { organisation, head, generation: number, keyHash, accreditation, boxHash: boxHash(box) };
  return { listing, box };
}

function mayLeaveOut(position: Position, lapsed: ByteSet): void {
  if (lapsed.has(position.desk.me.organisation)) {
    throw new CannotSend(
      "Your organisation's accreditation has ended. Its manager can ask the commissioner.",
    );
  }
  if (lapsed.has(position.circle.owner)) {
    throw new CannotSend(
      "The accreditation of this circle's owner has ended, so nothing can be sent here safely.",
      "The commissioner must renew it or name another owner.",
    );
  }
}

function standing(desk: Desk, organisation: Uint8Array): Uint8Array | null {
  return desk.directory.standing(organisation, desk.clock())?.digest ?? null;
}

function accreditationEnded(): number {
  const row = reasons().removal.byKey("accreditation_ended");
  if (row === null) throw new Error("policies ship this reason");
  return row.code;
}
