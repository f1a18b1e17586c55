/**
 * Entries: everything said or done in a circle, as bytes.
 *
 * An entry is a signed header and a sealed body. `facts` is the only part the hub can read; the struct of
 * each kind stands in `facts`. The order of entries, and who may post what, is `circle`'s business.
 */
import { EMPTY, equal } from "./bytes";
import {
  ANY,
  HASH,
  ID,
  type Raw,
  SIGNATURE,
  TIME,
  UINT,
  VERSION_FIELD,
  bytes,
  encode,
  list,
  pack,
  struct,
  taggedHash,
  uint,
  unpack,
} from "./encoding";
import { Forged, Malformed, UpdateNeeded } from "./errors";
import { FACTS, FIRST_CONTENT, type Facts, isKind } from "./facts";
import { sha256 } from "./hashing";
import { type SigningKey, verify } from "./signing";

export * from "./facts";

export const MAX_HEADER = 128 * 1024;
export const MAX_BODY = 256 * 1024;
/** Stands for "none yet" in authorPrev. */
export const NOTHING = new Uint8Array(32);

/** The signed part. Field order is the wire order; see SPEC for each field's meaning. */
export interface Header {
  readonly version: number;
  readonly kind: number;
  readonly circle: Uint8Array;
  readonly epoch: number;
  readonly worker: Uint8Array;
  readonly organisation: Uint8Array;
  readonly organisationHead: Uint8Array;
  readonly controlHead: Uint8Array;
  readonly seenSeq: number;
  readonly seenHead: Uint8Array;
  readonly authorPrev: Uint8Array;
  readonly sentAt: number;
  readonly facts: readonly Raw[];
  readonly sealedHash: Uint8Array;
}
export const Header = struct<Header>({
  version: VERSION_FIELD,
  kind: uint(1, 255),
  circle: HASH,
  epoch: UINT,
  worker: ID,
  organisation: ID,
  organisationHead: HASH,
  controlHead: HASH,
  seenSeq: UINT,
  seenHead: HASH,
  authorPrev: HASH,
  sentAt: TIME,
  facts: list(ANY),
  sealedHash: bytes(0, 32),
});

/** Whether that header's entry belongs to the control chain. */
export function isControl(header: Header): boolean {
  return header.kind < FIRST_CONTENT;
}

/** An entry without its body, as it travels: the exact header bytes and their signature. */
export interface Entry {
  readonly header: Uint8Array;
  readonly signature: Uint8Array;
}
export const Entry = struct<Entry>({ header: bytes(0, MAX_HEADER), signature: SIGNATURE });

/** SHA-256("kith/1/entry-hash" || 0x00 || CBOR[header, signature]). */
export function entryHash(entry: Entry): Uint8Array {
  return taggedHash("entry-hash", encode([entry.header, entry.signature]));
}

/** The hub's promise that it holds this entry at this place. */
export interface Receipt {
  readonly version: number;
  readonly circle: Uint8Array;
  readonly seq: number;
  readonly entryHash: Uint8Array;
  readonly head: Uint8Array;
  readonly receivedAt: number;
}
export const Receipt = struct<Receipt>({
  version: VERSION_FIELD,
  circle: HASH,
  seq: UINT,
  entryHash: HASH,
  head: HASH,
  receivedAt: TIME,
});

/**
 * What a circle's id is the hash of: its opener, at a head, with a nonce. (Not the whole open header: that
 * names boxes which are themselves bound to the id.)
 */
export interface CircleSeed {
  readonly version: number;
  readonly organisation: Uint8Array;
  readonly organisationHead: Uint8Array;
  readonly worker: Uint8Array;
  readonly sentAt: number;
  readonly nonce: Uint8Array;
}
export const CircleSeed = struct<CircleSeed>({
  version: VERSION_FIELD,
  organisation: ID,
  organisationHead: HASH,
  worker: ID,
  sentAt: TIME,
  nonce: ID,
});

/** The id of the circle that an open header begins. 32 bytes. */
export function circleId(header: Header, nonce: Uint8Array): Uint8Array {
  const { organisation, organisationHead, worker, sentAt } = header;
  const seed = { version: 1, organisation, organisationHead, worker, sentAt, nonce };
  return taggedHash("circle", pack(CircleSeed, seed));
}

/** The head of a circle before its first entry; also its control head before `open`. */
export function headZero(circle: Uint8Array): Uint8Array {
  return taggedHash("head", circle);
}

/** head_n = SHA-256("kith/1/head" || 0x00 || CBOR[head_(n-1), entry hash, seq, receivedAt]). */
export function nextHead(head: Uint8Array, hash: Uint8Array, seq: number, receivedAt: number): Uint8Array {
  return taggedHash("head", encode([head, hash, seq, receivedAt]));
}

/** SHA-256 of a sealed body. */
export function bodyHash(sealed: Uint8Array): Uint8Array {
  return sha256(sealed);
}

/** H of headers that were asked for before: a header is never changed once it is made. */
const IDS = new WeakMap<Header, Uint8Array>();

/** H: the hash of the header with its sealedHash empty. Keys and contexts derive from it. */
export function headerId(header: Header): Uint8Array {
  const known = IDS.get(header);
  if (known !== undefined) return known;
  const id = taggedHash("header", pack(Header, { ...header, sealedHash: EMPTY }));
  IDS.set(header, id);
  return id;
}

/** Headers of entries that were read before: an entry is never changed once it is made. */
const HEADERS = new WeakMap<Entry, Header>();

/** Decode the header strictly (its signature is not checked here). Throws Malformed, UpdateNeeded. */
export function readHeader(entry: Entry): Header {
  const known = HEADERS.get(entry);
  if (known !== undefined) return known;
  const header = unpack(Header, entry.header, MAX_HEADER);
  if (header.sealedHash.length !== 32) throw new Malformed("the header does not name its body");
  HEADERS.set(entry, header);
  return header;
}

/**
 * The facts of a header as the struct of its kind.
 * Throws UpdateNeeded: for a kind this program does not know. Malformed: otherwise.
 */
export function readFacts(header: Header): Facts {
  if (!isKind(header.kind)) throw new UpdateNeeded("a newer version of the protocol wrote this");
  return FACTS[header.kind].read(header.facts);
}

/** Sign a finished header. */
export function signEntry(header: Header, key: SigningKey): Entry {
  const payload = pack(Header, header);
  return { header: payload, signature: key.sign("entry", payload) };
}

/** Check an entry's signature. Throws Forged. */
export function verifyEntry(entry: Entry, signingKey: Uint8Array): void {
  verify(signingKey, "entry", entry.header, entry.signature);
}

/** Check that a sealed body is the one the header names. Throws Forged. */
export function verifyBody(header: Header, sealed: Uint8Array): void {
  if (!equal(bodyHash(sealed), header.sealedHash)) {
    throw new Forged("the body is not the one that was signed");
  }
}

/** The hub's signature over a receipt. */
export function signReceipt(receipt: Receipt, key: SigningKey): Uint8Array {
  return key.sign("receipt", pack(Receipt, receipt));
}

/** Check a receipt by any of the hub's certified receipt keys. Throws Forged. */
export function verifyReceipt(
  receipt: Receipt,
  signature: Uint8Array,
  receiptKeys: readonly Uint8Array[],
): void {
  const payload = pack(Receipt, receipt);
  if (!receiptKeys.some((key) => signs(key, payload, signature))) {
    throw new Forged("the receipt is not signed by this hub");
  }
}

function signs(key: Uint8Array, payload: Uint8Array, signature: Uint8Array): boolean {
  try {
    verify(key, "receipt", payload, signature);
    return true;
  } catch (error) {
    if (error instanceof Forged) return false;
    throw error;
  }
}
