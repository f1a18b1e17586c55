/** Alarms outlast a reload and a lock, sealed, for their own worker alone, and fill no store. */
import { beforeAll, beforeEach, expect, test } from "vitest";
import { AlarmKind, EvidenceKeeper } from "@/end/alarms";
import { EvidenceBook, LARGEST, MOST } from "@/end/evidence";
import { LocalState } from "@/end/state";
import { MemoryStore } from "@/end/store";
import { randomBytes, utf8 } from "@/protocol/bytes";
import { sodiumReady } from "@/protocol/sodium";

beforeAll(sodiumReady);

const MINE = { place: "state/mine/", key: randomBytes(32) };
const THEIRS = { place: "state/theirs/", key: randomBytes(32) };
let store: MemoryStore;
let now: number;

beforeEach(() => {
  store = new MemoryStore();
  now = 1000;
});

function book(): EvidenceBook {
  return new EvidenceBook(() => now++);
}

async function comeIn(to: EvidenceBook, who = MINE, kept: MemoryStore | null = store): Promise<void> {
  await to.keepIn(who.place, new LocalState(kept, who.place, who.key));
}

async function texts(of: EvidenceBook): Promise<string[]> {
  return (await of.all()).map(({ evidence }) => evidence);
}

test("what an alarm refused is there again after a reload", async () => {
  const before = book();
  await comeIn(before);
  const keeper = new EvidenceKeeper((evidence) => before.note(evidence));
  const alarm = keeper.alarm(AlarmKind.FORGED, { header: utf8("as the hub served it") });
  await before.all();
  const after = book();
  await comeIn(after);
  expect(await after.all()).toEqual([{ at: 1000, evidence: alarm.evidence }]);
});

test("an alarm on the way in is kept once somebody is in", async () => {
  const first = book();
  first.note("{}");
  await comeIn(first);
  const after = book();
  await comeIn(after);
  expect(await texts(after)).toEqual(["{}"]);
});

test("after a lock nothing is held, and whoever comes next sees only their own", async () => {
  const one = book();
  await comeIn(one);
  one.note("mine");
  await one.all();
  one.leave();
  expect(await texts(one)).toEqual([]);
  await comeIn(one, THEIRS);
  expect(await texts(one)).toEqual([]);
  await comeIn(one);
  expect(await texts(one)).toEqual(["mine"]);
});

test("somebody else who comes in without a lock between takes nothing over", async () => {
  const one = book();
  await comeIn(one);
  one.note("mine");
  await comeIn(one, THEIRS);
  expect(await texts(one)).toEqual([]);
});

test("two tabs keep what each of them met", async () => {
  const [one, other] = [book(), book()];
  await comeIn(one);
  await comeIn(other);
  one.note("one");
  await one.all();
  other.note("other");
  expect(await texts(other)).toEqual(["one", "other"]);
  expect(await texts(one)).toEqual(["one", "other"]);
});

test("the store holds nothing in the open", async () => {
  const one = book();
  await comeIn(one);
  one.note("what the hub served");
  await one.all();
  const [name] = await store.names("state/");
  const sealed = (await store.read(name ?? "")) as Uint8Array;
  expect(new TextDecoder("latin1").decode(sealed)).not.toContain("served");
});

test("on a shared device it lasts as long as the session, and nothing is written", async () => {
  const one = book();
  await comeIn(one, MINE, null);
  one.note("one");
  await comeIn(one, MINE, null);
  expect(await texts(one)).toEqual(["one"]);
  expect(one.kept).toBe(false);
  expect(await store.names("")).toEqual([]);
});

test("a hub that goes on lying fills no store: the newest are kept, the same one once", async () => {
  const one = book();
  await comeIn(one);
  for (let turn = 0; turn < MOST + 5; turn++) one.note(`alarm ${turn}`);
  one.note(`alarm ${MOST + 4}`);
  const kept = await texts(one);
  expect(kept).toHaveLength(MOST);
  expect(kept[0]).toBe("alarm 5");
  one.note("x".repeat(LARGEST - 3));
  expect(await texts(one)).toEqual(["x".repeat(LARGEST - 3)]);
});

test("what no program of ours wrote is thrown away", async () => {
  const state = new LocalState(store, MINE.place, MINE.key);
  for (const text of ["no json", "7", '[1, {"at": "x"}, {"at": 1, "evidence": "good"}]']) {
    await state.write("evidence", utf8(text));
    const one = book();
    await comeIn(one);
    expect(await texts(one)).toEqual(text.includes("good") ? ["good"] : []);
  }
});
