/** What is written arrives once, whoever is quicker and whatever gets lost on the way. */
import { beforeAll, expect, it } from "vitest";
import { Away } from "@/end/errors";
import { MayStillArrive } from "@/end/sealing";
import { Kind } from "@/protocol/facts";
import { sodiumReady } from "@/protocol/sodium";
import { openedCircle, posted } from "./peer";

beforeAll(sodiumReady);

it("is sealed again when somebody was quicker", async () => {
  const { peer, one, two } = await openedCircle();
  peer.before = async () => {
    await two.thread.post("Quicker");
  };
  const receipt = await one.thread.post("Slower");
  expect(receipt.seq).toBe(3);
  expect(peer.rows).toHaveLength(3);
  expect(peer.posts).toBe(3);
});

it("gives up when nothing moved and the hub says stale again", async () => {
  const { peer, one, two } = await openedCircle();
  await two.thread.post("First");
  const rows = [...peer.rows];
  const lying = async (): Promise<void> => {
    peer.before = lying;
    throw new (await import("@/end/errors")).Refused(409, "stale", "");
  };
  peer.before = lying;
  await expect(one.thread.post("Second")).rejects.toBeInstanceOf(MayStillArrive);
  expect(peer.rows).toEqual(rows);
  expect(peer.posts).toBeLessThan(4);
});

it("is not said twice when the answer was lost and the person tries again", async () => {
  const { peer, one } = await openedCircle();
  peer.lose = 1;
  await expect(one.thread.post("Only once")).rejects.toBeInstanceOf(Away);
  expect(peer.rows).toHaveLength(2);
  expect(one.sealer.unsettled).toBe(true);
  const before = posted(peer);
  const receipt = await one.thread.post("Only once");
  expect(receipt.seq).toBe(2);
  expect(posted(peer)).toEqual(before);
  expect(one.sealer.unsettled).toBe(false);
});

it("is said again when somebody saw that it had arrived, and says the same later", async () => {
  const { peer, one, two } = await openedCircle();
  peer.lose = 1;
  await expect(one.thread.post("Yes", null, [], "press one")).rejects.toBeInstanceOf(Away);
  await two.thread.post("And tomorrow?");
  expect((await one.thread.post("Yes", null, [], "press two")).seq).toBe(4);
  expect(peer.rows).toHaveLength(4);
});

it("a circle whose closing went unheard, that was opened again, is closed again", async () => {
  const { peer, one, two } = await openedCircle();
  peer.lose = 1;
  await expect(one.close(1, "Done")).rejects.toBeInstanceOf(Away);
  expect((await one.close(1, "Done")).seq).toBe(2);
  peer.lose = 1;
  await expect(two.reopen(0, "Not yet")).rejects.toBeInstanceOf(Away);
  peer.lose = 1;
  await expect(one.close(1, "Done")).rejects.toBeInstanceOf(Away);
  await two.reopen(0, "Once more");
  expect((await one.close(1, "Done")).seq).toBe(6);
  await one.sync();
  expect(one.book.circle.closed).toBe(true);
});

it("is said again when it is said on purpose", async () => {
  const { peer, one } = await openedCircle();
  await one.thread.post("Yes");
  await one.thread.post("Yes");
  expect(peer.rows).toHaveLength(3);
});

it("finds a lost answer also when somebody wrote meanwhile", async () => {
  const { peer, one, two } = await openedCircle();
  peer.lose = 1;
  await expect(one.thread.post("Only once")).rejects.toBeInstanceOf(Away);
  await two.thread.post("Meanwhile");
  expect((await one.thread.post("Only once")).seq).toBe(2);
  expect(peer.rows).toHaveLength(3);
});

it("queues what one end writes at once, in the order of writing", async () => {
  const { peer, one } = await openedCircle();
  const receipts = await Promise.all(["a", "b", "c"].map((text) => one.thread.post(text)));
  expect(receipts.map((receipt) => receipt.seq)).toEqual([2, 3, 4]);
  expect(peer.posts).toBe(3);
});

it("gives everyone a new key, and goes on under it", async () => {
  const { one, two } = await openedCircle();
  await one.rekey();
  expect(one.book.circle.epoch.number).toBe(2);
  await one.thread.post("Under the new key");
  await two.sync();
  expect(two.book.entries.map((entry) => entry.header.kind)).toEqual([Kind.OPEN, Kind.REKEY, Kind.MESSAGE]);
});
