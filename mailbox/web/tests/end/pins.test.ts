/** Pins only move forward, and tabs and devices that save at once keep what each of them verified. */
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Alarm, EvidenceKeeper } from "@/end/alarms";
import { Pins } from "@/end/pins";
import { LocalState } from "@/end/state";
import { MemoryStore } from "@/end/store";
import { Connection } from "@/hub/connection";
import { fromBase64, randomBytes, toBase64 } from "@/protocol/bytes";
import { sha256 } from "@/protocol/hashing";
import { sodiumReady } from "@/protocol/sodium";

beforeAll(sodiumReady);

const WORKER = new Uint8Array(16).fill(1);
const id = (number: number): Uint8Array => sha256(Uint8Array.of(number));
let key: Uint8Array;
let hub: { version: number; sealed: string | null; refused: number };

beforeEach(() => {
  key = randomBytes(32);
  hub = { version: 0, sealed: null, refused: 0 };
});

/** Compares and swaps, as a hub does. */
async function send(_: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  if (init?.method !== "PUT") return Response.json({ version: hub.version, sealed: hub.sealed });
  const given = JSON.parse(String(init.body)) as { version: number; sealed: string }; // as Pins sends it
  if (given.version !== hub.version + 1) {
    hub.refused++;
    const headers = { "Content-Type": "application/problem+json" };
    return new Response(JSON.stringify({ code: "conflict" }), { status: 409, headers });
  }
  hub.version = given.version;
  hub.sealed = given.sealed;
  return new Response(null, { status: 204 });
}

const connection = (): Connection => new Connection("https://hub.example", send);

async function loaded(store: MemoryStore | null = null): Promise<Pins> {
  const pins = new Pins(WORKER, key, new LocalState(store, "p/", key), new EvidenceKeeper());
  await pins.load(connection());
  return pins;
}

test("what one place verified, the next one knows", async () => {
  const here = await loaded();
  here.pinCircle(id(1), 5, id(50));
  here.pinOwn(WORKER, id(9));
  await here.save(connection());
  const there = await loaded();
  expect(there.circle(id(1))).toMatchObject({ length: 5 });
  expect(there.own?.genesis).toEqual(id(9));
});

test("two tabs that save at once both keep what they saw", async () => {
  const store = new MemoryStore();
  const [one, other] = [await loaded(store), await loaded(store)];
  for (let round = 1; round <= 5; round++) {
    one.pinCircle(id(1), round, id(100 + round));
    other.pinCircle(id(2), round, id(200 + round));
    other.pinLog(round, id(round));
    await Promise.all([one.save(connection()), other.save(connection())]);
  }
  expect(hub.refused).toBeGreaterThan(0);
  const after = await loaded(store);
  expect([after.circle(id(1))?.length, after.circle(id(2))?.length, after.logSize]).toEqual([5, 5, 5]);
});

describe("a hub that lies", () => {
  test("by an older copy is noticed on a device that saw a newer one", async () => {
    const store = new MemoryStore();
    const pins = await loaded(store);
    pins.pinCircle(id(1), 1, id(10));
    await pins.save(connection());
    const old = { ...hub };
    pins.pinCircle(id(1), 2, id(11));
    await pins.save(connection());
    hub = old;
    await expect(loaded(store)).rejects.toThrow(Alarm);
  });

  test("by changed bytes is noticed anywhere", async () => {
    const pins = await loaded();
    pins.pinLog(1, id(1));
    await pins.save(connection());
    const bytes = fromBase64(hub.sealed ?? "");
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    hub.sealed = toBase64(bytes);
    await expect(loaded()).rejects.toThrow(Alarm);
  });
});

test("pins never go back, and the same place never changes", async () => {
  const pins = await loaded();
  pins.pinCircle(id(1), 5, id(50));
  pins.pinCircle(id(1), 4, id(40));
  pins.pinLog(9, id(9));
  pins.pinLog(8, id(8));
  expect([pins.circle(id(1))?.length, pins.logSize]).toEqual([5, 9]);
  expect(() => pins.pinCircle(id(1), 5, id(51))).toThrow(Alarm);
});

test("nobody's organisation changes", async () => {
  const pins = await loaded();
  pins.pinOwn(WORKER, id(1));
  pins.pinOwn(WORKER, id(1));
  expect(() => pins.pinOwn(WORKER, id(2))).toThrow(Alarm);
});
