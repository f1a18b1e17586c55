/** Which circles stay open in memory: as many as a person goes back and forth between, and what is in doubt. */
import { beforeAll, expect, test } from "vitest";
import type { Context } from "@/end/context";
import type { Desk } from "@/end/desk";
import { Room } from "@/end/room";
import { sodiumReady } from "@/protocol/sodium";

beforeAll(sodiumReady);

const MORE = 40;
const never = (): Promise<never> => new Promise(() => undefined);
const id = (number: number): string => number.toString(16).padStart(64, "0");

function room(): Room {
  // As far as circles need a desk before anything was fetched: a hub that never answers.
  const desk = {
    state: { kept: false },
    pins: { circle: () => null },
    connection: { get: never, post: never },
  } as unknown as Desk;
  return new Room({ emit: () => undefined } as unknown as Context, desk);
}

test("a circle that was not looked at for long is let go", () => {
  const here = room();
  const first = here.view(id(1));
  for (let number = 2; number < MORE; number++) here.view(id(number));
  expect(here.view(id(1))).not.toBe(first);
});

test("a circle in which something is being posted stays, so that the same is not posted twice", () => {
  const here = room();
  const first = here.view(id(1));
  void first.thread.post("Is it there?");
  for (let number = 2; number < MORE; number++) here.view(id(number));
  expect(here.view(id(1))).toBe(first);
});

test("one that was looked into with a reason stays, and keeps no others", () => {
  const here = room();
  const first = here.view(id(1));
  first.thread.glass = { code: 1, text: "She rang just now", purpose: 1 };
  const second = here.view(id(2));
  for (let number = 3; number < MORE; number++) here.view(id(number));
  expect(here.view(id(2))).not.toBe(second);
  expect(here.view(id(1))).toBe(first);
});
