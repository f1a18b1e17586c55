/**
 * What stands in one draft's slot: the words of each tab that writes there, newest first. So no tab writes over
 * another's words, and a slot stays one sealed piece under one name, of four tabs at most.
 */
import type { Desk } from "@/end/desk";
import { fits, readDraft, saveDraft } from "@/end/drafts";
import type { Connection } from "@/hub/connection";

const MOST = 4;
/** Between tabs, and between a tab and its words; nobody types them. */
const BETWEEN = "\u001e";
const AFTER = "\u001f";

/** The words of one tab; `tab` is empty where nobody writes them any more. */
export interface Written {
  readonly tab: string;
  readonly text: string;
}

export async function readSlot(desk: Desk, slot: string, by?: Connection): Promise<readonly Written[]> {
  const kept = await readDraft(desk, slot, by);
  return kept === "" ? [] : kept.split(BETWEEN).map(parted);
}

/** Keep these; the oldest give way where they are too many or too long. Throws as `saveDraft` does. */
export async function saveSlot(
  desk: Desk,
  slot: string,
  all: readonly Written[],
  by?: Connection,
): Promise<void> {
  const some = all.filter((each) => each.text !== "").slice(0, MOST);
  while (some.length > 1 && !fits(desk, joined(some))) some.pop();
  await saveDraft(desk, slot, joined(some), by);
}

function joined(all: readonly Written[]): string {
  return all.map(({ tab, text }) => `${tab}${AFTER}${plain(text)}`).join(BETWEEN);
}

function parted(kept: string): Written {
  const end = kept.indexOf(AFTER);
  return end < 0 ? { tab: "", text: kept } : { tab: kept.slice(0, end), text: kept.slice(end + 1) };
}

function plain(text: string): string {
  return text.replaceAll(BETWEEN, " ").replaceAll(AFTER, " ");
}
