/** One quiet voice for screen readers: what just happened elsewhere on the page. */
import { useEffect, useState } from "preact/hooks";

const SAID = "kith-said";

/** Say it once, politely. Never a name or other text written by people that is not on the screen. */
export function announce(words: string): void {
  dispatchEvent(new CustomEvent(SAID, { detail: words }));
}

/** Where the voice lives: once, in the app's frame. */
export function Announcer() {
  const [words, setWords] = useState("");
  useEffect(() => {
    const hear = (event: Event) => {
      if (!(event instanceof CustomEvent)) return;
      setWords("");
      setTimeout(() => setWords(String(event.detail)), 50);
    };
    addEventListener(SAID, hear);
    return () => removeEventListener(SAID, hear);
  }, []);
  return (
    <div class="govuk-visually-hidden" role="status" aria-live="polite">
      {words}
    </div>
  );
}
