/**
 * Strict deterministic CBOR (RFC 8949, section 4.2) of fixed-length arrays (crypto/encoding.py).
 *
 * Only arrays, unsigned integers up to 2^53-1, byte strings, NFC text, booleans and null exist. The
 * reader knows nothing else and reads in one pass; what it accepts encodes to the same bytes again.
 */
import { utf8 } from "./bytes";
import { Malformed } from "./errors";

/** What can be written: nested arrays of the six things that exist. */
export type Raw = number | boolean | null | string | Uint8Array | readonly Raw[];

export const MAX_INTEGER = Number.MAX_SAFE_INTEGER;
export const MAX_DEPTH = 8;
export const MAX_ENCODED = 1024 * 1024;

const UNSIGNED = 0;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const SIMPLE = 7;
const SIMPLES = new Map<number, boolean | null>([
  [0xf4, false],
  [0xf5, true],
  [0xf6, null],
]);
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const HALF = /\p{Surrogate}/u;
const ASCII = /^[\0-\x7f]*$/;

/** The one encoding of `value`. Throws Malformed if it holds anything SPEC does not allow. */
export function encode(value: Raw): Uint8Array {
  const writer = new Writer();
  writer.item(value, MAX_DEPTH);
  return writer.written();
}

/**
 * Decode strictly; only what `encode` would have made is accepted, of at most `limit` bytes.
 *
 * Throws Malformed on anything else, including trailing bytes, long integers, tags and floats.
 */
export function decode(data: Uint8Array, limit = MAX_ENCODED): Raw {
  if (data.length > limit) throw new Malformed(`longer than ${limit} bytes`);
  const reader = new Reader(data);
  const value = reader.item(MAX_DEPTH);
  if (reader.at !== data.length) throw new Malformed("bytes follow the end");
  return value;
}

/** Writes into one buffer that grows. */
class Writer {
  #bytes = new Uint8Array(512);
  #length = 0;

  written(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  item(value: Raw, depth: number): void {
    if (value === null) this.#byte(0xf6);
    else if (typeof value === "boolean") this.#byte(value ? 0xf5 : 0xf4);
    else if (typeof value === "number") this.#lead(UNSIGNED, checkedInteger(value));
    else if (typeof value === "string") this.#run(TEXT, utf8(wellFormed(value)));
    else if (value instanceof Uint8Array) this.#run(BYTES, value);
    else this.#array(value, depth);
  }

  #array(value: readonly Raw[], depth: number): void {
    if (!Array.isArray(value)) {
      throw new Malformed("only arrays, integers, bytes, text, booleans and null exist");
    }
    if (depth === 0) throw new Malformed("nested too deeply");
    this.#lead(ARRAY, value.length);
    for (const item of value) this.item(item, depth - 1);
  }

  #run(major: number, bytes: Uint8Array): void {
    this.#lead(major, bytes.length);
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** The first byte with the argument in it, or in the 1, 2, 4 or 8 bytes after it, big-endian. */
  #lead(major: number, argument: number): void {
    const first = major << 5;
    if (argument < 24) return this.#byte(first | argument);
    const power = argument < 0x100 ? 0 : argument < 0x10000 ? 1 : argument < 0x100000000 ? 2 : 3;
    this.#byte(first | (24 + power));
    for (let place = 2 ** power - 1; place >= 4; place--) this.#byte((argument / 2 ** (8 * place)) & 0xff);
    for (let place = Math.min(2 ** power - 1, 3); place >= 0; place--)
      this.#byte((argument >>> (8 * place)) & 0xff);
  }

  #byte(byte: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = byte;
  }

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(2 * (this.#length + more));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

function wellFormed(value: string): string {
  if (HALF.test(value)) throw new Malformed("half a character");
  return checkedText(value);
}

function checkedInteger(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new Malformed("integer out of range");
  return value;
}

function checkedText(value: string): string {
  if (!ASCII.test(value) && value.normalize("NFC") !== value) throw new Malformed("text is not in NFC");
  return value;
}

/** One pass over `data`; `at` is where the next item starts. */
class Reader {
  at = 0;
  readonly #view: DataView;

  constructor(readonly data: Uint8Array) {
    this.#view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  }

  item(depth: number): Raw {
    this.#need(1);
    const first = this.#view.getUint8(this.at++);
    const major = first >> 5;
    if (major === SIMPLE) return simple(first);
    const argument = this.#argument(first & 0x1f);
    if (major === UNSIGNED) return checkedInteger(argument);
    if (major === BYTES) return new Uint8Array(this.#take(argument));
    if (major === TEXT) return text(this.#take(argument));
    if (major === ARRAY) return this.#array(argument, depth);
    throw new Malformed("only arrays, unsigned integers, bytes, text, booleans and null exist");
  }

  /** A length or an integer: in the first byte itself, or in the 1, 2, 4 or 8 bytes after it. */
  #argument(short: number): number {
    if (short < 24) return short;
    if (short > 27) throw new Malformed("indefinite or reserved length");
    const size = 1 << (short - 24);
    this.#need(size);
    const value = this.#unsigned(size);
    this.at += size;
    const smallest = size === 1 ? 24 : 2 ** (4 * size);
    if (value < smallest) throw new Malformed("a length or integer is written too long");
    return value;
  }

  #unsigned(size: number): number {
    if (size === 1) return this.#view.getUint8(this.at);
    if (size === 2) return this.#view.getUint16(this.at);
    if (size === 4) return this.#view.getUint32(this.at);
    return this.#view.getUint32(this.at) * 2 ** 32 + this.#view.getUint32(this.at + 4);
  }

  #array(count: number, depth: number): Raw[] {
    if (depth === 0) throw new Malformed("nested too deeply");
    this.#need(count);
    const items: Raw[] = [];
    for (let made = 0; made < count; made++) items.push(this.item(depth - 1));
    return items;
  }

  #take(length: number): Uint8Array {
    this.#need(length);
    this.at += length;
    return this.data.subarray(this.at - length, this.at);
  }

  #need(length: number): void {
    if (length > this.data.length - this.at) throw new Malformed("cut short");
  }
}

function simple(first: number): boolean | null {
  const value = SIMPLES.get(first);
  if (value === undefined) throw new Malformed("no such simple value");
  return value;
}

function text(raw: Uint8Array): string {
  try {
    return checkedText(UTF8.decode(raw));
  } catch (error) {
    if (error instanceof Malformed) throw error;
    throw new Malformed("text is not UTF-8");
  }
}
