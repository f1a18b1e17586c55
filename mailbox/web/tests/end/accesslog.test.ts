/** The access log is checked while other things go on: what comes meanwhile is for the next check, and no alarm. */
import { beforeAll, beforeEach, expect, test } from "vitest";
import { AccessLog } from "@/end/accesslog";
import { Alarm, EvidenceKeeper } from "@/end/alarms";
import { Pins } from "@/end/pins";
import { LocalState } from "@/end/state";
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

beforeEach(() => {
  leaves = [];
  meanwhile = {};
  const keeper = new EvidenceKeeper();
  const key = randomBytes(32);
  pins = new Pins(ID, key, new LocalState(null, "p/", key), keeper);
  const root = { hub: HUB, checkpointKeys: [new SigningKey(SEED).public] };
  log = new AccessLog(new Connection("https://hub.example", hub), () => ({ root }), pins, keeper);
});

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
