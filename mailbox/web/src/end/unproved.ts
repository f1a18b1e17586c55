/**
 * What must still be found in the access log when keys are forgotten: kept sealed on this device, and proved
 * after the next unlock (keyholder/unproved.py). A hub that waits for a lock before it drops a statement is
 * found out all the same.
 *
 * Each tab has a piece of its own, and whoever comes in next takes up all pieces that lie there.
 */
import type { LocalState } from "@/end/state";
import { randomBytes, toHex } from "@/protocol/bytes";
import type { Checkpoint } from "@/protocol/checkpoints";
import * as encoding from "@/protocol/encoding";

const PREFIX = "unproved-";
const PIECES = 16;
/** Statements and notes in one piece. */
export const WAITING = 2000;
export const UNPROVED = 64;

/** An own statement: its leaf must stand at `index`. */
export interface Logged {
  readonly index: number;
  readonly leaf: Uint8Array;
}
const Logged = encoding.struct<Logged>({ index: encoding.UINT, leaf: encoding.HASH });
const Note = encoding.struct<Checkpoint>({
  origin: encoding.SHORT_TEXT,
  size: encoding.UINT,
  root: encoding.HASH,
});

/** Own statements, and what the hub signed of the log that lies on no proved line yet. */
export interface Waiting {
  readonly version: number;
  readonly own: readonly Logged[];
  readonly notes: readonly Checkpoint[];
}
const Waiting = encoding.struct<Waiting>({
  version: encoding.VERSION_FIELD,
  own: encoding.list(Logged, 0, WAITING),
  notes: encoding.list(Note, 0, UNPROVED),
});

/** One tab's piece, and those it took up. */
export class Unproved {
  readonly #state: LocalState;
  readonly #name = PREFIX + toHex(randomBytes(8));
  #taken: readonly string[] = [];
  #written = false;

  constructor(state: LocalState) {
    this.#state = state;
  }

  /** What earlier sessions here could not prove any more. */
  async takeUp(): Promise<readonly Waiting[]> {
    this.#taken = (await this.#state.names(PREFIX)).slice(0, PIECES);
    const pieces = await Promise.all(this.#taken.map((name) => this.#state.read(name)));
    return pieces.flatMap((piece) => (piece === null ? [] : read(piece)));
  }

  /** Keep what waits; with nothing waiting, nothing is kept, of what was taken up either. */
  async keep(own: readonly Logged[], notes: readonly Checkpoint[]): Promise<void> {
    if (own.length + notes.length > 0) {
      this.#written = true;
      await this.#state.write(this.#name, encoding.pack(Waiting, { version: 1, own, notes }));
      return;
    }
    for (const name of this.#written ? [...this.#taken, this.#name] : this.#taken)
      await this.#state.remove(name);
    this.#taken = [];
    this.#written = false;
  }
}

function read(piece: Uint8Array): readonly Waiting[] {
  try {
    return [encoding.unpack(Waiting, piece, 1024 * 1024)];
  } catch {
    return []; // of another version of this program
  }
}
