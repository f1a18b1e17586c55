/** The vectors of organisations, authority, entries and circles end here as they do in Python. */
import { beforeAll, describe, expect, it } from "vitest";
import { sodiumReady } from "@/protocol/sodium";
import { load, outcome } from "./chains";

beforeAll(sodiumReady);

describe.each(["organisations", "authority", "entries", "circles"])("%s", (name) => {
  const { shared, cases } = load(name);

  it.each(cases.map((given) => [given.name, given] as const))("%s", (_, given) => {
    const [refused, result] = outcome(shared, given);
    expect(refused).toBe(given.refused ?? null);
    expect(result).toEqual(given.result ?? null);
  });
});
