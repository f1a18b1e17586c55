/** Locking and signing out: everything here is forgotten at once, whatever the line does; drafts stay. */
import { beforeAll, expect, test } from "vitest";
import type { Prepared } from "@/end/enrolment";
import { Sitting } from "@/end/sitting";
import { placeOf } from "@/end/state";
import { MemoryStore } from "@/end/store";
import { Connection } from "@/hub/connection";
import { randomBytes } from "@/protocol/bytes";
import { WorkerSecret } from "@/protocol/private/secrets";
import { sodiumReady } from "@/protocol/sodium";
import type { VaultEvent } from "@/vault/api";

beforeAll(sodiumReady);

const HUB = "hub.example";
const TOKEN = new Uint8Array(32).fill(9);

interface Scene {
  readonly sitting: Sitting;
  readonly store: MemoryStore;
  readonly events: VaultEvent[];
  /** What the hub was asked, and with whose session. */
  readonly asked: string[];
  readonly worker: Uint8Array;
}

/** Somebody sits here; `answer` is what the hub does with what it is asked. */
async function seated(answer: () => Promise<Response>): Promise<Scene> {
  const [events, asked]: [VaultEvent[], string[]] = [[], []];
  const store = new MemoryStore();
  const send = (url: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const held = new Headers(init?.headers).has("Authorization") ? "held" : "nobody";
    asked.push(`${init?.method} ${new URL(String(url)).pathname} ${held}`);
    return answer();
  };
  const connection = new Connection("https://hub.example", send);
  const sitting = new Sitting(store, connection, (event) => events.push(event));
  const worker = randomBytes(16);
  sitting.trust = () => Promise.resolve({ hub: HUB } as never); // the only thing that is asked of it here
  const secret = WorkerSecret.generate();
  const prepared = { worker, organisation: randomBytes(16), address: "sam", name: "Sam", secret, looked: {} };
  await sitting.wait(prepared as unknown as Prepared, true); // as much of one as waiting needs
  connection.use(TOKEN);
  events.length = 0;
  return { sitting, store, events, asked, worker };
}

const never = (): Promise<Response> => new Promise(() => undefined);
const fine = (): Promise<Response> => Promise.resolve(new Response(null, { status: 204 }));

async function soon(check: () => boolean): Promise<void> {
  for (let turn = 0; turn < 100 && !check(); turn++) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(check()).toBe(true);
}

test("with a hub that does not answer, keys and screen are gone at once", async () => {
  const { sitting, events, store } = await seated(never);
  const pin = { half: randomBytes(32), wrapped: randomBytes(9), wrapVersion: 1, expiresAt: 2e15 };
  const known = { version: 1, address: "sam", passkey: false, pin } as const;
  await sitting.device.remember({ ...known, worker: randomBytes(16), organisation: randomBytes(16) });
  const gone = sitting.signOut(false);
  expect(sitting.open).toBe(false);
  expect(sitting.connection.token).toBeNull();
  expect(events).toContainEqual({ type: "session", state: "signed-out", say: "You have signed out." });
  await gone;
  expect(await store.read("device/known")).toBeUndefined();
});

test("afterwards the hub forgets its half of the PIN and ends the session", async () => {
  const { sitting, asked } = await seated(fine);
  const pin = { half: randomBytes(32), wrapped: randomBytes(9), wrapVersion: 1, expiresAt: 2e15 };
  const known = { version: 1, address: "sam", passkey: false, pin } as const;
  await sitting.device.remember({ ...known, worker: randomBytes(16), organisation: randomBytes(16) });
  await sitting.signOut(false);
  await soon(() => asked.length === 2);
  expect(asked).toEqual(["POST /v1/me/pin/forget nobody", "DELETE /v1/sessions/current held"]);
});

test("signing out everywhere says so when the hub did not hear it", async () => {
  const { sitting, events } = await seated(() => Promise.reject(new TypeError("no line")));
  await sitting.signOut(true);
  await expect
    .poll(() => events.at(-1), { timeout: 6000 })
    .toMatchObject({ state: "signed-out", say: expect.stringContaining("may still be signed in elsewhere") });
});

test("drafts and pins stay sealed where they are, and nobody else's things are touched", async () => {
  const { sitting, store, worker } = await seated(fine);
  const [mine, other] = [placeOf(HUB, worker), placeOf(HUB, randomBytes(16))];
  const names = [`${mine}pins`, `${mine}draft-ab`, `${other}draft-cd`, `${other}names`];
  for (const name of [...names, `${mine}names`]) await store.write(name, randomBytes(4));
  await sitting.signOut(false);
  expect([...(await store.names("state/"))].sort()).toEqual(names.sort());
});

test('at a locked screen "Not you?" forgets a name, and nothing that was written', async () => {
  const { sitting, store, worker } = await seated(fine);
  sitting.lock();
  const name = `${placeOf(HUB, worker)}draft-ab`;
  await store.write(name, randomBytes(4));
  await sitting.signOut(false);
  expect(await store.names("state/")).toEqual([name]);
});

test("what is to be kept is asked for while the keys are there, and the session ends after it", async () => {
  const { sitting, asked } = await seated(fine);
  let open = false;
  sitting.onParting(async (parting) => {
    open = sitting.open;
    await new Promise((resolve) => setTimeout(resolve, 20));
    await parting.putBytes("/v1/me/drafts/ab", randomBytes(3), () => undefined);
  });
  sitting.lock();
  expect(sitting.open).toBe(false);
  await soon(() => asked.length === 2);
  expect(open).toBe(true);
  expect(asked).toEqual(["PUT /v1/me/drafts/ab held", "DELETE /v1/sessions/current held"]);
});
