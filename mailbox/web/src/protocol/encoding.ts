/**
 * How structs are declared, written and read (crypto/encoding.py): the declaration is the validation.
 *
 *     export interface Listing { readonly organisation: Uint8Array; readonly generation: number }
 *     export const Listing = struct<Listing>({ organisation: ID, generation: UINT });
 *     pack(Listing, value); unpack(Listing, bytes);
 *
 * A struct is an array of its fields in the order declared. Writing checks only what SPEC allows at
 * all, as in Python; reading checks every type, length and bound.
 */
import { decode, encode, MAX_ENCODED, MAX_INTEGER, type Raw } from "./cbor";
import { Malformed, UpdateNeeded } from "./errors";

export { decode, encode, MAX_DEPTH, MAX_ENCODED, MAX_INTEGER, type Raw } from "./cbor";
export { taggedHash } from "./hashing";

export const VERSION = 1;

/** How one kind of value is written and read. */
export interface Codec<T> {
  /** The nested arrays that stand for `value`. Checks no bounds. */
  write(value: T): Raw;
  /** Validate decoded `raw`. Throws Malformed, UpdateNeeded. */
  read(raw: Raw): T;
}

/** What a codec reads: `type Listing = TypeOf<typeof Listing>`. */
export type TypeOf<C> = C extends Codec<infer T> ? T : never;

/** One codec for each field, in the order of the array. */
export type Fields<T> = { readonly [K in keyof T]-?: Codec<T[K]> };

/** The encoding of one value. Throws Malformed if it holds what SPEC does not allow. */
export function pack<T>(codec: Codec<T>, value: T): Uint8Array {
  return encode(codec.write(value));
}

/**
 * Decode `data` strictly as `codec` declares, of at most `limit` bytes.
 *
 * Throws UpdateNeeded when it starts with a version this program does not know; Malformed when the
 * shape, a length or a bound is not what is declared.
 */
export function unpack<T>(codec: Codec<T>, data: Uint8Array, limit = MAX_ENCODED): T {
  return codec.read(decode(data, limit));
}

/** An integer from `least` to `most`. A boolean is none. */
export function uint(least = 0, most = MAX_INTEGER): Codec<number> {
  return {
    write: (value) => value,
    read: (raw) => {
      if (typeof raw !== "number" || raw < least || raw > most)
        throw new Malformed("an integer is out of bounds");
      return raw;
    },
  };
}

/** A byte string of `least` to `most` bytes; of any length without them. */
export function bytes(least = 0, most = MAX_ENCODED): Codec<Uint8Array> {
  return {
    write: (value) => value,
    read: (raw) => {
      if (!(raw instanceof Uint8Array) || raw.length < least || raw.length > most) {
        throw new Malformed("a byte string is missing or has the wrong length");
      }
      return raw;
    },
  };
}

/** Text of `least` to `most` characters (code points, as Python counts). */
export function text(least = 0, most = MAX_ENCODED): Codec<string> {
  return {
    write: (value) => value,
    read: (raw) => {
      if (typeof raw !== "string" || !lengthBetween(raw, least, most)) {
        throw new Malformed("a text is missing or has the wrong length");
      }
      return raw;
    },
  };
}

/** `true` or `false`. A number is neither. */
export const BOOL: Codec<boolean> = {
  write: (value) => value,
  read: (raw) => {
    if (typeof raw !== "boolean") throw new Malformed("neither true nor false");
    return raw;
  },
};

/** Anything the encoding knows, unlooked at: a header's facts, whose shape hangs on its kind. */
export const ANY: Codec<Raw> = { write: (value) => value, read: (raw) => raw };

/** One of the numbers of an enum object, and nothing else. */
export function oneOf<T extends number>(values: Readonly<Record<string, T>>): Codec<T> {
  const known = new Map<Raw, T>(Object.values(values).map((value) => [value, value]));
  return {
    write: (value) => value,
    read: (raw) => {
      const value = known.get(raw);
      if (value === undefined) throw new Malformed("no such kind");
      return value;
    },
  };
}

/** The codec's value, or null. */
export function nullable<T>(codec: Codec<T>): Codec<T | null> {
  return {
    write: (value) => (value === null ? null : codec.write(value)),
    read: (raw) => (raw === null ? null : codec.read(raw)),
  };
}

/** `least` to `most` values of one kind. */
export function list<T>(codec: Codec<T>, least = 0, most = MAX_ENCODED): Codec<readonly T[]> {
  return {
    write: (value) => value.map((item) => codec.write(item)),
    read: (raw) => {
      const items = array(raw);
      if (items.length < least || items.length > most) throw new Malformed("too few or too many");
      return items.map((item) => codec.read(item));
    },
  };
}

/** A struct: exactly these fields, in this order. One whose first is `version` is checked for it first. */
export function struct<T extends object>(fields: Fields<T>): Codec<T> {
  // Object.keys forgets which names it gave; they are the keys of `fields` and so of T.
  const names = Object.keys(fields) as (keyof T)[];
  const versioned = names[0] === "version";
  return {
    write: (value) => names.map((name) => fields[name].write(value[name])),
    read: (raw) => {
      if (versioned) checkVersion(raw);
      const items = array(raw);
      if (items.length !== names.length) throw new Malformed("a struct has too few or too many fields");
      const found: Partial<T> = {};
      names.forEach((name, at) => {
        found[name] = fields[name].read(items[at] ?? null);
      });
      return found as T; // every field was read
    },
  };
}

export const VERSION_FIELD = uint(1, 255);
export const UINT = uint();
export const TIME = uint();
export const CODE = uint(0, 65535);
export const ID = bytes(16, 16);
export const HASH = bytes(32, 32);
export const KEY32 = bytes(32, 32);
export const BOX_KEY = bytes(1216, 1216);
export const SIGNATURE = bytes(64, 64);
export const SHORT_TEXT = text(1, 200);
export const LONG_TEXT = text(0, 32_000);

function checkVersion(raw: Raw): void {
  const version = Array.isArray(raw) ? raw[0] : undefined;
  if (typeof version === "number" && version > VERSION) {
    throw new UpdateNeeded("a newer version of the protocol wrote this");
  }
}

function array(raw: Raw): readonly Raw[] {
  if (!Array.isArray(raw)) throw new Malformed("not an array");
  return raw;
}

/** Code points are at most as many as UTF-16 units, and at least half as many. */
function lengthBetween(value: string, least: number, most: number): boolean {
  if (value.length > 2 * most) return false;
  const length = [...value].length;
  return length >= least && length <= most;
}
