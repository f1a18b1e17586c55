/** Reading a circle and speaking in it. State it first, verify, open, then say that it was read. */
import { AlarmKind } from "@/end/alarms";
import type { EpochKeys } from "@/end/epochs";
import { CannotSend, NewerVersion, NotReady, Refused } from "@/end/errors";
import { type Glass, PAGE, fetchRange } from "@/end/fetching";
import type { Logbook } from "@/end/logbook";
import { bodyBox } from "@/end/membership";
import type { BodyOpener, Item } from "@/end/opening";
import type { Sealer } from "@/end/sealing";
import { sideBySide } from "@/end/turns";
import { type Position, type Write, factsOf } from "@/end/writing";
import { LOG_FIELDS, type LogAnswer } from "@/hub/answers";
import { answer } from "@/hub/decoding";
import { equal, randomBytes, toHex } from "@/protocol/bytes";
import { unpack } from "@/protocol/encoding";
import type { Receipt } from "@/protocol/entries";
import { boxHash } from "@/protocol/events";
import { Forged } from "@/protocol/errors";
import { Kind, type Restricted, factsAs } from "@/protocol/facts";
import { ByteSet, sorted } from "@/protocol/keyed";
import type { Verified } from "@/protocol/log";
import type { Organisation } from "@/protocol/organisation";
import { type About, type Asked, type Need, isAbout, isAsked } from "@/protocol/private/bodies";
import {
  Act,
  MAX_STATEMENT,
  ObjectKind,
  type SignedStatement,
  Statement,
  readStatement,
} from "@/protocol/statements";

/** Opened entries kept in memory, so that a page shown again asks for nothing. */
const OPENED = 2000;
const IN_FLIGHT = 3;
const LOGGED = answer<LogAnswer>(LOG_FIELDS);

/** What is said in one circle. */
export class Thread {
  readonly #book: Logbook;
  readonly #keys: EpochKeys;
  readonly #sealer: Sealer;
  readonly #opener: BodyOpener;
  /** What was opened, by seq: only what is settled, for a fault or a missing key may pass. */
  readonly #opened = new Map<number, Item>();
  #read = 0;
  #saying = 0;
  /** Set when the glass was broken: this session reads under it. */
  glass: Glass | null = null;

  constructor(book: Logbook, keys: EpochKeys, sealer: Sealer, opener: BodyOpener) {
    this.#book = book;
    this.#keys = keys;
    this.#sealer = sealer;
    this.#opener = opener;
  }

  /** Say something: to all members, or only to the organisations named (and one's own). */
  post(
    text: string,
    only: readonly Uint8Array[] | null = null,
    documents: readonly Uint8Array[] = [],
    press = "",
  ): Promise<Receipt> {
    const write: Write = async (position) => {
      const { restricted, boxes, key } = await restrict(position, only);
      const body = { version: 1, author: position.desk.me.name, text, documents };
      const facts = factsOf(Kind.MESSAGE, { restricted });
      return { kind: Kind.MESSAGE, facts, body, boxes, bodyKey: key };
    };
    const readers = only === null ? "all" : sorted(only).map(toHex).join(",");
    const intent = ["message", press, readers, documents.map(toHex).join(","), text].join("\n");
    return this.#sealer.post(write, { intent });
  }

  /** Write the care plan, whole. */
  plan(summary: string, needs: readonly Need[]): Promise<Receipt> {
    const write: Write = async ({ desk }) => {
      const body = { version: 1, author: desk.me.name, summary, needs };
      return { kind: Kind.PLAN, facts: factsOf(Kind.PLAN, { restricted: null }), body };
    };
    return this.#sealer.post(write, { intent: `plan\n${JSON.stringify([summary, needs])}` });
  }

  /** Say what the circle is called, and how to reach the victim safely. */
  describe(about: About): Promise<Receipt> {
    const write: Write = async () => {
      return { kind: Kind.DETAILS, facts: factsOf(Kind.DETAILS, { restricted: null }), body: about };
    };
    return this.#sealer.post(write, { intent: `details\n${JSON.stringify(about)}` });
  }

  /**
   * Fetch and open entries that were verified: `start` to `stop`, excluded; of any number, a hundred at a
   * time. What was opened before in this session is not asked for again.
   */
  async openRange(start: number, stop: number): Promise<Item[]> {
    const spans = this.#spans(start, stop);
    await sideBySide(spans, IN_FLIGHT, ([first, after]) => this.#fetchSpan(first, after));
    const items: Item[] = [];
    for (let seq = start; seq < stop; seq++) {
      const item = this.#opened.get(seq);
      if (item !== undefined) items.push(item);
    }
    this.#forgetOld();
    return items;
  }

  /** One entry. */
  async openOne(seq: number): Promise<Item> {
    const [item] = await this.openRange(seq, seq + 1);
    if (item === undefined) throw new NotReady("There is no such entry in this circle.");
    return item;
  }

  /** What was opened before, if it was. */
  opened(seq: number): Item | null {
    return this.#opened.get(seq) ?? null;
  }

  /** Everything that was opened before. */
  allOpened(): Iterable<Item> {
    return this.#opened.values();
  }

  /** How far this worker has said that they read, as far as this end knows. */
  get readSeq(): number {
    return this.#read;
  }

  /** What the hub says was read before: only for counting, and for not saying it twice. */
  noteRead(seq: number): void {
    this.#read = Math.max(this.#read, seq);
  }

  /** State that everything up to `seq` was verified and read: the read receipt. */
  async sayRead(seq: number): Promise<void> {
    const head = this.#book.log.heads[seq];
    if (seq <= this.#read || seq <= this.#saying || head === undefined) return;
    const before = this.#saying;
    this.#saying = seq;
    try {
      const { desk, id } = this.#book;
      const objects = [{ kind: ObjectKind.ENTRIES, id: head, start: seq, stop: seq + 1 }];
      const { payload, signature } = desk.stateThat(Act.OPENED, objects, { circle: id });
      const body = { statements: [{ payload, signature }] };
      const heard = await desk.connection.post("/v1/statements", body, LOGGED);
      desk.log.heard(heard, [{ payload, signature }]);
      this.#read = Math.max(this.#read, seq);
    } catch (error) {
      this.#saying = before;
      throw error;
    }
  }

  /**
   * What the circle is called: the newest description. Older words never stand in for newer ones that do not
   * open, for they say how a victim can be reached safely.
   * Throws Alarm: the newest was withheld or changed. NewerVersion, NotReady.
   */
  async about(): Promise<About> {
    for (const verified of this.#book.describing()) {
      const item = await this.openOne(verified.placed.seq);
      const about = aboutOf(item);
      if (about !== null) return about;
      if (item.state !== "erased") break;
    }
    throw new NotReady("The name of this circle has not been shared with your organisation.");
  }

  /** Take an entry that was released together with a list. */
  async takeServed(
    verified: Verified,
    sealed: Uint8Array | null,
    boxes: readonly Uint8Array[],
  ): Promise<Item> {
    const item = await this.#opener.item(verified, sealed, boxes);
    this.#keep(item);
    return item;
  }

  /** The parts of `start` to `stop` that are not opened yet, each of at most a page. */
  #spans(start: number, stop: number): (readonly [number, number])[] {
    const spans: [number, number][] = [];
    for (let seq = start; seq < Math.min(stop, this.#book.log.seq + 1); seq++) {
      if (this.#settled(seq)) continue;
      const last = spans.at(-1);
      if (last !== undefined && seq - last[0] < PAGE && seq - last[1] < 10) last[1] = seq + 1;
      else spans.push([seq, seq + 1]);
    }
    return spans;
  }

  /**
   * Looked at and never to be different; a body that was open may have been erased since. What came and did not
   * open is not asked for again either: from outside it looks like what opened.
   */
  #settled(seq: number): boolean {
    const item = this.#opened.get(seq);
    if (item === undefined) return false;
    const erased = this.#book.circle.erased.has(this.#book.at(seq).placed.hash);
    return erased
      ? item.state === "erased"
      : item.state === "open" || item.state === "restricted" || unfit(item);
  }

  async #fetchSpan(start: number, stop: number): Promise<void> {
    const wanted = this.#book.entries.slice(start - 1, stop - 1);
    const epochs = new Set(wanted.map((verified) => verified.header.epoch));
    const released = await fetchRange(this.#book, this.#keys, { start, stop, epochs }, this.glass);
    const boxes = [...released.boxes, ...(await this.#earlierBoxes(wanted, start, stop))];
    const items = await Promise.all(
      wanted.map((verified) =>
        this.#opener.item(verified, released.bodies.get(verified.placed.seq) ?? null, boxes),
      ),
    );
    for (const item of items) this.#keep(item);
  }

  #keep(item: Item): void {
    this.#opened.delete(item.seq);
    this.#opened.set(item.seq, item);
  }

  #forgetOld(): void {
    for (const seq of this.#opened.keys()) {
      if (this.#opened.size <= OPENED) return;
      this.#opened.delete(seq);
    }
  }

  /** Boxes of invitations before this page that are answered on it. */
  async #earlierBoxes(wanted: readonly Verified[], start: number, stop: number): Promise<Uint8Array[]> {
    const found: Uint8Array[] = [];
    for (const verified of wanted) {
      const facts = factsAs(Kind.ACCEPT, verified) ?? factsAs(Kind.DECLINE, verified);
      const asked = facts === null ? null : this.#book.byHash(facts.invite);
      if (asked === null) continue;
      const { seq } = asked.placed;
      if ((seq >= start && seq < stop) || (await this.#opener.ownKey(asked, [])) !== null) continue;
      const released = await fetchRange(this.#book, this.#keys, { start: seq, stop: seq + 1 }, this.glass);
      found.push(...released.boxes);
    }
    return found;
  }
}

/** A body came, and it is not what was written: asking again would tell the hub that it did not open. */
function unfit({ alarm }: Item): boolean {
  return alarm?.code === AlarmKind.CONTENT_CHANGED.code || alarm?.code === AlarmKind.BADLY_SEALED.code;
}

/** The description in an opened entry; null when it holds none. Throws Alarm, NewerVersion. */
export function aboutOf(item: Item): About | null {
  if (item.alarm !== null) throw item.alarm;
  if (item.state === "newer") throw new NewerVersion();
  return item.body !== null && isAbout(item.body) ? item.body : null;
}

/** A body meant for some members alone: its facts, its boxes, its key. */
export interface Restriction {
  readonly restricted: Restricted | null;
  readonly boxes: readonly Uint8Array[];
  readonly key: Uint8Array | null;
}

/** Restrict a body to `only` and one's own organisation; null: to nobody in particular. Throws CannotSend. */
export async function restrict(position: Position, only: readonly Uint8Array[] | null): Promise<Restriction> {
  if (only === null) return { restricted: null, boxes: [], key: null };
  const chosen = new ByteSet([...only, position.desk.me.organisation]).sorted();
  if (!chosen.every((each) => position.circle.members.has(each))) {
    throw new CannotSend("A note can be kept to members of this circle only.");
  }
  const nonce = randomBytes(16);
  const key = randomBytes(32);
  const made = await Promise.all(chosen.map((each) => bodyBox(position, each, nonce, key)));
  const byHash = new Map(made.map((box) => [toHex(boxHash(box)), box]));
  const hashes = sorted(made.map(boxHash));
  const boxes = hashes.flatMap((hash) => byHash.get(toHex(hash)) ?? []);
  return { restricted: { nonce, boxes: hashes }, boxes, key };
}

/**
 * A statement, signed by a key that the worker of `chain` whom it names has or had. Throws crypto's errors.
 */
export function saidBy(chain: Organisation, signed: SignedStatement): Statement {
  const named = unpack(Statement, signed.payload, MAX_STATEMENT);
  for (const tenure of [...(chain.tenures.get(named.worker) ?? [])].reverse()) {
    try {
      return readStatement(signed, tenure.member.signingKey);
    } catch (error) {
      if (!(error instanceof Forged)) throw error;
    }
  }
  throw new Forged("no such worker signed this");
}

/** The words of an invitation. Throws NotReady when it could not be opened. */
export function askedOf(item: Item): Asked {
  if (item.body === null || !isAsked(item.body)) {
    throw new NotReady("The invitation could not be opened here.");
  }
  return item.body;
}

/** Whether the hub refused because this worker is not assigned here. */
export function notAssigned(error: unknown): boolean {
  return error instanceof Refused && ["not_assigned", "not-assigned"].includes(reasonOf(error));
}

function reasonOf(refused: Refused): string {
  const reason = refused.facts["reason"];
  return typeof reason === "string" ? reason : refused.code;
}

/** Are these two organisations, or workers, the same? */
export function same(one: Uint8Array, other: Uint8Array | null): boolean {
  return other !== null && equal(one, other);
}
