/**
 * Sealed content: Cobblestone-256 (C2SP chunked-encryption; crypto/private/content.py).
 *
 * salt (24) || key commitment (32), then chunks of 16 KiB under AES-256-GCM, the last one always shorter
 * and perhaps empty. So a ciphertext opens under one key and context only, and truncation, reordering
 * and splicing are noticed.
 */
import { concat, EMPTY, equal, plain, randomBytes, uint64, utf8 } from "../bytes";
import { NotForMe } from "../errors";
import { contextOf, taggedHash } from "../hashing";
import {
  type AesKey,
  aesKey,
  aesOpen,
  aesSeal,
  expand512,
  KEY_BYTES,
  NONCE_BYTES,
  TAG_BYTES,
} from "./ciphers";

export { MIN_PADDED, pad, padme, unpad } from "./padding";

export const CHUNK = 16 * 1024;
export const TAG = TAG_BYTES;
export const HEADER = 24 + 32;

const SALT_BYTES = 24;
const COMMITMENT_BYTES = 32;
const SCHEME = utf8("c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0");

/** One message's key, ready to seal or open any of its chunks. */
export class ChunkCipher {
  private constructor(
    /** salt || key commitment: the 56 bytes that the message begins with. */
    readonly header: Uint8Array,
    readonly key: AesKey,
    readonly baseNonce: Uint8Array,
  ) {}

  /** For a new message, with a fresh salt. `key` is 32 uniformly random bytes. */
  static seal(key: Uint8Array, context: Uint8Array): Promise<ChunkCipher> {
    return ChunkCipher.#derive(key, context, randomBytes(SALT_BYTES));
  }

  /** For a message that begins with `header` (56 bytes). Throws NotForMe: another key or context. */
  static async open(key: Uint8Array, context: Uint8Array, header: Uint8Array): Promise<ChunkCipher> {
    const cipher = await ChunkCipher.#derive(key, context, header.slice(0, SALT_BYTES));
    if (!equal(cipher.header, header)) throw new NotForMe();
    return cipher;
  }

  static async #derive(key: Uint8Array, context: Uint8Array, salt: Uint8Array): Promise<ChunkCipher> {
    if (key.length !== KEY_BYTES || salt.length !== SALT_BYTES) throw new NotForMe();
    const derived = expand512(key, concat(SCHEME, salt, context), KEY_BYTES + NONCE_BYTES + COMMITMENT_BYTES);
    const header = concat(salt, derived.slice(KEY_BYTES + NONCE_BYTES));
    const baseNonce = derived.slice(KEY_BYTES, KEY_BYTES + NONCE_BYTES);
    return new ChunkCipher(header, await aesKey(derived.slice(0, KEY_BYTES)), baseNonce);
  }

  /** Seal chunk `index` (from 0): at most 16 KiB, and 16 bytes longer afterwards. */
  sealChunk(index: number, plaintext: Uint8Array): Promise<Uint8Array> {
    return aesSeal(this.key, this.#nonce(index), plaintext);
  }

  /** Open chunk `index`. Throws NotForMe. */
  openChunk(index: number, sealed: Uint8Array): Promise<Uint8Array> {
    return aesOpen(this.key, this.#nonce(index), sealed);
  }

  /** Seal chunks in one go, from number `first`. A `last` that fills its chunks gets an empty one. */
  async sealChunks(first: number, plaintext: Uint8Array, last: boolean): Promise<Uint8Array> {
    const chunks = cut(plaintext, CHUNK);
    if (last && plaintext.length % CHUNK === 0) chunks.push(EMPTY);
    return concat(...(await Promise.all(chunks.map((chunk, at) => this.sealChunk(first + at, chunk)))));
  }

  /** Open chunks in one go, the first of them number `first`. Throws NotForMe. */
  async openChunks(first: number, sealed: Uint8Array): Promise<Uint8Array> {
    const chunks = cut(sealed, CHUNK + TAG);
    return concat(...(await Promise.all(chunks.map((chunk, at) => this.openChunk(first + at, chunk)))));
  }

  /** The base nonce XOR the chunk's number, big-endian. Numbers stay below 2^38. */
  #nonce(index: number): Uint8Array {
    const nonce = this.baseNonce.slice();
    uint64(index).forEach((byte, at) => {
      nonce[at + 4] = (nonce[at + 4] ?? 0) ^ byte;
    });
    return nonce;
  }
}

/** Seal a small whole message. `key` is 32 uniformly random bytes. */
export async function sealContent(
  key: Uint8Array,
  context: Uint8Array,
  plaintext: Uint8Array,
): Promise<Uint8Array> {
  const cipher = await ChunkCipher.seal(key, context);
  return concat(cipher.header, await cipher.sealChunks(0, plaintext, true));
}

/**
 * Open what `sealContent` made; nothing is returned unless all of it holds.
 *
 * Throws NotForMe: another key, another context, or any changed, missing or added byte.
 */
export async function openContent(
  key: Uint8Array,
  context: Uint8Array,
  sealed: Uint8Array,
): Promise<Uint8Array> {
  const chunks = sealed.length - HEADER;
  if (chunks < TAG || chunks % (CHUNK + TAG) < TAG) throw new NotForMe();
  const cipher = await ChunkCipher.open(key, context, sealed.subarray(0, HEADER));
  return cipher.openChunks(0, sealed.subarray(HEADER));
}

/** SHA-256 by the browser itself, beside other work: for whole pieces. 32 bytes. */
export async function sha256Beside(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", plain(bytes)));
}

/** How long `plaintext` bytes are once sealed: a short last chunk always follows full ones. */
export function sealedSize(plaintext: number): number {
  return HEADER + plaintext + TAG * (Math.floor(plaintext / CHUNK) + 1);
}

/** K_e = HKDF-Expand-SHA512(E_n, "kith/1/entry-key" || 0x00 || H, 32): one entry can be released alone. */
export function entryKey(epochKey: Uint8Array, headerId: Uint8Array): Uint8Array {
  return expand512(epochKey, concat(contextOf("entry-key"), headerId), 32);
}

/** What `open` and `rekey` say of E_n without giving it away. 32 bytes. */
export function commitment(circle: Uint8Array, epoch: number, epochKey: Uint8Array): Uint8Array {
  return taggedHash("epoch", circle, uint64(epoch), epochKey);
}

/** The Cobblestone context of an entry's body. */
export function bodyContext(headerId: Uint8Array): Uint8Array {
  return concat(contextOf("body"), headerId);
}

/** The Cobblestone context of one document version. */
export function documentContext(circle: Uint8Array, document: Uint8Array, version: number): Uint8Array {
  return concat(contextOf("document"), circle, document, uint64(version));
}

/** The Cobblestone context of a letter's body, from `letterHeaderId` (32 bytes). */
export function letterContext(headerId: Uint8Array): Uint8Array {
  return concat(contextOf("letter"), headerId);
}

function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}
