/** Two tabs write in one place: each shows what the other kept, and neither loses a word. */
import { beforeAll, expect, test } from "vitest";
import type { Context } from "@/end/context";
import type { Desk } from "@/end/desk";
import { draftMethods } from "@/end/drafting";
import { LocalState } from "@/end/state";
import { MemoryStore, type Store } from "@/end/store";
import type { Line } from "@/end/tabs";
import { Connection } from "@/hub/connection";
import { WorkerSecret } from "@/protocol/private/secrets";
import { sodiumReady } from "@/protocol/sodium";
import type { VaultEvent } from "@/vault/api";

beforeAll(sodiumReady);

/** A browser that keeps things. */
class KeepingStore extends MemoryStore implements Store {
  override readonly way = "kept" as never; // what it says of itself is all that differs
  override async write(name: string, value: unknown): Promise<boolean> {
    await super.write(name, value);
    return true;
  }
}

/** A hub that keeps drafts, and counts what it is asked. */
class DraftHub {
  readonly kept = new Map<string, Uint8Array<ArrayBuffer>>();
  asked = 0;

  connection(): Connection {
    return new Connection("https://hub.example", async (url, init) => {
      const place = String(url).split("/").at(-1) ?? "";
      this.asked += 1;
      if (init?.method === "PUT") this.kept.set(place, init.body as Uint8Array<ArrayBuffer>); // as it was sent
      if (init?.method === "DELETE") this.kept.delete(place);
      if (init?.method !== "GET") return new Response(null, { status: 204 });
      const found = this.kept.get(place);
      const problem = { status: 404, headers: { "Content-Type": "application/problem+json" } };
      return found === undefined ? new Response('{"code":"x"}', problem) : new Response(found);
    });
  }
}

/** Tabs of one browser and one person. `frozen`: a tab that hears nothing. `kept` null: a shared device. */
function browser(kept: Store | null = new KeepingStore()) {
  const secret = WorkerSecret.generate();
  const hub = new DraftHub();
  const heard = new Set<(event: MessageEvent<unknown>) => void>();
  const said: unknown[] = [];
  const tab = (frozen = false) => {
    const mine: (typeof heard extends Set<infer T> ? T : never)[] = [];
    const line: Line = {
      postMessage(data) {
        said.push(data);
        for (const each of heard) if (!mine.includes(each)) each(new MessageEvent("message", { data }));
      },
      addEventListener(_, each) {
        mine.push(each);
        if (!frozen) heard.add(each);
      },
      close: () => undefined,
    };
    const state = new LocalState(kept, "p/", secret.pins);
    const desk = { state, connection: hub.connection(), me: { secret } } as unknown as Desk; // all that drafts need
    const told: string[] = [];
    const emit = (event: VaultEvent) => void (event.type === "draft" && told.push(event.slot));
    const context = { desk: () => desk, emit, onParting: () => undefined, onForget: () => undefined };
    const drafts = draftMethods(context as unknown as Context, line); // as above
    const write = async (text: string) => {
      const saving = drafts.saveDraft("a", text);
      await drafts.keepDrafts();
      await saving;
    };
    return { drafts, told, write };
  };
  return { tab, hub, said };
}

for (const [where, store] of [
  ["on this device", () => new KeepingStore()],
  ["at the hub", () => null],
] as const) {
  test(`what one tab writes is what the other reads, ${where}`, async () => {
    const { tab } = browser(store());
    const [one, other] = [tab(), tab()];
    for (const each of [one, other]) expect(await each.drafts.draft("a")).toBe("");
    await one.write("She would");
    expect(other.told).toEqual(["a"]);
    expect(await other.drafts.draft("a")).toBe("She would");
    await other.write("She would rather be rung");
    expect(await one.drafts.draft("a")).toBe("She would rather be rung");
    expect(await one.drafts.draftsAside("a")).toEqual([]);
  });

  test(`words not seen in the tab that writes over them are offered in both, ${where}`, async () => {
    const { tab } = browser(store());
    const [one, other] = [tab(), tab()];
    for (const each of [one, other]) await each.drafts.draft("a");
    await one.write("Written here");
    await other.write("Written there");
    expect(await one.drafts.draft("a")).toBe("Written there");
    for (const each of [one, other]) expect(await each.drafts.draftsAside("a")).toEqual(["Written here"]);
    await other.drafts.takeAside("a", "Written here");
    expect(await one.drafts.draft("a")).toBe("Written here");
    expect(await one.drafts.draftsAside("a")).toEqual(["Written there"]);
    await one.drafts.dropAside("a", "Written there");
    expect(await other.drafts.draftsAside("a")).toEqual([]);
  });
}

test("a tab that slept meanwhile writes nothing over", async () => {
  const { tab } = browser();
  const [one, sleeper] = [tab(), tab(true)];
  expect(await sleeper.drafts.draft("a")).toBe("");
  await one.write("Written while the other slept");
  await sleeper.write("Awake again");
  expect(await one.drafts.draftsAside("a")).toEqual(["Written while the other slept"]);
});

test("what was sent is gone in both tabs, but not what the other tab wrote after it was read", async () => {
  const { tab } = browser();
  const [one, sleeper] = [tab(), tab(true)];
  for (const each of [one, sleeper]) await each.drafts.draft("a");
  await one.write("To be sent");
  await one.drafts.dropDraft("a");
  expect(await sleeper.drafts.draft("a")).toBe("");
  await one.write("Written later");
  await sleeper.drafts.dropDraft("a");
  expect(await one.drafts.draft("a")).toBe("Written later");
});

test("no more than three are put aside, the oldest go, and the hub has one place for all of them", async () => {
  const { tab, hub } = browser(null);
  const [one, other] = [tab(), tab()];
  for (const each of [one, other]) await each.drafts.draft("a");
  for (const number of [1, 2, 3, 4, 5]) {
    await one.write(`One ${number}`);
    await other.write(`Other ${number}`);
  }
  expect((await one.drafts.draftsAside("a")).length).toBe(3);
  expect(hub.kept.size).toBe(2);
});

test("a long draft put aside makes room for itself, and is kept whole", async () => {
  const { tab } = browser();
  const [one, other] = [tab(), tab(true)];
  for (const each of [one, other]) await each.drafts.draft("a");
  for (const letter of ["x", "y"]) {
    await one.drafts.draft("a");
    await one.write(letter.repeat(40_000));
    await other.write(`over ${letter}`);
  }
  expect((await one.drafts.draftsAside("a"))[0]).toBe("y".repeat(40_000));
});

test("other tabs are told a place that says nothing, and the hub is asked no more often for one tab", async () => {
  const { tab, said, hub } = browser(null);
  const one = tab();
  await one.write("Secret words");
  expect(hub.asked).toBe(1);
  for (const each of said) expect(each).toMatch(/^[0-9a-f]{64}$/);
});
