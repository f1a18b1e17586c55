/**
 * The access log as a worker checks it: it only grows, and what they looked at stands in it
 * (keyholder/accesslog.py).
 *
 * The hub's notes are verified by the keys that the root vouches for. Whatever was released came with the
 * place of the statement that asked for it, and with a note that reaches beyond that place. Every note that
 * was heard must lie on one line with the pinned one and the newest; the pinned size moves only after that
 * was proved.
 */
import { type Alarm, AlarmKind, type EvidenceKeeper } from "@/end/alarms";
import { Refused } from "@/end/errors";
import type { Pins } from "@/end/pins";
import { type Logged, UNPROVED, type Unproved, WAITING } from "@/end/unproved";
import type { LogAnswer } from "@/hub/answers";
import type { Connection } from "@/hub/connection";
import type { Decode } from "@/hub/decoding";
import { CheckpointNote, Inclusion, Path } from "@/hub/loganswers";
import type { Root } from "@/protocol/accreditation";
import { compare, equal, toHex, utf8 } from "@/protocol/bytes";
import { type Checkpoint, noteBody, verifyNote } from "@/protocol/checkpoints";
import { unpack } from "@/protocol/encoding";
import { CryptoError } from "@/protocol/errors";
import { leafHash, verifyConsistency, verifyInclusion } from "@/protocol/merkle";
import { logLeaf, MAX_STATEMENT, type SignedStatement, Statement } from "@/protocol/statements";

/** A reload tells nobody beforehand: what is to be proved is kept soon after it was heard. */
const KEEP_MS = 1000;

/** What a check found: the log's size, and how many of one's own statements were found in it. */
export interface LogReport {
  readonly size: number;
  readonly inclusionsChecked: number;
}

/** How long a log was, and its root then. */
interface Point {
  readonly size: number;
  readonly root: Uint8Array;
}

/** By whose keys notes are verified. */
interface Trusted {
  readonly root: Pick<Root, "hub" | "checkpointKeys">;
}

/** The hub cannot prove what its own signed note says. */
class NoProof extends Error {}

/** One worker's view of the access log. */
export class AccessLog {
  readonly #connection: Connection;
  readonly #authority: () => Trusted;
  readonly #pins: Pins;
  readonly #keeper: EvidenceKeeper;
  readonly #unproved = new Map<number, Checkpoint>();
  readonly #own: Logged[] = [];
  readonly #kept: Unproved;
  #origin: string | null = null;
  #keeping: ReturnType<typeof setTimeout> | undefined;
  #one: Promise<unknown> = Promise.resolve();

  constructor(
    connection: Connection,
    authority: () => Trusted,
    pins: Pins,
    keeper: EvidenceKeeper,
    kept: Unproved,
  ) {
    this.#connection = connection;
    this.#authority = authority;
    this.#pins = pins;
    this.#keeper = keeper;
    this.#kept = kept;
  }

  /** How long the verified log is. */
  get size(): number {
    return this.#pins.logSize;
  }

  /** Its root. */
  get root(): Uint8Array {
    return this.#pins.logRoot;
  }

  /** Take up what earlier sessions here left to prove: the next `check` must find it. */
  async takeUp(): Promise<void> {
    for (const { own, notes } of await this.#kept.takeUp()) {
      this.#own.push(...own.slice(0, Math.max(0, WAITING - this.#own.length)));
      for (const note of notes) this.#hear(note, utf8(noteBody(note)));
    }
  }

  /** Keep on this device what is still to be proved. */
  async keep(): Promise<void> {
    clearTimeout(this.#keeping);
    this.#keeping = undefined;
    await this.#kept.keep(this.#own, [...this.#unproved.values()]);
  }

  /** How many of one's own statements the next `check` must find. */
  get waiting(): number {
    return this.#own.length;
  }

  /**
   * Take the note that came with an answer, and remember where one's own statements stand.
   *
   * Throws Alarm: the note is not the hub's, or does not reach as far as the statements; or one has no place,
   * or one that was taken before it was signed.
   */
  heard(answer: LogAnswer, statements: readonly SignedStatement[]): void {
    const note = this.#read(answer.note);
    if (answer.logged.length !== statements.length) throw this.#missing(answer.note);
    statements.forEach((signed, place) => {
      const logged = answer.logged[place];
      if (logged === undefined || logged.index < sizeWhenSigned(signed) || logged.index >= note.size) {
        throw this.#missing(answer.note);
      }
      this.expect(logged.index, logged.salt, signed);
    });
  }

  /** A statement that the next `check` must find at `index`. */
  expect(index: number, salt: Uint8Array, signed: SignedStatement): void {
    if (this.#own.length < WAITING) this.#own.push({ index, leaf: logLeaf(salt, signed) });
    this.#keeping ??= setTimeout(() => void this.keep(), KEEP_MS);
  }

  /**
   * Fetch the newest note, prove that it extends the pinned one and every other that was heard, find one's own
   * statements.
   *
   * Throws Alarm: the log was rewritten, wound back, or lacks a statement.
   */
  async check(): Promise<LogReport> {
    const run = this.#one.then(() => this.#check());
    this.#one = run.catch(() => undefined);
    return await run;
  }

  /**
   * While this waits for the hub, more may be heard and another tab may move the pin: only what stood before
   * the newest note was asked for must be in it. The rest is for the next check.
   */
  async #check(): Promise<LogReport> {
    const [heard, own] = [[...this.#unproved.values()], this.#own.length];
    const pinned = { size: this.size, root: this.root };
    const answer = await this.#connection.get("/v1/log/checkpoint", CheckpointNote);
    const newest = this.#read(answer.note);
    await this.#onOneLine(pinned, heard, newest);
    this.#pins.pinLog(newest.size, newest.root);
    for (const proved of heard) if (proved.size !== newest.size) this.#unproved.delete(proved.size);
    if (equal(this.root, newest.root)) this.#unproved.delete(newest.size); // else another tab is further
    const inclusionsChecked = await this.#findOwn(own, newest);
    await this.keep();
    return { size: newest.size, inclusionsChecked };
  }

  /** Prove each longer log of the pinned one, those heard of, and the newest from the one before. */
  async #onOneLine(pinned: Point, heard: readonly Checkpoint[], newest: Checkpoint): Promise<void> {
    const points = distinct([pinned, newest, ...heard]);
    const last = points.at(-1);
    if (last === undefined || last.size !== newest.size || !equal(last.root, newest.root)) {
      throw this.#changed(newest);
    }
    let before: Point | undefined;
    for (const point of points) {
      if (before !== undefined) await this.#extends(newest, before, point);
      before = point;
    }
  }

  async #extends(newest: Checkpoint, before: Point, after: Point): Promise<void> {
    try {
      const proved = before.size > 0 && before.size < after.size;
      const path = proved ? await this.#consistency(before.size, after.size) : [];
      verifyConsistency(before.size, after.size, before.root, after.root, path);
    } catch (error) {
      throw noProof(error) ? this.#changed(newest) : error;
    }
  }

  async #consistency(before: number, after: number): Promise<readonly Uint8Array[]> {
    const query = { old: before, new: after };
    return (await this.#proof("/v1/log/consistency", Path, query)).path;
  }

  /** Find the first `count` of one's own statements. */
  async #findOwn(count: number, newest: Checkpoint): Promise<number> {
    for (let checked = 0; checked < count; checked++) {
      const own = this.#own[0];
      if (own === undefined) return checked;
      await this.#findOne(own.index, own.leaf, newest);
      this.#own.shift();
    }
    return count;
  }

  async #findOne(index: number, leaf: Uint8Array, newest: Checkpoint): Promise<void> {
    try {
      const query = { leaf: toHex(leaf), size: newest.size };
      const { path } = await this.#proof("/v1/log/inclusion", Inclusion, query);
      verifyInclusion(leafHash(leaf), index, newest.size, path, newest.root);
    } catch (error) {
      if (!noProof(error)) throw error;
      const material = { leaf, note: utf8(noteBody(newest)) };
      throw this.#keeper.alarm(AlarmKind.STATEMENT_MISSING, material);
    }
  }

  async #proof<T>(path: string, decode: Decode<T>, query: Record<string, string | number>): Promise<T> {
    try {
      return await this.#connection.get(path, decode, { query });
    } catch (error) {
      if (error instanceof Refused && (error.status === 400 || error.status === 404)) throw new NoProof();
      throw error;
    }
  }

  #read(note: string): Checkpoint {
    const { root } = this.#authority();
    for (const key of root.checkpointKeys) {
      const found = verified(note, root.hub, key);
      if (found !== null) return this.#hear(found, utf8(note));
    }
    throw this.#keeper.alarm(AlarmKind.ACCESS_LOG_CHANGED, { note: utf8(note) });
  }

  #hear(found: Checkpoint, note: Uint8Array): Checkpoint {
    const before = this.#unproved.get(found.size);
    const forked = before !== undefined && !equal(found.root, before.root);
    const renamed = this.#origin !== null && found.origin !== this.#origin;
    if (forked || renamed) {
      throw this.#keeper.alarm(AlarmKind.ACCESS_LOG_CHANGED, { note, pinned: this.root });
    }
    this.#origin = found.origin;
    this.#unproved.set(found.size, found);
    if (this.#unproved.size > UNPROVED) this.#unproved.delete(Math.min(...this.#unproved.keys()));
    return found;
  }

  #missing(note: string): Alarm {
    return this.#keeper.alarm(AlarmKind.STATEMENT_MISSING, { note: utf8(note) });
  }

  #changed(newest: Checkpoint): Alarm {
    const material = { pinned: this.root, note: utf8(noteBody(newest)) };
    return this.#keeper.alarm(AlarmKind.ACCESS_LOG_CHANGED, material);
  }
}

/** How long the log was that its worker had verified when they signed. */
function sizeWhenSigned(signed: SignedStatement): number {
  return unpack(Statement, signed.payload, MAX_STATEMENT).logSize;
}

function noProof(error: unknown): boolean {
  return error instanceof NoProof || error instanceof CryptoError;
}

function verified(note: string, hub: string, key: Uint8Array): Checkpoint | null {
  try {
    return verifyNote(note, hub, key);
  } catch (error) {
    if (error instanceof CryptoError) return null;
    throw error;
  }
}

/** In order of size, then root; each once. */
function distinct(points: readonly Point[]): Point[] {
  const ordered = points.toSorted((one, other) => one.size - other.size || compare(one.root, other.root));
  return ordered.filter((point, place) => {
    const before = ordered[place - 1];
    return before === undefined || before.size !== point.size || !equal(before.root, point.root);
  });
}
