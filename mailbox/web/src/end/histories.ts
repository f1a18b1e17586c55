/**
 * The next headers of many circles, asked for at once (keyholder/histories.py): a long list would wait for a
 * question for each. Nothing is believed for it: each circle's logbook takes its page as if it had asked alone,
 * and asks alone for what did not come.
 */
import type { Desk } from "@/end/desk";
import { Refused } from "@/end/errors";
import type { Logbook } from "@/end/logbook";
import type { Place } from "@/end/pins";
import * as answers from "@/hub/answers";
import { toHex } from "@/protocol/bytes";

/** Circles in one question. */
const TOGETHER = 500;
const MOST = 64 * 1024 * 1024;

/** A page that was asked for together with others': where it begins, and the pin as it stood before. */
export interface Foreseen {
  readonly after: number;
  readonly pin: Place | null;
  readonly page: answers.Headers;
}

interface Waiting {
  readonly book: Logbook;
  readonly after: number;
  readonly pin: Place | null;
}

/** Ask for what is new in these circles; each finds it at its next `sync`. Throws Away, Refused. */
export async function askTogether(desk: Desk, books: readonly Logbook[]): Promise<void> {
  let waiting: Waiting[] = [];
  for (const book of books) {
    const after = await book.takenUp();
    waiting.push({ book, after, pin: desk.pins.circle(book.id) });
  }
  while (waiting.length > 0) {
    const done = await ask(desk, waiting.slice(0, TOGETHER));
    if (done < 1) return; // each asks for itself
    waiting = waiting.slice(done);
  }
}

/** How many of these the hub looked at. */
async function ask(desk: Desk, waiting: readonly Waiting[]): Promise<number> {
  const circles = waiting.map(({ book, after }) => ({ circle: book.id, after }));
  const answer = await desk.connection
    .post("/v1/circles/histories", { circles }, answers.Histories, { again: true, most: MOST })
    .catch(none);
  const found = new Map(answer.items.map((page) => [toHex(page.circle), page]));
  for (const { book, after, pin } of waiting) {
    const page = found.get(toHex(book.id));
    if (page !== undefined) book.foresee({ after, pin, page });
  }
  return answer.done;
}

/** An older hub does not know the question. */
function none(error: unknown): answers.Histories {
  if (error instanceof Refused && (error.status === 404 || error.status === 405))
    return { items: [], done: 0 };
  throw error;
}
