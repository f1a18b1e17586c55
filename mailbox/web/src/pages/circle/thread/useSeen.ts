/** Read receipts: sent only for entries that stood in sight, on a page that was being looked at. */
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useVault } from "@/app/vault";
import { seenThrough } from "@/pages/circle/thread/grouping";
import type { EntryView, Hex } from "@/vault/api";

/** How long an entry must stand in sight. */
const LOOK_MS = 700;

/** Watch the entries inside `list`, and say how far this person has read. */
export function useSeen(
  circle: Hex,
  list: RefObject<HTMLElement | null>,
  entries: readonly EntryView[],
  readSeq: number,
): void {
  const vault = useVault();
  const seen = useRef(new Set<number>());
  const told = useRef(readSeq);
  const shown = useRef(entries);
  shown.current = entries;

  useEffect(() => {
    seen.current = new Set();
    told.current = readSeq;
  }, [circle]);

  useEffect(() => {
    const inSight = new Set<number>();
    let timer: ReturnType<typeof setTimeout> | undefined;

    function settle(): void {
      if (document.visibilityState !== "visible") return;
      for (const seq of inSight) seen.current.add(seq);
      // Entries before the first on the page were read in an earlier visit, or are older than the page.
      const through = seenThrough(shown.current, seen.current, told.current);
      if (through <= told.current) return;
      const before = told.current;
      told.current = through;
      vault.markRead(circle, through).catch(() => (told.current = Math.min(told.current, before)));
    }

    function later(): void {
      clearTimeout(timer);
      timer = setTimeout(settle, LOOK_MS);
    }

    const observer = new IntersectionObserver(hear, { rootMargin: `0px 0px -${coveredPx()}px` });
    function hear(changes: readonly IntersectionObserverEntry[]): void {
      for (const change of changes) {
        const seq = Number(change.target.getAttribute("data-end"));
        if (change.isIntersecting) inSight.add(seq);
        else inSight.delete(seq);
      }
      later();
    }
    for (const end of list.current?.querySelectorAll("[data-end]") ?? []) observer.observe(end);
    document.addEventListener("visibilitychange", later);
    return () => {
      observer.disconnect();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", later);
    };
  }, [vault, circle, list, entries]);
}

/** How much of the foot of the screen the writing box covers. */
function coveredPx(): number {
  const box = document.querySelector(".kith-composer");
  if (!box || getComputedStyle(box).position !== "sticky") return 0;
  return Math.round(Math.min(box.getBoundingClientRect().height, innerHeight / 2));
}
