/** The part of a thread that is on the page: opened at what is unread, older and newer loaded on demand. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { troubleOf, useVault } from "@/app/vault";
import type { EntryView, Hex, ThreadPage, Trouble } from "@/vault/api";

const PAGE = 50;
/** Read entries shown above the first unread one, so that a person knows where they are. */
const BEFORE_UNREAD = 10;

export interface ThreadState {
  readonly entries: readonly EntryView[];
  readonly ready: boolean;
  readonly trouble: Trouble | undefined;
  readonly busy: "older" | "newer" | null;
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
  readonly older: () => Promise<void>;
  readonly newer: () => Promise<void>;
  /** Show the newest too; what lies between and was not loaded is dropped with what came before it. */
  readonly latest: () => Promise<void>;
  readonly again: () => void;
}

interface Held {
  readonly entries: readonly EntryView[];
  readonly seq: number;
  readonly ready: boolean;
}

const NOTHING: Held = { entries: [], seq: 0, ready: false };

/** Put `page` beside what is held; what it says again replaces what was said before. */
export function merged(held: readonly EntryView[], page: ThreadPage): readonly EntryView[] {
  const bySeq = new Map(held.map((entry) => [entry.seq, entry]));
  for (const entry of page.entries) bySeq.set(entry.seq, entry);
  return [...bySeq.values()].toSorted((a, b) => a.seq - b.seq);
}

/** Where the first page ends: null for the newest, else just after the first unread ones. */
export function startBefore(readSeq: number, seq: number): number | null {
  const unread = seq - readSeq;
  return unread <= PAGE - BEFORE_UNREAD ? null : readSeq + 1 + PAGE - BEFORE_UNREAD;
}

export function useThread(circle: Hex, readSeq: number, seq: number): ThreadState {
  const vault = useVault();
  const [held, setHeld] = useState<Held>(NOTHING);
  const [trouble, setTrouble] = useState<Trouble | undefined>(undefined);
  const [busy, setBusy] = useState<"older" | "newer" | null>(null);
  const [turn, setTurn] = useState(0);
  const now = useRef(held);
  now.current = held;

  const take = useCallback((page: ThreadPage, fresh = false) => {
    setTrouble(undefined);
    setHeld((before) => ({
      entries: fresh ? page.entries : merged(before.entries, page),
      seq: Math.max(page.seq, fresh ? 0 : before.seq),
      ready: true,
    }));
  }, []);
  const fail = useCallback((reason: unknown) => setTrouble(troubleOf(reason)), []);

  useEffect(() => {
    let left = false;
    setHeld(NOTHING);
    vault.thread(circle, startBefore(readSeq, seq), PAGE).then(
      (page) => left || take(page, true),
      (reason: unknown) => left || fail(reason),
    );
    return () => void (left = true);
    // Where it opens is settled once: reading on must not move the page.
  }, [vault, circle, turn]);

  const load = useCallback(
    async (which: "older" | "newer") => {
      const { entries } = now.current;
      const first = entries[0]?.seq ?? 1;
      const last = entries.at(-1)?.seq ?? 0;
      setBusy(which);
      try {
        take(await vault.thread(circle, which === "older" ? first : last + 1 + PAGE, PAGE));
      } catch (reason) {
        fail(reason);
      } finally {
        setBusy(null);
      }
    },
    [vault, circle],
  );
  const older = useCallback(() => load("older"), [load]);
  const newer = useCallback(() => load("newer"), [load]);
  const latest = useCallback(async () => {
    try {
      const page = await vault.thread(circle, null, PAGE);
      const last = now.current.entries.at(-1)?.seq ?? 0;
      take(page, page.first > last + 1);
    } catch (reason) {
      fail(reason);
    }
  }, [vault, circle]);

  useLive(circle, now, held.ready, take, setHeld);
  const last = held.entries.at(-1)?.seq ?? 0;
  return {
    entries: held.entries,
    ready: held.ready,
    trouble,
    busy,
    hasOlder: (held.entries[0]?.seq ?? 1) > 1,
    hasNewer: held.ready && last < held.seq,
    older,
    newer,
    latest,
    again: () => setTurn((before) => before + 1),
  };
}

/**
 * What arrives while the page is open: added when its end is on the page, else only counted. What is told before
 * the first entries are there is looked at once they are.
 */
function useLive(
  circle: Hex,
  now: { readonly current: Held },
  ready: boolean,
  take: (page: ThreadPage, fresh?: boolean) => void,
  setHeld: (change: (before: Held) => Held) => void,
): void {
  const vault = useVault();
  const early = useRef<number | null>(null);
  const hear = useCallback(
    (told: number) => {
      const { entries, seq, ready: there } = now.current;
      if (!there) {
        early.current = Math.max(early.current ?? 0, told);
        return;
      }
      const last = entries.at(-1)?.seq ?? 0;
      if (last < seq) return setHeld((before) => ({ ...before, seq: Math.max(before.seq, told) }));
      vault.thread(circle, null, PAGE).then(
        (page) => {
          // An erasure changes what stands further up, so all of it is asked for again.
          const gap = page.first > last + 1;
          if (gap) return setHeld((before) => ({ ...before, seq: page.seq }));
          take(page);
          if (page.entries.some(({ seq: at, kind }) => at > last && kind === "erase"))
            void again(entries, page.first);
        },
        () => undefined,
      );
    },
    [vault, circle],
  );
  useEffect(
    () =>
      vault.subscribe((event) => {
        if (event.type === "changed" && event.what === "circle" && event.circle === circle) hear(event.seq);
      }),
    [vault, circle, hear],
  );
  useEffect(() => {
    if (!ready || early.current === null) return;
    const told = early.current;
    early.current = null;
    hear(told);
  }, [ready, hear]);

  /** Read what stood on the page before `from` once more. */
  async function again(entries: readonly EntryView[], from: number): Promise<void> {
    for (let before = from; before > (entries[0]?.seq ?? 1); before -= PAGE)
      await vault.thread(circle, before, PAGE).then(
        (page) => take(page),
        () => undefined,
      );
  }
}
