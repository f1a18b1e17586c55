/**
 * Letters: one message sealed to an organisation outside any circle (crypto/letters.py).
 *
 * A letter is signed by an accredited worker, by the reply key of the letter that it follows, or by
 * nobody ("sender not verified"). Body and header are bound to each other, so the hub cannot give
 * someone's words another reply key.
 */
import { EMPTY } from "./bytes";
import * as encoding from "./encoding";
import { bodyHash } from "./entries";
import { Forged, Malformed, NotAllowed } from "./errors";
import { equal, taggedHash } from "./hashing";
import { boxHash, type Organisation, Role } from "./organisation";
import { type SigningKey, verify } from "./signing";

export const MAX_LETTER_HEADER = 4096;
export const MAX_LETTER_BODY = 256 * 1024;

/** Why it was written. */
export const LetterKind = {
  REFERRAL: 1,
  INFORMATION_REQUEST: 2,
  EXPLANATION: 3,
  ANSWER: 4,
  ADDITION: 5,
  WITHDRAWAL: 6,
} as const;

/** What only whoever wrote the letter before it can write. */
export const BY_REPLY_KEY: readonly number[] = [LetterKind.ADDITION, LetterKind.WITHDRAWAL];

/**
 * Who it is for, and who vouches for it. `worker`, `organisation` and `organisationHead` are empty when
 * nobody does; `inReplyTo` is empty or a letter's id; `replyKey` is empty or an Ed25519 key;
 * `sealedHash` is empty only while the body is being sealed.
 */
export interface LetterHeader {
  readonly version: number;
  readonly letter: Uint8Array;
  readonly kind: number;
  readonly receiver: Uint8Array;
  readonly generation: number;
  readonly keyHash: Uint8Array;
  readonly inReplyTo: Uint8Array;
  readonly worker: Uint8Array;
  readonly organisation: Uint8Array;
  readonly organisationHead: Uint8Array;
  readonly sentAt: number;
  readonly replyKey: Uint8Array;
  readonly boxHash: Uint8Array;
  readonly sealedHash: Uint8Array;
}

export const LetterHeader = encoding.struct<LetterHeader>({
  version: encoding.VERSION_FIELD,
  letter: encoding.ID,
  kind: encoding.uint(1, 255),
  receiver: encoding.ID,
  generation: encoding.UINT,
  keyHash: encoding.HASH,
  inReplyTo: encoding.bytes(0, 16),
  worker: encoding.bytes(0, 16),
  organisation: encoding.bytes(0, 16),
  organisationHead: encoding.bytes(0, 32),
  sentAt: encoding.TIME,
  replyKey: encoding.bytes(0, 32),
  boxHash: encoding.HASH,
  sealedHash: encoding.bytes(0, 32),
});

/** A letter as it travels, without box and body. `signature` is empty when unsigned. */
export interface Letter {
  readonly header: Uint8Array;
  readonly signature: Uint8Array;
}

export const Letter = encoding.struct<Letter>({
  header: encoding.bytes(0, MAX_LETTER_HEADER),
  signature: encoding.bytes(0, 64),
});

/** What an answer or a release names. 32 bytes. */
export function letterHash(letter: Letter): Uint8Array {
  return taggedHash("letter-hash", encoding.pack(Letter, letter));
}

/** The hash of the header with its sealedHash empty: what the body is bound to. 32 bytes. */
export function letterHeaderId(header: LetterHeader): Uint8Array {
  return taggedHash("letter-header", encoding.pack(LetterHeader, { ...header, sealedHash: EMPTY }));
}

/** Finish a letter; without a key it stays unsigned. Without a worker but with a key it is signed by
 * the reply key of the letter that it follows. */
export function signLetter(header: LetterHeader, key: SigningKey | null): Letter {
  const payload = encoding.pack(LetterHeader, header);
  const kind = header.worker.length > 0 ? "letter" : "letter-reply";
  return { header: payload, signature: key === null ? EMPTY : key.sign(kind, payload) };
}

const UNSIGNED = "0,0,0,0";
const BY_WORKER = "16,16,32,64";
const FOLLOWS = "0,0,0,64";

/**
 * Decode a header strictly (no signature and no content is checked here).
 *
 * Throws Malformed when half-signed or with odd lengths; UpdateNeeded.
 */
export function readLetterHeader(letter: Letter): LetterHeader {
  const header = encoding.unpack(LetterHeader, letter.header, MAX_LETTER_HEADER);
  const signed = [header.worker, header.organisation, header.organisationHead, letter.signature];
  const lengths = signed.map((part) => part.length).join(",");
  if (![UNSIGNED, BY_WORKER, FOLLOWS].includes(lengths)) {
    throw new Malformed("a letter is signed by a worker, by a reply key, or by nobody");
  }
  if (lengths === FOLLOWS && header.inReplyTo.length === 0) {
    throw new Malformed("a reply key signs only what follows its letter");
  }
  if (![0, 16].includes(header.inReplyTo.length) || ![0, 32].includes(header.replyKey.length)) {
    throw new Malformed("a letter's reply fields have the wrong length");
  }
  if (header.sealedHash.length !== 32) throw new Malformed("the header does not name its body");
  return header;
}

/**
 * Decode a header and check that `box` and `sealed` are the ones it names.
 *
 * Throws Malformed, UpdateNeeded; Forged for other bytes than were signed.
 */
export function readLetter(letter: Letter, box: Uint8Array, sealed: Uint8Array): LetterHeader {
  const header = readLetterHeader(letter);
  if (!equal(boxHash(box), header.boxHash) || !equal(bodyHash(sealed), header.sealedHash)) {
    throw new Forged("the letter's content is not what was signed");
  }
  return header;
}

/**
 * Check the signing worker against their organisation's verified chain, at the later of the letter's
 * own time and when the hub says it was received (both in UTC milliseconds).
 *
 * Throws Forged, NotAllowed, Stale; Forged too when no worker signed the letter, or when it is of a kind
 * that only a reply key signs.
 */
export function verifySender(
  letter: Letter,
  header: LetterHeader,
  sender: Organisation,
  receivedAt = 0,
): void {
  if (BY_REPLY_KEY.includes(header.kind)) {
    throw new Forged("only a reply key adds to a letter or takes it back");
  }
  if (header.worker.length === 0 || !equal(sender.id, header.organisation)) {
    throw new Forged("the letter is not signed by that organisation");
  }
  const moment = Math.max(header.sentAt, receivedAt);
  const member = sender.memberAt(header.worker, header.organisationHead, moment);
  if (member.role === Role.KIT) throw new NotAllowed("a recovery kit writes no letters");
  verify(member.signingKey, "letter", letter.header, letter.signature);
}

/** Check that an addition or withdrawal comes from whoever wrote the letter `first`. Throws Forged. */
export function verifyReply(letter: Letter, header: LetterHeader, first: LetterHeader): void {
  if (!BY_REPLY_KEY.includes(header.kind)) {
    throw new Forged("a reply key signs additions and withdrawals alone");
  }
  const follows = equal(header.inReplyTo, first.letter) && equal(header.receiver, first.receiver);
  if (header.worker.length > 0 || !follows) throw new Forged("the letter does not follow that one");
  verify(first.replyKey, "letter-reply", letter.header, letter.signature);
}
