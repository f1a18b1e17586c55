/**
 * Statements: everything looked at (crypto/statements.py). A worker signs "I am opening this, for this
 * purpose", and the hub makes it durable in the access log before it releases anything.
 */
import { utf8 } from "./bytes";
import * as encoding from "./encoding";
import { Malformed } from "./errors";
import { taggedHash } from "./hashing";
import { type SigningKey, verify } from "./signing";

export const MAX_STATEMENT = 64 * 1024;
export const MAX_OBJECTS = 256;
export const SALT_BYTES = 32;

/** What was done. */
export const Act = { LISTED: 1, FETCHED: 2, OPENED: 3 } as const;

/** What it was done to. */
export const ObjectKind = { CIRCLE: 1, ENTRIES: 2, KEYS: 3, DOCUMENT: 4, LETTER: 5 } as const;

/** One thing looked at: a circle, a head, a document or a letter; `start` to `stop` (excluded) is a range
 * of seqs, epochs or bytes. */
export interface StatementObject {
  readonly kind: number;
  /** 16 or 32 bytes. */
  readonly id: Uint8Array;
  readonly start: number;
  readonly stop: number;
}

export const StatementObject = encoding.struct<StatementObject>({
  kind: encoding.uint(1, 255),
  id: encoding.bytes(16, 32),
  start: encoding.UINT,
  stop: encoding.UINT,
});

/** See SPEC, 13. `circle` is empty outside a circle; `reasonCommitment` is empty without a reason. */
export interface Statement {
  readonly version: number;
  readonly act: number;
  readonly worker: Uint8Array;
  readonly organisation: Uint8Array;
  readonly circle: Uint8Array;
  readonly objects: readonly StatementObject[];
  readonly purpose: number;
  readonly reasonCommitment: Uint8Array;
  readonly logSize: number;
  readonly logRoot: Uint8Array;
  readonly at: number;
  readonly nonce: Uint8Array;
}

export const Statement = encoding.struct<Statement>({
  version: encoding.VERSION_FIELD,
  act: encoding.uint(1, 255),
  worker: encoding.ID,
  organisation: encoding.ID,
  circle: encoding.bytes(0, 32),
  objects: encoding.list(StatementObject, 1, MAX_OBJECTS),
  purpose: encoding.CODE,
  reasonCommitment: encoding.bytes(0, 32),
  logSize: encoding.UINT,
  logRoot: encoding.HASH,
  at: encoding.TIME,
  nonce: encoding.ID,
});

/** A statement as it travels. */
export interface SignedStatement {
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

export const SignedStatement = encoding.struct<SignedStatement>({
  payload: encoding.bytes(0, MAX_STATEMENT),
  signature: encoding.SIGNATURE,
});

interface Session {
  readonly version: number;
  readonly hub: string;
  readonly session: Uint8Array;
  readonly nonce: Uint8Array;
}

const Session = encoding.struct<Session>({
  version: encoding.VERSION_FIELD,
  hub: encoding.SHORT_TEXT,
  session: encoding.ID,
  nonce: encoding.HASH,
});

/** Sign a statement. */
export function signStatement(statement: Statement, key: SigningKey): SignedStatement {
  const payload = encoding.pack(Statement, statement);
  return { payload, signature: key.sign("statement", payload) };
}

/** Verify by `signingKey` (32 bytes), then decode. Throws Forged, Malformed, UpdateNeeded. */
export function readStatement(signed: SignedStatement, signingKey: Uint8Array): Statement {
  verify(signingKey, "statement", signed.payload, signed.signature);
  const statement = encoding.unpack(Statement, signed.payload, MAX_STATEMENT);
  if (![0, 32].includes(statement.circle.length) || ![0, 32].includes(statement.reasonCommitment.length)) {
    throw new Malformed("a statement's circle and reason are 32 bytes, or empty");
  }
  if (statement.objects.some((thing) => ![16, 32].includes(thing.id.length) || thing.start > thing.stop)) {
    throw new Malformed("a statement's object has an odd id or range");
  }
  return statement;
}

/** The access log's leaf for a statement, salted with 32 random bytes. 32 bytes. Throws Malformed. */
export function logLeaf(salt: Uint8Array, signed: SignedStatement): Uint8Array {
  return taggedHash("log-leaf", checkedSalt(salt), encoding.pack(SignedStatement, signed));
}

/** SHA-256("kith/1/reason" || 0x00 || salt (32) || reason). Throws Malformed. */
export function reasonCommitment(salt: Uint8Array, reason: string): Uint8Array {
  return taggedHash("reason", checkedSalt(salt), utf8(reason));
}

/** Prove that the worker's key is unlocked: a session starts only with this signature (64 bytes). */
export function signSession(
  hub: string,
  session: Uint8Array,
  nonce: Uint8Array,
  key: SigningKey,
): Uint8Array {
  return key.sign("session", encoding.pack(Session, { version: 1, hub, session, nonce }));
}

/** Check what `signSession` made. Throws Forged. */
export function verifySession(
  hub: string,
  session: Uint8Array,
  nonce: Uint8Array,
  signingKey: Uint8Array,
  signature: Uint8Array,
): void {
  verify(signingKey, "session", encoding.pack(Session, { version: 1, hub, session, nonce }), signature);
}

function checkedSalt(salt: Uint8Array): Uint8Array {
  if (salt.length !== SALT_BYTES) throw new Malformed("a salt is 32 bytes");
  return salt;
}
