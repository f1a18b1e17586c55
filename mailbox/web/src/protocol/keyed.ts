/**
 * Maps and sets keyed by bytes, as values: `with` and `without` give a new one and the old stays as it was.
 *
 * The newest version owns the table and an older one only remembers what to undo, so a long history of
 * small changes costs nothing to keep. Whoever reads an older version pays once for a table of its own.
 */
import { compare, EMPTY, equal } from "./bytes";

type Item<V> = readonly [key: Uint8Array, value: V];
type Items<V> = Map<string, Item<V>>;

interface Undo<V> {
  readonly newer: ByteMap<V>;
  readonly name: string;
  readonly before: Item<V> | undefined;
}

const CHARACTERS = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));

/** The key's bytes as a string of as many characters: half as long as hex, and quicker to make. */
function nameOf(key: Uint8Array): string {
  let name = "";
  for (const byte of key) name += CHARACTERS[byte];
  return name;
}

/** A map from byte strings (ids and hashes: short ones) to values, in order of first insertion. */
export class ByteMap<V> {
  #items: Items<V> | undefined;
  #undo: Undo<V> | undefined;

  constructor(items?: Iterable<Item<V>>) {
    if (items === undefined) return;
    this.#items = new Map();
    for (const item of items) this.#items.set(nameOf(item[0]), item);
  }

  get size(): number {
    return this.#table().size;
  }

  get(key: Uint8Array): V | undefined {
    return this.#table().get(nameOf(key))?.[1];
  }

  has(key: Uint8Array): boolean {
    return this.#table().has(nameOf(key));
  }

  /** The same with one more, or one other, value. */
  with(key: Uint8Array, value: V): ByteMap<V> {
    const items = this.#table();
    const name = nameOf(key);
    const newer = new ByteMap<V>();
    this.#undo = { newer, name, before: items.get(name) };
    this.#items = undefined;
    newer.#items = items.set(name, [key, value]);
    return newer;
  }

  /** The same without those keys. */
  without(gone: Iterable<Uint8Array>): ByteMap<V> {
    const items = new Map(this.#table());
    for (const key of gone) items.delete(nameOf(key));
    const smaller = new ByteMap<V>();
    smaller.#items = items;
    return smaller;
  }

  *keys(): Generator<Uint8Array> {
    for (const [key] of this.#table().values()) yield key;
  }

  *values(): Generator<V> {
    for (const [, value] of this.#table().values()) yield value;
  }

  [Symbol.iterator](): Iterator<Item<V>> {
    return this.#table().values();
  }

  /** The keys in ascending order of their bytes. */
  sorted(): Uint8Array[] {
    return sorted(this.keys());
  }

  #table(): Items<V> {
    if (this.#items !== undefined) return this.#items;
    const steps: Undo<V>[] = [];
    let owner: ByteMap<V> = this;
    while (owner.#undo !== undefined && owner.#items === undefined) {
      steps.push(owner.#undo);
      owner = owner.#undo.newer;
    }
    const items: Items<V> = new Map(owner.#items);
    for (const { name, before } of steps.reverse()) {
      if (before === undefined) items.delete(name);
      else items.set(name, before);
    }
    this.#undo = undefined;
    this.#items = items;
    return items;
  }
}

/** A set of byte strings, in order of first insertion. */
export class ByteSet {
  readonly #members: ByteMap<true>;

  constructor(members: Iterable<Uint8Array> | ByteMap<true> = []) {
    this.#members =
      members instanceof ByteMap ? members : new ByteMap(Array.from(members, (member) => [member, true]));
  }

  get size(): number {
    return this.#members.size;
  }

  has(member: Uint8Array): boolean {
    return this.#members.has(member);
  }

  with(member: Uint8Array): ByteSet {
    return new ByteSet(this.#members.with(member, true));
  }

  without(gone: Iterable<Uint8Array>): ByteSet {
    return new ByteSet(this.#members.without(gone));
  }

  [Symbol.iterator](): Iterator<Uint8Array> {
    return this.#members.keys();
  }

  sorted(): Uint8Array[] {
    return this.#members.sorted();
  }
}

/** Byte strings in ascending order of their bytes, as Python sorts them. */
export function sorted(keys: Iterable<Uint8Array>): Uint8Array[] {
  return Array.from(keys).sort(compare);
}

/** Whether these are the same byte strings in the same order. */
export function sameOrder(one: readonly Uint8Array[], other: readonly Uint8Array[]): boolean {
  return one.length === other.length && one.every((key, place) => equal(key, other[place] ?? EMPTY));
}
