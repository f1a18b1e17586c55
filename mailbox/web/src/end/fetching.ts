/** The statement first, then what it releases: bodies and boxes of a range of entries, keys of epochs. */
import { AlarmKind } from "@/end/alarms";
import type { EpochKeys } from "@/end/epochs";
import type { Logbook } from "@/end/logbook";
import { makeCopy, keepCopies } from "@/end/rewraps";
import * as answers from "@/hub/answers";
import { toHex, utf8 } from "@/protocol/bytes";
import { Act, ObjectKind, type SignedStatement, type StatementObject } from "@/protocol/statements";

export const PAGE = 100;
const MOST = 64 * 1024 * 1024;

/** Why one opens what one is not assigned to: a code of policies' list, words (sealed), and the purpose. */
export interface Glass {
  readonly code: number;
  readonly text: string;
  readonly purpose: number;
}

/** What came: sealed bodies by seq (null: gone), and boxes. */
export interface Released {
  readonly bodies: ReadonlyMap<number, Uint8Array | null>;
  readonly boxes: readonly Uint8Array[];
}

/** What to fetch: `start` to `stop` (excluded) are seqs. */
export interface Wanted {
  readonly start?: number;
  readonly stop?: number;
  readonly epochs?: Iterable<number>;
}

/** State it, fetch it, and open the keys of `epochs`. Throws Alarm, Refused. */
export async function fetchRange(
  book: Logbook,
  keys: EpochKeys,
  wanted: Wanted,
  glass: Glass | null = null,
): Promise<Released> {
  const { start = 0, stop = 0 } = wanted;
  const epochs = [...(wanted.epochs ?? [])];
  const entries = { kind: ObjectKind.ENTRIES, id: book.id, start, stop };
  const objects = [...(stop > start ? [entries] : []), ...keys.asks(epochs)];
  if (objects.length === 0) return { bodies: new Map(), boxes: [] };
  const answer = await ask(book, objects, glass, false);
  checkRange(book, answer, start, stop);
  await keys.takeCopies(answer.wraps, epochs);
  await keys.take(await boxesFor(book, keys, answer.boxes, epochs, glass), epochs);
  copyLater(book, keys);
  return { bodies: new Map(answer.bodies.map((row) => [row.seq, row.body])), boxes: answer.boxes };
}

/** The boxes served; where a copy stood for a box and was bad, all of them, asked for once more. */
async function boxesFor(
  book: Logbook,
  keys: EpochKeys,
  served: readonly Uint8Array[],
  epochs: readonly number[],
  glass: Glass | null,
): Promise<readonly Uint8Array[]> {
  const withheld = keys.withheld(served, epochs);
  if (withheld.length === 0) return served;
  const answer = await ask(book, keys.asks(withheld), glass, true);
  return [...served, ...answer.boxes];
}

/** Keys that came from boxes are copied for the next time; nobody waits for that. */
function copyLater(book: Logbook, keys: EpochKeys): void {
  const epochs = [...keys.uncopied];
  keys.uncopied.clear();
  const copies = epochs.flatMap((epoch) => {
    const key = keys.get(epoch);
    return key === null ? [] : [makeCopy(book.desk, book.id, epoch, key)];
  });
  if (copies.length === 0) return;
  Promise.all(copies)
    .then((made) => keepCopies(book.desk, made))
    .catch(() => undefined); // it only saves time
}

async function ask(
  book: Logbook,
  objects: readonly StatementObject[],
  glass: Glass | null,
  allBoxes: boolean,
): Promise<answers.Fetched> {
  const { desk } = book;
  const { signed, extra } = await stated(book, objects, glass);
  const body = { statement: { payload: signed.payload, signature: signed.signature }, ...extra };
  const options = { most: MOST, ...(allBoxes ? { query: { boxes: "all" } } : {}) };
  const path = `/v1/circles/${toHex(book.id)}/fetch`;
  const answer = await desk.connection.post(path, body, answers.Fetched, options);
  desk.log.heard(answer, [signed]);
  return answer;
}

async function stated(
  book: Logbook,
  objects: readonly StatementObject[],
  glass: Glass | null,
): Promise<{ signed: SignedStatement; extra: { breakGlass?: number; reason?: Uint8Array } }> {
  const { desk, id } = book;
  if (glass === null) return { signed: desk.stateThat(Act.FETCHED, objects, { circle: id }), extra: {} };
  const { commitment, box } = await desk.sealReason(glass.text);
  const about = { circle: id, commitment, purpose: glass.purpose };
  const signed = desk.stateThat(Act.FETCHED, objects, about);
  return { signed, extra: { breakGlass: glass.code, reason: box } };
}

/** The hub serves what was asked for and nothing else. */
function checkRange(book: Logbook, answer: answers.Fetched, start: number, stop: number): void {
  const seqs = answer.bodies.map((row) => row.seq);
  const right = seqs.length === Math.max(0, stop - start) && seqs.every((seq, at) => seq === start + at);
  if (!right) throw book.alarm(AlarmKind.BODY_MISSING, { served: utf8(seqs.join(",")) });
}
