/**
 * Public keys that may enter a chain: refused here, they can never stand in anyone's way later.
 *
 * A signature by a small-order key is refused by libsodium anyway; an unusable box key would stop a whole
 * circle from making its next epoch. So both are turned away where they first appear.
 */
import { toHex } from "./bytes";
import { Malformed } from "./errors";
import { sodium } from "./sodium";

export const BOX_KEY_BYTES = 1216;
const MLKEM_VECTOR = 1152;
const MLKEM_BYTES = 1184;
const MLKEM_PRIME = 3329;
const X25519_PRIME = 2n ** 255n - 19n;
const X25519_ORDER_8 = [
  0x00b8495f16056286fdb1329ceb8d09da6ac49ff1fae35616aeb8413b7c7aebe0n,
  0x57119fd0dd4e22d8868e1c58c45c44045bef839c55b1d0b1248c50a3bc959c5fn,
];
const SMALL_X25519: ReadonlySet<bigint> = new Set([0n, 1n, X25519_PRIME - 1n, ...X25519_ORDER_8]);

/**
 * Require a point of Ed25519's main subgroup, canonically encoded. About 200 microseconds.
 * Throws Malformed.
 */
export function checkSigningKey(publicKey: Uint8Array): void {
  if (publicKey.length !== 32 || !sodium().crypto_core_ed25519_is_valid_point(publicKey)) {
    throw new Malformed("not a usable signing key");
  }
}

/**
 * Require an X-Wing key that can be sealed to: ML-KEM coefficients below its prime (FIPS 203, section
 * 7.2), and an X25519 point that is not of small order. Throws Malformed.
 */
export function checkBoxKey(publicKey: Uint8Array): void {
  if (publicKey.length !== BOX_KEY_BYTES || !reduced(publicKey)) throw new Malformed("not a usable box key");
  const littleEndian = publicKey.slice(MLKEM_BYTES).reverse();
  const point = BigInt(`0x${toHex(littleEndian)}`) & (2n ** 255n - 1n);
  if (SMALL_X25519.has(point % X25519_PRIME)) throw new Malformed("not a usable box key");
}

/** Whether each of the 768 12-bit coefficients is below the prime; three bytes hold two of them. */
function reduced(publicKey: Uint8Array): boolean {
  for (let at = 0; at < MLKEM_VECTOR; at += 3) {
    const [low = 0, middle = 0, high = 0] = [publicKey[at], publicKey[at + 1], publicKey[at + 2]];
    if ((low | ((middle & 0x0f) << 8)) >= MLKEM_PRIME) return false;
    if (((middle >> 4) | (high << 4)) >= MLKEM_PRIME) return false;
  }
  return true;
}
