/**
 * The organisation chain: who may speak for an organisation, and its box key by generation.
 *
 * A hash-linked list of four signed events (`events`). `replay` verifies from genesis;
 * `Organisation.extend` goes on from a state already verified. Whoever is removed gets no box of the
 * generation that removes them (PROTOCOL, Keys 3).
 */
import { equal } from "./bytes";
import { type Changes, admitted, boxesFor, checkKeys, roleChanged, rotated } from "./changes";
import { type Codec, unpack } from "./encoding";
import { Forged, Malformed, NotAllowed, Stale } from "./errors";
import {
  Admit,
  Event,
  Genesis,
  MAX_EVENT,
  type Member,
  Role,
  RoleChange,
  Rotate,
  type SignedEvent,
  eventHead,
  keyHash,
  signatureType,
} from "./events";
import { ByteMap, ByteSet } from "./keyed";
import { checkBoxKey } from "./keys";
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
    const [payload, changes] = this.#changes(kind, event);
    const head = eventHead(event);
    const heads = this.heads.with(head, this.length + 1);
    return new Organisation({ ...this, heads, head, at: payload.at, ...changes });
  }

  #changes(kind: LaterKind, event: SignedEvent): readonly [Payloads[LaterKind], Changes] {
    if (kind === Event.ADMIT) {
      const { payload, author } = readLater(this, kind, event);
      return [payload, admitted(this, payload, author)];
    }
    if (kind === Event.ROLE) {
      const { payload, author } = readLater(this, kind, event);
      return [payload, roleChanged(this, payload, author)];
    }
    const { payload } = readLater(this, kind, event);
    return [payload, rotated(this, payload)];
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
