/** What the hub knows a browser by. */
import { beforeAll, expect, it } from "vitest";
import { Device } from "@/end/device";
import { MemoryStore } from "@/end/store";
import { sodiumReady } from "@/protocol/sodium";

beforeAll(sodiumReady);

it("is the same each time the same person signs in", async () => {
  const device = new Device(new MemoryStore());
  expect(await device.token("olu")).toEqual(await device.token("olu"));
});

it("tells nobody that two people use one browser, and keeps no list of who they are", async () => {
  const store = new MemoryStore();
  const device = new Device(store);
  expect(await device.token("olu")).not.toEqual(await device.token("kim"));
  expect((await store.names("")).filter((name) => /olu|kim/.test(name))).toEqual([]);
});
