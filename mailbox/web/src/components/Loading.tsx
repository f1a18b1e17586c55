/** Waiting, in words. They appear after a moment, so that quick answers do not flicker. */
import { useEffect, useState } from "preact/hooks";

export function Loading({ words, afterMs = 250 }: { readonly words: string; readonly afterMs?: number }) {
  const [shown, setShown] = useState(afterMs === 0);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), afterMs);
    return () => clearTimeout(timer);
  }, [afterMs]);
  return (
    <div class="kith-loading" role="status">
      {shown ? (
        <>
          <span class="kith-loading__dots" aria-hidden="true" />
          <span>{words}…</span>
        </>
      ) : null}
    </div>
  );
}
