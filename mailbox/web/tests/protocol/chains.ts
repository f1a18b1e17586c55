/** What each case of organisations, authority, entries and circles asks (tests/vectors/checks_chains.py). */
import { readFileSync } from "node:fs";
import {
  type Accreditation,
  type Signed,
  type Withdrawal,
  digest,
  inDate,
  inForce,
  verifyAccreditation,
  verifyRoot,
  verifyRoots,
  verifyWithdrawal,
} from "@/protocol/accreditation";
import { fromHex, toHex } from "@/protocol/bytes";
import { checkLive, debts } from "@/protocol/circle";
import { unpack } from "@/protocol/encoding";
import {
  type Entry,
  Kind,
  Receipt,
  circleId,
  entryHash,
  headZero,
  headerId,
  nextHead,
  readFacts,
  readHeader,
  verifyBody,
  verifyEntry,
  verifyReceipt,
} from "@/protocol/entries";
import { CryptoError, NotAllowed } from "@/protocol/errors";
import { ByteMap } from "@/protocol/keyed";
import { Log } from "@/protocol/log";
import {
  type Organisation,
  type SignedEvent,
  checkEventTime,
  eventHead,
  replay,
} from "@/protocol/organisation";
import type { Directory } from "@/protocol/state";

export type StoredEvent = readonly [kind: number, payload: string, signature: string];
export type StoredSigned = readonly [payload: string, signatures: readonly (readonly [string, string])[]];
export type StoredEntry = readonly [header: string, signature: string];

/** What the files of this half share among their cases; each file has some of it. */
export interface Shared {
  readonly events: Readonly<Record<string, StoredEvent>>;
  readonly documents: Readonly<Record<string, StoredSigned>>;
  readonly root: StoredSigned;
  readonly chains: Readonly<Record<string, readonly StoredEvent[]>>;
  readonly accreditations: readonly StoredSigned[];
  readonly withdrawals: readonly StoredSigned[];
  readonly entries: Readonly<Record<string, StoredEntry>>;
}

/** The inputs of every check here; each case has those of its own. */
export interface Case {
  readonly name: string;
  readonly check: string;
  readonly refused?: string;
  readonly result?: unknown;
  readonly events: readonly string[];
  readonly at: string;
  readonly worker: string;
  readonly received_at?: number;
  readonly event: string;
  readonly now?: number;
  readonly roots: readonly string[];
  readonly root: string;
  readonly document: string;
  readonly withdrawals?: readonly string[];
  readonly moments: readonly number[];
  readonly header: string;
  readonly nonce: string;
  readonly head: string;
  readonly entry_hash: string;
  readonly seq: number;
  readonly entry: unknown;
  readonly public: string;
  readonly sealed: string;
  readonly receipt: string;
  readonly signature: string;
  readonly keys: readonly string[];
  readonly chains: readonly string[];
  readonly log: readonly (readonly [name: string, receivedAt: number])[];
  readonly circle?: string;
}

export interface VectorFile {
  readonly shared: Shared;
  readonly cases: readonly Case[];
}

/** One vector file, as stored. */
export function load(name: string): VectorFile {
  const path = new URL(`../../../../tests/vectors/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(path, "utf8"));
}

/** What stands under `name`; a vector file that names what it does not hold is broken. */
export function held<T>(kept: Readonly<Record<string, T>>, name: string): T {
  const value = kept[name];
  if (value === undefined) throw new Error(`the vectors hold no ${name}`);
  return value;
}

export function event([kind, payload, signature]: StoredEvent): SignedEvent {
  return { kind, payload: fromHex(payload), signature: fromHex(signature) };
}

export function signed([payload, signatures]: StoredSigned): Signed {
  return {
    payload: fromHex(payload),
    signatures: signatures.map(([key, signature]) => ({ key: fromHex(key), signature: fromHex(signature) })),
  };
}

export function entry([header, signature]: StoredEntry): Entry {
  return { header: fromHex(header), signature: fromHex(signature) };
}

function unsigned(header: string): Entry {
  return { header: fromHex(header), signature: new Uint8Array(64) };
}

function chainOf(shared: Shared, given: Case): Organisation {
  return replay(given.events.map((name) => event(held(shared.events, name))));
}

/** A Directory over what a vector file holds: chains by name, and the authority's documents. */
export class Known implements Directory {
  readonly #chains: ByteMap<Organisation>;
  readonly #accreditations: ByteMap<Accreditation>;
  readonly #gone: readonly Withdrawal[];

  constructor(shared: Shared, names: readonly string[]) {
    const root = verifyRoot(signed(shared.root));
    const chains = names.map((name) => replay(held(shared.chains, name).map(event)));
    this.#chains = new ByteMap(chains.map((chain) => [chain.id, chain]));
    const documents = shared.accreditations.map(signed);
    this.#accreditations = new ByteMap(
      documents.map((document) => [digest(document), verifyAccreditation(root, document)]),
    );
    this.#gone = shared.withdrawals.map((stored) => verifyWithdrawal(root, signed(stored)));
  }

  organisation(organisation: Uint8Array): Organisation {
    const chain = this.#chains.get(organisation);
    if (chain === undefined) throw new NotAllowed();
    return chain;
  }

  accreditation(named: Uint8Array): Accreditation {
    const accreditation = this.#accreditations.get(named);
    if (accreditation === undefined) throw new NotAllowed();
    return accreditation;
  }

  withdrawals(organisation: Uint8Array): Withdrawal[] {
    return this.#gone.filter((gone) => toHex(gone.organisation) === toHex(organisation));
  }
}

function runAccreditation(shared: Shared, given: Case): unknown {
  const root = verifyRoot(signed(held(shared.documents, given.root)));
  const document = signed(held(shared.documents, given.document));
  const accreditation = verifyAccreditation(root, document);
  const gone = (given.withdrawals ?? []).map((name) =>
    verifyWithdrawal(root, signed(held(shared.documents, name))),
  );
  const named = digest(document);
  return {
    digest: toHex(named),
    in_date: given.moments.map((at) => inDate(accreditation, at)),
    in_force: given.moments.map((at) => inForce(accreditation, gone, named, at)),
  };
}

/** The Python name of each kind's struct. */
const FACT_NAMES = new Map<number, string>(
  Object.entries(Kind).map(([name, kind]) => [
    kind,
    name.replace(/_?([A-Z])([A-Z]*)/g, (_, first: string, rest: string) => first + rest.toLowerCase()),
  ]),
);

function runHeader(_: Shared, given: Case): unknown {
  const read = unsigned(given.header);
  const header = readHeader(read);
  readFacts(header);
  return {
    entry_hash: toHex(entryHash(read)),
    header_id: toHex(headerId(header)),
    facts: FACT_NAMES.get(header.kind),
  };
}

/** The log of a case up to its last entry, which is what the case is about. */
export function before(shared: Shared, given: Case, known: Directory): Log {
  const first = given.log[0];
  if (first === undefined) throw new Error("a log has entries");
  const circle = given.circle ?? toHex(readHeader(entry(held(shared.entries, first[0]))).circle);
  const log = new Log(fromHex(circle));
  for (const [name, receivedAt] of given.log.slice(0, -1)) {
    mustHold(() => log.extend(entry(held(shared.entries, name)), receivedAt, known));
  }
  return log;
}

function mustHold(step: () => void): void {
  try {
    step();
  } catch (cause) {
    throw new Error("only the last entry of a case may be refused", { cause });
  }
}

/** What a reader has at the end of a log. */
export function standing(log: Log, known: Directory, now: number): unknown {
  const { circle } = log;
  if (circle === null) throw new Error("nothing was verified");
  return {
    head: toHex(log.head),
    control_head: toHex(circle.controlHead),
    owner: toHex(circle.owner),
    epoch: circle.epoch.number,
    members: circle.members.sorted().map(toHex),
    pending: circle.pending.sorted().map(toHex),
    closed: circle.closed,
    debts: debts(circle, known, now).map(({ organisation, why }) => [toHex(organisation), why]),
  };
}

function runLog(shared: Shared, given: Case): unknown {
  const known = new Known(shared, given.chains);
  const log = before(shared, given, known);
  const [name, receivedAt] = given.log.at(-1) ?? ["", 0];
  log.extend(entry(held(shared.entries, name)), receivedAt, known);
  return standing(log, known, given.now ?? log.receivedAt);
}

export const CHECKS: Readonly<Record<string, (shared: Shared, given: Case) => unknown>> = {
  chain: (shared, given) => {
    const chain = chainOf(shared, given);
    const members = chain.members.sorted().map((worker) => [toHex(worker), chain.members.get(worker)?.role]);
    return {
      head: toHex(chain.head),
      generation: chain.generation.number,
      members: Object.fromEntries(members),
    };
  },
  "member-at": (shared, given) => {
    const head = eventHead(event(held(shared.events, given.at)));
    return chainOf(shared, given).memberAt(fromHex(given.worker), head, given.received_at ?? null).role;
  },
  "event-time": (shared, given) => {
    checkEventTime(event(held(shared.events, given.event)), given.now ?? 0);
    return true;
  },
  roots: (shared, given) => {
    const [first, ...later] = given.roots.map((name) => signed(held(shared.documents, name)));
    if (first === undefined) throw new Error("no root");
    const [last, root] = verifyRoots(first, later);
    return { number: root.number, digest: toHex(digest(last)) };
  },
  accreditation: runAccreditation,
  withdrawal: (shared, given) => {
    const root = verifyRoot(signed(held(shared.documents, given.root)));
    return verifyWithdrawal(root, signed(held(shared.documents, given.document))).at;
  },
  header: runHeader,
  "circle-id": (_, given) => {
    const circle = circleId(readHeader(unsigned(given.header)), fromHex(given.nonce));
    return { circle: toHex(circle), head_0: toHex(headZero(circle)) };
  },
  "next-head": (_, given) =>
    toHex(nextHead(fromHex(given.head), fromHex(given.entry_hash), given.seq, given.received_at ?? 0)),
  "entry-signature": (_, given) => {
    const stored = given.entry as StoredEntry; // this check's `entry` is the entry itself, not its name
    verifyEntry(entry(stored), fromHex(given.public));
    return true;
  },
  body: (_, given) => {
    verifyBody(readHeader(unsigned(given.header)), fromHex(given.sealed));
    return true;
  },
  receipt: (_, given) => {
    const receipt = unpack(Receipt, fromHex(given.receipt));
    verifyReceipt(receipt, fromHex(given.signature), given.keys.map(fromHex));
    return true;
  },
  log: runLog,
  live: (shared, given) => {
    const facts = readFacts(readHeader(entry(held(shared.entries, String(given.entry)))));
    checkLive(facts, new Known(shared, given.chains), given.now ?? 0);
    return true;
  },
};

/** [code of the refusal, null] or [null, result]. */
export function outcome(shared: Shared, given: Case): readonly [string | null, unknown] {
  const check = CHECKS[given.check];
  if (check === undefined) throw new Error(`no check is called ${given.check}`);
  try {
    return [null, check(shared, given)];
  } catch (refusal) {
    if (refusal instanceof CryptoError) return [refusal.code, null];
    throw refusal;
  }
}
