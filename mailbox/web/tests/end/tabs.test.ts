/** Tabs share a session; whoever listens on their channel learns nothing. */
import { afterEach, beforeAll, expect, test } from "vitest";
import { type Neighbour, Tabs } from "@/end/tabs";
import { packHanded, unpackHanded } from "@/end/handing";
import { randomBytes, toHex } from "@/protocol/bytes";
import { WorkerSecret } from "@/protocol/private/secrets";
import { sodiumReady } from "@/protocol/sodium";

beforeAll(sodiumReady);

const CHANNEL = "kith";
const open: { close(): void }[] = [];
afterEach(() => open.splice(0).forEach((each) => each.close()));

interface Heard {
  readonly closed: (readonly [boolean, string])[];
  touched: number;
  opened: number;
  readonly news: unknown[];
}

function tab(session: Uint8Array | null = null): { tabs: Tabs; heard: Heard } {
  const heard: Heard = { closed: [], touched: 0, opened: 0, news: [] };
  const neighbour: Neighbour = {
    session: () => session,
    opened: () => void heard.opened++,
    closed: (signedOut, say) => void heard.closed.push([signedOut, say]),
    touched: () => void heard.touched++,
    heard: (news) => void heard.news.push(news),
  };
  const tabs = new Tabs(neighbour);
  open.push(tabs);
  return { tabs, heard };
}

function listener(): unknown[] {
  const [channel, said]: [BroadcastChannel, unknown[]] = [new BroadcastChannel(CHANNEL), []];
  channel.onmessage = (event) => said.push((event as MessageEvent<unknown>).data); // Node's own event type
  open.push(channel);
  return said;
}

async function soon(check: () => boolean): Promise<void> {
  for (let turn = 0; turn < 200 && !check(); turn++) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(check()).toBe(true);
}

test("a new tab is given the session of an open one", async () => {
  const session = randomBytes(200);
  tab(session);
  expect(await tab().tabs.ask()).toEqual(session);
});

test("without an open tab there is none", async () => {
  tab();
  expect(await tab().tabs.ask(50)).toBeNull();
});

test("a listener on the channel sees neither the session nor the secret in it", async () => {
  const said = listener();
  const secret = WorkerSecret.generate();
  const token = randomBytes(32);
  const whose = {
    worker: randomBytes(16),
    organisation: randomBytes(16),
    address: "sam",
    sharedDevice: false,
  };
  tab(packHanded({ ...whose, secret, token, idleMs: 1000 }));
  const given = await tab().tabs.ask();
  await soon(() => said.length === 2);
  const heard = said
    .map((message) =>
      JSON.stringify(message, (_, value: unknown) => (value instanceof Uint8Array ? toHex(value) : value)),
    )
    .join();
  for (const hidden of [secret.raw, token, whose.worker]) expect(heard).not.toContain(toHex(hidden));
  expect(unpackHanded(given ?? new Uint8Array())).toMatchObject({ secret: secret.raw, token });
});

test("an answer for another question opens nothing", async () => {
  const said = listener();
  tab(randomBytes(64));
  await tab().tabs.ask();
  await soon(() => said.length === 2);
  const [, given] = said as [unknown, { box: Uint8Array }]; // as the test above has shown
  const asking = tab().tabs.ask(300);
  await soon(() => said.length >= 3);
  const { question } = said[2] as { question: string }; // the new question
  const liar = new BroadcastChannel(CHANNEL);
  open.push(liar);
  liar.postMessage({ type: "give", question, box: given.box });
  expect(await asking).not.toEqual(given.box);
});

test("locking, signing out, presence and news reach the others, and not the one who says them", async () => {
  const [one, other] = [tab(), tab()];
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

test.each([null, 7, "ask", {}, { type: "ask" }, { type: "ask", question: 1, key: "x" }, { type: "closed" }])(
  "nonsense on the channel is passed over: %j",
  async (nonsense) => {
    const { heard } = tab(randomBytes(8));
    const channel = new BroadcastChannel(CHANNEL);
    open.push(channel);
    channel.postMessage(nonsense);
    channel.postMessage({ type: "touched" });
    await soon(() => heard.touched === 1);
    expect(heard.closed).toEqual([]);
  },
);

test("a key that is none is given nothing", async () => {
  tab(randomBytes(8));
  const said = listener();
  const channel = new BroadcastChannel(CHANNEL);
  open.push(channel);
  channel.postMessage({ type: "ask", question: "0".repeat(32), key: new Uint8Array(1216).fill(255) });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(said).toHaveLength(1);
});
