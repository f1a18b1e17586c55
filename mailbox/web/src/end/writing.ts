/** What one entry is made of, and how it is sealed and signed at its place. */
import type { Desk } from "@/end/desk";
import type { EpochKeys } from "@/end/epochs";
import { CannotSend } from "@/end/errors";
import type { Logbook } from "@/end/logbook";
import { EMPTY, concat } from "@/protocol/bytes";
import type { Circle } from "@/protocol/circle";
import type { Raw } from "@/protocol/cbor";
import { type Entry, type Header, NOTHING, bodyHash, headerId, signEntry } from "@/protocol/entries";
import { FACTS, type FactsByKind, Kind } from "@/protocol/facts";
import { type Body, sealBody } from "@/protocol/private/bodies";
import { entryKey } from "@/protocol/private/content";

/**
 * What is to be said: facts for the hub, a body for those who may read it, and boxes of keys. `bodyKey` seals
 * the body instead of the epoch's; `epochKey` is a new epoch's own key.
 */
export interface Writing {
  readonly kind: Kind;
  /** The facts as the array that stands for them: made by `factsOf`. */
  readonly facts: readonly Raw[];
  readonly body: Body;
  readonly boxes?: readonly Uint8Array[];
  readonly bodyKey?: Uint8Array | null;
  readonly epochKey?: Uint8Array | null;
}

/** The array that stands for the facts of an entry of `kind`. */
export function factsOf<K extends Kind>(kind: K, facts: FactsByKind[K]): readonly Raw[] {
  const raw = FACTS[kind].write(facts);
  // Facts are structs, and every struct is written as the array of its fields.
  return raw as readonly Raw[];
}

/** Where the next entry will stand, with the key that is in force there. */
export class Position {
  readonly book: Logbook;
  readonly keys: EpochKeys;
  readonly now: number;
  readonly #epochKey: Uint8Array | null;

  constructor(book: Logbook, keys: EpochKeys, now: number, epochKey: Uint8Array | null) {
    this.book = book;
    this.keys = keys;
    this.now = now;
    this.#epochKey = epochKey;
  }

  /** The writer's desk. */
  get desk(): Desk {
    return this.book.desk;
  }

  /** The state the entry builds on. */
  get circle(): Circle {
    return this.book.circle;
  }

  /** The key of the epoch in force. Throws CannotSend when this organisation was not given it. */
  get key(): Uint8Array {
    if (this.#epochKey === null) {
      throw new CannotSend("Your organisation was not given the key to this circle. Ask its owner.");
    }
    return this.#epochKey;
  }
}

export type Write = (position: Position) => Promise<Writing>;

/** An entry ready to be sent. */
export interface Composed {
  readonly entry: Entry;
  readonly sealed: Uint8Array;
}

/** The signed entry and its sealed body, for a circle that exists. */
export async function compose(position: Position, writing: Writing): Promise<Composed> {
  const { desk, circle } = position;
  const { log, id } = position.book;
  const { me } = desk;
  const header: Header = {
    version: 1,
    kind: writing.kind,
    circle: id,
    epoch: circle.epoch.number + (writing.kind === Kind.REKEY ? 1 : 0),
    worker: me.worker,
    organisation: me.organisation,
    organisationHead: desk.directory.organisation(me.organisation).head,
    controlHead: circle.controlHead,
    seenSeq: log.seq,
    seenHead: log.head,
    authorPrev: log.authors.get(concat(me.organisation, me.worker)) ?? NOTHING,
    sentAt: position.now,
    facts: writing.facts,
    sealedHash: EMPTY,
  };
  return finish(desk, header, bodyKeyOf(position, writing, header), writing.body);
}

/** An answer's words are sealed by a key that comes from the invitation's: the answerer has no other. */
function bodyKeyOf(position: Position, writing: Writing, header: Header): Uint8Array {
  const own = writing.bodyKey ?? null;
  if (own === null) return entryKey(writing.epochKey ?? position.key, headerId(header));
  const answers = writing.kind === Kind.ACCEPT || writing.kind === Kind.DECLINE;
  return answers ? entryKey(own, headerId(header)) : own;
}

/** Seal the body under `key`, name it in the header, sign. */
export async function finish(desk: Desk, header: Header, key: Uint8Array, body: Body): Promise<Composed> {
  const sealed = await sealBody(key, header, body);
  const named = { ...header, sealedHash: bodyHash(sealed) };
  return { entry: signEntry(named, desk.me.secret.signing), sealed };
}
