/** Drafts: sealed, on this device or else at the hub, and a plain word where they can be kept nowhere. */
import { beforeAll, beforeEach, expect, test } from "vitest";
import type { Desk } from "@/end/desk";
import { dropDraft, readDraft, saveDraft } from "@/end/drafts";
import { LocalState } from "@/end/state";
import { MemoryStore, type Store } from "@/end/store";
import { Connection } from "@/hub/connection";
import { WorkerSecret } from "@/protocol/private/secrets";
import { sodiumReady } from "@/protocol/sodium";

beforeAll(sodiumReady);

const TEXT = "She would rather be rung at work. 💬";
let secret: WorkerSecret;
let hub: Map<string, Uint8Array<ArrayBuffer>>;
let refusing: boolean;

beforeEach(() => {
  secret = WorkerSecret.generate();
  hub = new Map();
  refusing = false;
});

/** A browser that keeps things. */
class KeepingStore extends MemoryStore implements Store {
  override readonly way = "kept" as never; // what it says of itself is all that differs
  override async write(name: string, value: unknown): Promise<boolean> {
    await super.write(name, value);
    return true;
  }
}

async function send(url: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const slot = String(url).split("/").at(-1) ?? "";
  const problem = (status: number): Response =>
    new Response('{"code":"x"}', { status, headers: { "Content-Type": "application/problem+json" } });
  if (refusing) return problem(403);
  if (init?.method === "PUT") hub.set(slot, init.body as Uint8Array<ArrayBuffer>); // as putBytes sends it
  if (init?.method === "DELETE") hub.delete(slot);
  if (init?.method !== "GET") return new Response(null, { status: 204 });
  const kept = hub.get(slot);
  return kept === undefined ? problem(404) : new Response(kept);
}

/** As much of a desk as drafts need. */
function desk(store: Store | null, whose = secret): Desk {
  const state = new LocalState(store, "p/", whose.pins);
  const connection = new Connection("https://hub.example", send);
  return { state, connection, me: { secret: whose } } as unknown as Desk;
}

test("a draft is there after the next sign-in on this device, and never went to the hub", async () => {
  const store = new KeepingStore();
  await saveDraft(desk(store), "thread:ab", TEXT);
  expect(await readDraft(desk(store), "thread:ab")).toBe(TEXT);
  expect(hub.size).toBe(0);
  for (const name of await store.names("")) expect(name).not.toContain("thread");
});

test("where this device keeps nothing the hub keeps it, sealed and under a name that says nothing", async () => {
  await saveDraft(desk(null), "thread:ab", TEXT);
  expect(await readDraft(desk(null), "thread:ab")).toBe(TEXT);
  const [[slot, sealed] = ["", new Uint8Array()]] = hub;
  expect(slot).toMatch(/^[0-9a-f]{64}$/);
  expect(new TextDecoder().decode(sealed)).not.toContain("rung at work");
});

test("somebody else reads nothing of it", async () => {
  await saveDraft(desk(null), "thread:ab", TEXT);
  const other = WorkerSecret.generate();
  const [[, sealed] = ["", new Uint8Array()]] = hub;
  await saveDraft(desk(null, other), "thread:ab", "x");
  for (const slot of hub.keys()) hub.set(slot, sealed);
  expect(await readDraft(desk(null, other), "thread:ab")).toBe("");
});

test("an emptied or dropped draft is gone from everywhere", async () => {
  const emptied = (at: Desk): Promise<void> => saveDraft(at, "thread:ab", "");
  for (const drop of [emptied, (at: Desk) => dropDraft(at, "thread:ab")]) {
    await saveDraft(desk(null), "thread:ab", TEXT);
    await drop(desk(null));
    expect(hub.size).toBe(0);
  }
});

test("one that can be kept nowhere says so", async () => {
  refusing = true;
  await expect(saveDraft(desk(null), "thread:ab", TEXT)).rejects.toMatchObject({ code: "draft-not-kept" });
  const long = saveDraft(desk(null), "thread:ab", "x".repeat(60_000));
  await expect(long).rejects.toMatchObject({ code: "draft-not-kept" });
});
