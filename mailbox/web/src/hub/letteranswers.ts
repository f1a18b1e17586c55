/** What the hub may answer about letters, bounded like all its answers (keyholder/answers.py). */
import { BODY, BOX, ID, LOG_FIELDS_OPTIONAL, type LogAnswer, NUMBER, NUMBER_OR_WORD } from "@/hub/answers";
import { answer, bytes, flag, maybe, or } from "@/hub/decoding";

/** A letter that waits. */
export interface LetterRow {
  readonly letter: Uint8Array;
  readonly kind: number | string;
  readonly senderOrganisation: Uint8Array | null;
  readonly receivedAt: number;
  readonly fetched: boolean;
}
export const LetterRow = answer<LetterRow>({
  letter: ID,
  kind: NUMBER_OR_WORD,
  senderOrganisation: maybe(ID),
  receivedAt: NUMBER,
  fetched: or(flag, false),
});

/** The hub took a letter. */
export interface LetterSent {
  readonly letter: Uint8Array;
  readonly receivedAt: number;
}
export const LetterSent = answer<LetterSent>({ letter: ID, receivedAt: NUMBER });

/** A letter as it travels. */
export interface LetterFetched extends LogAnswer {
  readonly header: Uint8Array;
  readonly signature: Uint8Array;
  readonly box: Uint8Array;
  readonly body: Uint8Array;
  readonly receivedAt: number;
}
export const LetterFetched = answer<LetterFetched>({
  ...LOG_FIELDS_OPTIONAL,
  header: bytes(0, 4096),
  signature: bytes(0, 64),
  box: BOX,
  body: BODY,
  receivedAt: NUMBER,
});
