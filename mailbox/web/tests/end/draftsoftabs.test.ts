/** Two tabs write in one place: each keeps its own words, sees the other's, and neither loses any. */
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

/** Tabs of one browser and one person. `kept` null: a shared device. `shut`: the tab is closed. */
function browser(kept: Store | null = new KeepingStore()) {
  const secret = WorkerSecret.generate();
  const hub = new DraftHub();
  const heard = new Set<(event: MessageEvent<unknown>) => void>();
  const open = new Set<string>();
  const said: unknown[] = [];
  const tab = () => {
    let name = "";
    const mine: ((event: MessageEvent<unknown>) => void)[] = [];
    const line: Line = {
      postMessage(data) {
        said.push(data);
        for (const each of heard) if (!mine.includes(each)) each(new MessageEvent("message", { data }));
      },
      addEventListener(_, each) {
        mine.push(each);
        heard.add(each);
      },
      close: () => undefined,
    };
    const others = {
      line,
      open: (own: string) => {
        name = own;
        return Promise.resolve(open.add(own));
      },
    };
    const state = new LocalState(kept, "p/", secret.pins);
    const desk = { state, connection: hub.connection(), me: { secret } } as unknown as Desk; // all that drafts need
    const told: string[] = [];
    const emit = (event: VaultEvent) => void (event.type === "draft" && told.push(event.slot));
    const context = { desk: () => desk, emit, onParting: () => undefined, onForget: () => undefined };
    const drafts = draftMethods(context as unknown as Context, others); // as above
    const write = async (text: string) => {
      const saving = drafts.saveDraft("a", text);
      await drafts.keepDrafts();
      await saving;
    };
    const shut = () => void open.delete(name);
    return { drafts, told, write, shut };
  };
  return { tab, hub, said };
}

const open = (text: string) => ({ text, open: true });
const left = (text: string) => ({ text, open: false });

for (const [where, store] of [
  ["on this device", () => new KeepingStore()],
  ["at the hub", () => null],
] as const) {
  test(`each tab keeps its own words and is told of the other's, ${where}`, async () => {
    const { tab } = browser(store());
    const [one, other] = [tab(), tab()];
    for (const each of [one, other]) expect(await each.drafts.draft("a")).toBe("");
    await one.write("Written here");
    expect(other.told).toEqual(["a"]);
    await other.write("Written there");
    expect(await one.drafts.draft("a")).toBe("Written here");
    expect(await other.drafts.draft("a")).toBe("Written there");
    expect(await one.drafts.otherDrafts("a")).toEqual([open("Written there")]);
    expect(await other.drafts.otherDrafts("a")).toEqual([open("Written here")]);
  });

  test(`what a closed tab left is gone on with once, the rest is offered, ${where}`, async () => {
    const { tab } = browser(store());
    const [one, other] = [tab(), tab()];
    for (const each of [one, other]) await each.drafts.draft("a");
    await one.write("Written first");
    await other.write("Written last");
    for (const each of [one, other]) each.shut();
    const [next, later] = [tab(), tab()];
    expect(await next.drafts.draft("a")).toBe("Written last");
    expect(await next.drafts.otherDrafts("a")).toEqual([left("Written first")]);
    expect(await later.drafts.draft("a")).toBe("Written first");
    expect(await later.drafts.otherDrafts("a")).toEqual([open("Written last")]);
  });

  test(`words of another tab are taken over, and one's own stand beside them, ${where}`, async () => {
    const { tab } = browser(store());
    const [one, other] = [tab(), tab()];
    for (const each of [one, other]) await each.drafts.draft("a");
    await one.write("Written here");
    await other.write("Written there");
    await other.drafts.takeOther("a", "Written here");
    expect(await other.drafts.draft("a")).toBe("Written here");
    expect(await other.drafts.otherDrafts("a")).toEqual([left("Written there"), open("Written here")]);
    await other.drafts.dropOther("a", "Written there");
    expect(await other.drafts.otherDrafts("a")).toEqual([open("Written here")]);
    expect(await other.drafts.draft("a")).toBe("Written here");
  });

  test(`what was sent in one tab is gone, and the other's words stay, ${where}`, async () => {
    const { tab, hub } = browser(store());
    const [one, other] = [tab(), tab()];
    for (const each of [one, other]) await each.drafts.draft("a");
    await one.write("Half a sentence");
    await other.write("Sent");
    await other.drafts.dropDraft("a");
    expect(await one.drafts.draft("a")).toBe("Half a sentence");
    expect(await one.drafts.otherDrafts("a")).toEqual([]);
    await one.drafts.dropDraft("a");
    expect(hub.kept.size).toBe(0);
  });
}

test("there are four at most, the oldest go, and the hub has one place for all of them", async () => {
  const { tab, hub } = browser(null);
  for (const number of [1, 2, 3, 4, 5, 6]) {
    const each = tab();
    await each.drafts.otherDrafts("a");
    await each.write(`Tab ${number}`);
  }
  const found = await tab().drafts.otherDrafts("a");
  expect(found.map((each) => each.text)).toEqual(["Tab 6", "Tab 5", "Tab 4", "Tab 3"]);
  expect(hub.kept.size).toBe(1);
});

test("long words of two tabs have room on this device; at the hub the newest are kept whole", async () => {
  for (const [store, beside] of [
    [new KeepingStore(), 1],
    [null, 0],
  ] as const) {
    const { tab } = browser(store);
    const [one, other] = [tab(), tab()];
    for (const each of [one, other]) await each.drafts.draft("a");
    await one.write("x".repeat(40_000));
    await other.write("y".repeat(40_000));
    expect(await other.drafts.draft("a")).toBe("y".repeat(40_000));
    expect((await other.drafts.otherDrafts("a")).length).toBe(beside);
  }
});

test("other tabs are told a place that says nothing", async () => {
  const { tab, said } = browser(null);
  await tab().write("Secret words");
  expect(said.length).toBe(1);
  for (const each of said) expect(each).toMatch(/^[0-9a-f]{64}$/);
});
