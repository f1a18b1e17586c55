/**
 * Who may do what to a circle: one rule for each kind of control entry (PROTOCOL's table).
 *
 * A rule takes the state before, the entry's header and facts, and where it was placed, and returns the next
 * state or refuses. That the author is a member, signed, and named the control head and epoch was checked by
 * `circle.apply` and `log`.
 */
import { equal } from "./bytes";
import { type Header, circleId, headZero } from "./entries";
import { Forged, NotAllowed, Stale } from "./errors";
import {
  type Accept,
  type Decline,
  type Erase,
  type Facts,
  type FactsByKind,
  type Grant,
  type Handover,
  type Hold,
  type Invite,
  type KeyedHash,
  Kind,
  type Listing,
  MAX_CIRCLE_MEMBERS,
  type Open,
  type Rekey,
  type Release,
  factsAs,
} from "./facts";
import { ByteMap, ByteSet, sameOrder } from "./keyed";
import { accredited, checkListing, checkOwner, recipient } from "./standing";
import { Circle, type Directory, type Holder, type Invitation, type Offer, type Placed } from "./state";

/** What a rule is given besides the circle and the facts. */
interface Given {
  readonly header: Header;
  readonly placed: Placed;
  readonly directory: Directory;
}
type RuleOf<F> = (circle: Circle, facts: F, given: Given) => Circle;

/** The first state, from the first entry. Throws NotAllowed, Forged. */
export function openCircle(
  header: Header,
  facts: Facts | null,
  placed: Placed,
  directory: Directory,
): Circle {
  const opening = factsAs(Kind.OPEN, { header, facts });
  if (opening === null) throw new NotAllowed("a circle begins with its opening");
  const id = circleId(header, opening.nonce);
  const itself = equal(header.circle, id) && equal(header.controlHead, headZero(id));
  if (!itself || header.epoch !== 1) throw new Forged("the opening does not make this circle");
  const owner = opening.members[0];
  if (owner === undefined || !equal(owner.organisation, header.organisation)) {
    throw new NotAllowed("a circle is opened by its owner");
  }
  checkListing(owner, directory, placed.receivedAt);
  checkOwner(owner, directory);
  return opened(id, owner, opening, header, placed);
}

function opened(id: Uint8Array, owner: Listing, facts: Open, header: Header, placed: Placed): Circle {
  const { organisation } = owner;
  const epoch = {
    number: 1,
    commitment: facts.commitment,
    maker: organisation,
    holders: new ByteMap<Holder>([[organisation, [owner, header.controlHead]]]),
    controlHeads: new ByteSet([placed.hash]),
  };
  return new Circle({
    id,
    owner: organisation,
    controlHead: placed.hash,
    epochs: [epoch],
    members: new ByteMap([[organisation, owner]]),
    pending: new ByteMap(),
    closed: false,
    holds: new ByteSet(),
    handover: null,
    erased: new ByteSet(),
  });
}

function invite(circle: Circle, facts: Invite, { header, placed, directory }: Given): Circle {
  ownerOnly(circle, header);
  requireOpen(circle);
  const { listing } = facts;
  const { organisation } = listing;
  if (circle.listing(organisation) !== null) {
    throw new NotAllowed("that organisation is already a member or invited");
  }
  if (circle.members.size + circle.pending.size >= MAX_CIRCLE_MEMBERS) {
    throw new NotAllowed("the circle is full");
  }
  if (facts.bodyBoxes.length !== circle.members.size + 1) {
    throw new NotAllowed("an invitation can be read by the members and the invited organisation");
  }
  requireEpochs(facts.history, circle.epochs.length - 1);
  checkListing(listing, directory, placed.receivedAt);
  const holders = circle.epoch.holders.with(organisation, [listing, header.controlHead]);
  const invitation = { hash: placed.hash, listing, answerDue: facts.answerDue };
  return circle.with({
    pending: circle.pending.with(organisation, invitation),
    epochs: [...circle.epochs.slice(0, -1), { ...circle.epoch, holders }],
  });
}

function accept(circle: Circle, facts: Accept, { header, placed, directory }: Given): Circle {
  const { organisation } = header;
  if (offered(circle.handover, facts.invite, organisation)) {
    const receiver = circle.members.get(organisation);
    // Only a member is offered the circle, and whoever leaves takes the offer along.
    if (receiver === undefined) throw new NotAllowed("that organisation is not a member of the circle");
    checkListing(receiver, directory, placed.receivedAt);
    checkOwner(receiver, directory);
    return circle.with({ owner: organisation, handover: null });
  }
  const invitation = answered(circle, header, facts.invite);
  requireOpen(circle);
  checkListing(invitation.listing, directory, placed.receivedAt);
  return circle.with({
    members: circle.members.with(organisation, invitation.listing),
    pending: circle.pending.without([organisation]),
  });
}

function decline(circle: Circle, facts: Decline, { header }: Given): Circle {
  if (offered(circle.handover, facts.invite, header.organisation)) return circle.with({ handover: null });
  answered(circle, header, facts.invite);
  return circle.with({ pending: circle.pending.without([header.organisation]) });
}

function offered(offer: Offer | null, hash: Uint8Array, organisation: Uint8Array): boolean {
  return offer !== null && equal(offer[0], hash) && equal(offer[1], organisation);
}

function answered(circle: Circle, header: Header, hash: Uint8Array): Invitation {
  const invitation = circle.pending.get(header.organisation);
  if (invitation === undefined || !equal(invitation.hash, hash)) {
    throw new NotAllowed("that organisation was not asked this");
  }
  return invitation;
}

function grant(circle: Circle, facts: Grant, { header, placed, directory }: Given): Circle {
  ownerOnly(circle, header);
  const listing = circle.members.get(facts.organisation);
  if (listing === undefined) throw new NotAllowed("history is for members who have accepted");
  if (facts.generation !== listing.generation || !equal(facts.keyHash, listing.keyHash)) {
    throw new NotAllowed("history is boxed to the key that the member is listed with");
  }
  checkListing(listing, directory, placed.receivedAt);
  requireEpochs(facts.epochs, circle.epochs.length);
  requireDistinct(facts.entries.map((box) => box.entry));
  if (facts.epochs.length === 0 && facts.entries.length === 0) {
    throw new NotAllowed("a grant gives something");
  }
  return circle;
}

function rekey(circle: Circle, facts: Rekey, given: Given): Circle {
  const { header, directory } = given;
  const removed = new ByteSet(facts.removed);
  if (!sameOrder(facts.removed, removed.sorted()) || facts.removed.some((gone) => !circle.listing(gone))) {
    throw new NotAllowed("a removal names those who are here, each once, in order");
  }
  mayRemove(circle, removed, given);
  const members = listed(circle.members.keys(), removed, facts.members);
  const pending = listed(circle.pending.keys(), removed, facts.pending);
  for (const listing of [...facts.members, ...facts.pending]) {
    checkListing(listing, directory, given.placed.receivedAt);
    requireForward(circle, header, listing, directory);
  }
  const owner = members.get(circle.owner);
  if (owner === undefined) throw new NotAllowed("the owner hands over instead of leaving");
  checkOwner(owner, directory);
  return rekeyed(circle, facts, header, members, pending);
}

function rekeyed(
  circle: Circle,
  facts: Rekey,
  header: Header,
  members: ByteMap<Listing>,
  pending: ByteMap<Listing>,
): Circle {
  const holders = [...members, ...pending].map(([organisation, listing]): [Uint8Array, Holder] => [
    organisation,
    [listing, header.controlHead],
  ]);
  const epoch = {
    number: header.epoch,
    commitment: facts.commitment,
    maker: header.organisation,
    holders: new ByteMap(holders),
    controlHeads: new ByteSet(),
  };
  const { handover } = circle;
  const receiverLeft = handover !== null && new ByteSet(facts.removed).has(handover[1]);
  return circle.with({
    epochs: [...circle.epochs, epoch],
    members,
    pending: waiting(circle, pending),
    handover: receiverLeft ? null : handover,
  });
}

/** The invitations that stay, under their new listings. */
function waiting(circle: Circle, pending: ByteMap<Listing>): ByteMap<Invitation> {
  const kept: [Uint8Array, Invitation][] = [];
  for (const [organisation, listing] of pending) {
    const invitation = circle.pending.get(organisation);
    if (invitation !== undefined) kept.push([organisation, { ...invitation, listing }]);
  }
  return new ByteMap(kept);
}

function mayRemove(circle: Circle, removed: ByteSet, { header, placed, directory }: Given): void {
  if (removed.has(circle.owner)) throw new NotAllowed("the owner hands over instead of leaving");
  if (equal(header.organisation, circle.owner)) return;
  for (const organisation of removed.without([header.organisation])) {
    const listing = circle.listing(organisation);
    if (listing === null || accredited(listing, directory, placed.receivedAt)) {
      throw new NotAllowed("only the owner may remove another organisation");
    }
  }
}

/**
 * Nobody is listed at an earlier head than before: that would hand the new key to a generation whose holders
 * may have been removed since. Nor, save by the owner, under an accreditation that ends sooner: whoever chose
 * it could soon call them lapsed and leave them out.
 */
function requireForward(circle: Circle, header: Header, listing: Listing, directory: Directory): void {
  const before = circle.listing(listing.organisation);
  if (before === null) throw new NotAllowed("a new epoch lists exactly those who are here, in order");
  const chain = directory.organisation(listing.organisation);
  if (chain.position(listing.head) < chain.position(before.head)) {
    throw new Stale("an organisation is listed at an earlier head than before");
  }
  const ends = directory.accreditation(listing.accreditation).validTo;
  const ended = directory.accreditation(before.accreditation).validTo;
  if (ends < ended && !equal(header.organisation, circle.owner)) {
    throw new NotAllowed("an organisation is listed under an accreditation that ends sooner than before");
  }
}

function listed(
  present: Iterable<Uint8Array>,
  removed: ByteSet,
  listings: readonly Listing[],
): ByteMap<Listing> {
  const staying = new ByteSet(present).without(removed).sorted();
  const named = listings.map((listing) => listing.organisation);
  if (!sameOrder(named, staying)) {
    throw new NotAllowed("a new epoch lists exactly those who are here, in order");
  }
  return new ByteMap(listings.map((listing) => [listing.organisation, listing]));
}

function hold(circle: Circle, facts: Hold, { header }: Given): Circle {
  ownerOnly(circle, header);
  if (facts.on === circle.holds.has(facts.hold)) throw new NotAllowed("that hold is already so");
  const holds = facts.on ? circle.holds.with(facts.hold) : circle.holds.without([facts.hold]);
  return circle.with({ holds });
}

function handOver(circle: Circle, facts: Handover, { header, placed }: Given): Circle {
  ownerOnly(circle, header);
  if (equal(facts.organisation, circle.owner) || !circle.members.has(facts.organisation)) {
    throw new NotAllowed("a circle is handed to another member");
  }
  return circle.with({ handover: [placed.hash, facts.organisation] });
}

function release(circle: Circle, facts: Release, { header, placed, directory }: Given): Circle {
  ownerOnly(circle, header);
  checkListing(recipient(facts), directory, placed.receivedAt);
  requireDistinct(facts.entries.map((box) => box.entry));
  return circle;
}

function close(circle: Circle, _facts: unknown, { header }: Given): Circle {
  ownerOnly(circle, header);
  requireOpen(circle);
  return circle.with({ closed: true });
}

function reopen(circle: Circle, _facts: unknown, { header }: Given): Circle {
  ownerOnly(circle, header);
  if (!circle.closed) throw new NotAllowed("the circle is not closed");
  return circle.with({ closed: false });
}

function erase(circle: Circle, facts: Erase, { header }: Given): Circle {
  ownerOnly(circle, header);
  if (circle.holds.size > 0) throw new NotAllowed("nothing is erased while a hold is on");
  return circle.with({ erased: circle.erased.with(facts.entry) });
}

function ownerOnly(circle: Circle, header: Header): void {
  if (!equal(header.organisation, circle.owner)) {
    throw new NotAllowed("only the circle's owner may do this");
  }
}

function requireOpen(circle: Circle): void {
  if (circle.closed) throw new NotAllowed("the circle is closed");
}

function requireEpochs(given: readonly KeyedHash[], last: number): void {
  const ascending = given.every(({ epoch }, place) => epoch > (given[place - 1]?.epoch ?? 0));
  if (!ascending || given.some(({ epoch }) => epoch > last)) {
    throw new NotAllowed("history names earlier epochs, each once, in order");
  }
}

function requireDistinct(entries: readonly Uint8Array[]): void {
  if (new ByteSet(entries).size !== entries.length) throw new NotAllowed("each entry is given once");
}

/** What `RULES` holds: as `openCircle`, for a circle that is there. */
export type Rule = (
  circle: Circle,
  header: Header,
  facts: Facts | null,
  placed: Placed,
  directory: Directory,
) => Circle;

function rule<K extends Kind>(kind: K, judge: RuleOf<FactsByKind[K]>): [number, Rule] {
  const judged: Rule = (circle, header, facts, placed, directory) => {
    const own = factsAs(kind, { header, facts });
    if (own === null) throw new NotAllowed("the facts are not of the entry's kind");
    return judge(circle, own, { header, placed, directory });
  };
  return [kind, judged];
}

export const RULES: ReadonlyMap<number, Rule> = new Map([
  rule(Kind.INVITE, invite),
  rule(Kind.ACCEPT, accept),
  rule(Kind.DECLINE, decline),
  rule(Kind.GRANT, grant),
  rule(Kind.REKEY, rekey),
  rule(Kind.HOLD, hold),
  rule(Kind.HANDOVER, handOver),
  rule(Kind.RELEASE, release),
  rule(Kind.CLOSE, close),
  rule(Kind.REOPEN, reopen),
  rule(Kind.ERASE, erase),
]);
