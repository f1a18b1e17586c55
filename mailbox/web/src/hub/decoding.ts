/**
 * How answers are checked before anything looks at them: every field has a type and a bound. Fields are
 * camelCase here and snake_case on the line; bytes travel as standard base64; what is unknown is passed over,
 * so that a newer hub can say more.
 */
import { BadAnswer } from "@/end/errors";
import { fromBase64 } from "@/protocol/bytes";

/** Turns decoded JSON into a checked value. Throws BadAnswer. `undefined` stands for a field left out. */
export type Decode<T> = (json: unknown) => T;

/** One decoder for each field. */
export type Fields<T> = { readonly [K in keyof T]-?: Decode<T[K]> };

function unreadable(): BadAnswer {
  return new BadAnswer("The hub's answer cannot be understood.");
}

/** Text of at most `most` characters, as it came: whoever shows it makes it plain first. */
export function word(most: number): Decode<string> {
  return (json) => {
    if (typeof json !== "string" || json.length > most) throw unreadable();
    return json;
  };
}

/** A whole number from `least` to `most`. */
export function number(least = 0, most = Number.MAX_SAFE_INTEGER): Decode<number> {
  return (json) => {
    if (typeof json !== "number" || !Number.isSafeInteger(json) || json < least || json > most)
      throw unreadable();
    return json;
  };
}

/** Yes or no. */
export const flag: Decode<boolean> = (json) => {
  if (typeof json !== "boolean") throw unreadable();
  return json;
};

/** Bytes of `least` to `most`, from base64. */
export function bytes(least: number, most = least): Decode<Uint8Array> {
  return (json) => {
    if (typeof json !== "string" || json.length > Math.ceil(most / 3) * 4) throw unreadable();
    const found = decoded(json);
    if (found.length < least || found.length > most) throw unreadable();
    return found;
  };
}

/** The same, or null; a field left out is null. */
export function maybe<T>(decode: Decode<T>): Decode<T | null> {
  return (json) => (json === null || json === undefined ? null : decode(json));
}

/** The same, or `fallback` where the field was left out. */
export function or<T>(decode: Decode<T>, fallback: T): Decode<T> {
  return (json) => (json === undefined ? fallback : decode(json));
}

/** At most `most` of one kind; a list left out is empty only under `or`. */
export function listOf<T>(decode: Decode<T>, most: number): Decode<readonly T[]> {
  return (json) => {
    if (!Array.isArray(json) || json.length > most) throw unreadable();
    return json.map((item: unknown) => decode(item));
  };
}

/** Names to values of one kind, at most `most`. */
export function mapOf<T>(decode: Decode<T>, most: number): Decode<ReadonlyMap<string, T>> {
  return (json) => {
    const entries = Object.entries(object(json));
    if (entries.length > most) throw unreadable();
    return new Map(entries.map(([name, value]) => [name, decode(value)]));
  };
}

/** An object with these fields. */
export function answer<T extends object>(fields: Fields<T>): Decode<T> {
  // Object.keys forgets which names it gave; they are the keys of `fields` and so of T.
  const names = (Object.keys(fields) as (keyof T & string)[]).map((name) => [name, snake(name)] as const);
  return (json) => {
    const found = object(json);
    const own = (name: string): unknown => (Object.hasOwn(found, name) ? found[name] : undefined);
    const made: Partial<T> = {};
    for (const [name, wire] of names) made[name] = fields[name](own(wire));
    return made as T; // every field of T was decoded
  };
}

/** `legalName` on the line is `legal_name`. */
export function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function object(json: unknown): Readonly<Record<string, unknown>> {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw unreadable();
  // An object of JSON is such a record.
  return json as Readonly<Record<string, unknown>>;
}

function decoded(text: string): Uint8Array {
  try {
    return fromBase64(text);
  } catch {
    throw unreadable();
  }
}
