/**
 * A hub in memory, as far as one circle needs one, and ends of one organisation beside it. It orders entries by
 * the same signed rules as any reader, so that what it refuses as stale is stale.
 */
import { CircleView } from "@/end/circle";
import { EvidenceKeeper } from "@/end/alarms";
import type { Desk } from "@/end/desk";
import { Away, Refused } from "@/end/errors";
import * as membership from "@/end/membership";
import { concat, equal, randomBytes, toHex } from "@/protocol/bytes";
import { pack } from "@/protocol/encoding";
import { type Entry, Receipt, entryHash, readHeader, signReceipt } from "@/protocol/entries";
import { Stale } from "@/protocol/errors";
import { Event, Genesis, boxHash, signatureType } from "@/protocol/events";
import { Log } from "@/protocol/log";
import { type Organisation, Role, begin } from "@/protocol/organisation";
import { OrganisationSecret, WorkerSecret } from "@/protocol/private/secrets";
import { SigningKey } from "@/protocol/signing";
import type { Directory } from "@/protocol/state";

const START = 1_795_000_000_000;
const DIGEST = new Uint8Array(32).fill(7);

/** An organisation of one manager, vouched for, and what the hub knows of it. */
export class House implements Directory {
  readonly secret = OrganisationSecret.generate(1);
  readonly worker = WorkerSecret.generate();
  readonly id = randomBytes(16);
  readonly me = randomBytes(16);
  readonly chain: Organisation;

  constructor() {
    const kit = WorkerSecret.generate();
    const founder = this.#member(this.me, this.worker, Role.MANAGER);
    const other = this.#member(randomBytes(16), kit, Role.KIT);
    const workers = [founder.worker, other.worker].sort((one, two) => (toHex(one) < toHex(two) ? -1 : 1));
    const genesis = {
      version: 1,
      organisation: this.id,
      at: START,
      founder,
      kit: other,
      boxKey: this.secret.box.public,
      boxes: workers.map((worker) => ({ worker, boxHash: boxHash(randomBytes(40)) })),
    };
    const payload = pack(Genesis, genesis);
    const signature = this.worker.signing.sign(signatureType(Event.GENESIS), payload);
    this.chain = begin({ kind: Event.GENESIS, payload, signature });
  }

  organisation(): Organisation {
    return this.chain;
  }

  accreditation() {
    return {
      version: 1,
      organisation: this.id,
      legalName: "Harbour",
      domain: "harbour.example",
      kind: 2,
      genesis: this.chain.genesis,
      validFrom: 0,
      validTo: START * 2,
      root: 1,
    } as const;
  }

  withdrawals() {
    return [];
  }

  #member(worker: Uint8Array, secret: WorkerSecret, role: number) {
    return { worker, signingKey: secret.signing.public, boxKey: secret.box.public, role };
  }
}

type Body = Readonly<Record<string, unknown>>;

/** The hub, of one circle. */
export class Peer {
  readonly key = new SigningKey(randomBytes(32));
  readonly rows: { entry: Entry; receivedAt: number }[] = [];
  /** How many entries came in, refused ones and doubles too. */
  posts = 0;
  /** How many of the next answers are lost after the entry was taken; identical bytes are not sent again. */
  lose = 0;
  /** From where headers were asked for. */
  asked: number[] = [];
  /** Runs before an entry is judged: somebody is quicker. */
  before: (() => Promise<void>) | null = null;
  /** Runs while the next answer is under way. */
  meanwhile: (() => Promise<void>) | null = null;
  #log: Log | null = null;

  constructor(readonly house: House) {}

  async post(body: Body): Promise<unknown> {
    this.posts += 1;
    const quicker = this.before;
    this.before = null;
    await quicker?.();
    // The tests' own ends send these.
    const entry = { header: body["header"], signature: body["signature"] } as Entry;
    const known = this.rows.findIndex((row) => equal(entryHash(row.entry), entryHash(entry)));
    const seq = known >= 0 ? known + 1 : this.#take(entry);
    if (this.lose > 0) {
      this.lose -= 1;
      throw new Away();
    }
    return await this.underWay(this.receipt(seq));
  }

  async underWay(answer: unknown): Promise<unknown> {
    const meanwhile = this.meanwhile;
    this.meanwhile = null;
    await meanwhile?.();
    return answer;
  }

  /** Lose everything after `seq`, as a hub does that was put back to an older copy. */
  forget(seq: number): void {
    this.rows.length = seq;
  }

  /** Promise that the circle goes on to `seq`, as only the hub's key can. */
  boast(seq: number): unknown {
    const row = this.rows.at(-1);
    if (row === undefined || this.#log === null) throw new Refused(404, "not-found", "");
    const head = randomBytes(32);
    const placed = { entryHash: entryHash(row.entry), head, receivedAt: row.receivedAt };
    const receipt = { version: 1, circle: this.#log.id, seq, ...placed };
    const signed = { ...receipt, signature: signReceipt(receipt satisfies Receipt, this.key) };
    return { entries: [], seq, head, receipt: signed };
  }

  receipt(seq: number): unknown {
    const row = this.rows[seq - 1];
    const head = this.#log?.heads[seq];
    if (row === undefined || head === undefined || this.#log === null)
      throw new Refused(404, "not-found", "");
    const { receivedAt } = row;
    const receipt = {
      version: 1,
      circle: this.#log.id,
      seq,
      entryHash: entryHash(row.entry),
      head,
      receivedAt,
    };
    return { ...receipt, signature: signReceipt(receipt satisfies Receipt, this.key) };
  }

  headers(after: number): unknown {
    this.asked.push(after);
    const seq = this.rows.length;
    const entries = this.rows.slice(after).map(({ entry, receivedAt }, at) => {
      return { seq: after + at + 1, ...entry, receivedAt };
    });
    return { entries, seq, head: this.#log?.heads[seq], receipt: this.receipt(seq) };
  }

  /** What `answer` makes of a question for many circles' histories; null: this hub does not know it. */
  together: ((asked: readonly { circle: Uint8Array; after: number }[]) => unknown) | null = (asked) => ({
    items: asked.map(({ circle, after }) => ({ circle, ...(this.headers(after) as object) })),
    done: asked.length,
  });

  #take(entry: Entry): number {
    this.#log ??= new Log(readHeader(entry).circle);
    const receivedAt = START + this.rows.length;
    try {
      this.#log.extend(entry, receivedAt, this.house);
    } catch (error) {
      if (error instanceof Stale) throw new Refused(409, "stale", "");
      throw error;
    }
    this.rows.push({ entry, receivedAt });
    return this.rows.length;
  }
}

/** What a device keeps from one start to the next. */
export class Device {
  readonly kept = new Map<string, Uint8Array>();
  readonly pins = new Map<string, { length: number; head: Uint8Array }>();
}

/** The desk of a worker of `peer`'s house: what the rooms of a circle ask of it, and nothing else. */
export function deskAt(peer: Peer, device: Device = new Device()): Desk {
  const { house } = peer;
  const { pins } = device;
  const desk = {
    clock: () => START,
    authority: { root: { receiptKeys: [peer.key.public] } },
    keeper: new EvidenceKeeper(),
    me: { worker: house.me, organisation: house.id, address: "robin", name: "Robin", secret: house.worker },
    keys: { secret: () => Promise.resolve(house.secret) },
    state: {
      kept: true,
      read: (name: string) => Promise.resolve(device.kept.get(name) ?? null),
      write: (name: string, data: Uint8Array) => Promise.resolve(device.kept.set(name, data).size > 0),
    },
    pins: {
      circle: (id: Uint8Array) => pins.get(toHex(id)) ?? null,
      pinCircle: (id: Uint8Array, length: number, head: Uint8Array) => {
        if (length > (pins.get(toHex(id))?.length ?? 0)) pins.set(toHex(id), { length, head });
      },
    },
    directory: {
      organisation: () => house.chain,
      accreditation: () => house.accreditation(),
      withdrawals: () => [],
      knows: () => true,
      know: () => Promise.resolve(),
      standing: () => ({ digest: DIGEST, accreditation: house.accreditation() }),
    },
    connection: {
      get: (path: string, _: unknown, { query }: { query: { after: number } }) =>
        path.endsWith("/headers") ? peer.underWay(peer.headers(query.after)) : Promise.reject(new Away()),
      post: async (path: string, body: Body) => {
        if (path.endsWith("/entries")) return peer.post(body);
        if (!path.endsWith("/histories")) throw new Away();
        if (peer.together === null) throw new Refused(404, "not-found", "");
        // The tests' own ends ask so.
        return peer.together(body["circles"] as Parameters<typeof peer.together>[0]);
      },
    },
  };
  return desk as unknown as Desk; // a part of one: the rest is never asked for here
}

/** A circle that was opened, seen by two devices of the same worker; with `device`, by two tabs on it. */
export async function openedCircle(
  device?: Device,
): Promise<{ peer: Peer; one: CircleView; two: CircleView }> {
  const peer = new Peer(new House());
  const desk = deskAt(peer, device);
  const about = {
    version: 1,
    author: "Robin",
    title: "Circle for J",
    reference: "",
    safeContact: "",
    contactPerson: "",
  };
  const made = await membership.opening(desk, about);
  await peer.post(made.request);
  const view = async (at: Desk) => {
    const circle = new CircleView(at, made.circle);
    await circle.sync();
    circle.keys.keep(1, made.epochKey);
    return circle;
  };
  peer.posts = 0;
  return { peer, one: await view(desk), two: await view(deskAt(peer, device)) };
}

/** What was handed over, as text that can be compared. */
export function posted(peer: Peer): string[] {
  return peer.rows.map(({ entry }) => toHex(concat(entry.header, entry.signature)));
}
