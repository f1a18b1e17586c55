/** Lengths that say little: Padmé, and the padding of bodies (crypto/private/content.py). */
import { Malformed } from "../errors";

export const MIN_PADDED = 256;

const END = 0x80;

/** The Padmé length for `length`: at most 12 % longer, and log log bits of it leak. */
export function padme(length: number): number {
  if (length < 2) return length;
  const exponent = bitLength(length) - 1;
  const step = 2 ** Math.max(exponent - bitLength(exponent), 0);
  return Math.ceil(length / step) * step;
}

/** plaintext || 0x80 || zeros, up to a Padmé length of at least 256. */
export function pad(plaintext: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.max(MIN_PADDED, padme(plaintext.length + 1)));
  padded.set(plaintext);
  padded[plaintext.length] = END;
  return padded;
}

/** Undo `pad`. Throws Malformed if it is not exactly what `pad` makes. */
export function unpad(padded: Uint8Array): Uint8Array {
  let end = padded.length - 1;
  while (end >= 0 && padded[end] === 0) end -= 1;
  if (padded[end] !== END || padded.length !== Math.max(MIN_PADDED, padme(end + 1))) {
    throw new Malformed("the padding is wrong");
  }
  return padded.slice(0, end);
}

function bitLength(number: number): number {
  return number.toString(2).length;
}
