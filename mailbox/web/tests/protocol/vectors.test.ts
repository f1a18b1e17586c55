/** The vectors that both implementations run hold here; no file and no check is left out. */
import { beforeAll, describe, expect, it } from "vitest";
import { sodiumReady } from "@/protocol/sodium";
import { BASIC } from "./basic";
import { CHECKS as CHAINS } from "./chains";
import { SECRET } from "./secret";
import { expected, files, load, outcome } from "./vectors";

const CHECKS = { ...BASIC, ...SECRET };
/** Run by chains.test.ts. */
const BY_CHAINS = ["authority", "circles", "entries", "organisations"];

beforeAll(sodiumReady);

describe.each(files().filter((name) => !BY_CHAINS.includes(name)))("%s", (name) => {
  const { shared, cases } = load(name);

  it.each(cases.map((one) => [one.text("name"), one] as const))("%s", async (_, one) => {
    expect(await outcome(CHECKS, shared, one)).toEqual(expected(one));
  });
});

describe("the vectors", () => {
  it("are all run by somebody", () => {
    const checks = (names: string[]): Set<string> =>
      new Set(names.flatMap((name) => load(name).cases.map((one) => one.text("check"))));
    expect(files()).toEqual(expect.arrayContaining(BY_CHAINS));
    expect(checks(files().filter((name) => !BY_CHAINS.includes(name)))).toEqual(new Set(Object.keys(CHECKS)));
    expect(checks(BY_CHAINS)).toEqual(new Set(Object.keys(CHAINS)));
  });
});
