/**
 * The control chain of a circle: who is in it, under which epoch, and who may change that.
 *
 * `apply` takes a verified control entry at its position and returns the next state or refuses. The hub and
 * every end run the same rules, so an end never has to believe the hub about membership. The rule of each
 * kind stands in `rules`, what makes an organisation fit for a key in `standing`.
 */
import { equal } from "./bytes";
import type { Header } from "./entries";
import { Forged, NotAllowed, Stale } from "./errors";
import { type Facts, Kind, type Listing } from "./facts";
import { RULES, openCircle } from "./rules";
import type { Circle, Directory, Placed } from "./state";

export { accredited, checkListing, checkLive, debts } from "./standing";
export { Circle, type Debt, type Directory, type Epoch, type Invitation, type Placed } from "./state";

const OWNERS_WORDS: ReadonlySet<number> = new Set([Kind.PLAN, Kind.DETAILS]);

/**
 * The state after one more control entry whose signature and author were already verified.
 * Throws Stale: another control entry came first. NotAllowed, Forged: a rule is broken.
 */
export function apply(
  circle: Circle | null,
  header: Header,
  facts: Facts | null,
  placed: Placed,
  directory: Directory,
): Circle {
  if (circle === null) return openCircle(header, facts, placed, directory);
  if (!equal(header.circle, circle.id)) throw new Forged("the entry belongs to another circle");
  if (!equal(header.controlHead, circle.controlHead)) {
    throw new Stale("the circle has changed since this was signed");
  }
  const rule = RULES.get(header.kind);
  if (rule === undefined) {
    throw new NotAllowed("a circle is opened once, and only control entries change it");
  }
  const expected = circle.epoch.number + (header.kind === Kind.REKEY ? 1 : 0);
  if (header.epoch !== expected) throw new Stale("the entry names another epoch");
  return advance(rule(circle, header, facts, placed, directory), placed.hash);
}

/**
 * The author's organisation's place here, for an entry of any kind.
 * Throws NotAllowed: if it has none, or only an invitation and this is not its answer.
 */
export function checkAuthor(circle: Circle, header: Header): Listing {
  const invitation = circle.pending.get(header.organisation);
  if (invitation !== undefined && (header.kind === Kind.ACCEPT || header.kind === Kind.DECLINE)) {
    return invitation.listing;
  }
  const member = circle.members.get(header.organisation);
  if (member === undefined) throw new NotAllowed("that organisation is not a member of the circle");
  return member;
}

/**
 * No grace: a content entry is in the epoch in force and names a control head of it. The plan and the details,
 * which say how a victim is reached safely, are the owner's words alone.
 * Throws Stale, NotAllowed.
 */
export function checkContent(circle: Circle, header: Header): void {
  if (header.epoch !== circle.epoch.number || !circle.epoch.controlHeads.has(header.controlHead)) {
    throw new Stale("sealed under an epoch that is no longer in force");
  }
  if (circle.closed) throw new NotAllowed("the circle is closed");
  if (OWNERS_WORDS.has(header.kind) && !equal(header.organisation, circle.owner)) {
    throw new NotAllowed("only the circle's owner may write this");
  }
}

function advance(circle: Circle, controlHead: Uint8Array): Circle {
  const epoch = { ...circle.epoch, controlHeads: circle.epoch.controlHeads.with(controlHead) };
  return circle.with({ controlHead, epochs: [...circle.epochs.slice(0, -1), epoch] });
}
