/**
 * HKDF-Expand and AES-256-GCM, as every room of `private` uses them. Expanding is libsodium's HMAC and
 * synchronous; AES-GCM is WebCrypto's, whose keys cannot be read back.
 */
import { concat, EMPTY, plain } from "../bytes";
import { NotForMe } from "../errors";
import { sodium } from "../sodium";

export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;
export const KEY_BYTES = 32;

/** An AES-256-GCM key held by the browser, for sealing and opening. */
export type AesKey = CryptoKey;

/** HMAC-SHA-256 with a key of any length. 32 bytes. */
export function hmac256(key: Uint8Array, message: Uint8Array): Uint8Array {
  const state = sodium().crypto_auth_hmacsha256_init(key);
  sodium().crypto_auth_hmacsha256_update(state, message);
  return sodium().crypto_auth_hmacsha256_final(state);
}

/** HKDF-Expand-SHA256 to 32 bytes. */
export function expand256(secret: Uint8Array, info: Uint8Array): Uint8Array {
  return hmac256(secret, concat(info, Uint8Array.of(1)));
}

/** HKDF-Expand-SHA512 to `length` bytes (at most 255 * 64). */
export function expand512(secret: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  const blocks: Uint8Array[] = [];
  let block = EMPTY;
  for (let counter = 1; 64 * blocks.length < length; counter++) {
    const state = sodium().crypto_auth_hmacsha512_init(secret);
    sodium().crypto_auth_hmacsha512_update(state, concat(block, info, Uint8Array.of(counter)));
    block = sodium().crypto_auth_hmacsha512_final(state);
    blocks.push(block);
  }
  return concat(...blocks).slice(0, length);
}

/** Hand 32 bytes to the browser's AES-256-GCM. Throws NotForMe: a shorter key would be a weaker cipher's. */
export async function aesKey(key: Uint8Array): Promise<AesKey> {
  if (key.length !== KEY_BYTES) throw new NotForMe();
  return crypto.subtle.importKey("raw", plain(key), "AES-GCM", false, ["encrypt", "decrypt"]);
}

/** ciphertext || tag (16). The nonce (12 bytes) must never come twice under one key. */
export async function aesSeal(
  key: AesKey,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  associated: Uint8Array = EMPTY,
): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.encrypt(parameters(nonce, associated), key, plain(plaintext)));
}

/** Open what `aesSeal` made. Throws NotForMe, whatever the cause. */
export async function aesOpen(
  key: AesKey,
  nonce: Uint8Array,
  sealed: Uint8Array,
  associated: Uint8Array = EMPTY,
): Promise<Uint8Array> {
  if (nonce.length !== NONCE_BYTES || sealed.length < TAG_BYTES) throw new NotForMe();
  try {
    return new Uint8Array(await crypto.subtle.decrypt(parameters(nonce, associated), key, plain(sealed)));
  } catch {
    throw new NotForMe();
  }
}

function parameters(nonce: Uint8Array, associated: Uint8Array): AesGcmParams {
  return { name: "AES-GCM", iv: plain(nonce), additionalData: plain(associated) };
}
