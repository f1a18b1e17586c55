/**
 * Pins: how far this worker has verified everything, so that nobody can take them back (keyholder/pins.py).
 *
 * Sealed under the worker's own key, kept at the hub and on this device, and only moving forward. The version
 * is sealed in, so an old copy cannot pass for the newest. Tabs and devices never fight over them: who comes
 * second takes in what the first kept, and keeps both.
 */
import { AlarmKind, type EvidenceKeeper } from "@/end/alarms";
import { NotReady, Refused } from "@/end/errors";
import { SealedPins } from "@/end/signinanswers";
import type { LocalState } from "@/end/state";
import { Nothing } from "@/hub/answers";
import type { Connection } from "@/hub/connection";
import { concat, equal, toHex, uint64, utf8 } from "@/protocol/bytes";
import * as encoding from "@/protocol/encoding";
import { emptyRoot } from "@/protocol/merkle";
import { lock, unlock } from "@/protocol/private/secrets";

const CIRCLES = 2000;
const ORGANISATIONS = 2000;
const WITHDRAWN = 4000;
const TRIES = 20;
const NAME = "pins";
const CONTEXT = utf8("kith/1/pins\0");
const NONE = new Uint8Array(0);

/** How far one chain or one circle was verified. */
export interface Place {
  readonly id: Uint8Array;
  readonly length: number;
  readonly head: Uint8Array;
}
const Place = encoding.struct<Place>({
  id: encoding.bytes(16, 32),
  length: encoding.UINT,
  head: encoding.HASH,
});

/** A withdrawal that was seen: of which organisation, and its digest. */
interface Withdrawn {
  readonly organisation: Uint8Array;
  readonly digest: Uint8Array;
}
const Withdrawn = encoding.struct<Withdrawn>({ organisation: encoding.ID, digest: encoding.HASH });

/** Everything that was verified. */
interface Pinned {
  readonly version: number;
  readonly worker: Uint8Array;
  readonly root: number;
  readonly rootDigest: Uint8Array;
  readonly logSize: number;
  readonly logRoot: Uint8Array;
  readonly organisations: readonly Place[];
  readonly circles: readonly Place[];
  readonly organisation: Uint8Array;
  readonly genesis: Uint8Array;
  readonly withdrawn: readonly Withdrawn[];
}
const Pinned = encoding.struct<Pinned>({
  version: encoding.VERSION_FIELD,
  worker: encoding.ID,
  root: encoding.UINT,
  rootDigest: encoding.HASH,
  logSize: encoding.UINT,
  logRoot: encoding.HASH,
  organisations: encoding.list(Place, 0, ORGANISATIONS),
  circles: encoding.list(Place, 0, CIRCLES),
  organisation: encoding.bytes(0, 16),
  genesis: encoding.bytes(0, 32),
  withdrawn: encoding.list(Withdrawn, 0, WITHDRAWN),
});

/** The own organisation and its beginning, once the authority has vouched for them. */
export interface Own {
  readonly organisation: Uint8Array;
  readonly genesis: Uint8Array;
}

/** One worker's pins. */
export class Pins {
  readonly #worker: Uint8Array;
  readonly #key: Uint8Array;
  readonly #state: LocalState;
  readonly #keeper: EvidenceKeeper;
  readonly #organisations = new Map<string, Place>();
  readonly #circles = new Map<string, Place>();
  readonly #withdrawn = new Map<string, Withdrawn>();
  /** Counts what was kept at the hub. */
  version = 0;
  root = 0;
  rootDigest: Uint8Array = new Uint8Array(32);
  logSize = 0;
  logRoot: Uint8Array = emptyRoot();
  own: Own | null = null;
  #changed = false;
  #saving: Promise<void> = Promise.resolve();

  constructor(worker: Uint8Array, key: Uint8Array, state: LocalState, keeper: EvidenceKeeper) {
    this.#worker = worker;
    this.#key = key;
    this.#state = state;
    this.#keeper = keeper;
  }

  /**
   * Take the copies of this device and of the hub together.
   *
   * Throws Alarm: the hub's copy is older than this device's, is not ours, or contradicts it.
   */
  async load(connection: Connection): Promise<void> {
    await this.#takeLocal();
    const answer = await connection.get("/v1/me/pins", SealedPins);
    const sealed = answer.sealed ?? NONE;
    if (answer.version < this.version || (answer.version > 0 && sealed.length === 0)) {
      throw this.#keeper.alarm(AlarmKind.PINS_WOUND_BACK, { shown: sealed });
    }
    if (answer.version > 0) this.#take(await this.#open(answer.version, sealed));
    this.version = answer.version;
  }

  /** Keep what changed, at the hub and here. Another tab's or device's newer copy is taken in first. */
  async save(connection: Connection): Promise<void> {
    const before = this.#saving.catch(() => undefined);
    this.#saving = before.then(() => this.#save(connection));
    await this.#saving;
  }

  /** Keep what was verified on this device alone. */
  async keepHere(): Promise<void> {
    await this.#state.locked(async () => {
      await this.#takeLocal();
      await this.#state.write(NAME, concat(uint64(this.version), encoding.pack(Pinned, this.#now())));
    });
  }

  /** Whether anything is still to be kept. */
  get changed(): boolean {
    return this.#changed;
  }

  /** How far that organisation's chain was verified. */
  organisation(organisation: Uint8Array): Place | null {
    return this.#organisations.get(toHex(organisation)) ?? null;
  }

  /** How far that circle was verified. */
  circle(circle: Uint8Array): Place | null {
    return this.#circles.get(toHex(circle)) ?? null;
  }

  /** Every circle that was ever verified. */
  circles(): readonly Uint8Array[] {
    return [...this.#circles.values()].map((place) => place.id);
  }

  /** Move forward. */
  pinOrganisation(organisation: Uint8Array, length: number, head: Uint8Array): void {
    this.#forward(this.#organisations, { id: organisation, length, head });
  }

  /** Move forward. */
  pinCircle(circle: Uint8Array, seq: number, head: Uint8Array): void {
    this.#forward(this.#circles, { id: circle, length: seq, head });
  }

  /** For ever: nobody's organisation changes. Throws Alarm when another is pinned. */
  pinOwn(organisation: Uint8Array, genesis: Uint8Array): void {
    if (this.own === null) {
      this.own = { organisation, genesis };
      this.#changed = true;
    } else if (!equal(this.own.organisation, organisation) || !equal(this.own.genesis, genesis)) {
      const material = { known: this.own.organisation, shown: organisation };
      throw this.#keeper.alarm(AlarmKind.KEY_SUBSTITUTED, material);
    }
  }

  /** The digests of all withdrawals that were ever seen for that organisation. */
  withdrawn(organisation: Uint8Array): readonly Uint8Array[] {
    const all = [...this.#withdrawn.values()];
    return all.filter((seen) => equal(seen.organisation, organisation)).map((seen) => seen.digest);
  }

  /** For ever: what the authority has withdrawn stays withdrawn. */
  pinWithdrawn(organisation: Uint8Array, digest: Uint8Array): void {
    if (this.#withdrawn.has(toHex(digest))) return;
    this.#withdrawn.set(toHex(digest), { organisation, digest });
    this.#changed = true;
  }

  /** Move forward. */
  pinLog(size: number, root: Uint8Array): void {
    if (size <= this.logSize) return;
    this.logSize = size;
    this.logRoot = root;
    this.#changed = true;
  }

  /** Move forward. */
  pinRoot(number: number, digest: Uint8Array): void {
    if (number <= this.root) return;
    this.root = number;
    this.rootDigest = digest;
    this.#changed = true;
  }

  async #save(connection: Connection): Promise<void> {
    for (let turn = 0; this.#changed; turn++) {
      if (turn === TRIES) throw new NotReady("This is signed in at too many places at once. Try again.");
      this.#changed = false;
      await this.#put(connection).catch((error: unknown) => {
        this.#changed = true;
        throw error;
      });
    }
    await this.keepHere();
  }

  async #put(connection: Connection): Promise<void> {
    const version = this.version + 1;
    const sealed = await lock(this.#key, encoding.pack(Pinned, this.#now()), this.#context(version));
    try {
      await connection.put("/v1/me/pins", { version, sealed }, Nothing, { again: false });
      this.version = version;
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 409) throw error;
      await this.#catchUp(connection, version);
    }
  }

  /** Version `taken` was there already, so the hub has it or a later one. */
  async #catchUp(connection: Connection, taken: number): Promise<void> {
    const least = Math.max(taken, this.version);
    const answer = await connection.get("/v1/me/pins", SealedPins);
    if (answer.version < least || answer.sealed === null) {
      throw this.#keeper.alarm(AlarmKind.PINS_WOUND_BACK, { shown: answer.sealed ?? NONE });
    }
    this.#take(await this.#open(answer.version, answer.sealed));
    this.version = Math.max(this.version, answer.version);
    this.#changed = true;
  }

  /** What this device kept, perhaps another tab a moment ago. */
  async #takeLocal(): Promise<void> {
    const local = await this.#state.read(NAME);
    if (local === null || local.length < 8) return;
    const version = Number(new DataView(local.buffer, local.byteOffset).getBigUint64(0));
    this.version = Math.max(this.version, version);
    this.#take(encoding.unpack(Pinned, local.subarray(8)));
  }

  async #open(version: number, sealed: Uint8Array): Promise<Pinned> {
    try {
      return encoding.unpack(Pinned, await unlock(this.#key, sealed, this.#context(version)));
    } catch {
      throw this.#keeper.alarm(AlarmKind.PINS_WOUND_BACK, { shown: sealed });
    }
  }

  #take(pinned: Pinned): void {
    this.pinRoot(pinned.root, pinned.rootDigest);
    this.pinLog(pinned.logSize, pinned.logRoot);
    for (const place of pinned.organisations) this.#forward(this.#organisations, place);
    for (const place of pinned.circles) this.#forward(this.#circles, place);
    if (pinned.organisation.length > 0) this.pinOwn(pinned.organisation, pinned.genesis);
    for (const seen of pinned.withdrawn) this.pinWithdrawn(seen.organisation, seen.digest);
  }

  #forward(places: Map<string, Place>, place: Place): void {
    const name = toHex(place.id);
    const known = places.get(name);
    if (known !== undefined && known.length >= place.length) {
      if (known.length === place.length && !equal(known.head, place.head)) {
        const material = { known: encoding.pack(Place, known), shown: encoding.pack(Place, place) };
        throw this.#keeper.alarm(AlarmKind.HISTORY_CHANGED, material);
      }
      return;
    }
    places.delete(name); // the latest change stands last
    places.set(name, place);
    this.#changed = true;
  }

  #now(): Pinned {
    return {
      version: 1,
      worker: this.#worker,
      root: this.root,
      rootDigest: this.rootDigest,
      logSize: this.logSize,
      logRoot: this.logRoot,
      organisations: [...this.#organisations.values()].slice(-ORGANISATIONS),
      circles: [...this.#circles.values()].slice(-CIRCLES),
      organisation: this.own?.organisation ?? NONE,
      genesis: this.own?.genesis ?? NONE,
      withdrawn: [...this.#withdrawn.values()].slice(-WITHDRAWN),
    };
  }

  #context(version: number): Uint8Array {
    return concat(CONTEXT, this.#worker, uint64(version));
  }
}
