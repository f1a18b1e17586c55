/** That the hub no longer shows a circle is said once on each device. */
import { beforeAll, expect, test } from "vitest";
import { tellOnce } from "@/end/gone";
import { LocalState } from "@/end/state";
import { MemoryStore } from "@/end/store";
import { randomBytes, toHex } from "@/protocol/bytes";
import { sodiumReady } from "@/protocol/sodium";

beforeAll(sodiumReady);

test("it is told once, of each circle, and never again after a reload", async () => {
  const [store, key] = [new MemoryStore(), randomBytes(32)];
  const device = () => new LocalState(store, "state/x/", key);
  const [one, other] = [toHex(randomBytes(32)), toHex(randomBytes(32))];
  expect(await tellOnce(device(), one)).toBe(true);
  expect(await tellOnce(device(), other)).toBe(true);
  expect(await tellOnce(device(), one)).toBe(false);
  expect(await tellOnce(device(), other)).toBe(false);
});

test("only so many are remembered: the newest", async () => {
  const state = new LocalState(new MemoryStore(), "state/x/", randomBytes(32));
  await state.write("gone", randomBytes(32 * 2000));
  const circle = toHex(randomBytes(32));
  expect(await tellOnce(state, circle)).toBe(true);
  expect(await tellOnce(state, circle)).toBe(false);
  expect((await state.read("gone"))?.length).toBe(32 * 2000);
});
