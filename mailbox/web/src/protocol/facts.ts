/**
 * The facts of each kind of entry: the only part of a circle's content that the hub can read.
 *
 * They hold only what the workflow needs: ids, the assigned organisation, times, states, reason codes. SPEC
 * lists every field with why the hub needs it; anything a person wrote is in the body.
 */
import { BOOL, CODE, type Codec, HASH, ID, TIME, UINT, list, nullable, struct, uint } from "./encoding";

export const MAX_CIRCLE_MEMBERS = 64;
export const MAX_BOXES = 256;
export const FIRST_CONTENT = 32;

/** What an entry is. Below 32 it changes the circle itself (control), from 32 on it is content. */
export const Kind = {
  OPEN: 1,
  INVITE: 2,
  ACCEPT: 3,
  DECLINE: 4,
  GRANT: 5,
  REKEY: 6,
  HOLD: 7,
  HANDOVER: 8,
  RELEASE: 9,
  CLOSE: 10,
  REOPEN: 11,
  ERASE: 12,
  MESSAGE: 32,
  DOCUMENT: 33,
  PLAN: 34,
  ACTION: 35,
  ACTION_CHANGE: 36,
  DETAILS: 37,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** One organisation's place in an epoch: exactly which key it was given E_n under. */
export interface Listing {
  readonly organisation: Uint8Array;
  readonly head: Uint8Array;
  readonly generation: number;
  readonly keyHash: Uint8Array;
  readonly accreditation: Uint8Array;
  readonly boxHash: Uint8Array;
}
export const Listing = struct<Listing>({
  organisation: ID,
  head: HASH,
  generation: UINT,
  keyHash: HASH,
  accreditation: HASH,
  boxHash: HASH,
});

/** The box of one epoch's key, for a joiner: (epoch, box hash). */
export interface KeyedHash {
  readonly epoch: number;
  readonly boxHash: Uint8Array;
}
export const KeyedHash = struct<KeyedHash>({ epoch: UINT, boxHash: HASH });

/** The box of one entry's own key: (entry hash, box hash). */
export interface EntryBox {
  readonly entry: Uint8Array;
  readonly boxHash: Uint8Array;
}
export const EntryBox = struct<EntryBox>({ entry: HASH, boxHash: HASH });

/**
 * A body sealed under its own key. Others see that it exists, nothing else: the box hashes do not say whose
 * they are.
 */
export interface Restricted {
  readonly nonce: Uint8Array;
  readonly boxes: readonly Uint8Array[];
}
export const Restricted = struct<Restricted>({ nonce: ID, boxes: list(HASH, 1, MAX_CIRCLE_MEMBERS) });

/** A new circle: its nonce makes its id; the owner is the one member listed. */
export interface Open {
  readonly nonce: Uint8Array;
  readonly members: readonly Listing[];
  readonly pending: readonly Listing[];
  readonly commitment: Uint8Array;
}
export const Open = struct<Open>({
  nonce: ID,
  members: list(Listing, 1, 1),
  pending: list(Listing, 0, 0),
  commitment: HASH,
});

/**
 * An organisation is asked in. `listing` carries its box for E_n, released on acceptance; `bodyBoxes` carry
 * the invitation's own body key to members and invitee.
 */
export interface Invite {
  readonly listing: Listing;
  readonly answerDue: number;
  readonly nonce: Uint8Array;
  readonly bodyBoxes: readonly Uint8Array[];
  readonly history: readonly KeyedHash[];
}
export const Invite = struct<Invite>({
  listing: Listing,
  answerDue: TIME,
  nonce: ID,
  bodyBoxes: list(HASH, 1, MAX_CIRCLE_MEMBERS + 1),
  history: list(KeyedHash, 0, MAX_BOXES),
});

/** The invited organisation joins (`invite` may also name a handover, by the receiver). */
export interface Accept {
  readonly invite: Uint8Array;
}
export const Accept = struct<Accept>({ invite: HASH });

/** The invited organisation does not. */
export interface Decline {
  readonly invite: Uint8Array;
  readonly reason: number;
}
export const Decline = struct<Decline>({ invite: HASH, reason: CODE });

/** History for a member: whole epochs, or single entries' keys. */
export interface Grant {
  readonly organisation: Uint8Array;
  readonly generation: number;
  readonly keyHash: Uint8Array;
  readonly epochs: readonly KeyedHash[];
  readonly entries: readonly EntryBox[];
}
export const Grant = struct<Grant>({
  organisation: ID,
  generation: UINT,
  keyHash: HASH,
  epochs: list(KeyedHash, 0, MAX_BOXES),
  entries: list(EntryBox, 0, MAX_BOXES),
});

/** A new epoch, for exactly these. `removed` members and invitees get no box. */
export interface Rekey {
  readonly members: readonly Listing[];
  readonly pending: readonly Listing[];
  readonly removed: readonly Uint8Array[];
  readonly commitment: Uint8Array;
  readonly reason: number;
}
export const Rekey = struct<Rekey>({
  members: list(Listing, 1, MAX_CIRCLE_MEMBERS),
  pending: list(Listing, 0, MAX_CIRCLE_MEMBERS),
  removed: list(ID, 0, MAX_CIRCLE_MEMBERS),
  commitment: HASH,
  reason: CODE,
});

/** Nothing here may be erased while a hold is on. */
export interface Hold {
  readonly hold: Uint8Array;
  readonly on: boolean;
  readonly reason: number;
}
export const Hold = struct<Hold>({ hold: ID, on: BOOL, reason: CODE });

/** The owner offers the circle to another member, who takes it with `Accept`. */
export interface Handover {
  readonly organisation: Uint8Array;
}
export const Handover = struct<Handover>({ organisation: ID });

/**
 * Chosen entry keys boxed to a requester, answering a signed request. The requester need not be a member, so
 * it is named with its head and its accreditation.
 */
export interface Release {
  readonly request: Uint8Array;
  readonly organisation: Uint8Array;
  readonly head: Uint8Array;
  readonly generation: number;
  readonly keyHash: Uint8Array;
  readonly accreditation: Uint8Array;
  readonly entries: readonly EntryBox[];
}
export const Release = struct<Release>({
  request: HASH,
  organisation: ID,
  head: HASH,
  generation: UINT,
  keyHash: HASH,
  accreditation: HASH,
  entries: list(EntryBox, 1, MAX_BOXES),
});

/** Support here has ended, for a reason. */
export interface Close {
  readonly reason: number;
}
export const Close = struct<Close>({ reason: CODE });

/** It goes on. */
export interface Reopen {
  readonly reason: number;
}
export const Reopen = struct<Reopen>({ reason: CODE });

/** One entry's body is gone; its header stays. */
export interface Erase {
  readonly entry: Uint8Array;
  readonly reason: number;
}
export const Erase = struct<Erase>({ entry: HASH, reason: CODE });

/** Something said. */
export interface Message {
  readonly restricted: Restricted | null;
}
export const Message = struct<Message>({ restricted: nullable(Restricted) });

/** One version of one document; `size` is the stored object's, in bytes. */
export interface Document {
  readonly restricted: Restricted | null;
  readonly document: Uint8Array;
  readonly number: number;
  readonly size: number;
}
export const Document = struct<Document>({
  restricted: nullable(Restricted),
  document: ID,
  number: uint(1, 10_000),
  size: UINT,
});

/** The care plan, whole, as the owner last wrote it. */
export interface Plan {
  readonly restricted: Restricted | null;
}
export const Plan = struct<Plan>({ restricted: nullable(Restricted) });

/** A part of the plan asked of one organisation. `priority`: 0 standard, 1 enhanced rights. */
export interface Action {
  readonly restricted: Restricted | null;
  readonly action: Uint8Array;
  readonly organisation: Uint8Array;
  readonly dueAt: number;
  readonly priority: number;
}
export const Action = struct<Action>({
  restricted: nullable(Restricted),
  action: ID,
  organisation: ID,
  dueAt: TIME,
  priority: uint(0, 1),
});

/** A step in an action's life. `assignee`, `organisation` and `dueAt` only where they change. */
export interface ActionChange {
  readonly restricted: Restricted | null;
  readonly action: Uint8Array;
  readonly state: number;
  readonly organisation: Uint8Array | null;
  readonly assignee: Uint8Array | null;
  readonly dueAt: number | null;
  readonly reason: number;
}
export const ActionChange = struct<ActionChange>({
  restricted: nullable(Restricted),
  action: ID,
  state: uint(1, 15),
  organisation: nullable(ID),
  assignee: nullable(ID),
  dueAt: nullable(TIME),
  reason: CODE,
});

/** What members call this circle, and the safe-contact warnings: all in the sealed body. */
export interface Details {
  readonly restricted: Restricted | null;
}
export const Details = struct<Details>({ restricted: nullable(Restricted) });

/** The struct of each kind. */
export interface FactsByKind {
  [Kind.OPEN]: Open;
  [Kind.INVITE]: Invite;
  [Kind.ACCEPT]: Accept;
  [Kind.DECLINE]: Decline;
  [Kind.GRANT]: Grant;
  [Kind.REKEY]: Rekey;
  [Kind.HOLD]: Hold;
  [Kind.HANDOVER]: Handover;
  [Kind.RELEASE]: Release;
  [Kind.CLOSE]: Close;
  [Kind.REOPEN]: Reopen;
  [Kind.ERASE]: Erase;
  [Kind.MESSAGE]: Message;
  [Kind.DOCUMENT]: Document;
  [Kind.PLAN]: Plan;
  [Kind.ACTION]: Action;
  [Kind.ACTION_CHANGE]: ActionChange;
  [Kind.DETAILS]: Details;
}
export type Facts = FactsByKind[Kind];

export const FACTS: { readonly [K in Kind]: Codec<FactsByKind[K]> } = {
  [Kind.OPEN]: Open,
  [Kind.INVITE]: Invite,
  [Kind.ACCEPT]: Accept,
  [Kind.DECLINE]: Decline,
  [Kind.GRANT]: Grant,
  [Kind.REKEY]: Rekey,
  [Kind.HOLD]: Hold,
  [Kind.HANDOVER]: Handover,
  [Kind.RELEASE]: Release,
  [Kind.CLOSE]: Close,
  [Kind.REOPEN]: Reopen,
  [Kind.ERASE]: Erase,
  [Kind.MESSAGE]: Message,
  [Kind.DOCUMENT]: Document,
  [Kind.PLAN]: Plan,
  [Kind.ACTION]: Action,
  [Kind.ACTION_CHANGE]: ActionChange,
  [Kind.DETAILS]: Details,
};

/** Whether this program knows that kind of entry. */
export function isKind(number: number): number is Kind {
  return Object.hasOwn(FACTS, number);
}

/** `read`'s facts as the struct of `kind`; null when it is of another kind. */
export function factsAs<K extends Kind>(
  kind: K,
  read: { readonly header: { readonly kind: number }; readonly facts: Facts | null },
): FactsByKind[K] | null {
  // Facts are read by the codec of their header's kind, which the compiler cannot follow.
  return read.header.kind === kind ? (read.facts as FactsByKind[K] | null) : null;
}
