/** A history is verified entry by entry; what this device kept of it counts only if it leads to the pinned head. */
import { beforeAll, expect, it } from "vitest";
import { Alarm } from "@/end/alarms";
import { CircleView } from "@/end/circle";
import { toHex } from "@/protocol/bytes";
import { sodiumReady } from "@/protocol/sodium";
import { Device, deskAt, openedCircle } from "./peer";

beforeAll(sodiumReady);

async function written() {
  const { peer, one } = await openedCircle();
  for (const text of ["a", "b", "c"]) await one.thread.post(text);
  const device = new Device();
  const first = new CircleView(deskAt(peer, device), one.id);
  await first.sync();
  peer.asked = [];
  return { peer, device, id: one.id };
}

async function refusal(view: CircleView): Promise<string> {
  try {
    await view.sync();
  } catch (error) {
    if (error instanceof Alarm) return error.code;
    throw error;
  }
  return "";
}

it("is taken up where this device stopped, and only what is new is asked for", async () => {
  const { peer, device, id } = await written();
  const again = new CircleView(deskAt(peer, device), id);
  await again.sync();
  expect(again.book.log.seq).toBe(4);
  expect(peer.asked).toEqual([4]);
});

it("is verified anew from the hub when what was kept does not lead to the pinned head", async () => {
  const { peer, device, id } = await written();
  for (const [name, data] of device.kept) {
    const changed = Uint8Array.from(data);
    const at = changed.length - 20; // in the last signature, which every head names
    changed[at] = (changed[at] ?? 0) ^ 1;
    device.kept.set(name, changed);
  }
  const again = new CircleView(deskAt(peer, device), id);
  await again.sync();
  expect(again.book.log.seq).toBe(4);
  expect(peer.asked).toEqual([0]);
});

it("is refused when the hub shows a shorter one than was verified before", async () => {
  const { peer, device, id } = await written();
  peer.forget(2);
  device.kept.clear();
  expect(await refusal(new CircleView(deskAt(peer, device), id))).toBe("history-changed");
});

it("is refused when an entry was changed, and nothing of it is shown", async () => {
  const { peer, id } = await written();
  const row = peer.rows[2];
  if (row !== undefined) row.entry = { ...row.entry, signature: new Uint8Array(64).fill(1) };
  const view = new CircleView(deskAt(peer), id);
  expect(await refusal(view)).toBe("forged");
  expect(view.book.entries).toHaveLength(2);
});

it("is refused when entries change places", async () => {
  const { peer, id } = await written();
  const [first, second] = [peer.rows[2], peer.rows[3]];
  if (first !== undefined && second !== undefined) {
    [first.entry, second.entry] = [second.entry, first.entry];
  }
  expect(await refusal(new CircleView(deskAt(peer), id))).not.toBe("");
});

it("is taken as it was shown when another tab saw more while the answer was under way", async () => {
  const device = new Device();
  const { peer, one, two } = await openedCircle(device);
  peer.meanwhile = async () => {
    await two.thread.post("a");
  };
  expect(await refusal(one)).toBe("");
  expect(device.pins.get(toHex(one.id))?.length).toBe(2);
  expect(await refusal(one)).toBe("");
  expect(one.book.log.seq).toBe(2);
});

it("takes what was written here when another tab saw more before the promise came", async () => {
  const { peer, one, two } = await openedCircle(new Device());
  peer.before = () => {
    peer.meanwhile = async () => {
      await two.thread.post("b");
    };
    return Promise.resolve();
  };
  await one.thread.post("a");
  await one.sync();
  expect(one.book.log.seq).toBe(3);
});

it("asks for no more than a few pages on the hub's word that there are a million entries", async () => {
  const { peer, one } = await openedCircle();
  peer.asked = [];
  peer.headers = (after) => {
    peer.asked.push(after);
    return peer.boast(1_000_000);
  };
  await expect(one.sync()).rejects.toBeInstanceOf(Alarm);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(peer.asked.length).toBeLessThan(20);
});
