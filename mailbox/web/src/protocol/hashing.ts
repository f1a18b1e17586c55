/** SHA-256, at once and piece by piece, and the tagged hash: one hash, one purpose (SPEC, 1). */
import { concat, utf8 } from "./bytes";
import { sodium } from "./sodium";

export { concat, equal } from "./bytes";

export const HASH_BYTES = 32;

/** SHA-256 of `bytes`. 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return sodium().crypto_hash_sha256(bytes);
}

const CONTEXTS = new Map<string, Uint8Array>();

/** "kith/1/" || label || 0x00: what every hash, key and signature of the protocol begins with. */
export function contextOf(label: string): Uint8Array {
  const known = CONTEXTS.get(label);
  if (known !== undefined) return known;
  const made = utf8(`kith/1/${label}\0`);
  CONTEXTS.set(label, made); // labels are SPEC's: few, and none comes from outside
  return made;
}

/**
 * SHA-256("kith/1/" || label || 0x00 || parts). 32 bytes.
 *
 * Parts are joined without lengths: every part but the last has a fixed length.
 */
export function taggedHash(label: string, ...parts: readonly Uint8Array[]): Uint8Array {
  return sha256(concat(contextOf(label), ...parts));
}

/**
 * SHA-256 of what comes piece by piece. `digest` ends it and must be called, or `drop`:
 * libsodium's memory is not collected.
 */
export class Sha256 {
  #state: ReturnType<ReturnType<typeof sodium>["crypto_hash_sha256_init"]> | undefined =
    sodium().crypto_hash_sha256_init();

  /** Take the next bytes. */
  update(bytes: Uint8Array): void {
    if (this.#state === undefined) throw new Error("this hash has ended");
    sodium().crypto_hash_sha256_update(this.#state, bytes);
  }

  /** The hash of everything taken. 32 bytes; nothing can be taken afterwards. */
  digest(): Uint8Array {
    if (this.#state === undefined) throw new Error("this hash has ended");
    const state = this.#state;
    this.#state = undefined;
    return sodium().crypto_hash_sha256_final(state);
  }

  /** Give the memory back without a result. May be called at any time. */
  drop(): void {
    if (this.#state !== undefined) this.digest();
  }
}
