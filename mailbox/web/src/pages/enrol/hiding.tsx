/**
 * Secret words on a screen that somebody may have walked away from: after a while they are hidden, and one press shows
 * them again for as long as the page still has them.
 */
import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { Button } from "@/components/Button";

/** Long enough to copy eight words by hand. */
const HIDE_AFTER_MS = 3 * 60_000;
const LOOK_MS = 5_000;
const TOUCHES = ["pointerdown", "keydown", "wheel", "touchstart"] as const;

export interface Hiding {
  readonly hidden: boolean;
  readonly show: () => void;
  /** Onto paper, with the words. */
  readonly print: () => void;
}

/** Hidden once nobody has touched the page for a while. */
export function useHiding(): Hiding {
  const [hidden, setHidden] = useState(false);
  const touched = useRef(0);
  useEffect(() => {
    if (hidden) return;
    const touch = () => (touched.current = Date.now());
    const look = () => setHidden(Date.now() - touched.current >= HIDE_AFTER_MS);
    touch();
    const timer = setInterval(look, LOOK_MS);
    document.addEventListener("visibilitychange", look); // a device that slept ran no timer
    for (const name of TOUCHES) addEventListener(name, touch, { passive: true });
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
      for (const name of TOUCHES) removeEventListener(name, touch);
    };
  }, [hidden]);
  const show = useCallback(() => setHidden(false), []);
  const printed = useCallback(() => {
    setHidden(false);
    requestAnimationFrame(() => print()); // once they are drawn
  }, []);
  return { hidden, show, print: printed };
}

/** The words, or why they are not in sight. */
export function Hidable({ hiding, children }: { hiding: Hiding; children: ComponentChildren }) {
  if (!hiding.hidden) return <>{children}</>;
  return (
    <div class="kith-hidden-words" role="status">
      <p class="govuk-body">
        The words are hidden, because nobody touched this page for a few minutes. They are still here until
        you leave the page.
      </p>
      <Button kind="secondary" onClick={hiding.show}>
        Show the words again
      </Button>
    </div>
  );
}
