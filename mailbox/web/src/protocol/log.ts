/**
 * The circle's log: each entry at its place, as every reader checks it.
 *
 * `Log` is what a reader keeps of a verified history. `extend` takes the next entry with its receipt data and
 * refuses a dropped, reordered, forked, backdated or misplaced one. Header, signature, chain and policy
 * faults stop here; a body is checked separately and only marks its author (PROTOCOL, "Faults are contained").
 */
import { concat, equal } from "./bytes";
import { apply, checkAuthor, checkContent } from "./circle";
import {
  type Entry,
  type Facts,
  type Header,
  NOTHING,
  entryHash,
  headZero,
  isControl,
  nextHead,
  readFacts,
  readHeader,
  verifyEntry,
} from "./entries";
import { Forged, NotAllowed, Stale, UpdateNeeded } from "./errors";
import { ByteMap } from "./keyed";
import { type Organisation, Role } from "./organisation";
import type { Circle, Directory, Placed } from "./state";

/** One entry that held: its header, its facts (null for a kind from a newer version), its place. */
export interface Verified {
  readonly entry: Entry;
  readonly header: Header;
  readonly facts: Facts | null;
  readonly placed: Placed;
  readonly head: Uint8Array;
}

/** A verified history up to `seq`. `heads[n]` is the head after entry n; `heads[0]` is head_0. */
export class Log {
  readonly id: Uint8Array;
  #heads: Uint8Array[];
  #head: Uint8Array;
  #receivedAt = 0;
  #circle: Circle | null = null;
  #authors = new ByteMap<Uint8Array>();
  #used = new ByteMap<number>();

  constructor(id: Uint8Array) {
    this.id = id;
    this.#head = headZero(id);
    this.#heads = [this.#head];
  }

  get heads(): readonly Uint8Array[] {
    return this.#heads;
  }

  /** When the hub took the last entry, UTC milliseconds. */
  get receivedAt(): number {
    return this.#receivedAt;
  }

  get circle(): Circle | null {
    return this.#circle;
  }

  /**
   * `author` (organisation and worker, for two organisations may name a worker alike) -> hash of their last
   * entry here.
   */
  get authors(): ByteMap<Uint8Array> {
    return this.#authors;
  }

  /** organisation -> the latest chain position any of its entries here named. */
  get used(): ByteMap<number> {
    return this.#used;
  }

  /** How many entries were verified. */
  get seq(): number {
    return this.#heads.length - 1;
  }

  /** The head after the last of them. */
  get head(): Uint8Array {
    return this.#head;
  }

  /**
   * Verify the next entry and move forward; on any refusal nothing changes.
   * Throws Forged, Stale, NotAllowed, Malformed, UpdateNeeded (for an unknown control version).
   */
  extend(entry: Entry, receivedAt: number, directory: Directory): Verified {
    return this.#extend(entry, receivedAt, directory, verifyEntry);
  }

  /**
   * The same for an entry that this reader had verified before: everything but the signature's arithmetic. It
   * counts for nothing until the caller has found that the head it leads to is the one verified then, for a
   * head names every byte of every entry before it.
   */
  extendAgain(entry: Entry, receivedAt: number, directory: Directory): Verified {
    return this.#extend(entry, receivedAt, directory, () => undefined);
  }

  #extend(entry: Entry, receivedAt: number, directory: Directory, verify: typeof verifyEntry): Verified {
    const header = readHeader(entry);
    if (!equal(header.circle, this.id)) throw new Forged("the entry belongs to another circle");
    if (receivedAt < this.#receivedAt) throw new Forged("the hub's times run backwards");
    const placed = { hash: entryHash(entry), seq: this.seq + 1, receivedAt };
    const chain = directory.organisation(header.organisation);
    checkSignature(entry, header, chain, receivedAt, verify);
    checkSeen(header, this.#heads);
    checkPrevious(header, this.#authors);
    const facts = factsOf(header);
    const circle = this.#nextCircle(header, facts, placed, directory);
    const position = checkHead(header, chain, this.#circle ?? circle, this.#used);
    this.#move(header, placed, circle, position);
    return { entry, header, facts, placed, head: this.#head };
  }

  #nextCircle(header: Header, facts: Facts | null, placed: Placed, directory: Directory): Circle {
    if (this.#circle === null) return apply(null, header, facts, placed, directory);
    checkAuthor(this.#circle, header);
    if (isControl(header)) return apply(this.#circle, header, facts, placed, directory);
    checkContent(this.#circle, header);
    return this.#circle;
  }

  #move(header: Header, placed: Placed, circle: Circle, position: number): void {
    const head = nextHead(this.#head, placed.hash, placed.seq, placed.receivedAt);
    this.#heads.push(head);
    this.#head = head;
    this.#receivedAt = placed.receivedAt;
    this.#circle = circle;
    this.#authors = this.#authors.with(author(header), placed.hash);
    this.#used = this.#used.with(header.organisation, position);
  }

  /** An independent copy, to try something on. */
  copy(): Log {
    const copy = new Log(this.id);
    copy.#heads = [...this.#heads];
    copy.#head = this.#head;
    copy.#receivedAt = this.#receivedAt;
    copy.#circle = this.#circle;
    copy.#authors = this.#authors;
    copy.#used = this.#used;
    return copy;
  }
}

/** The facts; null for content from a newer version, whose place in the chain still holds. */
function factsOf(header: Header): Facts | null {
  try {
    return readFacts(header);
  } catch (error) {
    if (error instanceof UpdateNeeded && !isControl(header)) return null;
    throw error;
  }
}

/** The author stood in their organisation at the head they name, and signed. Throws NotAllowed, Stale, Forged. */
export function checkSignature(
  entry: Entry,
  header: Header,
  chain: Organisation,
  receivedAt: number,
  verify = verifyEntry,
): void {
  const member = chain.memberAt(header.worker, header.organisationHead, receivedAt);
  if (member.role !== Role.WORKER && member.role !== Role.MANAGER) {
    throw new NotAllowed("that role does not write in circles");
  }
  verify(entry, member.signingKey);
}

/** What the author had seen is what this reader has: a fork ends here. Throws Forged. */
export function checkSeen(header: Header, heads: readonly Uint8Array[]): void {
  const seen = heads[header.seenSeq];
  if (seen === undefined) throw new Forged("the author names a position that is not before this entry");
  if (!equal(seen, header.seenHead)) throw new Forged("the author was shown another history");
}

/** Who wrote an entry, as a key: organisation || worker. 32 bytes. */
export function author(header: Header): Uint8Array {
  return concat(header.organisation, header.worker);
}

/**
 * The author's own entries follow each other: none was withheld and slipped in later. `authors` maps
 * `author(header)` to the hash of that author's last entry. Throws Stale.
 */
export function checkPrevious(header: Header, authors: ByteMap<Uint8Array>): void {
  if (!equal(header.authorPrev, authors.get(author(header)) ?? NOTHING)) {
    throw new Stale("an entry by this author is missing, or comes too late");
  }
}

/**
 * The author's organisation head is no older than its listing and its earlier entries here. Returns the
 * position of that head in the chain. Throws Stale. NotAllowed: if it has no place in the circle.
 */
export function checkHead(
  header: Header,
  chain: Organisation,
  circle: Circle,
  used: ByteMap<number>,
): number {
  const position = chain.position(header.organisationHead);
  const listed = chain.position(checkAuthor(circle, header).head);
  if (position < Math.max(listed, used.get(header.organisation) ?? 0)) {
    throw new Stale("signed under an organisation's earlier state");
  }
  return position;
}
