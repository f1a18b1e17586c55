/** A map keyed by bytes is a value: whatever is made of it, it stays as it was. */
import { describe, expect, it } from "vitest";
import { utf8 } from "@/protocol/bytes";
import { ByteMap, ByteSet, sameOrder, sorted } from "@/protocol/keyed";

const [a, b, c] = [utf8("a"), utf8("b"), utf8("c")];

function contents(map: ByteMap<number>): string[] {
  return Array.from(map, ([key, value]) => `${String.fromCharCode(...key)}${value}`);
}

describe("a map keyed by bytes", () => {
  it("finds values by equal bytes, not by the same array", () => {
    const map = new ByteMap([[a, 1]]);
    expect(map.get(utf8("a"))).toBe(1);
    expect(map.has(utf8("b"))).toBe(false);
    expect(map.get(new Uint8Array([0x61, 0]))).toBeUndefined();
  });

  it("keeps every version as it was, whichever is read first", () => {
    const none = new ByteMap<number>();
    const one = none.with(a, 1);
    const two = one.with(b, 2);
    const changed = two.with(a, 3);
    const branch = one.with(c, 4);
    expect(contents(changed)).toEqual(["a3", "b2"]);
    expect(contents(one)).toEqual(["a1"]);
    expect(contents(branch)).toEqual(["a1", "c4"]);
    expect(contents(none)).toEqual([]);
    expect(contents(two)).toEqual(["a1", "b2"]);
    expect([none.size, one.size, two.size, changed.size]).toEqual([0, 1, 2, 2]);
  });

  it("branches from an older version without touching the newer", () => {
    const one = new ByteMap([[a, 1]]);
    const left = one.with(b, 2);
    const right = one.with(b, 3);
    const further = right.with(a, 9);
    expect(contents(left)).toEqual(["a1", "b2"]);
    expect(contents(right)).toEqual(["a1", "b3"]);
    expect(contents(further)).toEqual(["a9", "b3"]);
  });

  it("leaves out what it is asked to", () => {
    const map = new ByteMap([
      [b, 1],
      [a, 2],
    ]);
    expect(contents(map.without([b, c]))).toEqual(["a2"]);
    expect(contents(map)).toEqual(["b1", "a2"]);
    expect([...map.values()]).toEqual([1, 2]);
    expect(map.sorted()).toEqual([a, b]);
  });

  it("is as quick with its thousandth version as with its first", () => {
    let map = new ByteMap<number>();
    const first = map;
    for (let number = 0; number < 20_000; number++) map = map.with(utf8(String(number)), number);
    expect(map.size).toBe(20_000);
    expect(first.size).toBe(0);
  });
});

describe("a set of bytes", () => {
  it("holds each once, and stays as it was", () => {
    const set = new ByteSet([b, a, b]);
    expect(set.size).toBe(2);
    expect(set.with(c).sorted()).toEqual([a, b, c]);
    expect([...set.without([b])]).toEqual([a]);
    expect([...set]).toEqual([b, a]);
    expect(set.has(utf8("b"))).toBe(true);
  });
});

it("bytes are ordered as unsigned numbers, a shorter one first", () => {
  const [high, low, longer] = [new Uint8Array([0x80]), new Uint8Array([0x7f]), new Uint8Array([0x7f, 0])];
  expect(sorted([high, longer, low])).toEqual([low, longer, high]);
  expect(sameOrder([high, low], [high, low])).toBe(true);
  expect(sameOrder([high, low], [low, high])).toBe(false);
  expect(sameOrder([high], [high, low])).toBe(false);
});
