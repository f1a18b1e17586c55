/** Bytes are cut anew without being changed, and with as little memory as their reader allows. */
import { describe, expect, it } from "vitest";
import { concat, equal } from "@/protocol/bytes";
import { blocks } from "@/protocol/private/streams";
import { gathered } from "./secret";
import { pattern } from "./vectors";

function* cut(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe("blocks", () => {
  it.each([1, 7, 99, 100, 101, 250, 1000])("of 100 bytes come from pieces of %i", async (size) => {
    for (const length of [0, 1, 99, 100, 101, 200, 999]) {
      const found: Uint8Array[] = [];
      for await (const block of blocks(cut(pattern(length), size), 100)) found.push(block);
      expect(equal(concat(...found), pattern(length))).toBe(true);
      expect(found.slice(0, -1).every((block) => block.length === 100)).toBe(true);
    }
  });

  it("pass on a piece that is one already, also after others", async () => {
    const pieces = [...cut(pattern(300), 100), pattern(50), pattern(50), pattern(100)];
    const found: Uint8Array[] = [];
    for await (const block of blocks(pieces, 100)) found.push(block);
    expect(found.map((block) => pieces.indexOf(block))).toEqual([0, 1, 2, -1, 5]);
    expect(equal(concat(...found), concat(...pieces))).toBe(true);
  });

  it("are made in the room that is given, and nothing of an earlier block shows", async () => {
    const room = new Uint8Array(100).fill(9);
    const found: Uint8Array[] = [];
    for await (const block of blocks(cut(pattern(250), 30), 100, () => room)) found.push(block.slice());
    expect(equal(await gathered(pieces(found)), pattern(250))).toBe(true);
  });
});

async function* pieces(all: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* all;
}
