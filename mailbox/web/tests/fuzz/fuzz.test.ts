/** A little of what the command does a million times: no parser of this end answers hostile input but by refusing. */
import { beforeAll, expect, it } from "vitest";
import { sodiumReady } from "@/protocol/sodium";
import { fuzz } from "./fuzz";
import { targets } from "./targets";

const INPUTS = 200;

beforeAll(sodiumReady);

it("every parser refuses, or reads what was written", () => {
  const accepted = Object.entries(targets()).map(
    ([name, target]) => [name, fuzz(name, target, INPUTS, 7).accepted] as const,
  );
  expect(accepted.length).toBeGreaterThan(60);
  const never = accepted.filter(([name, count]) => count === 0 && name.startsWith("answer-"));
  expect(never).toEqual([]);
});
