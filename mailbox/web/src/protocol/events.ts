/**
 * The four signed events of an organisation's chain, as bytes. What they mean is `organisation`'s.
 *
 * Removing a worker is a field of `rotate`, so a removal without new keys cannot be written down.
 */
import {
  BOX_KEY,
  HASH,
  ID,
  KEY32,
  SIGNATURE,
  TIME,
  UINT,
  VERSION_FIELD,
  bytes,
  encode,
  list,
  struct,
  taggedHash,
  uint,
} from "./encoding";
import { sha256 } from "./hashing";

export const MAX_EVENT = 512 * 1024;
export const MAX_MEMBERS = 2000;

/** What a member of an organisation may do in its chain. */
export const Role = { WORKER: 1, MANAGER: 2, REVIEWER: 3, KIT: 9 } as const;
export type Role = (typeof Role)[keyof typeof Role];

/** The four kinds of event, each with its own signature type. */
export const Event = { GENESIS: 1, ADMIT: 2, ROLE: 3, ROTATE: 4 } as const;
export type Event = (typeof Event)[keyof typeof Event];

const SIGNATURE_TYPES: Readonly<Record<Event, string>> = {
  [Event.GENESIS]: "organisation/genesis",
  [Event.ADMIT]: "organisation/admit",
  [Event.ROLE]: "organisation/role",
  [Event.ROTATE]: "organisation/rotate",
};

/** The typed context of that event's signature. */
export function signatureType(kind: Event): string {
  return SIGNATURE_TYPES[kind];
}

/** One holder of the organisation secret: a worker, or the printed kit. */
export interface Member {
  readonly worker: Uint8Array;
  readonly signingKey: Uint8Array;
  readonly boxKey: Uint8Array;
  readonly role: number;
}
export const Member = struct<Member>({ worker: ID, signingKey: KEY32, boxKey: BOX_KEY, role: uint(1, 9) });

/** The hash of the box that gives the generation's secret to one member. */
export interface WorkerBox {
  readonly worker: Uint8Array;
  readonly boxHash: Uint8Array;
}
export const WorkerBox = struct<WorkerBox>({ worker: ID, boxHash: HASH });

/** The first event: a founding manager, a recovery kit, generation 1. */
export interface Genesis {
  readonly version: number;
  readonly organisation: Uint8Array;
  readonly at: number;
  readonly founder: Member;
  readonly kit: Member;
  readonly boxKey: Uint8Array;
  readonly boxes: readonly WorkerBox[];
}
export const Genesis = struct<Genesis>({
  version: VERSION_FIELD,
  organisation: ID,
  at: TIME,
  founder: Member,
  kit: Member,
  boxKey: BOX_KEY,
  boxes: list(WorkerBox, 2, 2),
});

/** What every later event begins with. */
interface Later {
  readonly version: number;
  readonly organisation: Uint8Array;
  readonly previous: Uint8Array;
  readonly at: number;
  readonly author: Uint8Array;
}
const LATER = { version: VERSION_FIELD, organisation: ID, previous: HASH, at: TIME, author: ID };

/** A worker joins, or comes back with a new secret ("Replace my words"). */
export interface Admit extends Later {
  readonly member: Member;
  readonly generation: number;
  readonly boxHash: Uint8Array;
}
export const Admit = struct<Admit>({ ...LATER, member: Member, generation: UINT, boxHash: HASH });

/** A member gets another role. */
export interface RoleChange extends Later {
  readonly worker: Uint8Array;
  readonly role: number;
}
export const RoleChange = struct<RoleChange>({ ...LATER, worker: ID, role: uint(1, 3) });

/** A new generation, boxed to every member that stays; `removed` members get none. */
export interface Rotate extends Later {
  readonly generation: number;
  readonly boxKey: Uint8Array;
  readonly archiveHash: Uint8Array;
  readonly removed: readonly Uint8Array[];
  readonly boxes: readonly WorkerBox[];
}
export const Rotate = struct<Rotate>({
  ...LATER,
  generation: UINT,
  boxKey: BOX_KEY,
  archiveHash: HASH,
  removed: list(ID, 0, MAX_MEMBERS),
  boxes: list(WorkerBox, 1, MAX_MEMBERS),
});

/** An event as it travels: the exact payload bytes that were signed. */
export interface SignedEvent {
  readonly kind: number;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}
export const SignedEvent = struct<SignedEvent>({
  kind: uint(1, 4),
  payload: bytes(0, MAX_EVENT),
  signature: SIGNATURE,
});

/** The chain's head once this event is the last one. 32 bytes. */
export function eventHead(event: SignedEvent): Uint8Array {
  return taggedHash("organisation-head", encode([event.kind, event.payload, event.signature]));
}

/** SHA-256 of a box public key: how listings name it. */
export function keyHash(boxKey: Uint8Array): Uint8Array {
  return sha256(boxKey);
}

/** SHA-256 of a box: how signed events and entries name it. */
export function boxHash(box: Uint8Array): Uint8Array {
  return sha256(box);
}
