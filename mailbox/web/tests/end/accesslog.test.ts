/** The access log is checked while other things go on: what comes meanwhile is for the next check, and no alarm. */
import { beforeAll, beforeEach, expect, test } from "vitest";
import { AccessLog } from "@/end/accesslog";
import { Alarm, EvidenceKeeper } from "@/end/alarms";
import { Pins } from "@/end/pins";
import { LocalState } from "@/end/state";
import { MemoryStore } from "@/end/store";
import { Unproved } from "@/end/unproved";
import { Connection } from "@/hub/connection";
import { randomBytes, toBase64, toHex } from "@/protocol/bytes";
import { signNote } from "@/protocol/checkpoints";
import { rootOf } from "@/protocol/merkle";
import { SigningKey } from "@/protocol/signing";
import { sodiumReady } from "@/protocol/sodium";
import { Act, logLeaf, ObjectKind, type SignedStatement, signStatement } from "@/protocol/statements";

beforeAll(sodiumReady);

const HUB = "hub.example";
const ORIGIN = `${HUB}/access-log`;
const SEED = new Uint8Array(32).fill(7);
const ID = new Uint8Array(16).fill(1);

/** A log whose hub says `meanwhile` what else happens before it answers about `path`. */
let leaves: Uint8Array[];
let meanwhile: Record<string, () => void>;
let pins: Pins;
let log: AccessLog;
let state: LocalState;

beforeEach(() => {
  leaves = [];
  meanwhile = {};
  const key = randomBytes(32);
  state = new LocalState(new MemoryStore(), "p/", key);
  pins = new Pins(ID, key, state, new EvidenceKeeper());
  log = session();
});

/** The log as one more session on this device looks at it. */
function session(): AccessLog {
  const root = { hub: HUB, checkpointKeys: [new SigningKey(SEED).public] };
  const connection = new Connection("https://hub.example", hub);
  return new AccessLog(connection, () => ({ root }), pins, new EvidenceKeeper(), new Unproved(state));
}

/** Keys are forgotten, and come again. */
async function lockAndUnlock(): Promise<void> {
  await log.keep();
  log = session();
  await log.takeUp();
}

function rootAt(size: number): Uint8Array {
  return rootOf(leaves.slice(0, size));
}

function note(size = leaves.length, root = rootAt(size)): string {
  return signNote({ origin: ORIGIN, size, root }, HUB, SEED);
}

/** The largest power of two below `size`. */
function half(size: number): number {
  return 2 ** Math.ceil(Math.log2(size) - 1);
}

/** RFC 9162: the path of the leaf at `index` in those leaves. */
function inclusion(index: number, all: readonly Uint8Array[]): Uint8Array[] {
  if (all.length < 2) return [];
  const middle = half(all.length);
  const [left, right] = [all.slice(0, middle), all.slice(middle)];
  if (index < middle) return [...inclusion(index, left), rootOf(right)];
  return [...inclusion(index - middle, right), rootOf(left)];
}

/** RFC 9162: that those leaves extend their first `older`. */
function consistency(older: number, all: readonly Uint8Array[], whole = true): Uint8Array[] {
  if (older === all.length) return whole ? [] : [rootOf(all)];
  const middle = half(all.length);
  const [left, right] = [all.slice(0, middle), all.slice(middle)];
  if (older <= middle) return [...consistency(older, left, whole), rootOf(right)];
  return [...consistency(older - middle, right, false), rootOf(left)];
}

/** Answers as an honest hub does, after what else happened meanwhile. */
function hub(asked: RequestInfo | URL): Promise<Response> {
  const { pathname, searchParams } = new URL(String(asked));
  const answer = said(pathname, searchParams);
  meanwhile[pathname]?.();
  return Promise.resolve(answer);
}

function said(path: string, query: URLSearchParams): Response {
  if (path === "/v1/log/checkpoint") return Response.json({ note: note() });
  if (path === "/v1/log/consistency") {
    const proof = consistency(Number(query.get("old")), leaves.slice(0, Number(query.get("new"))));
    return Response.json({ path: proof.map(toBase64) });
  }
  const index = leaves.findIndex((leaf) => toHex(leaf) === query.get("leaf"));
  const size = Number(query.get("size"));
  if (index < 0 || index >= size) {
    const headers = { "Content-Type": "application/problem+json" };
    return new Response(JSON.stringify({ code: "not-found" }), { status: 404, headers });
  }
  return Response.json({ index, path: inclusion(index, leaves.slice(0, size)).map(toBase64) });
}

function statement(): SignedStatement {
  const object = { kind: ObjectKind.ENTRIES, id: ID, start: 1, stop: 1 };
  return signStatement(
    {
      version: 1,
      act: Act.FETCHED,
      worker: ID,
      organisation: ID,
      circle: new Uint8Array(32),
      objects: [object],
      purpose: 1,
      reasonCommitment: new Uint8Array(0),
      logSize: log.size,
      logRoot: log.root,
      at: 1,
      nonce: randomBytes(16),
    },
    new SigningKey(SEED),
  );
}

/** Something is opened: its statement is written down, and its place is heard of. */
function look(told = true): void {
  const [signed, salt] = [statement(), randomBytes(32)];
  leaves.push(logLeaf(salt, signed));
  if (!told) return;
  const logged = [{ index: leaves.length - 1, salt }];
  log.heard({ note: note(), size: leaves.length, logged }, [signed]);
}

async function refusal(): Promise<string> {
  try {
    await log.check();
  } catch (error) {
    if (error instanceof Alarm) return error.code;
    throw error;
  }
  return "";
}

test.each(["/v1/log/checkpoint", "/v1/log/consistency", "/v1/log/inclusion"])(
  "what is opened while %s is asked is found by the next check",
  async (path) => {
    look();
    await log.check();
    look();
    meanwhile[path] = () => {
      delete meanwhile[path];
      look();
    };
    expect(await log.check()).toEqual({ size: 2, inclusionsChecked: 1 });
    expect(log.waiting).toBe(1);
    expect(await log.check()).toEqual({ size: 3, inclusionsChecked: 1 });
    expect(log.waiting).toBe(0);
  },
);

test("another tab that verifies more while the newest note is under way takes nothing back", async () => {
  look();
  await log.check();
  meanwhile["/v1/log/checkpoint"] = () => {
    delete meanwhile["/v1/log/checkpoint"];
    look(false);
    pins.pinLog(leaves.length, rootAt(leaves.length));
  };
  expect(await refusal()).toBe("");
  expect(log.size).toBe(2);
  look();
  expect(await log.check()).toEqual({ size: 3, inclusionsChecked: 1 });
});

test("a note that does not lie on the line of what another tab verified meanwhile is found out", async () => {
  look();
  look();
  meanwhile["/v1/log/checkpoint"] = () => {
    delete meanwhile["/v1/log/checkpoint"];
    leaves = [];
    for (let count = 0; count < 3; count++) look(false);
    pins.pinLog(leaves.length, rootAt(leaves.length));
  };
  await refusal();
  expect(await refusal()).toBe("access-log-changed");
});

test("a statement that was heard of before and is not in the newest note is missing", async () => {
  look();
  leaves = [];
  look(false);
  expect(await refusal()).not.toBe("");
});

test("a log that is shorter than what was verified is refused", async () => {
  look();
  look();
  await log.check();
  leaves.pop();
  expect(await refusal()).toBe("access-log-changed");
});

test("what a lock left to prove is proved after the next unlock, once", async () => {
  look();
  await log.check();
  look();
  look();
  await lockAndUnlock();
  expect(log.waiting).toBe(2);
  expect(await log.check()).toEqual({ size: 3, inclusionsChecked: 2 });
  await lockAndUnlock();
  expect(log.waiting).toBe(0);
  expect(await state.names("unproved-")).toEqual([]);
});

test("what was looked at is kept soon, since a reload gives no notice", async () => {
  look();
  await expect.poll(() => state.names("unproved-"), { timeout: 5000 }).toHaveLength(1);
  log = session();
  await log.takeUp();
  expect(log.waiting).toBe(1);
});

test("a statement that the hub drops while nobody is signed in is missing after the next unlock", async () => {
  look();
  await log.check();
  look();
  await lockAndUnlock();
  leaves.pop();
  look(false);
  expect(await refusal()).not.toBe("");
});

test("a log that was forked before the lock is found out after the next unlock", async () => {
  look();
  await log.check();
  const honest = [...leaves];
  look();
  leaves = honest;
  look(false);
  await lockAndUnlock();
  look(false);
  expect(await refusal()).toBe("access-log-changed");
});

test("two tabs that lock at once leave both of theirs to prove", async () => {
  const other = session();
  look();
  await log.keep();
  log = other;
  look();
  await lockAndUnlock();
  expect(log.waiting).toBe(2);
  expect(await log.check()).toEqual({ size: 2, inclusionsChecked: 2 });
});

test("a piece that another program wrote stops nobody", async () => {
  await state.write("unproved-1", randomBytes(40));
  await lockAndUnlock();
  expect(log.waiting).toBe(0);
  await log.check();
});
