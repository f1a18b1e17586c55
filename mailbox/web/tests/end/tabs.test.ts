/** Tabs share a session; whoever listens or speaks on their channel gets nothing. */
import { afterEach, beforeAll, expect, test } from "vitest";
import { type Between, type Line, type Neighbour, Tabs } from "@/end/tabs";
import { packHanded, unpackHanded } from "@/end/handing";
import { randomBytes, toHex } from "@/protocol/bytes";
import { BoxSecret } from "@/protocol/private/boxes";
import { WorkerSecret } from "@/protocol/private/secrets";
import { sodiumReady } from "@/protocol/sodium";
import { CHANNEL } from "@/vault/handover";
import { reached, serviceWorker } from "../handover/serviceworker";

beforeAll(sodiumReady);

const ID = "0123456789abcdef".repeat(2);
const open: { close(): void }[] = [];
afterEach(() => open.splice(0).forEach((each) => each.close()));

interface Heard {
  readonly closed: (readonly [boolean, string])[];
  touched: number;
  opened: number;
  readonly news: unknown[];
}

/** A browser: what its service worker hears and brings, and how vaults reach it. */
function browser(): { readonly seen: Uint8Array[]; readonly between: Between } {
  const announcing = channel();
  const real = reached(serviceWorker((question) => announcing.postMessage({ type: "asked", question }), 300));
  const seen: Uint8Array[] = [];
  const noting = <T>(body: Uint8Array, then: Promise<T>): Promise<T> => (seen.push(body), then);
  const between: Between = {
    ...real,
    askOthers: (question, key) => noting(key, real.askOthers(question, key)),
    give: (question, box) => noting(box, real.give(question, box)),
  };
  return { seen, between };
}

function channel(): BroadcastChannel {
  const made = new BroadcastChannel(CHANNEL);
  open.push(made);
  return made;
}

function tab(between: Between, session: () => Uint8Array | null = () => null): { tabs: Tabs; heard: Heard } {
  const heard: Heard = { closed: [], touched: 0, opened: 0, news: [] };
  const neighbour: Neighbour = {
    session,
    opened: () => void heard.opened++,
    closed: (signedOut, say) => void heard.closed.push([signedOut, say]),
    touched: () => void heard.touched++,
    heard: (news) => void heard.news.push(news),
  };
  const tabs = new Tabs(neighbour, new BroadcastChannel(CHANNEL) as Line, between);
  open.push(tabs);
  return { tabs, heard };
}

function listener(): unknown[] {
  const said: unknown[] = [];
  channel().onmessage = (event) => said.push((event as MessageEvent<unknown>).data); // Node's own event type
  return said;
}

function hex(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => (one instanceof Uint8Array ? toHex(one) : one));
}

async function soon(check: () => boolean): Promise<void> {
  for (let turn = 0; turn < 200 && !check(); turn++) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(check()).toBe(true);
}

test("a new tab is given the session of an open one", async () => {
  const { between } = browser();
  const session = randomBytes(200);
  tab(between, () => session);
  expect(await tab(between).tabs.ask()).toEqual(session);
});

test("two new tabs at once are both given it", async () => {
  const { between } = browser();
  const session = randomBytes(200);
  tab(between, () => session);
  const asking = [tab(between), tab(between)].map(({ tabs }) => tabs.ask());
  expect(await Promise.all(asking)).toEqual([session, session]);
});

test("without an open tab there is none", async () => {
  const { between } = browser();
  tab(between);
  expect(await tab(between).tabs.ask()).toBeNull();
});

test("where no service worker is, there is none", async () => {
  tab(browser().between, () => randomBytes(8));
  const nobody = { askOthers: async () => null, keyOf: async () => null, give: async () => undefined };
  expect(await tab(nobody).tabs.ask()).toBeNull();
});

test("neither the channel nor the service worker sees the session or the secret in it", async () => {
  const { between, seen } = browser();
  const said = listener();
  const secret = WorkerSecret.generate();
  const token = randomBytes(32);
  const whose = {
    worker: randomBytes(16),
    organisation: randomBytes(16),
    address: "sam",
    sharedDevice: false,
  };
  const packed = packHanded({ ...whose, secret, token, idleMs: 1000 });
  tab(between, () => packed);
  const given = await tab(between).tabs.ask();
  await soon(() => said.length === 1 && seen.length === 2);
  const heard = hex([said, seen]);
  for (const hidden of [secret.raw, token, whose.worker]) expect(heard).not.toContain(toHex(hidden));
  expect(unpackHanded(given ?? new Uint8Array())).toMatchObject({ secret: secret.raw, token });
});

test("a page that asks on the channel as a vault once did is given nothing", async () => {
  const { between, seen } = browser();
  const { heard } = tab(between, () => randomBytes(64));
  const said = listener();
  const page = channel();
  page.postMessage({ type: "ask", question: ID, key: new BoxSecret(randomBytes(32)).public });
  page.postMessage({ type: "asked", question: ID, key: new BoxSecret(randomBytes(32)).public });
  page.postMessage({ type: "touched" });
  await soon(() => heard.touched === 1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(said).toHaveLength(3);
  expect(seen).toEqual([]);
});

test("a page that answers on the channel is not heard", async () => {
  const { between } = browser();
  const said = listener();
  const asking = tab(between).tabs.ask();
  await soon(() => said.length === 1);
  channel().postMessage({ type: "give", question: ID, box: randomBytes(2000) });
  expect(await asking).toBeNull();
});

test("an answer to another question opens nothing", async () => {
  const first = browser();
  tab(first.between, () => randomBytes(64));
  await tab(first.between).tabs.ask();
  const [, box] = first.seen;
  const again: Between = { ...first.between, askOthers: async () => box ?? null };
  expect(await tab(again).tabs.ask()).toBeNull();
});

test("a session that ends while its key is fetched is not handed over", async () => {
  const { between, seen } = browser();
  const sessions = [randomBytes(64), null];
  tab(between, () => sessions.shift() ?? null);
  expect(await tab(between).tabs.ask()).toBeNull();
  expect(seen).toHaveLength(1);
});

test("a tab that is asked and asked does no more than so much at once", async () => {
  let fetched = 0;
  const keyOf = (): Promise<null> => (fetched++, new Promise<null>(() => undefined));
  const { heard } = tab({ ...browser().between, keyOf }, () => randomBytes(8));
  const page = channel();
  for (let turn = 0; turn < 100; turn++) page.postMessage({ type: "asked", question: ID });
  page.postMessage({ type: "touched" });
  await soon(() => heard.touched === 1);
  expect(fetched).toBe(16);
});

test("locking, signing out, presence and news reach the others, and not the one who says them", async () => {
  const { between } = browser();
  const [one, other] = [tab(between), tab(between)];
  one.tabs.closed(true, "You have signed out.");
  one.tabs.touched();
  one.tabs.opened();
  one.tabs.tell({ line: "polling" });
  await soon(() => other.heard.news.length === 1);
  expect(other.heard).toEqual({
    closed: [[true, "You have signed out."]],
    touched: 1,
    opened: 1,
    news: [{ line: "polling" }],
  });
  expect(one.heard.closed).toEqual([]);
});

test.each([null, 7, "ask", {}, { type: "asked" }, { type: "asked", question: "x" }, { type: "closed" }])(
  "nonsense on the channel is passed over: %j",
  async (nonsense) => {
    const { heard } = tab(browser().between, () => randomBytes(8));
    const page = channel();
    page.postMessage(nonsense);
    page.postMessage({ type: "touched" });
    await soon(() => heard.touched === 1);
    expect(heard.closed).toEqual([]);
  },
);

test("a key that is none is given nothing", async () => {
  const { between, seen } = browser();
  tab(between, () => randomBytes(8));
  expect(await between.askOthers(ID, new Uint8Array(1216).fill(255))).toBeNull();
  expect(seen).toHaveLength(1);
});
