/**
 * The keys of one circle: opened from the boxes that verified entries name, matched to their promises.
 *
 * A box counts only if a signed entry names its hash for this organisation, and a key only if it fits the
 * commitment of its epoch; so does a quick copy that the organisation made for itself. Keys stay in memory.
 */
import { AlarmKind } from "@/end/alarms";
import { type Logbook, listings } from "@/end/logbook";
import { openCopy } from "@/end/rewraps";
import type { EpochWrap } from "@/hub/answers";
import { equal, toHex } from "@/protocol/bytes";
import { NotForMe } from "@/protocol/errors";
import { Kind, factsAs } from "@/protocol/facts";
import { sha256 } from "@/protocol/hashing";
import type { Verified } from "@/protocol/log";
import * as boxes from "@/protocol/private/boxes";
import * as content from "@/protocol/private/content";
import { ObjectKind, type StatementObject } from "@/protocol/statements";

export const KEY_BYTES = 32;

/** One box that should give a key: its hash, what it is bound to, and the generation that opens it. */
export interface Way {
  readonly boxHash: Uint8Array;
  readonly info: Uint8Array;
  readonly generation: number;
  /** Whether the hub must have it for a member: it was given with the epoch, not as history. */
  readonly required: boolean;
}

/** The listing or grant that gives a key: which organisation's, and which of its keys it is for. */
interface Given {
  readonly organisation: Uint8Array;
  readonly generation: number;
  readonly keyHash: Uint8Array;
}

/** The epoch keys this organisation has in one circle. */
export class EpochKeys {
  readonly #book: Logbook;
  readonly #keys = new Map<number, Uint8Array>();
  readonly #entryKeys = new Map<string, Uint8Array>();
  readonly #bad = new Set<number>();
  readonly #ways = new Map<number, Way[]>();
  readonly #entryWays = new Map<string, Way>();
  #seen: readonly Verified[] = [];
  #scanned = 0;
  /** Epochs whose key was opened from a box: the organisation has no quick copy of it yet. */
  readonly uncopied = new Set<number>();

  constructor(book: Logbook) {
    this.#book = book;
  }

  /** The key of `epoch`, if it is known. */
  get(epoch: number): Uint8Array | null {
    return this.#keys.get(epoch) ?? null;
  }

  /** The own key of one entry, where it was granted by itself. */
  entryKey(entry: Uint8Array): Uint8Array | null {
    return this.#entryKeys.get(toHex(entry)) ?? null;
  }

  /** Whether the box for `epoch` did not hold: its maker sealed it wrongly. */
  isBad(epoch: number): boolean {
    return this.#bad.has(epoch);
  }

  /** Those of `epochs` that a box exists for and that are not known yet, ascending. */
  missing(epochs: Iterable<number>): number[] {
    this.#scan();
    // Keys are for members; an invited organisation gets them by accepting.
    if (!this.#book.circle.members.has(this.#book.desk.me.organisation)) return [];
    const wanted = [...new Set(epochs)].filter(
      (epoch) => !this.#keys.has(epoch) && !this.#bad.has(epoch) && this.#ways.has(epoch),
    );
    return wanted.sort((one, other) => one - other);
  }

  /** What a statement names to be given those keys' boxes. */
  asks(epochs: Iterable<number>): readonly StatementObject[] {
    const wanted = this.missing(epochs);
    const [first, last] = [wanted[0], wanted.at(-1)];
    if (first === undefined || last === undefined) return [];
    return [{ kind: ObjectKind.KEYS, id: this.#book.id, start: first, stop: last + 1 }];
  }

  /** A key this end has made or opened. */
  keep(epoch: number, key: Uint8Array): void {
    this.#keys.set(epoch, key);
  }

  /** Try the organisation's quick copies; one that does not open or fit is as if it were not there. */
  async takeCopies(copies: readonly EpochWrap[], epochs: Iterable<number>): Promise<void> {
    const wanted = new Set(this.missing(epochs));
    for (const copy of copies) {
      const committed = this.#book.circle.epochs[copy.epoch - 1]?.commitment;
      if (committed === undefined || !wanted.has(copy.epoch)) continue;
      const key = await openCopy(this.#book.desk, this.#book.id, copy, committed);
      if (key !== null) this.keep(copy.epoch, key);
    }
  }

  /** Those of `epochs` whose box the hub must have and did not serve, not even as a copy. */
  withheld(served: readonly Uint8Array[], epochs: Iterable<number>): number[] {
    const found = new Set(served.map((box) => toHex(sha256(box))));
    return this.missing(epochs).filter((epoch) => {
      const required = (this.#ways.get(epoch) ?? []).filter((way) => way.required);
      return required.length > 0 && !required.some((way) => found.has(toHex(way.boxHash)));
    });
  }

  /**
   * Open the boxes that were served for `epochs`.
   * Throws Alarm: a box that this organisation was given with an epoch is held back.
   */
  async take(served: readonly Uint8Array[], epochs: Iterable<number>): Promise<void> {
    const found = new Map(served.map((box) => [toHex(sha256(box)), box]));
    for (const epoch of this.missing(epochs)) await this.#openEpoch(epoch, found);
    for (const [entry, way] of this.#entryWays) {
      const box = found.get(toHex(way.boxHash));
      if (box === undefined || this.#entryKeys.has(entry)) continue;
      const key = await this.#open(way, box);
      if (key !== null) this.#entryKeys.set(entry, key);
    }
  }

  async #openEpoch(epoch: number, found: ReadonlyMap<string, Uint8Array>): Promise<void> {
    const ways = this.#ways.get(epoch) ?? [];
    const served = ways.filter((way) => found.has(toHex(way.boxHash)));
    for (const way of served) {
      const box = found.get(toHex(way.boxHash));
      const key = box === undefined ? null : await this.#open(way, box);
      if (key !== null && this.#fits(epoch, key)) {
        this.keep(epoch, key);
        this.uncopied.add(epoch);
        return;
      }
    }
    const required = ways.find((way) => way.required);
    if (required !== undefined && !served.some((way) => way.required)) {
      throw this.#book.alarm(AlarmKind.BOX_WITHHELD, { box_hash: required.boxHash });
    }
    if (served.length > 0) this.#bad.add(epoch);
  }

  async #open(way: Way, box: Uint8Array): Promise<Uint8Array | null> {
    const secret = await this.#book.desk.keys.secret(way.generation);
    try {
      const key = await secret.box.open(box, way.info);
      return key.length === KEY_BYTES ? key : null;
    } catch (error) {
      if (error instanceof NotForMe) return null;
      throw error;
    }
  }

  #fits(epoch: number, key: Uint8Array): boolean {
    const promised = this.#book.circle.epochs[epoch - 1]?.commitment;
    return promised !== undefined && equal(content.commitment(this.#book.id, epoch, key), promised);
  }

  #scan(): void {
    const { entries } = this.#book;
    if (entries !== this.#seen) this.#forget(entries);
    const own = this.#book.desk.me.organisation;
    for (const verified of entries.slice(this.#scanned)) {
      for (const [epoch, way] of epochWays(verified, own)) {
        this.#ways.set(epoch, [...(this.#ways.get(epoch) ?? []), way]);
      }
      for (const [entry, way] of entryWays(verified, own)) this.#entryWays.set(entry, way);
    }
    this.#scanned = entries.length;
  }

  /** The history was begun anew: what this device had kept of it did not hold. */
  #forget(entries: readonly Verified[]): void {
    this.#seen = entries;
    this.#scanned = 0;
    this.#ways.clear();
    this.#entryWays.clear();
  }
}

/** The boxes of epoch keys that one entry gives `organisation`: pairs of epoch and way. */
export function epochWays(verified: Verified, organisation: Uint8Array): [number, Way][] {
  const { header, facts } = verified;
  const found: [number, Way][] = [];
  for (const listing of listings(facts)) {
    if (!equal(listing.organisation, organisation)) continue;
    found.push([header.epoch, epochWay(verified, header.epoch, listing.boxHash, listing, true)]);
    for (const keyed of factsAs(Kind.INVITE, verified)?.history ?? []) {
      found.push([keyed.epoch, epochWay(verified, keyed.epoch, keyed.boxHash, listing, false)]);
    }
  }
  const grant = factsAs(Kind.GRANT, verified);
  if (grant !== null && equal(grant.organisation, organisation)) {
    for (const keyed of grant.epochs) {
      found.push([keyed.epoch, epochWay(verified, keyed.epoch, keyed.boxHash, grant, false)]);
    }
  }
  return found;
}

/** The boxes of single entries' keys that one grant gives `organisation`, by entry hash (hex). */
function entryWays(verified: Verified, organisation: Uint8Array): [string, Way][] {
  const grant = factsAs(Kind.GRANT, verified);
  if (grant === null || !equal(grant.organisation, organisation)) return [];
  const { generation, keyHash } = grant;
  return grant.entries.map(({ entry, boxHash }) => {
    const info = boxes.entryKeyInfo(verified.header.circle, entry, organisation, generation, keyHash);
    return [toHex(entry), { boxHash, info, generation, required: false }];
  });
}

function epochWay(
  { header }: Verified,
  epoch: number,
  boxHash: Uint8Array,
  given: Given,
  required: boolean,
): Way {
  const { organisation, generation, keyHash } = given;
  const info = boxes.epochInfo(header.circle, epoch, header.controlHead, organisation, generation, keyHash);
  return { boxHash, info, generation, required };
}

/** A body with a key of its own. */
export interface OwnBox {
  readonly nonce: Uint8Array;
  readonly boxes: readonly Uint8Array[];
}

/** The nonce and the box hashes of a body that has a key of its own; null for any other. */
export function ownBox(verified: Verified): OwnBox | null {
  const invite = factsAs(Kind.INVITE, verified);
  if (invite !== null) return { nonce: invite.nonce, boxes: invite.bodyBoxes };
  const { facts } = verified;
  return facts !== null && "restricted" in facts ? facts.restricted : null;
}
