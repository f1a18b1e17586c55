/**
 * Words put aside: what another tab wrote in the same slot and this one had not seen, kept before it would have been
 * written over. At most three of each slot, all in one place of their own; the oldest go first.
 */
import type { Desk } from "@/end/desk";
import { fits, forgetCopy, readDraft, saveDraft } from "@/end/drafts";
import type { Connection } from "@/hub/connection";

const MOST = 3;
/** Between two of them; nobody types it. */
const BETWEEN = "\u001f";

/** What was put aside in that slot, newest first. */
export async function asidesOf(desk: Desk, slot: string, by?: Connection): Promise<readonly string[]> {
  const kept = await readDraft(desk, placeFor(slot), by);
  return kept === "" ? [] : kept.split(BETWEEN);
}

/** Put these aside too. Throws as `saveDraft` does. */
export async function putAside(desk: Desk, slot: string, words: string, by?: Connection): Promise<void> {
  const plain = words.replaceAll(BETWEEN, " ");
  const before = (await asidesOf(desk, slot, by)).filter((each) => each !== plain);
  await keep(desk, slot, [plain, ...before], by);
}

/** They were used, or are not wanted any more. */
export async function dropAside(desk: Desk, slot: string, words: string): Promise<void> {
  const before = await asidesOf(desk, slot);
  await keep(
    desk,
    slot,
    before.filter((each) => each !== words),
  );
}

/** As `forgetCopy`, for what was put aside. */
export async function forgetAsideCopy(desk: Desk, slot: string): Promise<void> {
  await forgetCopy(desk, placeFor(slot));
}

async function keep(desk: Desk, slot: string, all: readonly string[], by?: Connection): Promise<void> {
  const some = all.slice(0, MOST);
  while (some.length > 1 && !fits(some.join(BETWEEN))) some.pop();
  await saveDraft(desk, placeFor(slot), some.join(BETWEEN), by);
}

function placeFor(slot: string): string {
  return `${slot}\0aside`;
}
