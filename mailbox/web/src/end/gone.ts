/**
 * Circles that the hub no longer shows, of which it was told here (keyholder/circles.py). To be left out and
 * refused looks as being removed does, which nobody outside a circle can verify: so it is said, once.
 */
import { Alarm, AlarmKind } from "@/end/alarms";
import type { CircleView } from "@/end/circle";
import { Away, KeyholderError, Refused } from "@/end/errors";
import type { LocalState } from "@/end/state";
import { concat, fromHex, toHex } from "@/protocol/bytes";

const NAME = "gone";
const MOST = 2000;
const ID = 32;

/**
 * Look at a circle that the hub's list lacks. An Alarm: its newest history still has the own organisation as a
 * member, or does not hold. "gone": it is refused too, and nobody was told of that yet on this device. "left":
 * the organisation is known to have left it, or was told so. Throws Away.
 */
export async function lookFor(view: CircleView): Promise<Alarm | "gone" | "left"> {
  const { desk } = view.book;
  try {
    await view.sync();
    const inside = view.book.circle.members.has(desk.me.organisation);
    return inside ? view.book.alarm(AlarmKind.CIRCLE_HIDDEN) : "left";
  } catch (error) {
    if (error instanceof Alarm) return error;
    if (error instanceof Away || !(error instanceof KeyholderError)) throw error;
    const unexplained = isRefused(error) && !isOut(view);
    return unexplained && (await tellOnce(desk.state, toHex(view.id))) ? "gone" : "left";
  }
}

/** Whether the history that was verified here says that the own organisation is no member any more. */
function isOut(view: CircleView): boolean {
  const { circle } = view.book.log;
  return circle !== null && !circle.members.has(view.book.desk.me.organisation);
}

function isRefused(error: KeyholderError): boolean {
  return error instanceof Refused && (error.status === 403 || error.status === 404);
}

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
