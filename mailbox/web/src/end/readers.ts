/**
 * Who has read how far, by the readers' own signed statements.
 *
 * Each is checked against the reader's organisation and against our own history, so that two people who were
 * shown different things find out. A receipt that does not hold is marked, and says nothing about others.
 */
import { Alarm, AlarmKind } from "@/end/alarms";
import { FRESH_MS } from "@/end/directory";
import { Refused } from "@/end/errors";
import { type Logbook, listings } from "@/end/logbook";
import { saidBy } from "@/end/thread";
import * as answers from "@/hub/answers";
import { equal, toHex } from "@/protocol/bytes";
import { CryptoError, NotAllowed } from "@/protocol/errors";
import { ByteSet } from "@/protocol/keyed";
import { Act, ObjectKind, type Statement, type StatementObject } from "@/protocol/statements";

/**
 * Someone who has read up to `seq`, by their own signature; with an `alarm`, nothing of it holds and `seq` and
 * `at` are 0.
 */
export interface Reader {
  readonly organisation: Uint8Array;
  readonly worker: Uint8Array;
  readonly seq: number;
  readonly at: number;
  readonly alarm: Alarm | null;
}

/** Everyone whom the hub has a receipt of, each verified or marked. */
export async function readersOf(book: Logbook): Promise<Reader[]> {
  await book.sync();
  const path = `/v1/circles/${toHex(book.id)}/readers`;
  const page = await book.desk.connection.get(path, answers.page(answers.ReaderRow));
  const placed = new ByteSet(
    book.entries.flatMap((verified) => listings(verified.facts).map((listing) => listing.organisation)),
  );
  const readers: Reader[] = [];
  for (const row of page.items) readers.push(await readerOf(book, row, placed));
  return readers;
}

async function readerOf(book: Logbook, row: answers.ReaderRow, placed: ByteSet): Promise<Reader> {
  const { organisation, worker } = row;
  try {
    if (!placed.has(organisation)) throw alarm(book, AlarmKind.GHOST, row);
    const statement = await verifiedStatement(book, row);
    const seen = seenBy(book, row, statement);
    await compare(book, row, seen);
    return { organisation, worker, seq: seen.start, at: statement.at, alarm: null };
  } catch (error) {
    if (error instanceof Alarm) return { organisation, worker, seq: 0, at: 0, alarm: error };
    throw error;
  }
}

/** What the reader signed about this circle; they may have joined their organisation just now. */
async function verifiedStatement(book: Logbook, row: answers.ReaderRow): Promise<Statement> {
  try {
    const statement = await saidFresh(book, row);
    checkAbout(statement, row, book.id);
    return statement;
  } catch (error) {
    if (error instanceof CryptoError) throw alarm(book, AlarmKind.FORGED, row);
    if (error instanceof Refused && error.status === 404) throw alarm(book, AlarmKind.GHOST, row);
    throw error;
  }
}

async function saidFresh(book: Logbook, row: answers.ReaderRow): Promise<Statement> {
  try {
    return await said(book, row, FRESH_MS);
  } catch (error) {
    if (error instanceof CryptoError) return said(book, row, 0);
    throw error;
  }
}

async function said(book: Logbook, row: answers.ReaderRow, maxAge: number): Promise<Statement> {
  const { directory } = book.desk;
  await directory.know([row.organisation], maxAge);
  const chain = directory.organisation(row.organisation);
  return saidBy(chain, { payload: row.payload, signature: row.signature });
}

/** The one head that a read receipt names. */
function seenBy(book: Logbook, row: answers.ReaderRow, statement: Statement): StatementObject {
  const [seen, more] = statement.objects;
  const right = seen !== undefined && more === undefined && seen.kind === ObjectKind.ENTRIES;
  if (!right || seen.stop !== seen.start + 1) throw alarm(book, AlarmKind.MANGLED, row);
  return seen;
}

/** Did they see what we see? */
async function compare(book: Logbook, row: answers.ReaderRow, seen: StatementObject): Promise<void> {
  if (seen.start > book.log.seq) await book.sync();
  const head = book.log.heads[seen.start];
  if (head === undefined || !equal(head, seen.id)) throw alarm(book, AlarmKind.HISTORIES_DIFFER, row);
}

function alarm(book: Logbook, kind: AlarmKind, row: answers.ReaderRow): Alarm {
  return book.alarm(kind, { statement: row.payload, signature: row.signature });
}

/** Is it this reader's, of having read this circle? */
function checkAbout(statement: Statement, row: answers.ReaderRow, circle: Uint8Array): void {
  const theirs = equal(statement.worker, row.worker) && equal(statement.organisation, row.organisation);
  if (!theirs || statement.act !== Act.OPENED || !equal(statement.circle, circle)) {
    throw new NotAllowed("another worker's, or about something else");
  }
}
