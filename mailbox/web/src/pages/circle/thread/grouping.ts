/** A thread as it is shown: entries under headings of their day, and one line where the unread begin. */
import { sayDate } from "@/app/time";
import type { EntryView, Milliseconds } from "@/vault/api";

export type Shown =
  | { readonly type: "day"; readonly key: string; readonly at: Milliseconds }
  | { readonly type: "new"; readonly key: string }
  | { readonly type: "entry"; readonly key: string; readonly entry: EntryView };

/** The day of a time by London's calendar, always with its year: "22 November 2026". */
export function dayOf(at: Milliseconds): string {
  return sayDate(at, 0);
}

/**
 * Put headings between `entries` (oldest first). `newAfter`: what was read when the thread was opened; the line
 * stands before the first entry of others after it, or nowhere.
 */
export function grouped(entries: readonly EntryView[], newAfter: number): readonly Shown[] {
  const firstNew = entries.find((entry) => entry.seq > newAfter && !entry.mine)?.seq;
  const shown: Shown[] = [];
  let day = "";
  for (const entry of entries) {
    const today = dayOf(entry.receivedAt);
    if (today !== day) shown.push({ type: "day", key: `day-${entry.seq}`, at: entry.receivedAt });
    day = today;
    if (entry.seq === firstNew) shown.push({ type: "new", key: "new" });
    shown.push({ type: "entry", key: `entry-${entry.seq}`, entry });
  }
  return shown;
}

/** How many lines with words of others came after `seq`. */
export function arrivedAfter(entries: readonly EntryView[], seq: number): number {
  return entries.filter((entry) => entry.seq > seq && !entry.mine && hasWords(entry)).length;
}

const SPOKEN: readonly EntryView["kind"][] = ["message", "document"];

/** Entries with words of a person get a box of their own; others are one quiet line. */
export function hasWords(entry: EntryView): boolean {
  return entry.state === "fault" || SPOKEN.includes(entry.kind);
}

/** The furthest entry up to which every loaded one after `from` was in sight. */
export function seenThrough(entries: readonly EntryView[], seen: ReadonlySet<number>, from: number): number {
  let through = from;
  for (const { seq, mine } of entries) {
    if (seq <= through) continue;
    if (seq !== through + 1 || !(mine || seen.has(seq))) break;
    through = seq;
  }
  return through;
}
