/**
 * Writing in a circle: pay what is owed, seal, sign, post, and check the hub's promise.
 *
 * Nothing is sealed under a key that somebody outside still holds, or that a lapsed organisation was given: a
 * new epoch comes first, made here when this worker may make it, or else the reason is said. When somebody
 * was quicker, everything is sealed again under the newer state. What was handed over once is looked for in
 * the history before it is sealed again, also when the same is asked for again after a lost answer: a hub that
 * took it and did not say so gets no second copy. What was undone meanwhile does not count as done.
 */
import type { EpochKeys } from "@/end/epochs";
import { Away, KeyholderError, Refused } from "@/end/errors";
import { fetchRange } from "@/end/fetching";
import type { Logbook } from "@/end/logbook";
import { newEpoch } from "@/end/rekeying";
import { Position, type Write, type Writing, compose } from "@/end/writing";
import * as answers from "@/hub/answers";
import { toHex } from "@/protocol/bytes";
import { type Circle, debts } from "@/protocol/circle";
import { type Entry, type Receipt, entryHash, readFacts, readHeader } from "@/protocol/entries";
import { Kind } from "@/protocol/facts";
import { ByteSet } from "@/protocol/keyed";

export const TRIES = 5;
/** How many posts with a lost answer are remembered. */
const UNSETTLED = 50;

/** An entry that was handed over, whatever the hub said. */
interface Attempt {
  readonly entry: Entry;
  readonly writing: Writing;
}

export interface PostOptions {
  /** The answer to an invitation, by an organisation without a key. */
  readonly outside?: boolean;
  /** Pay what is owed first (the default). */
  readonly settle?: boolean;
  /** What is said, for telling whether the same is asked for again after its answer was lost. */
  readonly intent?: string;
}

/** The hub said again and again that the circle has moved on. */
export class MayStillArrive extends KeyholderError {
  override readonly code = "may-still-arrive";

  constructor() {
    super(
      "The hub said again and again that the circle has moved on. What you wrote was handed to it and may " +
        "still arrive: look at the circle before you write it again.",
    );
  }
}

/** Posts entries to one circle. */
export class Sealer {
  readonly #book: Logbook;
  readonly #keys: EpochKeys;
  /** Attempts whose answer was lost, by what they say. */
  readonly #unsettled = new Map<string, readonly Attempt[]>();
  #posting = 0;

  constructor(book: Logbook, keys: EpochKeys) {
    this.#book = book;
    this.#keys = keys;
  }

  /** Whether something is being posted, or was and nobody knows what came of it: only this sealer can tell. */
  get unsettled(): boolean {
    return this.#posting > 0 || this.#unsettled.size > 0;
  }

  /**
   * Post what `write` makes for the position it is given; sealed again as often as needed.
   *
   * Throws CannotSend: something is owed that cannot be repaired here. MayStillArrive: the hub took it or
   * not, nobody can tell. Away: the answer was lost; ask for the same again. Refused, Alarm.
   */
  async post(write: Write, options: PostOptions = {}): Promise<Receipt> {
    this.#posting += 1;
    try {
      return await this.#post(write, options);
    } finally {
      this.#posting -= 1;
    }
  }

  #post(write: Write, options: PostOptions): Promise<Receipt> {
    const { intent = "" } = options;
    return this.#book.lock.run(async () => {
      const handed = [...(this.#unsettled.get(intent) ?? [])];
      try {
        const receipt = await this.#tryAll(write, options, handed);
        this.#unsettled.delete(intent);
        return receipt;
      } catch (error) {
        const unknown = error instanceof Away || error instanceof MayStillArrive;
        if (intent !== "") this.#note(intent, unknown ? handed : []);
        throw error;
      }
    });
  }

  /** The receipt of what was posted with that intent and a lost answer, when it stands in the history after all. */
  heard(intent: string): Promise<Receipt | null> {
    return this.#book.lock.run(async () => {
      await this.#book.sync();
      const taken = this.#taken(this.#unsettled.get(intent) ?? []);
      if (taken !== null) this.#unsettled.delete(intent);
      return taken;
    });
  }

  /** The key in force, fetched when it is not known; null when its box does not hold. */
  async currentKey(): Promise<Uint8Array | null> {
    const { number } = this.#book.circle.epoch;
    if (this.#keys.missing([number]).length > 0) {
      await fetchRange(this.#book, this.#keys, { epochs: [number] });
    }
    return this.#keys.get(number);
  }

  async #tryAll(write: Write, options: PostOptions, handed: Attempt[]): Promise<Receipt> {
    const { outside = false, settle = true } = options;
    let builtOn = "";
    for (let attempt = 0; attempt < TRIES; attempt++) {
      await this.#book.sync();
      const taken = this.#taken(handed);
      if (taken !== null) return taken;
      const stands = this.#stands();
      if (stands === builtOn) break; // nothing moved: the same again would be refused again
      builtOn = stands;
      try {
        if (settle && !outside) await this.#settle();
        const position = new Position(
          this.#book,
          this.#keys,
          this.#now(),
          outside ? null : await this.currentKey(),
        );
        return await this.#send(position, await write(position), handed);
      } catch (error) {
        if (!(error instanceof Refused) || error.code !== "stale") throw error;
        await this.#book.desk.directory.know(everyone(this.#book.circle), 0);
      }
    }
    throw new MayStillArrive();
  }

  #note(intent: string, handed: readonly Attempt[]): void {
    this.#unsettled.delete(intent);
    if (handed.length === 0) return;
    this.#unsettled.set(intent, handed);
    const [oldest] = this.#unsettled.keys();
    if (this.#unsettled.size > UNSETTLED && oldest !== undefined) this.#unsettled.delete(oldest);
  }

  /** The receipt of an attempt that stands in the verified history after all. */
  #taken(handed: readonly Attempt[]): Receipt | null {
    for (const attempt of handed) {
      const found = this.#book.byHash(entryHash(attempt.entry));
      if (found === null || !stillStands(attempt.entry, this.#book.circle)) continue;
      this.#keepKey(attempt);
      const { seq, hash, receivedAt } = found.placed;
      return { version: 1, circle: this.#book.id, seq, entryHash: hash, head: found.head, receivedAt };
    }
    return null;
  }

  /** What an entry is built on: the circle's head; each organisation's chain head and accreditation. */
  #stands(): string {
    const { directory } = this.#book.desk;
    const now = this.#now();
    const known = everyone(this.#book.circle).map((organisation) => {
      const standing = directory.standing(organisation, now);
      const head = directory.organisation(organisation).head;
      return [organisation, head, standing?.digest ?? new Uint8Array(0)].map(toHex).join(":");
    });
    return [toHex(this.#book.log.head), ...known.sort()].join(" ");
  }

  /** Pay what is owed, by a new epoch. */
  async #settle(): Promise<void> {
    const { circle, desk } = this.#book;
    await desk.directory.know(everyone(circle));
    const owed = debts(circle, desk.directory, this.#now());
    await this.currentKey();
    if (owed.length > 0 || this.#keys.isBad(circle.epoch.number)) {
      const position = new Position(this.#book, this.#keys, this.#now(), null);
      await this.#send(position, await newEpoch(position), []);
    }
  }

  #now(): number {
    return Math.max(this.#book.desk.clock(), this.#book.log.receivedAt);
  }

  async #send(position: Position, writing: Writing, handed: Attempt[]): Promise<Receipt> {
    const { entry, sealed } = await compose(position, writing);
    const attempt = { entry, writing };
    const body = {
      header: entry.header,
      signature: entry.signature,
      body: sealed,
      boxes: writing.boxes ?? [],
    };
    handed.push(attempt);
    const path = `/v1/circles/${toHex(this.#book.id)}/entries`;
    const answer = await this.#book.desk.connection.post(path, body, answers.Receipt, { again: true });
    const receipt = await this.#book.took(entry, answer);
    this.#keepKey(attempt);
    return receipt;
  }

  #keepKey({ entry, writing }: Attempt): void {
    const key = writing.epochKey ?? null;
    if (key === null) return;
    const { epoch } = readHeader(entry);
    this.#keys.keep(epoch, key);
    this.#keys.uncopied.add(epoch);
  }
}

/** Whether what that entry did is so: undone by somebody meanwhile, the same asked for again is another thing. */
function stillStands(entry: Entry, circle: Circle): boolean {
  const header = readHeader(entry);
  const { kind } = header;
  const facts = readFacts(header);
  if (kind === Kind.CLOSE) return circle.closed;
  if (kind === Kind.REOPEN) return !circle.closed;
  if ("listing" in facts) return circle.listing(facts.listing.organisation) !== null;
  if ("removed" in facts) return facts.removed.every((gone) => circle.listing(gone) === null);
  return true;
}

function everyone(circle: Circle): Uint8Array[] {
  return [
    ...new ByteSet([...circle.members.keys(), ...circle.pending.keys(), ...circle.epoch.holders.keys()]),
  ];
}
