/** Base64 has one spelling for each run of bytes; every other is refused. */
import { expect, it } from "vitest";
import { fromBase64, fromBase64Url, toBase64, toBase64Url } from "@/protocol/bytes";
import { Malformed } from "@/protocol/errors";

it("comes back as it was, at every length", () => {
  for (let length = 0; length < 70; length++) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 151 + length * 7) % 256);
    expect(fromBase64(toBase64(bytes))).toEqual(bytes);
    expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes);
  }
});

it("refuses any other spelling", () => {
  for (const text of [
    "A",
    "AA",
    "AAA",
    "AA=A",
    "A===",
    "====",
    "AB==",
    "AAB=",
    "AA==AAAA",
    "AA= =",
    " AAAA",
    "AA-_",
    "ÀAAA",
  ]) {
    expect(() => fromBase64(text), text).toThrow(Malformed);
  }
  expect(fromBase64("")).toEqual(new Uint8Array(0));
});
