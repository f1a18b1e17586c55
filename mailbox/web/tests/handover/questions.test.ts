/** The service worker hands a question from one vault to another, and serves nobody else. */
import { expect, test } from "vitest";
import { isVault, MOST, type Questions } from "@/handover/questions";
import { ASK, GIVE, KEY, LARGEST } from "@/vault/handover";
import { ORIGIN, reached, request, serviceWorker, VAULT } from "./serviceworker";

const ID = "0123456789abcdef".repeat(2);
const OTHER = "f".repeat(32);
const BYTES = Uint8Array.of(1, 2, 3);

async function status(questions: Questions, path: string, body?: Uint8Array): Promise<number> {
  return (await questions.answer(request(path, body), VAULT)).status;
}

test("the key of whoever asks is given to a vault, and the answer to whoever asked, once", async () => {
  const announced: string[] = [];
  const questions = serviceWorker((question) => announced.push(question));
  const vault = reached(questions);
  const asking = vault.askOthers(ID, BYTES);
  await expect.poll(() => announced).toEqual([ID]);
  expect(await vault.keyOf(ID)).toEqual(BYTES);
  expect(await status(questions, GIVE + ID, Uint8Array.of(9))).toBe(204);
  expect(await status(questions, GIVE + ID, Uint8Array.of(8))).toBe(404);
  expect(await asking).toEqual(Uint8Array.of(9));
  expect(await vault.keyOf(ID)).toBeNull();
});

test("a question that nobody answers is forgotten, and its asker hears nothing", async () => {
  const questions = serviceWorker(() => undefined, 5);
  expect(await status(questions, ASK + ID, BYTES)).toBe(204);
  expect(await status(questions, KEY + ID)).toBe(404);
});

test.each([
  ["a page", { type: "window", url: `${ORIGIN}/today` }],
  ["a page at a vault's address", { type: "window", url: VAULT.url }],
  ["a shared worker", { type: "sharedworker", url: VAULT.url }],
  ["another worker of the app", { type: "worker", url: `${ORIGIN}/assets/hash.worker-AbC12.js` }],
  ["a worker of somebody's text", { type: "worker", url: `blob:${ORIGIN}/assets/vault.worker-AbC12.js` }],
  ["a worker from elsewhere", { type: "worker", url: "https://evil.example/assets/vault.worker-AbC12.js" }],
  ["a worker below the vault's address", { type: "worker", url: `${ORIGIN}/assets/vault.worker-A.js/x.js` }],
  ["a worker beside it", { type: "worker", url: `${ORIGIN}/x/assets/vault.worker-A.js` }],
  ["a worker that names it", { type: "worker", url: `${ORIGIN}/opened/1?/assets/vault.worker-A.js` }],
  ["whoever the browser does not name", undefined],
])("%s is refused", async (_, who) => {
  const announced: string[] = [];
  const questions = serviceWorker((question) => announced.push(question));
  expect(isVault(who, ORIGIN)).toBe(false);
  const open = reached(questions).askOthers(ID, BYTES);
  await expect.poll(() => announced).toEqual([ID]);
  for (const path of [ASK + OTHER, KEY + ID, GIVE + ID])
    expect((await questions.answer(request(path, BYTES), who)).status).toBe(403);
  expect(announced).toEqual([ID]);
  await reached(questions).give(ID, Uint8Array.of(7));
  expect(await open).toEqual(Uint8Array.of(7));
});

test.each([
  ["that could have gone on to the hub", { cache: "no-store" }],
  ["by another method", { method: "PUT" }],
] satisfies [string, RequestInit][])("a vault's request %s is not a hand-over", async (_, change) => {
  const questions = serviceWorker(() => undefined, 5);
  expect((await questions.answer(request(ASK + ID, BYTES, change), VAULT)).status).toBe(403);
});

test.each([
  [400, "/tabs/ask/short"],
  [400, ASK + ID.toUpperCase()],
  [404, `/tabs/other/${ID}`],
  [404, `/tabs/ask/x/${ID}`],
])("nonsense is answered with %i: %s", async (code, path) => {
  expect(
    await status(
      serviceWorker(() => undefined),
      path,
    ),
  ).toBe(code);
});

test("what is too large is not kept", async () => {
  const questions = serviceWorker(() => undefined, 5);
  expect(await status(questions, ASK + ID, new Uint8Array(LARGEST + 1))).toBe(400);
});

test("only so many questions are open at once, and none takes another's place", async () => {
  const announced: string[] = [];
  const questions = serviceWorker((question) => announced.push(question));
  const ids = Array.from({ length: MOST }, (_, at) => at.toString(16).padStart(32, "0"));
  const open = ids.map((id) => status(questions, ASK + id, BYTES));
  await expect.poll(() => announced.length).toBe(MOST);
  expect(await status(questions, ASK + OTHER, BYTES)).toBe(429);
  expect(await Promise.all(open)).toEqual(ids.map(() => 204));
  const again = status(questions, ASK + ID, BYTES);
  await expect.poll(() => announced).toContain(ID);
  expect(await status(questions, ASK + ID, Uint8Array.of(6))).toBe(429);
  expect(await reached(questions).keyOf(ID)).toEqual(BYTES);
  expect(await again).toBe(204);
});
