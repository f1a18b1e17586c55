/**
 * What a reader knows of a circle at one position, and what it asks about organisations.
 *
 * Everything here is a value: `rules` makes the next state, and the old one stays as it was.
 */
import type { Accreditation, Withdrawal } from "./accreditation";
import type { Listing } from "./facts";
import { ByteMap, ByteSet } from "./keyed";
import type { Organisation } from "./organisation";

/** What a reader has verified about organisations. Unknown ones throw NotAllowed. */
export interface Directory {
  /** The verified chain. */
  organisation(organisation: Uint8Array): Organisation;
  /** The verified accreditation with that digest. */
  accreditation(digest: Uint8Array): Accreditation;
  /** All verified withdrawals for that organisation. */
  withdrawals(organisation: Uint8Array): readonly Withdrawal[];
}

/** A listing, and the control head that its box's info names. */
export type Holder = readonly [listing: Listing, controlHead: Uint8Array];

/** One epoch: what its key must commit to, and who was given it: organisation -> holder. */
export interface Epoch {
  readonly number: number;
  readonly commitment: Uint8Array;
  readonly maker: Uint8Array;
  readonly holders: ByteMap<Holder>;
  readonly controlHeads: ByteSet;
}

/** An invitation nobody has answered yet. */
export interface Invitation {
  readonly hash: Uint8Array;
  readonly listing: Listing;
  readonly answerDue: number;
}

/** An offer of the circle: the handover entry's hash, and to whom. */
export type Offer = readonly [hash: Uint8Array, organisation: Uint8Array];

/** What `Circle` is made of. */
export interface CircleFields {
  readonly id: Uint8Array;
  readonly owner: Uint8Array;
  readonly controlHead: Uint8Array;
  readonly epochs: readonly Epoch[];
  readonly members: ByteMap<Listing>;
  readonly pending: ByteMap<Invitation>;
  readonly closed: boolean;
  readonly holds: ByteSet;
  readonly handover: Offer | null;
  readonly erased: ByteSet;
}

/** The circle as its control chain says. */
export class Circle implements CircleFields {
  readonly id: Uint8Array;
  readonly owner: Uint8Array;
  readonly controlHead: Uint8Array;
  readonly epochs: readonly Epoch[];
  readonly members: ByteMap<Listing>;
  readonly pending: ByteMap<Invitation>;
  readonly closed: boolean;
  readonly holds: ByteSet;
  readonly handover: Offer | null;
  readonly erased: ByteSet;
  /** The one in force. */
  readonly epoch: Epoch;

  constructor(fields: CircleFields) {
    const epoch = fields.epochs.at(-1);
    if (epoch === undefined) throw new RangeError("a circle has an epoch");
    this.id = fields.id;
    this.owner = fields.owner;
    this.controlHead = fields.controlHead;
    this.epochs = fields.epochs;
    this.members = fields.members;
    this.pending = fields.pending;
    this.closed = fields.closed;
    this.holds = fields.holds;
    this.handover = fields.handover;
    this.erased = fields.erased;
    this.epoch = epoch;
  }

  /** The same, but for these. */
  with(changes: Partial<CircleFields>): Circle {
    return new Circle({ ...this, ...changes });
  }

  /** Where that organisation stands: its member's or its invitee's listing. */
  listing(organisation: Uint8Array): Listing | null {
    return this.members.get(organisation) ?? this.pending.get(organisation)?.listing ?? null;
  }
}

/** Where the hub put an entry, and when it took it (UTC milliseconds). */
export interface Placed {
  readonly hash: Uint8Array;
  readonly seq: number;
  readonly receivedAt: number;
}

/**
 * A rekey that is owed, and to whom: sending is refused until it is paid. "superseded" key generation,
 * "lapsed" accreditation, or "left" (someone who is no longer here holds, or made, the key in force).
 */
export interface Debt {
  readonly organisation: Uint8Array;
  readonly why: "superseded" | "lapsed" | "left";
}
