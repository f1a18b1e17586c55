/** Histories that come together are taken as if each had been asked for alone, and believed no more. */
import { beforeAll, expect, it } from "vitest";
import { Alarm } from "@/end/alarms";
import { CircleView } from "@/end/circle";
import { askTogether } from "@/end/histories";
import { toHex } from "@/protocol/bytes";
import { sodiumReady } from "@/protocol/sodium";
import { Device, deskAt, openedCircle } from "./peer";

beforeAll(sodiumReady);

async function unseen(device = new Device()) {
  const { peer, one } = await openedCircle(device);
  for (const text of ["a", "b"]) await one.thread.post(text);
  const desk = deskAt(peer, device);
  peer.asked = [];
  return { peer, device, desk, one, view: new CircleView(desk, one.id) };
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

it("is what the next look begins with, and nothing is asked for again", async () => {
  const { peer, desk, view } = await unseen();
  await askTogether(desk, [view.book]);
  const asked = [...peer.asked];
  await view.sync();
  expect(view.book.log.seq).toBe(3);
  expect(peer.asked).toEqual(asked);
});

it("goes on where this device stopped", async () => {
  const { peer, device, desk, one } = await unseen();
  await new CircleView(desk, one.id).sync();
  await one.thread.post("c");
  peer.asked = [];
  const again = new CircleView(deskAt(peer, device), one.id);
  await askTogether(desk, [again.book]);
  await again.sync();
  expect(again.book.log.seq).toBe(4);
  expect(peer.asked).toEqual([4]);
});

it("is refused when it is shorter than what was verified before, and when it was changed", async () => {
  const { peer, device, one } = await unseen();
  await one.sync();
  device.kept.clear();
  const whole = [...peer.rows];
  peer.forget(2);
  const shorter = new CircleView(deskAt(peer, device), one.id);
  await askTogether(deskAt(peer, device), [shorter.book]);
  expect(await refusal(shorter)).toBe("history-changed");

  peer.rows.splice(0, peer.rows.length, ...whole);
  const last = peer.rows[2];
  if (last !== undefined) last.entry = { ...last.entry, signature: new Uint8Array(64).fill(1) };
  const changed = new CircleView(deskAt(peer), one.id);
  await askTogether(deskAt(peer), [changed.book]);
  expect(await refusal(changed)).toBe("forged");
});

it("does not count once something else was verified meanwhile", async () => {
  const { peer, desk, one, view } = await unseen();
  await askTogether(desk, [view.book]);
  view.book.foresee({ after: 1, pin: null, page: { entries: [], seq: 9, head: one.id } as never });
  await view.sync();
  expect(view.book.log.seq).toBe(3);
  expect(peer.asked).toEqual([3, 3]);
});

it("holds the pin as it stood before, when another tab goes further meanwhile", async () => {
  const { peer, device, desk, one, view } = await unseen();
  await askTogether(desk, [view.book]);
  await one.thread.post("c");
  expect(device.pins.get(toHex(one.id))?.length).toBe(4);
  expect(await refusal(view)).toBe("");
  expect(view.book.log.seq).toBe(3);
  await view.sync();
  expect(view.book.log.seq).toBe(4);
  expect(peer.rows).toHaveLength(4);
});

it("is asked for alone where it was left out, or the hub does not know the question or gets nowhere", async () => {
  for (const together of [null, () => ({ items: [], done: 1 }), () => ({ items: [], done: 0 })]) {
    const { peer, desk, view } = await unseen();
    peer.together = together;
    await askTogether(desk, [view.book]);
    await view.sync();
    expect(view.book.log.seq).toBe(3);
  }
});
