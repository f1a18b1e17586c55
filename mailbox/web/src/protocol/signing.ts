/**
 * Ed25519 with a typed context, signed and verified by libsodium alone (crypto/signing.py).
 *
 * A signature covers `"kith/1/" || type || 0x00 || payload`. Verification must stay with libsodium: it
 * refuses keys of small order, with which other libraries accept any message. The exact payload bytes
 * travel beside the signature.
 */
import { concat } from "./bytes";
import { Forged, Malformed } from "./errors";
import { contextOf } from "./hashing";
import { sodium } from "./sodium";

export const SEED_BYTES = 32;
export const PUBLIC_BYTES = 32;
export const SIGNATURE_BYTES = 64;

const ASCII_WITHOUT_NUL = /^[\x01-\x7f]*$/;

/** What is really signed. `kind` is one of SPEC's type strings: ASCII without NUL, else Malformed. */
export function message(kind: string, payload: Uint8Array): Uint8Array {
  if (!ASCII_WITHOUT_NUL.test(kind)) throw new Malformed("a signature type is plain ASCII without NUL");
  return concat(contextOf(kind), payload);
}

/** One Ed25519 key pair made from a 32-byte seed. Its secret half cannot be read. */
export class SigningKey {
  /** 32 bytes. */
  readonly public: Uint8Array;
  readonly #secret: Uint8Array;

  /** Throws Malformed unless `seed` is 32 bytes. */
  constructor(seed: Uint8Array) {
    if (seed.length !== SEED_BYTES) throw new Malformed("a signing seed is 32 bytes");
    const pair = sodium().crypto_sign_seed_keypair(seed);
    this.public = pair.publicKey;
    this.#secret = pair.privateKey;
  }

  /** A 64-byte signature over `payload` in the context `kind`. */
  sign(kind: string, payload: Uint8Array): Uint8Array {
    return this.signRaw(message(kind, payload));
  }

  /** A 64-byte signature over exactly `signed`: for notes, which carry no type (see checkpoints). */
  signRaw(signed: Uint8Array): Uint8Array {
    return sodium().crypto_sign_detached(signed, this.#secret);
  }
}

/**
 * Check `signature` (64 bytes) over `payload` in the context `kind` by `publicKey` (32 bytes).
 *
 * Throws Forged whatever is wrong with it, small-order keys included; Malformed for an odd `kind`.
 */
export function verify(
  publicKey: Uint8Array,
  kind: string,
  payload: Uint8Array,
  signature: Uint8Array,
): void {
  verifyRaw(publicKey, message(kind, payload), signature);
}

/** As `verify`, of exactly the bytes `signed`. */
export function verifyRaw(publicKey: Uint8Array, signed: Uint8Array, signature: Uint8Array): void {
  checkLengths(publicKey, signature);
  if (!sodium().crypto_sign_verify_detached(signature, signed, publicKey)) {
    throw new Forged("the signature does not hold");
  }
}

/** Require a 32-byte key and a 64-byte signature. Throws Forged. */
export function checkLengths(publicKey: Uint8Array, signature: Uint8Array): void {
  if (publicKey.length !== PUBLIC_BYTES || signature.length !== SIGNATURE_BYTES) {
    throw new Forged("a key or signature has the wrong length");
  }
}
