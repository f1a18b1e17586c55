/**
 * The organisation chain: who may speak for an organisation, and its box key by generation.
 *
 * A hash-linked list of four signed events (`events`). `replay` verifies from genesis;
 * `Organisation.extend` goes on from a state already verified. Whoever is removed gets no box of the
 * generation that removes them (PROTOCOL, Keys 3).
 */
import { equal } from "./bytes";
import { type Codec, unpack } from "./encoding";
import { Forged, Malformed, NotAllowed, Stale } from "./errors";
import {
  Admit,
  Event,
  Genesis,
  MAX_EVENT,
  MAX_MEMBERS,
  type Member,
  Role,
  RoleChange,
  Rotate,
  type SignedEvent,
  type WorkerBox,
  eventHead,
  keyHash,
  signatureType,
} from "./events";
import { ByteMap, ByteSet, sameOrder } from "./keyed";
import { checkBoxKey, checkSigningKey } from "./keys";
import { verify } from "./signing";

export {
  Admit,
  Event,
  Genesis,
  MAX_EVENT,
  MAX_MEMBERS,
  Member,
  Role,
  RoleChange,
  Rotate,
  SignedEvent,
  WorkerBox,
  boxHash,
  eventHead,
  keyHash,
  signatureType,
} from "./events";

export const NO_HEAD = new Uint8Array(32);
/** How far an event's own time may lie from the hub's clock when the hub takes it. */
export const MAX_EVENT_SKEW_MS = 10 * 60 * 1000;
/**
 * How long after a removal's own time an entry may still have been received: more than MAX_EVENT_SKEW_MS, so
 * that an honest hub never took an entry that a later removal would undo.
 */
export const REMOVAL_SKEW_MS = 15 * 60 * 1000;

/** The payload that each kind of event carries. */
interface Payloads {
  [Event.GENESIS]: Genesis;
  [Event.ADMIT]: Admit;
  [Event.ROLE]: RoleChange;
  [Event.ROTATE]: Rotate;
}
type Payload = Payloads[Event];
const PAYLOADS: { readonly [K in Event]: Codec<Payloads[K]> } = {
  [Event.GENESIS]: Genesis,
  [Event.ADMIT]: Admit,
  [Event.ROLE]: RoleChange,
  [Event.ROTATE]: Rotate,
};

/**
 * One stretch of a member's standing, from chain length `since` until before `until`. `untilAt` is the time
 * of the event that took the standing away; null when it did not.
 */
export interface Tenure {
  readonly member: Member;
  readonly since: number;
  readonly until: number | null;
  readonly untilAt: number | null;
}

/** One generation's public half, and who was given its secret. `keyHash` is SHA-256 of the box key. */
export interface Generation {
  readonly number: number;
  readonly boxKey: Uint8Array;
  readonly since: number;
  readonly archiveHash: Uint8Array | null;
  readonly keyHash: Uint8Array;
}

/** What `Organisation` is made of. */
export interface OrganisationFields {
  readonly id: Uint8Array;
  readonly genesis: Uint8Array;
  /** Each head the chain had -> how long it was then. */
  readonly heads: ByteMap<number>;
  readonly head: Uint8Array;
  /** The time of the last event, UTC milliseconds: times never run backwards. */
  readonly at: number;
  readonly members: ByteMap<Member>;
  /** worker -> every stretch of standing they had, oldest first; workers who left included. */
  readonly tenures: ByteMap<readonly Tenure[]>;
  readonly generations: readonly Generation[];
  /** Every signing and box key a member ever had: none comes back. */
  readonly keys: ByteSet;
  /** Which box of the current generation each member was given: worker -> box hash. */
  readonly boxes: ByteMap<Uint8Array>;
}

/** A verified chain: what it says now, and what it said at each earlier head. */
export class Organisation implements OrganisationFields {
  readonly id: Uint8Array;
  readonly genesis: Uint8Array;
  readonly heads: ByteMap<number>;
  readonly head: Uint8Array;
  readonly at: number;
  readonly members: ByteMap<Member>;
  readonly tenures: ByteMap<readonly Tenure[]>;
  readonly generations: readonly Generation[];
  readonly keys: ByteSet;
  readonly boxes: ByteMap<Uint8Array>;
  /** The one in force. */
  readonly generation: Generation;

  constructor(fields: OrganisationFields) {
    const generation = fields.generations.at(-1);
    if (generation === undefined) throw new RangeError("an organisation has a generation");
    this.id = fields.id;
    this.genesis = fields.genesis;
    this.heads = fields.heads;
    this.head = fields.head;
    this.at = fields.at;
    this.members = fields.members;
    this.tenures = fields.tenures;
    this.generations = fields.generations;
    this.keys = fields.keys;
    this.boxes = fields.boxes;
    this.generation = generation;
  }

  /** How many events the chain has. */
  get length(): number {
    return this.heads.size;
  }

  /** The length the chain had at `head`. Throws Stale: if this chain (as known here) never had that head. */
  position(head: Uint8Array): number {
    const position = this.heads.get(head);
    if (position === undefined) throw new Stale("the organisation's chain does not have that head");
    return position;
  }

  /** The generation in force at `head`. Throws Stale. */
  generationAt(head: Uint8Array): Generation {
    const position = this.position(head);
    // The first generation began with the genesis, so one is always found.
    return this.generations.findLast((generation) => generation.since <= position) ?? this.generation;
  }

  /**
   * The worker's standing at `head`; with `receivedAt`, also that it had not been taken away (by the time of
   * the event that did) when the hub took what they signed.
   * Throws NotAllowed: if they had none. Stale: if the head is unknown.
   */
  memberAt(worker: Uint8Array, head: Uint8Array, receivedAt: number | null = null): Member {
    const position = this.position(head);
    const tenure = this.tenures.get(worker)?.find((stretch) => covers(stretch, position));
    if (tenure === undefined) {
      throw new NotAllowed("that worker is not in the organisation at that position");
    }
    if (receivedAt !== null && endedBefore(tenure, receivedAt)) {
      throw new NotAllowed("that worker's standing had already ended");
    }
    return tenure.member;
  }

  /**
   * Verify one more event and return the longer chain.
   * Throws Forged: signature or link. Stale: another event came first. NotAllowed: who or what. Malformed:
   * shape.
   */
  extend(event: SignedEvent): Organisation {
    const kind = kindOf(event);
    if (kind === Event.GENESIS) {
      readPayload(kind, event);
      throw new Malformed("a chain has one genesis");
    }
    if (kind === Event.ADMIT) return admit(this, readLater(this, kind, event), event);
    if (kind === Event.ROLE) return changeRole(this, readLater(this, kind, event), event);
    return rotate(this, readLater(this, kind, event), event);
  }
}

type LaterKind = Exclude<Event, typeof Event.GENESIS>;

/** A later event's payload and its author, once its link, author, signature and time hold. */
interface Later<P> {
  readonly payload: P;
  readonly author: Member;
}

function readLater<K extends LaterKind>(
  before: Organisation,
  kind: K,
  event: SignedEvent,
): Later<Payloads[K]> {
  const payload = readPayload(kind, event);
  const author = authorOf(before, payload);
  verify(author.signingKey, signatureType(kind), event.payload, event.signature);
  if (payload.at < before.at) throw new NotAllowed("an organisation's times never run backwards");
  return { payload, author };
}

function authorOf(before: Organisation, payload: Payloads[LaterKind]): Member {
  if (!equal(payload.organisation, before.id)) throw new Forged("the event belongs to another organisation");
  if (!equal(payload.previous, before.head)) {
    if (before.heads.has(payload.previous)) {
      throw new Stale("the organisation has changed since this was signed");
    }
    throw new Forged("the event does not follow the chain's head");
  }
  const author = before.members.get(payload.author);
  if (author === undefined || (author.role !== Role.MANAGER && author.role !== Role.KIT)) {
    throw new NotAllowed("only a manager may change the organisation");
  }
  return author;
}

function kindOf(event: SignedEvent): Event {
  if (!isEvent(event.kind)) throw new Malformed("no such event");
  return event.kind;
}

function isEvent(kind: number): kind is Event {
  return Object.hasOwn(PAYLOADS, kind);
}

function readPayload<K extends Event>(kind: K, event: SignedEvent): Payloads[K] {
  return unpack<Payloads[K]>(PAYLOADS[kind], event.payload, MAX_EVENT);
}

function covers(tenure: Tenure, position: number): boolean {
  return tenure.since <= position && (tenure.until === null || position < tenure.until);
}

function endedBefore(tenure: Tenure, moment: number): boolean {
  return tenure.untilAt !== null && tenure.untilAt + REMOVAL_SKEW_MS < moment;
}

/** The time an event gives itself, UTC milliseconds (nothing is verified here). Throws Malformed, UpdateNeeded. */
export function eventTime(event: SignedEvent): number {
  const payload: Payload = readPayload(kindOf(event), event);
  return payload.at;
}

/**
 * What the hub checks before it takes an event: its time is about now, so that no removal can be dated before
 * entries that were rightly received. Throws NotAllowed, Malformed, UpdateNeeded.
 */
export function checkEventTime(event: SignedEvent, now: number): void {
  if (Math.abs(eventTime(event) - now) > MAX_EVENT_SKEW_MS) {
    throw new NotAllowed("the event's time is too far from the hub's clock");
  }
}

/** Verify a genesis event. Throws Forged, Malformed, NotAllowed. */
export function begin(event: SignedEvent): Organisation {
  if (event.kind !== Event.GENESIS) throw new Malformed("a chain starts with its genesis");
  const genesis = readPayload(Event.GENESIS, event);
  const { founder, kit } = genesis;
  if (founder.role !== Role.MANAGER || kit.role !== Role.KIT) {
    throw new NotAllowed("an organisation starts with a manager and a recovery kit");
  }
  const members = new ByteMap([founder, kit].map((member) => [member.worker, member]));
  const keys = new ByteSet([founder, kit].flatMap((member) => [member.signingKey, member.boxKey]));
  if (members.size !== 2 || keys.size !== 4) throw new NotAllowed("two members may not share an id or a key");
  const boxes = boxesFor(members, genesis.boxes);
  verify(founder.signingKey, signatureType(Event.GENESIS), event.payload, event.signature);
  [founder, kit].forEach(checkKeys);
  checkBoxKey(genesis.boxKey);
  return founded(genesis, eventHead(event), members, keys, boxes);
}

function founded(
  genesis: Genesis,
  head: Uint8Array,
  members: ByteMap<Member>,
  keys: ByteSet,
  boxes: ByteMap<Uint8Array>,
): Organisation {
  const { organisation, at, boxKey } = genesis;
  const stood = Array.from(members, ([worker, member]): [Uint8Array, readonly Tenure[]] => [
    worker,
    [{ member, since: 1, until: null, untilAt: null }],
  ]);
  return new Organisation({
    id: organisation,
    genesis: head,
    heads: new ByteMap([[head, 1]]),
    head,
    at,
    members,
    tenures: new ByteMap(stood),
    generations: [{ number: 1, boxKey, since: 1, archiveHash: null, keyHash: keyHash(boxKey) }],
    keys,
    boxes,
  });
}

/**
 * Verify a whole chain from its genesis.
 * Throws Malformed: if it is empty; otherwise as `begin` and `Organisation.extend`.
 */
export function replay(events: Iterable<SignedEvent>): Organisation {
  let chain: Organisation | null = null;
  for (const event of events) chain = chain === null ? begin(event) : chain.extend(event);
  if (chain === null) throw new Malformed("an organisation's chain is never empty");
  return chain;
}

function checkKeys(member: Member): void {
  checkSigningKey(member.signingKey);
  checkBoxKey(member.boxKey);
}

function boxesFor(members: ByteMap<Member>, boxes: readonly WorkerBox[]): ByteMap<Uint8Array> {
  const workers = boxes.map((box) => box.worker);
  if (!sameOrder(workers, members.sorted())) {
    throw new NotAllowed("the new secret is not boxed to exactly the members, in order");
  }
  return new ByteMap(boxes.map((box) => [box.worker, box.boxHash]));
}

/** `before`, one event longer, with what that event changed. */
function grown(
  before: Organisation,
  event: SignedEvent,
  at: number,
  changes: Partial<OrganisationFields>,
): Organisation {
  const head = eventHead(event);
  return new Organisation({
    ...before,
    heads: before.heads.with(head, before.length + 1),
    head,
    at,
    ...changes,
  });
}

function admit(before: Organisation, { payload, author }: Later<Admit>, event: SignedEvent): Organisation {
  const { member } = payload;
  checkRole(before, member, author);
  if (payload.generation !== before.generation.number) {
    throw new Stale("the admission is for another generation");
  }
  checkKeys(member);
  if (before.keys.has(member.signingKey) || before.keys.has(member.boxKey)) {
    throw new NotAllowed("an admission brings new keys");
  }
  if (!before.members.has(member.worker) && before.members.size >= MAX_MEMBERS) {
    throw new NotAllowed("the organisation is full");
  }
  keepsManager(before, member);
  const length = before.length + 1;
  return grown(before, event, payload.at, {
    members: before.members.with(member.worker, member),
    tenures: start(end(before.tenures, [member.worker], length, payload.at), member, length),
    keys: before.keys.with(member.signingKey).with(member.boxKey),
    boxes: before.boxes.with(member.worker, payload.boxHash),
  });
}

const ROLES: ReadonlySet<number> = new Set(Object.values(Role));

function checkRole(before: Organisation, member: Member, author: Member): void {
  if (!ROLES.has(member.role) || (author.role === Role.KIT && member.role !== Role.MANAGER)) {
    throw new NotAllowed("the kit only brings back a manager");
  }
  const earlier = before.tenures.get(member.worker)?.at(-1);
  if (earlier !== undefined && (earlier.member.role === Role.KIT) !== (member.role === Role.KIT)) {
    throw new NotAllowed("a worker never becomes a kit, nor a kit a worker");
  }
}

function changeRole(
  before: Organisation,
  { payload, author }: Later<RoleChange>,
  event: SignedEvent,
): Organisation {
  const old = before.members.get(payload.worker);
  if (author.role === Role.KIT || old === undefined || old.role === Role.KIT) {
    throw new NotAllowed("that role cannot be changed");
  }
  const member = { ...old, role: payload.role };
  keepsManager(before, member);
  // A reviewer no longer writes, so that change ends a standing as a removal does; any other leaves earlier
  // signatures good.
  const untilAt = payload.role === Role.REVIEWER ? payload.at : null;
  const length = before.length + 1;
  return grown(before, event, payload.at, {
    members: before.members.with(member.worker, member),
    tenures: start(end(before.tenures, [member.worker], length, untilAt), member, length),
  });
}

function rotate(before: Organisation, { payload }: Later<Rotate>, event: SignedEvent): Organisation {
  const { generation: number, boxKey, archiveHash, removed } = payload;
  if (number !== before.generation.number + 1) throw new NotAllowed("generations go up by one");
  if (before.generations.some((earlier) => equal(earlier.boxKey, boxKey))) {
    throw new NotAllowed("a rotation brings a new key");
  }
  checkBoxKey(boxKey);
  checkRemoved(before, payload);
  const members = before.members.without(removed);
  if (!hasManager(members.values())) throw new NotAllowed(NO_MANAGER);
  const boxes = boxesFor(members, payload.boxes);
  const since = before.length + 1;
  return grown(before, event, payload.at, {
    members,
    tenures: end(before.tenures, removed, since, payload.at),
    generations: [...before.generations, { number, boxKey, since, archiveHash, keyHash: keyHash(boxKey) }],
    boxes,
  });
}

function checkRemoved(before: Organisation, { removed, author }: Rotate): void {
  const gone = new ByteSet(removed);
  if (!sameOrder(removed, gone.sorted()) || !removed.every((worker) => before.members.has(worker))) {
    throw new NotAllowed("a removal names members, each once, in order");
  }
  if (gone.has(author)) {
    throw new NotAllowed("whoever makes a new secret holds it, so nobody removes themselves");
  }
}

type Tenures = ByteMap<readonly Tenure[]>;

function end(tenures: Tenures, workers: Iterable<Uint8Array>, length: number, at: number | null): Tenures {
  let ended = tenures;
  for (const worker of workers) {
    const stretches = ended.get(worker) ?? [];
    const last = stretches.at(-1);
    if (last === undefined || last.until !== null) continue;
    ended = ended.with(worker, [...stretches.slice(0, -1), { ...last, until: length, untilAt: at }]);
  }
  return ended;
}

function start(tenures: Tenures, member: Member, length: number): Tenures {
  const stretches = tenures.get(member.worker) ?? [];
  return tenures.with(member.worker, [...stretches, { member, since: length, until: null, untilAt: null }]);
}

const NO_MANAGER = "an organisation keeps at least one manager";

/** Require a manager among the members once `member` stands as given. */
function keepsManager(before: Organisation, member: Member): void {
  if (member.role === Role.MANAGER) return;
  for (const [worker, other] of before.members) {
    if (other.role === Role.MANAGER && !equal(worker, member.worker)) return;
  }
  throw new NotAllowed(NO_MANAGER);
}

function hasManager(members: Iterable<Member>): boolean {
  for (const member of members) if (member.role === Role.MANAGER) return true;
  return false;
}
