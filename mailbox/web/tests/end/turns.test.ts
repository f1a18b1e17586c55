/** Jobs that must not run at once wait for each other; jobs that may, run side by side within a bound. */
import { expect, it } from "vitest";
import { Turns, sideBySide } from "@/end/turns";

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it("runs one job after the other, and goes on after one that failed", async () => {
  const turns = new Turns();
  const heard: string[] = [];
  const first = turns.run(async () => {
    await later(5);
    heard.push("first");
    throw new Error("no");
  });
  const second = turns.run(async () => heard.push("second"));
  await expect(first).rejects.toThrow("no");
  await second;
  expect(heard).toEqual(["first", "second"]);
});

it("runs at most so many at once, and answers in the order of asking", async () => {
  let running = 0;
  let most = 0;
  const results = await sideBySide([5, 1, 3, 2], 2, async (ms, place) => {
    running += 1;
    most = Math.max(most, running);
    await later(ms);
    running -= 1;
    return place;
  });
  expect(results).toEqual([0, 1, 2, 3]);
  expect(most).toBe(2);
});
