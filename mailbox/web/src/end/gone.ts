/**
 * Circles that the hub no longer shows, of which it was told here (keyholder/circles.py). To be left out and
 * refused looks as being removed does, which nobody outside a circle can verify: so it is said, once.
 */
import type { LocalState } from "@/end/state";
import { concat, fromHex, toHex } from "@/protocol/bytes";

const NAME = "gone";
const MOST = 2000;
const ID = 32;

/** Note that it is told of `circle` (hex) now. Whether it was not told before. */
export async function tellOnce(state: LocalState, circle: string): Promise<boolean> {
  const kept = (await state.read(NAME)) ?? new Uint8Array(0);
  const told = new Set<string>();
  for (let start = 0; start + ID <= kept.length; start += ID)
    told.add(toHex(kept.subarray(start, start + ID)));
  if (told.has(circle)) return false;
  const all = [...told, circle].slice(-MOST);
  await state.write(NAME, concat(...all.map(fromHex)));
  return true;
}
