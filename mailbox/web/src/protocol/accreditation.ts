/**
 * The authority: its root, the organisations it accredits, and what it withdraws.
 *
 * The commissioner's offline keys sign; the hub only carries. Every client pins a root and accepts a new one
 * only when old and new keys both sign it and its number goes up by one. The root also certifies the hub's
 * receipt and checkpoint keys and the witnesses (PROTOCOL, Keys 4).
 */
import { equal } from "./bytes";
import {
  CODE,
  type Codec,
  HASH,
  ID,
  KEY32,
  SHORT_TEXT,
  SIGNATURE,
  TIME,
  UINT,
  VERSION_FIELD,
  bytes,
  list,
  pack,
  struct,
  taggedHash,
  uint,
  unpack,
} from "./encoding";
import { Forged, NotAllowed, Stale } from "./errors";
import { ByteSet } from "./keyed";
import { checkSigningKey } from "./keys";
import { type SigningKey, verify } from "./signing";

export const MAX_SIGNED = 16 * 1024;
export const NO_ROOT = new Uint8Array(32);
const KEYS = list(KEY32, 1, 8);

/** What an organisation is accredited as. */
export const OrganisationKind = { PARTNER: 1, VCU: 2, POLICE: 3, OVERSIGHT: 4 } as const;
export type OrganisationKind = (typeof OrganisationKind)[keyof typeof OrganisationKind];

/** Who the authority is, and which keys of the hub it vouches for. */
export interface Root {
  readonly version: number;
  readonly number: number;
  readonly previous: Uint8Array;
  readonly at: number;
  readonly threshold: number;
  readonly keys: readonly Uint8Array[];
  readonly hub: string;
  readonly receiptKeys: readonly Uint8Array[];
  readonly checkpointKeys: readonly Uint8Array[];
  readonly witnesses: readonly Uint8Array[];
}
export const Root = struct<Root>({
  version: VERSION_FIELD,
  number: UINT,
  previous: HASH,
  at: TIME,
  threshold: uint(1, 8),
  keys: KEYS,
  hub: SHORT_TEXT,
  receiptKeys: KEYS,
  checkpointKeys: KEYS,
  witnesses: list(KEY32, 0, 16),
});

/** An organisation's standing: it is who it says, with this genesis, for this time. */
export interface Accreditation {
  readonly version: number;
  readonly organisation: Uint8Array;
  readonly legalName: string;
  readonly domain: string;
  readonly kind: number;
  readonly genesis: Uint8Array;
  readonly validFrom: number;
  readonly validTo: number;
  readonly root: number;
}
export const Accreditation = struct<Accreditation>({
  version: VERSION_FIELD,
  organisation: ID,
  legalName: SHORT_TEXT,
  domain: SHORT_TEXT,
  kind: uint(1, 4),
  genesis: HASH,
  validFrom: TIME,
  validTo: TIME,
  root: UINT,
});

/** An accreditation ended early. */
export interface Withdrawal {
  readonly version: number;
  readonly organisation: Uint8Array;
  readonly accreditation: Uint8Array;
  readonly at: number;
  readonly reason: number;
}
export const Withdrawal = struct<Withdrawal>({
  version: VERSION_FIELD,
  organisation: ID,
  accreditation: HASH,
  at: TIME,
  reason: CODE,
});

/** One authority key's signature. */
export interface KeySignature {
  readonly key: Uint8Array;
  readonly signature: Uint8Array;
}
export const KeySignature = struct<KeySignature>({ key: KEY32, signature: SIGNATURE });

/** A document of the authority as it travels: exact payload and its signatures. */
export interface Signed {
  readonly payload: Uint8Array;
  readonly signatures: readonly KeySignature[];
}
export const Signed = struct<Signed>({
  payload: bytes(0, MAX_SIGNED),
  signatures: list(KeySignature, 1, 16),
});

/** What the authority signs, by the type its signature names. */
export interface Documents {
  root: Root;
  accreditation: Accreditation;
  withdrawal: Withdrawal;
}
const DOCUMENTS: { readonly [K in keyof Documents]: Codec<Documents[K]> } = {
  root: Root,
  accreditation: Accreditation,
  withdrawal: Withdrawal,
};

/** Sign a document with the authority's `keys`. */
export function sign<K extends keyof Documents>(
  kind: K,
  document: Documents[K],
  keys: Iterable<SigningKey>,
): Signed {
  const payload = pack(DOCUMENTS[kind], document);
  const signatures = Array.from(keys, (key) => ({ key: key.public, signature: key.sign(kind, payload) }));
  return { payload, signatures };
}

/**
 * The hash that other documents name this one by: over the payload alone, so that which of the threshold's
 * keys happened to sign does not matter. 32 bytes.
 */
export function digest(signed: Signed): Uint8Array {
  return taggedHash("authority", signed.payload);
}

/**
 * Require `root.threshold` valid signatures by distinct keys of `root`.
 * Throws Forged: if there are fewer, or one of the root's keys signed wrongly.
 */
export function requireThreshold(root: Root, kind: keyof Documents, signed: Signed): void {
  const known = new ByteSet(root.keys);
  const good = signed.signatures.filter(({ key }) => known.has(key));
  for (const { key, signature } of good) verify(key, kind, signed.payload, signature);
  if (new ByteSet(good.map(({ key }) => key)).size < root.threshold) {
    throw new Forged("the authority has not signed this");
  }
}

/**
 * A root vouches for itself; trust in the first one comes from outside (pinned at install).
 * Throws Forged, Malformed, NotAllowed.
 */
export function verifyRoot(signed: Signed): Root {
  const root = unpack(Root, signed.payload, MAX_SIGNED);
  const every = [...root.keys, ...root.receiptKeys, ...root.checkpointKeys, ...root.witnesses];
  if (new ByteSet(every).size !== every.length) {
    throw new NotAllowed("the authority's, the hub's and the witnesses' keys are all different");
  }
  if (root.threshold > root.keys.length) throw new NotAllowed("a root has keys enough for its threshold");
  if (root.number < 1 || (root.number === 1) !== equal(root.previous, NO_ROOT)) {
    throw new NotAllowed("roots are numbered from 1, and every later one names the one before");
  }
  requireThreshold(root, "root", signed);
  every.forEach(checkSigningKey);
  return root;
}

/**
 * Accept `newer` in place of `pinned`.
 * Throws Stale: if its number is lower or skips. NotAllowed: if the hub's name or time goes astray. Forged:
 * if either side has not signed it.
 */
export function succeed(pinned: Signed, newer: Signed): Root {
  const [old, next] = [verifyRoot(pinned), verifyRoot(newer)];
  if (next.number !== old.number + 1 || !equal(next.previous, digest(pinned))) {
    throw new Stale("a root is followed by the next one only");
  }
  if (next.hub !== old.hub || next.at < old.at) {
    throw new NotAllowed("the hub's name stays, and times never run backwards");
  }
  requireThreshold(old, "root", newer);
  return next;
}

/** Walk from the pinned root over its successors; returns the last one, signed and read. */
export function verifyRoots(pinned: Signed, successors: readonly Signed[]): readonly [Signed, Root] {
  let [current, root] = [pinned, verifyRoot(pinned)];
  for (const newer of successors) {
    root = succeed(current, newer);
    current = newer;
  }
  return [current, root];
}

/**
 * Read an accreditation signed under `root` (or under an earlier one with enough of the same keys).
 * Throws Forged, Malformed, NotAllowed.
 */
export function verifyAccreditation(root: Root, signed: Signed): Accreditation {
  const accreditation = unpack(Accreditation, signed.payload, MAX_SIGNED);
  requireThreshold(root, "accreditation", signed);
  if (accreditation.validFrom >= accreditation.validTo || accreditation.root > root.number) {
    throw new NotAllowed("the accreditation's dates or root make no sense");
  }
  return accreditation;
}

/** Read a withdrawal signed under `root`. Throws Forged, Malformed. */
export function verifyWithdrawal(root: Root, signed: Signed): Withdrawal {
  const withdrawal = unpack(Withdrawal, signed.payload, MAX_SIGNED);
  requireThreshold(root, "withdrawal", signed);
  return withdrawal;
}

/** Whether `at` lies within the accreditation's own dates: validFrom <= at < validTo. */
export function inDate(accreditation: Accreditation, at: number): boolean {
  return accreditation.validFrom <= at && at < accreditation.validTo;
}

/** Whether the accreditation (whose `digest` is `signedHash`) stands at the moment `at`. */
export function inForce(
  accreditation: Accreditation,
  withdrawals: Iterable<Withdrawal>,
  signedHash: Uint8Array,
  at: number,
): boolean {
  if (!inDate(accreditation, at)) return false;
  for (const gone of withdrawals) {
    if (equal(gone.accreditation, signedHash) && gone.at <= at) return false;
  }
  return true;
}
