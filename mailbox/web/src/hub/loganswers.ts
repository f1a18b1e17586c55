/** What the hub may answer about the access log, bounded like all its answers (keyholder/answers.py). */
import { HASH, NOTE, NUMBER, PACKED, SIGNATURE, WORD } from "@/hub/answers";
import { answer, listOf, maybe } from "@/hub/decoding";

/** The access log's signed note. */
export interface CheckpointNote {
  readonly note: string;
}
export const CheckpointNote = answer<CheckpointNote>({ note: NOTE });

/** A proof of consistency. */
export interface Path {
  readonly path: readonly Uint8Array[];
}
export const Path = answer<Path>({ path: listOf(HASH, 64) });

/** A proof of inclusion. */
export interface Inclusion {
  readonly index: number;
  readonly path: readonly Uint8Array[];
}
export const Inclusion = answer<Inclusion>({ index: NUMBER, path: listOf(HASH, 64) });

/** One statement of the access log, with the salt of its leaf. */
export interface StatementRow {
  readonly index: number;
  readonly salt: Uint8Array;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  readonly receivedAt: number;
  readonly alert: string | null;
}
export const StatementRow = answer<StatementRow>({
  index: NUMBER,
  salt: HASH,
  payload: PACKED,
  signature: SIGNATURE,
  receivedAt: NUMBER,
  alert: maybe(WORD),
});
