/**
 * One circle's history as this end has verified it, entry by entry, from the opening on.
 *
 * Headers come freely from the hub; every one is checked at its place before anything else is done with it.
 * The first fault stops everything with an alarm. What was verified is kept on this device and never goes back.
 */
import { Alarm, AlarmKind, type Material } from "@/end/alarms";
import type { Desk } from "@/end/desk";
import { diagnose } from "@/end/diagnosis";
import { FRESH_MS } from "@/end/directory";
import { NewerVersion, NotReady, Refused } from "@/end/errors";
import { HeaderCache } from "@/end/headercache";
import type { Foreseen } from "@/end/histories";
import type { Place } from "@/end/pins";
import { Turns, breathe, sideBySide } from "@/end/turns";
import * as answers from "@/hub/answers";
import { EMPTY, equal, toHex, uint64 } from "@/protocol/bytes";
import type { Circle } from "@/protocol/state";
import { pack } from "@/protocol/encoding";
import { type Entry, Receipt, entryHash, readFacts, readHeader, verifyReceipt } from "@/protocol/entries";
import { CryptoError, UpdateNeeded } from "@/protocol/errors";
import { type Facts, FIRST_CONTENT, Kind, type Listing } from "@/protocol/facts";
import { Log, type Verified } from "@/protocol/log";

export const PAGE = 500;
const NONE: readonly Verified[] = [];
/** How many pages of headers are asked for at once. */
const IN_FLIGHT = 4;
/** How many are asked for on the hub's word alone; what follows only once all of these were verified. */
const AT_ONCE = 16;
/** How far a device's clock may be behind the hub's. */
export const AHEAD_MS = 15 * 60 * 1000;

/** A circle's verified log. `lock` keeps one writer at a time. */
export class Logbook {
  readonly desk: Desk;
  readonly id: Uint8Array;
  log: Log;
  #entries: Verified[] = [];
  /** What this device had kept is being taken up, and did not lead to the pinned head yet: nothing is shown. */
  #trying = false;
  readonly lock = new Turns();
  /** Entry hash (hex) -> seq. */
  places = new Map<string, number>();
  /** How far the hub's list says that this circle goes: only for asking for several pages at once. */
  expected = 0;
  readonly #cache: HeaderCache;
  readonly #ahead = new Map<number, Promise<answers.Headers>>();
  #foreseen: Foreseen | null = null;
  #restored = false;
  readonly #syncing = new Turns();

  /** `keeping`: headers are kept on this device, for a circle that is opened; not for each of a long list. */
  constructor(desk: Desk, circle: Uint8Array, keeping = true) {
    this.desk = desk;
    this.id = circle;
    this.log = new Log(circle);
    this.#cache = new HeaderCache(desk.state, circle, keeping);
  }

  /** Every verified entry, oldest first. */
  get entries(): readonly Verified[] {
    return this.#trying ? NONE : this.#entries;
  }

  /** The state of the circle. Throws NotReady before anything was verified. */
  get circle(): Circle {
    if (this.#trying || this.log.circle === null) {
      throw new NotReady("There is no such circle, or your organisation is not in it.");
    }
    return this.log.circle;
  }

  /** The entry at `seq` (from 1). Throws NotReady. */
  at(seq: number): Verified {
    const found = this.entries[seq - 1];
    if (found === undefined) throw new NotReady("There is no such entry in this circle.");
    return found;
  }

  /** The entry with that hash. */
  byHash(entry: Uint8Array): Verified | null {
    const seq = this.places.get(toHex(entry));
    return seq === undefined ? null : this.at(seq);
  }

  /** Entries of these kinds, newest first. */
  *backwards(...kinds: readonly Kind[]): Generator<Verified> {
    const { entries } = this;
    const wanted: ReadonlySet<number> = new Set(kinds);
    for (let place = entries.length - 1; place >= 0; place--) {
      const entry = entries[place];
      if (entry !== undefined && wanted.has(entry.header.kind)) yield entry;
    }
  }

  /** The entries that say what the circle is called, newest first: its opening, and details for all. */
  *describing(): Generator<Verified> {
    for (const verified of this.backwards(Kind.DETAILS, Kind.OPEN)) {
      if (restrictedOf(verified.facts) === null) yield verified;
    }
  }

  /**
   * Verify everything that is new. Throws Alarm on the first thing that does not hold; NewerVersion.
   */
  sync(): Promise<Log> {
    return this.#syncing.run(async () => {
      await this.#restore();
      // Another tab may move the pin further while the hub answers: it counts as it stood before.
      const foreseen = this.#takeForeseen();
      const pin = foreseen === null ? this.desk.pins.circle(this.id) : foreseen.pin;
      if (foreseen === null) this.#askAhead();
      let page = foreseen?.page ?? (await this.#page(this.log.seq));
      for (;;) {
        page = await this.#takePages(page);
        if (this.log.seq >= page.seq) break;
        page = await this.#page(this.log.seq);
      }
      this.#checkEnd(page);
      this.#checkPin(pin);
      await this.#remember();
      return this.log;
    });
  }

  /** How far this was verified, once what this device had kept is taken up. */
  takenUp(): Promise<number> {
    return this.#syncing.run(async () => {
      await this.#restore();
      return this.log.seq;
    });
  }

  /** The next page came together with those of other circles: it is what the next `sync` begins with. */
  foresee(foreseen: Foreseen): void {
    this.#foreseen = foreseen;
  }

  /**
   * The hub took an own entry: check its promise, and that the entry stands where it says. Throws Alarm.
   */
  async took(entry: Entry, receipt: answers.Receipt): Promise<Receipt> {
    const promised = this.#verifyReceipt(receipt);
    if (!equal(receipt.entryHash, entryHash(entry))) {
      throw this.alarm(AlarmKind.HISTORY_CHANGED, { entry: entry.header, receipt: pack(Receipt, promised) });
    }
    await this.#syncing.run(async () => {
      if (receipt.seq !== this.log.seq + 1) return;
      await this.#takeOne(entry, receipt.receivedAt);
      await this.#remember();
    });
    if (receipt.seq > this.log.seq) await this.sync();
    const head = this.log.heads[receipt.seq];
    if (head === undefined || !equal(head, receipt.head)) {
      throw this.alarm(AlarmKind.HISTORY_CHANGED, { entry: entry.header, receipt: pack(Receipt, promised) });
    }
    return promised;
  }

  /** An alarm about this circle. */
  alarm(kind: AlarmKind, material: Material = {}): Alarm {
    return this.desk.keeper.alarm(kind, { circle: this.id, verified_head: this.log.head, ...material });
  }

  /** What was foreseen, if nothing was verified since. */
  #takeForeseen(): Foreseen | null {
    const foreseen = this.#foreseen;
    this.#foreseen = null;
    return foreseen?.after === this.log.seq ? foreseen : null;
  }

  /** Ask for the pages that the list says there are, before the first says so too. */
  #askAhead(): void {
    this.#ahead.clear();
    const last = Math.min(this.expected, this.log.seq + IN_FLIGHT * PAGE);
    for (let after = this.log.seq + PAGE; after < last; after += PAGE) {
      const page = this.#ask(after);
      page.catch(() => undefined); // met when it is asked for
      this.#ahead.set(after, page);
    }
  }

  #page(after: number): Promise<answers.Headers> {
    const asked = this.#ahead.get(after);
    this.#ahead.delete(after);
    return asked ?? this.#ask(after);
  }

  #ask(after: number): Promise<answers.Headers> {
    const path = `/v1/circles/${toHex(this.id)}/headers`;
    return this.desk.connection.get(path, answers.Headers, { query: { after, limit: PAGE } });
  }

  /** Take `first` and what follows it, asked for at once; the answer is the last page that was taken. */
  async #takePages(first: answers.Headers): Promise<answers.Headers> {
    const starts: number[] = [];
    const stop = Math.min(first.seq, this.log.seq + AT_ONCE * PAGE);
    for (let after = this.log.seq + PAGE; after < stop; after += PAGE) starts.push(after);
    const rest = sideBySide(starts, IN_FLIGHT, (after) => this.#page(after));
    rest.catch(() => undefined); // its failure is met below, if the first page holds
    await this.#takePage(first);
    let last = first;
    for (const [place, page] of (await rest).entries()) {
      if (this.log.seq !== starts[place]) break; // the hub's pages are shorter: ask again from here
      last = page;
      await this.#takePage(page);
    }
    return last;
  }

  async #takePage(page: answers.Headers): Promise<void> {
    this.#checkPage(page);
    if (page.entries.length === 0 && this.log.seq < page.seq) {
      throw this.alarm(AlarmKind.HISTORY_CHANGED, { head: page.head });
    }
    await this.#take(page.entries);
  }

  #checkPage(page: answers.Headers): void {
    const receipt = this.#verifyReceipt(page.receipt);
    const last = receipt.seq === page.seq && equal(receipt.head, page.head);
    if (!last || page.seq < this.log.seq) {
      throw this.alarm(AlarmKind.HISTORY_CHANGED, { head: page.head, receipt: pack(Receipt, receipt) });
    }
    page.entries.forEach((row, offset) => {
      if (row.seq !== this.log.seq + offset + 1)
        throw this.alarm(AlarmKind.HISTORY_CHANGED, { header: row.header });
    });
  }

  #checkEnd(page: answers.Headers): void {
    const head = this.log.heads[page.seq];
    if (head === undefined || !equal(head, page.head)) {
      throw this.alarm(AlarmKind.HISTORY_CHANGED, { head: page.head, receipt: page.receipt.signature });
    }
  }

  #verifyReceipt(shown: answers.Receipt): Receipt {
    const receipt: Receipt = {
      version: 1,
      circle: this.id,
      seq: shown.seq,
      entryHash: shown.entryHash,
      head: shown.head,
      receivedAt: shown.receivedAt,
    };
    try {
      verifyReceipt(receipt, shown.signature, this.desk.authority.root.receiptKeys);
    } catch (error) {
      if (!(error instanceof CryptoError)) throw error;
      const signature = shown.signature;
      throw this.alarm(AlarmKind.NOBODY_SIGNED, { receipt: pack(Receipt, receipt), signature });
    }
    return receipt;
  }

  async #take(rows: readonly answers.HeaderRow[], again = false): Promise<void> {
    const every = new Map<string, Uint8Array>();
    const taken = rows.map(({ header, signature, receivedAt }) => {
      const named = namedBy({ header, signature });
      for (const { organisation } of named) every.set(toHex(organisation), organisation);
      return { entry: { header, signature }, receivedAt, named };
    });
    await this.#know(every.values());
    for (const { entry, receivedAt, named } of taken) {
      await this.#takeOne(entry, receivedAt, named, again);
      await breathe();
    }
  }

  async #takeOne(
    entry: Entry,
    receivedAt: number,
    named: readonly Named[] = namedBy(entry),
    again = false,
  ): Promise<void> {
    const { directory } = this.desk;
    for (const { organisation, head } of named) {
      if (!directory.knows(organisation)) await this.#know([organisation]);
      if (head.length > 0 && !directory.organisation(organisation).heads.has(head)) {
        await this.#know([organisation], 0);
      }
    }
    if (receivedAt > this.desk.clock() + AHEAD_MS)
      throw this.#refused(AlarmKind.TIME_MOVED, entry, receivedAt);
    const verified = this.#extended(entry, receivedAt, again);
    this.#entries.push(verified);
    this.places.set(toHex(verified.placed.hash), verified.placed.seq);
  }

  #extended(entry: Entry, receivedAt: number, again: boolean): Verified {
    try {
      const { log, desk } = this;
      if (again) return log.extendAgain(entry, receivedAt, desk.directory);
      return log.extend(entry, receivedAt, desk.directory);
    } catch (error) {
      if (error instanceof UpdateNeeded) throw new NewerVersion();
      if (!(error instanceof CryptoError)) throw error;
      const kind = diagnose(this.log, entry, receivedAt, this.desk.directory, error);
      throw this.#refused(kind, entry, receivedAt);
    }
  }

  #refused(kind: AlarmKind, entry: Entry, receivedAt: number): Alarm {
    const { header, signature } = entry;
    return this.alarm(kind, { header, signature, received_at: uint64(receivedAt) });
  }

  /** Verify organisations that an entry names; one that the hub does not have is made up. */
  async #know(organisations: Iterable<Uint8Array>, maxAge = FRESH_MS): Promise<void> {
    for (const organisation of organisations) {
      try {
        await this.desk.directory.know([organisation], maxAge);
      } catch (error) {
        if (!(error instanceof Refused) || error.status !== 404) throw error;
        throw this.alarm(AlarmKind.GHOST, { organisation });
      }
    }
  }

  /** `pin`: as it stood before the hub was asked. Throws Alarm. */
  #checkPin(pin: Place | null): void {
    if (pin === null) return;
    const head = this.log.heads[pin.length];
    if (head === undefined || !equal(head, pin.head)) {
      throw this.alarm(AlarmKind.HISTORY_CHANGED, { pinned: pin.head });
    }
  }

  async #remember(): Promise<void> {
    this.desk.pins.pinCircle(this.id, this.log.seq, this.log.head);
    await this.#cache.keep(this.#entries);
  }

  /**
   * Take up what this device had verified before: it leads to the head that was pinned then, or it is dropped.
   * What goes beyond the pin is verified whole.
   */
  async #restore(): Promise<void> {
    if (this.#restored) return;
    this.#restored = true;
    const pin = this.desk.pins.circle(this.id);
    if (pin === null) return; // nothing was kept: a long list is not looked up circle by circle
    const rows = await this.#cache.rows();
    const known = rows.length < pin.length ? 0 : pin.length;
    try {
      this.#trying = true;
      await this.#take(rows.slice(0, known), true);
      if (known > 0 && !equal(this.log.head, pin.head)) return this.#startAgain();
      this.#trying = false;
      await this.#take(rows.slice(known));
    } catch (error) {
      this.#startAgain();
      if (!(error instanceof Alarm)) throw error;
    } finally {
      this.#trying = false;
    }
  }

  #startAgain(): void {
    this.log = new Log(this.id);
    this.#entries = [];
    this.places = new Map();
  }
}

interface Named {
  readonly organisation: Uint8Array;
  readonly head: Uint8Array;
}

/** Every organisation an entry speaks of; heads may be empty. Nothing for what cannot be read. */
function namedBy(entry: Entry): Named[] {
  try {
    const header = readHeader(entry);
    const author = { organisation: header.organisation, head: header.organisationHead };
    if (header.kind >= FIRST_CONTENT) return [author];
    const facts = readFacts(header);
    const given = "organisation" in facts ? facts.organisation : null;
    return [author, ...listings(facts), ...(given === null ? [] : [{ organisation: given, head: EMPTY }])];
  } catch (error) {
    if (error instanceof CryptoError) return [];
    throw error;
  }
}

/** The listings in a control entry's facts. */
export function listings(facts: Facts | null): readonly Listing[] {
  if (facts === null) return [];
  if ("members" in facts) return [...facts.members, ...facts.pending];
  return "listing" in facts ? [facts.listing] : [];
}

/** The restriction in an entry's facts; null when everyone may read it. */
export function restrictedOf(facts: Facts | null) {
  return facts !== null && "restricted" in facts ? facts.restricted : null;
}
