/** The line to the hub: nothing kept, nothing followed, everything bounded, and sent twice only where that is safe. */
import { beforeEach, expect, test, vi } from "vitest";
import { Away, BadAnswer, Refused } from "@/end/errors";
import { Connection } from "@/hub/connection";
import { answer, bytes, listOf, number, or, word } from "@/hub/decoding";
import { packed } from "@/hub/encoding";

const HEAD = answer<{ head: Uint8Array; legalName: string }>({ head: bytes(2), legalName: word(10) });
const ASK = { head: "AQI=", legal_name: "Harbour" };
type Asked = { url: string; init: RequestInit };

let asked: Asked[] = [];
beforeEach(() => void (asked = []));

/** Answers in turn; the last one stays. */
function hub(...answers: (() => Response)[]): Connection {
  const send = async (url: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    asked.push({ url: String(url), init: init ?? {} });
    const [next] = answers.length > 1 ? answers.splice(0, 1) : answers;
    if (next === undefined) throw new TypeError("no answer");
    return next();
  };
  return new Connection("https://hub.example", send);
}

const json =
  (body: unknown, status = 200, type = "application/json") =>
  (): Response =>
    new Response(JSON.stringify(body), { status, headers: { "Content-Type": type } });
const problem = (status: number, code: string, facts = {}) =>
  json({ title: "No", code, ...facts }, status, "application/problem+json");
const lost = (): Response => {
  throw new TypeError("network");
};

test("a request carries no cookie, is kept nowhere and follows nothing", async () => {
  const connection = hub(json(ASK));
  connection.use(new Uint8Array(32));
  await connection.get("/v1/x", HEAD, { query: { after: 3, none: null } });
  const [{ url, init } = { url: "", init: {} }] = asked;
  expect(url).toBe("https://hub.example/v1/x?after=3");
  expect(init).toMatchObject({ credentials: "omit", cache: "no-store", redirect: "error" });
  expect(init.headers).toMatchObject({ Authorization: `Bearer ${"A".repeat(43)}=` });
});

test("another line has no session", async () => {
  const connection = hub(json(ASK));
  connection.use(new Uint8Array(32));
  await connection.another().get("/v1/x", HEAD);
  expect(asked[0]?.init.headers).not.toHaveProperty("Authorization");
});

test("a lost question is asked again, a lost message is not", async () => {
  vi.useFakeTimers();
  const read = hub(lost, lost, json(ASK)).get("/v1/x", HEAD);
  await vi.runAllTimersAsync();
  expect((await read).legalName).toBe("Harbour");
  await expect(hub(lost, json(ASK)).post("/v1/x", {}, HEAD)).rejects.toThrow(Away);
  vi.useRealTimers();
  expect(asked).toHaveLength(4);
});

test("a refusal is not asked about again and says what the hub said", async () => {
  const refused = await hub(problem(409, "stale", { seq: 7 }))
    .get("/v1/x", HEAD)
    .catch((error: unknown) => error);
  expect(refused).toMatchObject({ status: 409, code: "stale", facts: { seq: 7 } });
  expect(refused).toBeInstanceOf(Refused);
  expect(asked).toHaveLength(1);
});

test.each([
  ["a page of another network", json(ASK, 200, "text/html")],
  ["an error page of another network", json(ASK, 502, "text/html")],
  ["half an answer", () => new Response('{"head":', { headers: { "Content-Type": "application/json" } })],
  ["a missing field", json({ head: "AQI=" })],
  ["bytes that are too long", json({ ...ASK, head: "AQID" })],
  ["a text that is too long", json({ ...ASK, legal_name: "x".repeat(11) })],
  ["a list for an object", json([ASK])],
])("%s is no answer", async (_, response) => {
  await expect(hub(response).get("/v1/x", HEAD)).rejects.toThrow(BadAnswer);
});

test("an answer longer than any honest one is cut off", async () => {
  await expect(hub(json("x".repeat(5000))).get("/v1/x", word(9999), { most: 4096 })).rejects.toThrow(
    BadAnswer,
  );
});

test("whoever watches hears of a session that ended and of a line that is gone", async () => {
  const said: string[] = [];
  const connection = hub(problem(401, "not-signed-in"), lost, json(ASK));
  connection.watcher = { expired: () => said.push("expired"), reached: (yes) => said.push(String(yes)) };
  await connection.post("/v1/x", {}, HEAD).catch(() => undefined);
  connection.use(new Uint8Array(32));
  await connection.post("/v1/x", {}, HEAD).catch(() => undefined);
  await connection.post("/v1/x", {}, HEAD);
  expect(said).toEqual(["false", "true"]); // without a session none can end
  const ended = hub(problem(401, "not-signed-in"));
  ended.watcher = connection.watcher;
  ended.use(new Uint8Array(32));
  await ended.post("/v1/x", {}, HEAD).catch(() => undefined);
  expect(said.at(-1)).toBe("expired");
});

test("the hub's clock is compared with this one", async () => {
  const date = new Date(Date.now() - 3_600_000).toUTCString();
  const response = (): Response =>
    new Response(JSON.stringify(ASK), { headers: { "Content-Type": "application/json", Date: date } });
  const connection = hub(response);
  await connection.get("/v1/x", HEAD);
  expect(Math.round((connection.clockAhead ?? 0) / 60_000)).toBe(60);
});

test("fields are named as the hub names them, bytes as base64", () => {
  expect(packed({ wrapVersion: 1, boxes: [{ boxKey: Uint8Array.of(1, 2) }], none: null })).toBe(
    '{"wrap_version":1,"boxes":[{"box_key":"AQI="}],"none":null}',
  );
});

test("what is left out has its stated value, and what is unknown is passed over", () => {
  const read = answer<{ some: readonly number[] }>({ some: or(listOf(number(), 3), []) });
  expect(read({ other: 1 })).toEqual({ some: [] });
  expect(() => read({ some: [1, 2, 3, 4] })).toThrow(BadAnswer);
  expect(() => read({ some: [0.5] })).toThrow(BadAnswer);
});
