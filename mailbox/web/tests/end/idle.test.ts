/** Nobody there: a warning, then the end, whatever timers and clocks do. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Idle, idleTime, MOVING_MS, OWN_DEVICE_MS, SHARED_DEVICE_MS, WARNING_MS } from "@/end/idle";

const LIMIT = OWN_DEVICE_MS;
let [wall, steady] = [0, 0];
let said: (number | "gone")[] = [];

function watching(busy = (): boolean => false): Idle {
  const waking = { warn: (left: number) => said.push(left), gone: () => said.push("gone"), busy };
  return new Idle(LIMIT, waking, { wall: () => wall, steady: () => steady });
}

/** Time goes by in small steps, timers with it. */
function pass(ms: number): void {
  for (let gone = 0; gone < ms; gone += 1000) {
    wall += 1000;
    steady += 1000;
    vi.advanceTimersByTime(1000);
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  [wall, steady, said] = [1_000_000, 50, []];
});
afterEach(() => void vi.useRealTimers());

test("two minutes before the end there is a warning, and at the end it ends once", () => {
  watching();
  pass(LIMIT - WARNING_MS - 1000);
  expect(said).toEqual([]);
  pass(2000);
  expect(said[0]).toBe(WARNING_MS / 1000);
  pass(WARNING_MS * 3);
  expect(said.filter((each) => each === "gone")).toEqual(["gone"]);
  expect(said.at(-1)).toBe("gone");
});

test("somebody who is there goes on", () => {
  const idle = watching();
  for (let turn = 0; turn < 4; turn++) {
    pass(LIMIT / 2);
    expect(idle.touch()).toBe(true);
  }
  expect(said).toEqual([]);
});

test("a device that slept is over at the first look, and a touch does not bring it back", () => {
  const idle = watching();
  wall += LIMIT + 1; // its steady clock stood still meanwhile, and no timer ran
  expect(idle.touch()).toBe(false);
  expect(said).toEqual(["gone"]);
  expect(idle.touch()).toBe(false);
});

test("a clock that is set back does not make the time longer", () => {
  const idle = watching();
  wall -= 24 * 3_600_000;
  steady += LIMIT + 1;
  expect(idle.check()).toBe(false);
});

test("bytes that move count as somebody being there", () => {
  let moving = true;
  const idle = watching(() => moving);
  pass(LIMIT * 3);
  expect(idle.check()).toBe(true);
  moving = false;
  pass(LIMIT + 1000);
  expect(idle.check()).toBe(false);
});

test("bytes that move for hours keep keys for an hour and the idle time, and a warning comes before the end", () => {
  const idle = watching(() => true);
  pass(MOVING_MS);
  expect(said).toEqual([]);
  pass(LIMIT - WARNING_MS);
  expect(idle.check()).toBe(true);
  pass(WARNING_MS);
  expect(said).toContain(WARNING_MS / 1000);
  expect(idle.check()).toBe(false);
});

test("whoever comes back while bytes move has another hour", () => {
  const idle = watching(() => true);
  for (let turn = 0; turn < 3; turn++) {
    pass(MOVING_MS - 1000);
    expect(idle.touch()).toBe(true);
  }
  expect(said).toEqual([]);
});

test("once stopped it says nothing more", () => {
  watching().stop();
  pass(LIMIT * 2);
  expect(said).toEqual([]);
});

test("the shorter time of hub and device counts", () => {
  expect(idleTime(30 * 60_000, false)).toBe(OWN_DEVICE_MS);
  expect(idleTime(30 * 60_000, true)).toBe(SHARED_DEVICE_MS);
  expect(idleTime(60_000, false)).toBe(60_000);
});
