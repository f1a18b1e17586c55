/** Where the reader is in a long page: kept when anything above grows, known when they stand at its end. */
import type { RefObject } from "preact";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { EntryView } from "@/vault/api";

const NEAR_END_PX = 120;
/** How long after opening the end is held while late parts (who has read) still change heights. */
const SETTLING_MS = 3_000;

export interface ScrollPlace {
  readonly atEnd: boolean;
  readonly toEnd: () => void;
}

interface Place {
  /** The first entry in sight, and where its top was. */
  anchor: { readonly seq: string; readonly top: number } | null;
  atEnd: boolean;
  openedAt: number;
}

function distanceToEnd(): number {
  const page = document.documentElement;
  return page.scrollHeight - page.scrollTop - page.clientHeight;
}

function toEnd(): void {
  scrollTo({ top: document.documentElement.scrollHeight });
}

/** Keep the first entry that was in sight where it was, whatever is loaded or grows above it. */
export function useScrollPlace(
  list: RefObject<HTMLElement | null>,
  entries: readonly EntryView[],
): ScrollPlace {
  const [atEnd, setAtEnd] = useState(true);
  const place = useRef<Place>({ anchor: null, atEnd: true, openedAt: 0 });

  const look = useCallback(() => {
    const near = distanceToEnd() < NEAR_END_PX;
    setAtEnd(near);
    place.current.atEnd = near;
    const first = firstInSight(list.current);
    place.current.anchor = first
      ? { seq: first.getAttribute("data-seq") ?? "", top: first.getBoundingClientRect().top }
      : null;
  }, [list]);

  const hold = useCallback(
    (evenAtEnd: boolean) => {
      const { anchor, atEnd: end } = place.current;
      const held = anchor && list.current?.querySelector(`[data-seq="${anchor.seq}"]`);
      if (end && evenAtEnd) toEnd();
      else if (held) scrollBy(0, held.getBoundingClientRect().top - anchor.top);
      look();
    },
    [list, look],
  );

  useLayoutEffect(() => {
    if (!list.current || entries.length === 0) return;
    if (place.current.openedAt > 0) return hold(true);
    place.current.openedAt = performance.now();
    openAtUnread(list.current);
    look();
  }, [entries, list]);

  useEffect(() => {
    addEventListener("scroll", look, { passive: true });
    addEventListener("resize", look);
    const grown = new ResizeObserver(() => hold(performance.now() - place.current.openedAt < SETTLING_MS));
    if (list.current) grown.observe(list.current);
    return () => {
      grown.disconnect();
      removeEventListener("scroll", look);
      removeEventListener("resize", look);
    };
  }, [list]);

  return { atEnd, toEnd };
}

function firstInSight(list: HTMLElement | null): Element | undefined {
  const all = [...(list?.querySelectorAll("[data-seq]") ?? [])];
  return all.find((one) => one.getBoundingClientRect().bottom > 0);
}

/** The first unread line a third down the screen, or the newest entry at the foot. */
function openAtUnread(list: HTMLElement): void {
  const line = list.querySelector("[data-new]");
  if (line) scrollBy(0, line.getBoundingClientRect().top - innerHeight / 3);
  else toEnd();
}
