/** Verified headers kept on this device, sealed, in pieces of 256, so that a long circle opens quickly. */
import type { LocalState } from "@/end/state";
import type { HeaderRow } from "@/hub/answers";
import { toHex } from "@/protocol/bytes";
import { SIGNATURE, TIME, UINT, VERSION_FIELD, bytes, list, pack, struct, unpack } from "@/protocol/encoding";
import { MAX_HEADER } from "@/protocol/entries";
import { CryptoError } from "@/protocol/errors";
import type { Verified } from "@/protocol/log";

const PIECE = 256;
const PIECES = 4096;
const LARGEST = 64 * 1024 * 1024;

const Row = struct<HeaderRow>({
  seq: UINT,
  header: bytes(0, MAX_HEADER),
  signature: SIGNATURE,
  receivedAt: TIME,
});

interface Piece {
  readonly version: number;
  readonly rows: readonly HeaderRow[];
}
const Piece = struct<Piece>({ version: VERSION_FIELD, rows: list(Row, 0, PIECE) });

/** The headers of one circle. On a shared device nothing is kept. */
export class HeaderCache {
  readonly #state: LocalState;
  readonly #prefix: string;
  readonly #writing: boolean;
  #kept = 0;

  constructor(state: LocalState, circle: Uint8Array, writing: boolean) {
    this.#writing = writing && state.kept;
    this.#state = state;
    this.#prefix = `headers-${toHex(circle)}-`;
  }

  /** What was kept, in order. */
  async rows(): Promise<readonly HeaderRow[]> {
    const found: HeaderRow[] = [];
    for (let piece = 0; piece < PIECES; piece++) {
      const rows = await this.#piece(piece);
      if (rows === null) break;
      found.push(...rows);
      if (rows.length < PIECE) break;
    }
    this.#kept = found.length;
    return found;
  }

  /** Write the pieces that changed. */
  async keep(entries: readonly Verified[]): Promise<void> {
    if (!this.#writing || entries.length <= this.#kept) return;
    const first = Math.floor(this.#kept / PIECE);
    this.#kept = entries.length;
    for (let piece = first; piece * PIECE < entries.length; piece++) {
      const rows = entries.slice(piece * PIECE, (piece + 1) * PIECE).map(rowOf);
      await this.#state.write(this.#prefix + piece, pack(Piece, { version: 1, rows }));
    }
  }

  async #piece(piece: number): Promise<readonly HeaderRow[] | null> {
    const data = await this.#state.read(this.#prefix + piece);
    if (data === null) return null;
    try {
      return unpack(Piece, data, LARGEST).rows;
    } catch (error) {
      if (error instanceof CryptoError) return null;
      throw error;
    }
  }
}

function rowOf({ entry, placed }: Verified): HeaderRow {
  return {
    seq: placed.seq,
    header: entry.header,
    signature: entry.signature,
    receivedAt: placed.receivedAt,
  };
}
