/** One at a time, in the order of asking: what two tasks of this worker must not do at once. */

/** A queue of jobs; a job that fails does not stop the next. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Run `job` when every earlier one has ended. */
  run<T>(job: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(job, job);
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}

/** Run `job` for each of `items`, at most `atOnce` at a time; the results in the items' order. */
export async function sideBySide<T, R>(
  items: readonly T[],
  atOnce: number,
  job: (item: T, place: number) => Promise<R>,
): Promise<R[]> {
  const results = new Map<number, R>();
  let next = 0;
  async function hand(): Promise<void> {
    for (let place = next++; place < items.length; place = next++) {
      const item = items[place];
      if (item !== undefined) results.set(place, await job(item, place));
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, hand));
  return items.flatMap((_, place) => {
    const result = results.get(place);
    return result === undefined ? [] : [result];
  });
}

/** How long this worker may compute before it listens for questions again. */
const BREATH_MS = 25;
let breathed = 0;

/** Let waiting questions in, when it is time. A timer would wait longer than this does. */
export async function breathe(): Promise<void> {
  const now = performance.now();
  if (now - breathed < BREATH_MS) return;
  const { port1, port2 } = new MessageChannel();
  await new Promise((resolve) => {
    port1.onmessage = resolve;
    port2.postMessage(null);
  });
  port1.close();
  breathed = performance.now();
}
