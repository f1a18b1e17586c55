/** Bytes that come piece by piece: cut anew, and worked on several at a time, in order and with flat memory. */

/** Pieces of any size, from memory, a file or the network. */
export type Pieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * The same bytes in blocks of exactly `size`, the last one shorter; none when there are no bytes. A piece that is
 * a block already is passed on as it is. `room` gives the memory for each other: `size` bytes, which may be used.
 */
export async function* blocks(
  pieces: Pieces,
  size: number,
  room: () => Uint8Array = () => new Uint8Array(size),
): AsyncGenerator<Uint8Array> {
  let block: Uint8Array | null = null;
  let filled = 0;
  for await (const piece of pieces) {
    if (filled === 0 && piece.length === size) {
      yield piece;
      continue;
    }
    for (let at = 0; at < piece.length;) {
      const part = piece.subarray(at, at + size - filled);
      block ??= room();
      block.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < size) continue;
      yield block;
      block = null;
      filled = 0;
    }
  }
  if (block !== null) yield block.slice(0, filled);
}

/** `work` on every item, at most `atOnce` of them at a time; results come in the items' order. */
export async function* inOrder<T, R>(
  items: AsyncIterable<T>,
  atOnce: number,
  work: (item: T, index: number) => Promise<R>,
): AsyncGenerator<R> {
  const waiting: Promise<R>[] = [];
  let index = 0;
  for await (const item of items) {
    waiting.push(watched(work(item, index++)));
    const first = waiting.length >= atOnce ? waiting.shift() : undefined;
    if (first !== undefined) yield await first;
  }
  for (const result of waiting) yield await result;
}

/** A failure is told to whoever awaits the result in its turn, not to the page before. */
function watched<R>(result: Promise<R>): Promise<R> {
  result.catch(() => undefined);
  return result;
}
