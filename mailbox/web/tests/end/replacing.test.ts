/** New words never lock their owner out, whatever is lost on the way. */
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { EvidenceKeeper } from "@/end/alarms";
import type { Desk } from "@/end/desk";
import { Away } from "@/end/errors";
import { drawWords, sendWords } from "@/end/replacing";
import { Connection } from "@/hub/connection";
import { equal, fromBase64, randomBytes, toBase64, utf8 } from "@/protocol/bytes";
import { SignInKeys, WorkerSecret } from "@/protocol/private/secrets";
import { generateWords } from "@/protocol/private/words";
import { sha256 } from "@/protocol/hashing";
import { sodiumReady } from "@/protocol/sodium";

beforeAll(async () => {
  await sodiumReady();
  // Stretching is slow by design, and not what is looked at here.
  vi.spyOn(SignInKeys, "derive").mockImplementation(
    (words, salt) => new SignInKeys(sha256(utf8(`auth ${words}`)), sha256(utf8(`wrap ${words}`)), salt),
  );
});
afterAll(() => vi.restoreAllMocks());

const HUB = "hub.example";
const ADDRESS = "olu";

/** A hub that keeps one sign-in. `lose`: which asks never get an answer; `late`: they were heard all the same. */
async function world() {
  const [organisation, worker, salt] = [randomBytes(16), randomBytes(16), randomBytes(16)];
  const secret = WorkerSecret.generate();
  const old = generateWords();
  const place = { hub: HUB, organisation, worker, address: ADDRESS, version: 1 };
  const keys = SignInKeys.derive(old, salt);
  const kept = { auth: keys.auth, wrapped: await keys.lock(secret, place), version: 1 };
  const hub = { lose: new Set<string>(), heard: true, changes: 0 };

  const said = (body: unknown, status = 200): Response =>
    new Response(JSON.stringify(body), {
      status,
      headers: { "Content-Type": status === 200 ? "application/json" : "application/problem+json" },
    });

  function answer(path: string, body: Record<string, string>): Response {
    const auth = fromBase64(body["auth"] ?? "");
    if (path.includes("/words")) {
      if (!equal(fromBase64(body["old_auth"] ?? ""), kept.auth)) return said({ code: "not-proved" }, 401);
      hub.changes += 1;
      Object.assign(kept, { auth, wrapped: fromBase64(body["wrapped"] ?? ""), version: kept.version + 1 });
      return said({});
    }
    if (path.includes("/start")) return said({ hub: HUB, suite: 1, salt: toBase64(salt) });
    if (!equal(auth, kept.auth)) return said({ code: "not-proved" }, 401);
    const shown = {
      worker,
      organisation,
      wrapped: kept.wrapped,
      session: randomBytes(16),
      nonce: randomBytes(32),
    };
    const packed = Object.entries(shown).map(([name, value]) => [name, toBase64(value)]);
    return said({ ...Object.fromEntries(packed), wrap_version: kept.version });
  }

  const send: typeof fetch = async (url, init) => {
    const { pathname } = new URL(String(url));
    const lost = [...hub.lose].some((part) => pathname.includes(part));
    const body: unknown = typeof init?.body === "string" ? JSON.parse(init.body) : {};
    const answered = lost && !hub.heard ? null : answer(pathname, body as Record<string, string>); // as packed here
    if (lost || answered === null) throw new TypeError("lost");
    return answered;
  };
  const me = { address: ADDRESS, organisation, worker, secret, name: "Olu" };
  const connection = new Connection("https://hub.example", send);
  const keeper = new EvidenceKeeper();
  const desk = { me, connection, keeper, authority: { trust: { hub: HUB } } } as unknown as Desk; // all that is asked of it
  const opens = (words: string): boolean => equal(SignInKeys.derive(words, salt).auth, kept.auth);
  return { hub, desk, old, opens, device: randomBytes(32) };
}

it("drawing them changes nothing", async () => {
  const { hub, desk, old, opens, device } = await world();
  const drawn = await drawWords(desk, old, device);
  expect(opens(old)).toBe(true);
  expect(opens(drawn.words)).toBe(false);
  expect(hub.changes).toBe(0);
});

it("the new words count although the answer was lost, and that is found out", async () => {
  const { hub, desk, old, opens, device } = await world();
  const drawn = await drawWords(desk, old, device);
  hub.lose.add("/words");
  await sendWords(desk, drawn, device);
  expect(opens(drawn.words)).toBe(true);
});

it("says that the old words count where the hub never heard of new ones, and the next press works", async () => {
  const { hub, desk, old, opens, device } = await world();
  const drawn = await drawWords(desk, old, device);
  hub.heard = false;
  hub.lose.add("/words");
  await expect(sendWords(desk, drawn, device)).rejects.toThrow(/old words still count/i);
  expect(opens(old)).toBe(true);
  hub.lose.clear();
  await sendWords(desk, drawn, device);
  expect(opens(drawn.words)).toBe(true);
});

it("says to keep both where nobody can tell, and the next press finds out", async () => {
  const { hub, desk, old, opens, device } = await world();
  const drawn = await drawWords(desk, old, device);
  hub.lose.add("/words").add("/sign-in");
  const failed = sendWords(desk, drawn, device);
  await expect(failed).rejects.toBeInstanceOf(Away);
  await expect(failed).rejects.toThrow(/keep both/i);
  hub.lose.clear();
  await sendWords(desk, drawn, device);
  expect(opens(drawn.words)).toBe(true);
  expect(hub.changes).toBe(1);
});
