/** New inputs from good ones (tests/fuzz/mutate.py): bytes changed anywhere, and JSON changed in shape. */
import type { Chance } from "../protocol/chance";

/** What JSON holds. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

const NASTY: readonly (readonly number[])[] = [
  [0x18, 0x00],
  [0x19, 0x00, 0x01],
  [0x1b, 0, 0, 0, 0, 0, 0, 0, 0],
  [0x9f],
  [0xff],
  [0x5f],
  [0x7f],
  [0x9b, 255, 255, 255, 255, 255, 255, 255, 255],
  [0x5b, 0x7f, 255, 255, 255, 255, 255, 255, 255],
  [0xc2, 0x41, 0x01],
  [0xd8, 0x1c],
  [0xf7],
  [0xf8, 0x14],
  [0xfb, 0, 0, 0, 0, 0, 0, 0, 0],
  [0xa0],
  [0x80],
  [0x0a, 0x0a],
  [0xe2, 0x80, 0x94],
];
const ODD: readonly Json[] = [
  ...[null, true, false, 0, 1, -1, 1.5, 1e308, 2 ** 53, Number.MAX_SAFE_INTEGER, "", "x", "\u202e"],
  ...["\ud800", "=", "AA==", "A".repeat(5000), [], {}, [[]], [null], { length: 1 }, "__proto__", "NaN"],
];

function one<T>(chance: Chance, choices: readonly T[]): T {
  const chosen = choices[chance.below(choices.length)];
  if (chosen === undefined) throw new Error("there is nothing to choose from");
  return chosen;
}

/** Some bytes near one of `seeds`. */
export function changedBytes(chance: Chance, seeds: readonly Uint8Array[]): Uint8Array {
  let bytes = [...one(chance, seeds)];
  for (let times = one(chance, [1, 1, 1, 2, 4]); times > 0; times--) bytes = step(chance, bytes, seeds);
  return Uint8Array.from(bytes);
}

function step(chance: Chance, bytes: number[], seeds: readonly Uint8Array[]): number[] {
  const at = chance.below(bytes.length + 1);
  const other = chance.below(bytes.length + 1);
  const [start, stop] = [Math.min(at, other), Math.max(at, other)];
  const ways: readonly (() => number[])[] = [
    () => bytes.with(at % Math.max(1, bytes.length), chance.below(256)).slice(0, Math.max(bytes.length, 1)),
    () => bytes.map((byte, place) => (place === at ? byte ^ (1 << chance.below(8)) : byte)),
    () => [...bytes.slice(0, at), ...one(chance, NASTY), ...bytes.slice(at)],
    () => bytes.toSpliced(at, one(chance, [1, 1, 2, 16, 32])),
    () => bytes.slice(0, at),
    () => [...bytes, ...chance.bytes(one(chance, [1, 1, 16, 64]))],
    () => [...bytes.slice(0, stop), ...bytes.slice(start, stop), ...bytes.slice(stop)],
    () => [...bytes.slice(0, at), ...one(chance, seeds).subarray(chance.below(40))],
    () => [...chance.bytes(chance.below(80))],
  ];
  return bytes.length === 0 ? [...chance.bytes(chance.below(8))] : one(chance, ways)();
}

/** Something near `seed`. */
export function changedJson(chance: Chance, seed: Json): Json {
  let changed = seed;
  for (let times = one(chance, [1, 1, 2, 3]); times > 0; times--) changed = changedPlace(chance, changed);
  return changed;
}

function changedPlace(chance: Chance, value: Json): Json {
  if (chance.below(6) === 0) return one(chance, ODD);
  if (typeof value === "string") return changedText(chance, value);
  if (typeof value === "number") return value + one(chance, [-1, 1, 0.5, 2 ** 40, -(2 ** 53)]);
  if (typeof value !== "object" || value === null) return one(chance, ODD);
  if (Array.isArray(value)) return changedList(chance, value as readonly Json[]);
  const fields = Object.entries(value);
  if (fields.length === 0) return { strange: one(chance, ODD) };
  const at = chance.below(fields.length);
  const [name, inner] = one(chance, fields.slice(at, at + 1));
  if (chance.below(8) === 0) return Object.fromEntries(fields.filter(([other]) => other !== name));
  return { ...value, [name]: changedPlace(chance, inner) };
}

function changedList(chance: Chance, value: readonly Json[]): Json {
  const at = chance.below(value.length + 1);
  const inner = value[at];
  if (inner === undefined) return [...value, one(chance, ODD)];
  const ways: readonly (() => Json)[] = [
    () => value.with(at, changedPlace(chance, inner)),
    () => value.toSpliced(at, 1),
    () => Array.from({ length: one(chance, [2, 65, 600]) }, () => inner),
  ];
  return one(chance, ways)();
}

function changedText(chance: Chance, value: string): string {
  const at = chance.below(value.length + 1);
  const put = one(chance, ["", "=", " ", "\n", "-", "_", "é", "\u202e", "\ud800", "AAAA", "A".repeat(400)]);
  return value.slice(0, at) + put + value.slice(at + chance.below(3));
}
