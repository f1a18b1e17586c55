/** Where the reader is in a long page: kept when something is put above, known when they stand at its end. */
import type { RefObject } from "preact";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { EntryView } from "@/vault/api";

const NEAR_END_PX = 120;

export interface ScrollPlace {
  readonly atEnd: boolean;
  readonly toEnd: () => void;
}

function distanceToEnd(): number {
  const page = document.documentElement;
  return page.scrollHeight - page.scrollTop - page.clientHeight;
}

/** Keep the first entry that was in sight where it was, whatever was loaded above it. */
export function useScrollPlace(
  list: RefObject<HTMLElement | null>,
  entries: readonly EntryView[],
): ScrollPlace {
  const [atEnd, setAtEnd] = useState(true);
  const anchor = useRef<{ readonly seq: string; readonly top: number } | null>(null);
  const stayAtEnd = useRef(false);
  const opened = useRef(false);

  useEffect(() => {
    function look(): void {
      const near = distanceToEnd() < NEAR_END_PX;
      setAtEnd(near);
      stayAtEnd.current = near;
      const first = firstInSight(list.current);
      anchor.current = first
        ? { seq: first.getAttribute("data-seq") ?? "", top: first.getBoundingClientRect().top }
        : null;
    }
    addEventListener("scroll", look, { passive: true });
    addEventListener("resize", look);
    look();
    return () => {
      removeEventListener("scroll", look);
      removeEventListener("resize", look);
    };
  }, [list]);

  useLayoutEffect(() => {
    if (!list.current || entries.length === 0) return;
    if (!opened.current) {
      opened.current = true;
      openAtUnread(list.current);
      return;
    }
    const held = anchor.current;
    if (stayAtEnd.current) return scrollTo({ top: document.documentElement.scrollHeight });
    if (!held) return;
    const place = list.current.querySelector(`[data-seq="${held.seq}"]`);
    if (place) scrollBy(0, place.getBoundingClientRect().top - held.top);
  }, [entries, list]);

  const toEnd = useCallback(() => {
    scrollTo({ top: document.documentElement.scrollHeight });
  }, []);
  return { atEnd, toEnd };
}

function firstInSight(list: HTMLElement | null): Element | undefined {
  const all = [...(list?.querySelectorAll("[data-seq]") ?? [])];
  return all.find((one) => one.getBoundingClientRect().bottom > 0);
}

/** The first unread line a third down the screen, or the newest entry at the foot. */
function openAtUnread(list: HTMLElement): void {
  const line = list.querySelector("[data-new]");
  if (!line) return scrollTo({ top: document.documentElement.scrollHeight });
  scrollBy(0, line.getBoundingClientRect().top - innerHeight / 3);
}
