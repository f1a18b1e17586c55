/** News from the hub, told to rooms and pages: at once, and a flood of it a few times. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Tabs } from "@/end/tabs";
import { Wakes } from "@/end/wakes";
import type { Connection } from "@/hub/connection";
import type { VaultEvent } from "@/vault/api";

const TOPIC = "ab".repeat(32);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Listens to a hub that says `pieces`, and then nothing more. What pages and rooms were told. */
async function told(pieces: readonly string[]) {
  vi.stubGlobal("navigator", {});
  const events: VaultEvent[] = [];
  const heard: string[] = [];
  const connection = {
    async *events() {
      yield* pieces;
      await new Promise(() => undefined);
    },
  };
  const tabs = { tell: () => undefined };
  // Of both, wakes need no more than this.
  const wakes = new Wakes(
    connection as unknown as Connection,
    () => tabs as unknown as Tabs,
    (event) => events.push(event),
  );
  wakes.listen((wake) => heard.push(wake.kind));
  wakes.start();
  await vi.advanceTimersByTimeAsync(0);
  const atOnce = heard.length;
  await vi.advanceTimersByTimeAsync(3_000);
  wakes.stop();
  const circles = events.flatMap((event) =>
    event.type === "changed" && event.what === "circle" ? [event.seq] : [],
  );
  return { heard, circles, atOnce };
}

const said = (seq: number, topic = TOPIC): string =>
  `event: circle\ndata: {"topic":"${topic}","seq":${seq}}\n\n`;

test("news is told at once", async () => {
  const { atOnce, circles } = await told([said(7)]);
  expect(atOnce).toBe(1);
  expect(circles).toEqual([7]);
});

test("a flood of the same is told a few times, and the newest of it is not left out", async () => {
  const flood = Array.from({ length: 1000 }, (_, at) => said(at + 1)).join("");
  const { circles } = await told([flood]);
  expect(circles).toEqual([1, 1000]);
});

test("of a thousand circles at once it is told that everything may have changed", async () => {
  const flood = Array.from({ length: 1000 }, (_, at) => said(1, at.toString(16).padStart(64, "0"))).join("");
  const { heard } = await told([flood]);
  expect(heard.length).toBeLessThan(70);
  expect(heard).toContain("resync");
});
