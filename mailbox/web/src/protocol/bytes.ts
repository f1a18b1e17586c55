/** Bytes are `Uint8Array`, everywhere. What the web makes clumsy about them is said here, once. */
import { Malformed } from "./errors";

const UTF8 = new TextEncoder();
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const STRETCH = 0x8000;
const NO_LETTER = 255;
const VALUES = new Uint8Array(128).fill(NO_LETTER);
[..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"].forEach((letter, value) => {
  VALUES[letter.charCodeAt(0)] = value;
});

export const EMPTY: Uint8Array = new Uint8Array(0);

/** The UTF-8 of `text`. */
export function utf8(text: string): Uint8Array {
  return UTF8.encode(text);
}

/** All `parts` in one new array, in order. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return joined(parts);
}

/** As `concat`, of any number of parts: arguments are limited, a list is not. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Whether two arrays hold the same bytes. Not for comparing secrets: it stops at the first difference. */
export function equal(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}

/** -1, 0 or 1: the order of bytes as Python's, a prefix before what goes on. */
export function compare(one: Uint8Array, other: Uint8Array): number {
  const shared = Math.min(one.length, other.length);
  for (let at = 0; at < shared; at++) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return Math.sign(one.length - other.length);
}

/** Lower-case hex; also what stands for bytes as a key of a `Map`. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX[byte];
  return text;
}

/** Bytes of hex, in either case. Throws Malformed. */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) throw new Malformed("not hex");
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = parseInt(text.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}

/** Standard base64 with padding. */
export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += STRETCH) {
    text += String.fromCharCode(...bytes.subarray(at, at + STRETCH));
  }
  return btoa(text);
}

/** Bytes of standard base64; only the one spelling that `toBase64` makes. Throws Malformed. */
export function fromBase64(text: string): Uint8Array {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const letters = text.length - padding;
  if (text.length % 4 !== 0) throw new Malformed("not base64");
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let held = 0;
  let bits = 0;
  let to = 0;
  for (let at = 0; at < letters; at++) {
    const value = VALUES[text.charCodeAt(at)] ?? NO_LETTER;
    if (value === NO_LETTER) throw new Malformed("not base64");
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[to++] = held >> bits;
    }
  }
  if ((held & ((1 << bits) - 1)) !== 0) throw new Malformed("not the one base64 of those bytes");
  return bytes;
}

/** base64url without padding, as in links. */
export function toBase64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Bytes of base64url without padding; only its one spelling. Throws Malformed. */
export function fromBase64Url(text: string): Uint8Array {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new Malformed("not base64url");
  const standard = text.replaceAll("-", "+").replaceAll("_", "/");
  return fromBase64(standard.padEnd(Math.ceil(text.length / 4) * 4, "="));
}

/** An integer (0 to 2^53-1) in 8 bytes, big-endian. */
export function uint64(number: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(number));
  return bytes;
}

/** `length` random bytes from the system. */
export function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}

/** The same bytes as WebCrypto's types want them: never in memory shared between threads. */
export function plain(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  // The check is what makes the narrower type true; the compiler cannot follow it.
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}
