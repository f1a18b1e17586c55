/** What the strict reader accepts encodes to the same bytes again (MUST-ENC-7), whatever the bytes. */
import { expect, it } from "vitest";
import { type Raw, decode, encode } from "@/protocol/cbor";
import { Malformed } from "@/protocol/errors";

/** The same numbers in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const next = numbers(20_261_128);

function value(depth: number): Raw {
  const kinds = depth > 0 ? 7 : 6;
  switch (next(kinds)) {
    case 0:
      return [0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1][next(10)] ?? 0;
    case 1:
      return next(2) === 0;
    case 2:
      return null;
    case 3:
      return Uint8Array.from({ length: next(30) }, () => next(256));
    case 4:
      return ["", "plain", "caf\u00e9", "\u{1f600}", "x".repeat(300)][next(5)] ?? "";
    case 5:
      return next(1000);
    default:
      return Array.from({ length: next(5) }, () => value(depth - 1));
  }
}

function accepted(data: Uint8Array): Raw | undefined {
  try {
    return decode(data);
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

it("is so for what was written, and for each such with bytes changed, left out or put in", () => {
  let good = 0;
  for (let round = 0; round < 4000; round++) {
    const written = encode(value(4));
    expect(encode(decode(written))).toEqual(written);
    for (let turn = 0; turn < 4; turn++) {
      const changed = [...written];
      const at = next(changed.length + 1);
      changed.splice(at, next(2), ...Array.from({ length: next(3) }, () => next(256)));
      const found = accepted(Uint8Array.from(changed));
      if (found === undefined) continue;
      good += 1;
      expect([...encode(found)]).toEqual(changed);
    }
  }
  expect(good).toBeGreaterThan(500);
});

it("is so for bytes of no meaning", () => {
  let good = 0;
  for (let round = 0; round < 20_000; round++) {
    const data = Uint8Array.from({ length: 1 + next(6) }, () => next(256));
    const found = accepted(data);
    if (found === undefined) continue;
    good += 1;
    expect(encode(found)).toEqual(data);
  }
  expect(good).toBeGreaterThan(50);
});
