/**
 * Opening one entry's body: with the epoch's key, a key of its own, or one that was granted.
 *
 * A fault of a body stops nothing else: it is marked, against the hub when the bytes are not those that were
 * signed, against the author when they are.
 */
import { type Alarm, AlarmKind } from "@/end/alarms";
import { type EpochKeys, KEY_BYTES, ownBox } from "@/end/epochs";
import { CannotOpen } from "@/end/errors";
import type { Logbook } from "@/end/logbook";
import { plainName } from "@/end/profile";
import { EMPTY, toHex } from "@/protocol/bytes";
import type { Circle } from "@/protocol/circle";
import { headerId, verifyBody } from "@/protocol/entries";
import { CryptoError, Malformed, NotForMe, UpdateNeeded } from "@/protocol/errors";
import { type Facts, Kind, factsAs } from "@/protocol/facts";
import { sha256 } from "@/protocol/hashing";
import type { Verified } from "@/protocol/log";
import { type Body, openBody } from "@/protocol/private/bodies";
import * as boxes from "@/protocol/private/boxes";
import * as content from "@/protocol/private/content";

export const LATE_MS = 15 * 60 * 1000;

/** How one entry's body stands to this reader. */
export type Shown = "open" | "restricted" | "erased" | "locked" | "newer" | "fault";

/** One entry as a reader may see it. `body` is null unless `state` is "open". */
export interface Item {
  readonly seq: number;
  readonly kind: number;
  readonly worker: Uint8Array;
  readonly organisation: Uint8Array;
  readonly author: string;
  readonly sentAt: number;
  readonly receivedAt: number;
  readonly facts: Facts | null;
  readonly body: Body | null;
  readonly state: Shown;
  readonly late: boolean;
  readonly alarm: Alarm | null;
}

/** Opens bodies of one circle. */
export class BodyOpener {
  readonly #book: Logbook;
  readonly #keys: EpochKeys;
  readonly #own = new Map<string, Uint8Array>();

  constructor(book: Logbook, keys: EpochKeys) {
    this.#book = book;
    this.#keys = keys;
  }

  /** What to show for one entry whose sealed body is `sealed` (null: gone). */
  async item(verified: Verified, sealed: Uint8Array | null, served: readonly Uint8Array[]): Promise<Item> {
    if (sealed === null) return this.#gone(verified);
    try {
      verifyBody(verified.header, sealed);
    } catch (error) {
      if (error instanceof CryptoError) return this.#fault(verified, AlarmKind.CONTENT_CHANGED, sealed);
      throw error;
    }
    const { key, bound } = await this.#key(verified, served);
    if (key === null) return item(verified, bound ? "restricted" : "locked");
    try {
      return item(verified, "open", await openBody(key, verified.header, sealed));
    } catch (error) {
      if (error instanceof UpdateNeeded) return item(verified, "newer");
      if (!(error instanceof NotForMe || error instanceof Malformed)) throw error;
      return this.#fault(verified, AlarmKind.BADLY_SEALED, sealed);
    }
  }

  /** The key of a body that has its own (an invitation, a restricted entry), if it is for us. */
  async ownKey(verified: Verified, served: readonly Uint8Array[]): Promise<Uint8Array | null> {
    const place = toHex(verified.placed.hash);
    const known = this.#own.get(place) ?? null;
    const bound = ownBox(verified);
    if (known !== null || bound === null) return known;
    const named = new Set(bound.boxes.map(toHex));
    for (const box of served) {
      if (!named.has(toHex(sha256(box)))) continue;
      const key = await this.#unbox(verified, bound.nonce, box);
      if (key === null) continue;
      this.#own.set(place, key);
      return key;
    }
    return null;
  }

  /**
   * Is this body sealed by a key of its own (or an invitation's), so that the epoch's opens nothing of it?
   */
  hasOwnKey(verified: Verified): boolean {
    return ownBox(verified) !== null || this.#answered(verified) !== null;
  }

  /** The key of a body, and whether it has one of its own. */
  async #key(
    verified: Verified,
    served: readonly Uint8Array[],
  ): Promise<{ readonly key: Uint8Array | null; readonly bound: boolean }> {
    if (ownBox(verified) !== null) return { key: await this.ownKey(verified, served), bound: true };
    const id = headerId(verified.header);
    const invite = this.#answered(verified);
    if (invite !== null) {
      const own = await this.ownKey(invite, served);
      return { key: own === null ? null : content.entryKey(own, id), bound: true };
    }
    const epoch = this.#keys.get(verified.header.epoch);
    if (epoch !== null) return { key: content.entryKey(epoch, id), bound: false };
    return { key: this.#keys.entryKey(verified.placed.hash), bound: false };
  }

  /** The invitation that an answer answers: its key seals the answer's words too. */
  #answered(verified: Verified): Verified | null {
    const facts = factsAs(Kind.ACCEPT, verified) ?? factsAs(Kind.DECLINE, verified);
    const asked = facts === null ? null : this.#book.byHash(facts.invite);
    return asked !== null && ownBox(asked) !== null ? asked : null;
  }

  async #unbox(verified: Verified, nonce: Uint8Array, box: Uint8Array): Promise<Uint8Array | null> {
    const { desk, circle } = this.#book;
    const { header } = verified;
    const chain = desk.directory.organisation(desk.me.organisation);
    for (const number of generations(circle, header.epoch, chain.id, chain.generation.number)) {
      const generation = chain.generations[number - 1];
      if (generation === undefined) continue;
      const { keyHash } = generation;
      const info = boxes.bodyInfo(header.circle, nonce, header.worker, chain.id, number, keyHash);
      try {
        const key = await (await desk.keys.secret(number)).box.open(box, info);
        if (key.length === KEY_BYTES) return key;
      } catch (error) {
        if (!(error instanceof NotForMe || error instanceof CannotOpen)) throw error;
      }
    }
    return null;
  }

  #gone(verified: Verified): Item {
    if (this.#book.circle.erased.has(verified.placed.hash)) return item(verified, "erased");
    return this.#fault(verified, AlarmKind.BODY_MISSING, EMPTY);
  }

  #fault(verified: Verified, kind: AlarmKind, sealed: Uint8Array): Item {
    const { header, signature } = verified.entry;
    return item(verified, "fault", null, this.#book.alarm(kind, { header, signature, body: sealed }));
  }
}

/** The generations a body's box may be for: the listed one of its epoch, then the newest. */
function generations(circle: Circle, epoch: number, organisation: Uint8Array, newest: number): number[] {
  const holder = circle.epochs[epoch - 1]?.holders.get(organisation);
  return [...new Set(holder === undefined ? [newest] : [holder[0].generation, newest])];
}

function item(
  { header, placed, facts }: Verified,
  state: Shown,
  body: Body | null = null,
  alarm: Alarm | null = null,
): Item {
  return {
    seq: placed.seq,
    kind: header.kind,
    worker: header.worker,
    organisation: header.organisation,
    author: plainName(body?.author ?? ""),
    sentAt: header.sentAt,
    receivedAt: placed.receivedAt,
    facts,
    body,
    state,
    late: Math.abs(placed.receivedAt - header.sentAt) > LATE_MS,
    alarm,
  };
}
