/** Two minutes before an idle sign-out: how long is left, and one button that keeps the session. */
import { useEffect, useState } from "preact/hooks";
import { useVault } from "@/app/vault";
import { saySpan } from "@/app/time";
import { Button, ButtonGroup } from "@/components/Button";
import { Dialog } from "@/components/Dialog";

const TOUCH_EVERY_MS = 5_000;
const ACTIVITY = ["pointerdown", "keydown", "wheel", "touchmove"] as const;
const SAY_AT = new Set([60, 30, 10]);

/** Tells the vault that somebody is there; quiet while `paused`. */
function useTouch(paused: boolean): void {
  const vault = useVault();
  useEffect(() => {
    if (paused) return;
    let last = 0;
    const touch = () => {
      const now = Date.now();
      if (now - last < TOUCH_EVERY_MS) return;
      last = now;
      void vault.touch().catch(() => undefined);
    };
    for (const name of ACTIVITY) addEventListener(name, touch, { passive: true });
    return () => {
      for (const name of ACTIVITY) removeEventListener(name, touch);
    };
  }, [vault, paused]);
}

export function IdleWarning() {
  const vault = useVault();
  const [until, setUntil] = useState<number | null>(null);
  useTouch(until !== null);
  useEffect(
    () =>
      vault.subscribe((event) => {
        if (event.type !== "session") return;
        setUntil(event.state === "warning" ? Date.now() + event.secondsLeft * 1000 : null);
      }),
    [vault],
  );
  if (until === null) return null;
  const stay = () => {
    setUntil(null);
    void vault.touch().catch(() => undefined);
  };
  return <Warning until={until} onStay={stay} />;
}

function Warning({ until, onStay }: { readonly until: number; readonly onStay: () => void }) {
  const vault = useVault();
  const [left, setLeft] = useState(() => Math.ceil((until - Date.now()) / 1000));
  useEffect(() => {
    const timer = setInterval(() => setLeft(Math.ceil((until - Date.now()) / 1000)), 1000);
    return () => clearInterval(timer);
  }, [until]);
  return (
    <Dialog title="Are you still there?" urgent onClose={onStay}>
      <p class="govuk-body">
        You have not done anything for a while. To keep people's information safe, Kith locks itself in{" "}
        <strong>{saySpan(left)}</strong>.
      </p>
      <p class="govuk-body">What you wrote is kept.</p>
      <p class="govuk-visually-hidden" aria-live="assertive">
        {SAY_AT.has(left) ? `${saySpan(left)} left` : ""}
      </p>
      <ButtonGroup>
        <Button onClick={onStay}>Stay signed in</Button>
        <Button kind="secondary" onClick={() => void vault.lock().catch(() => undefined)}>
          Lock now
        </Button>
      </ButtonGroup>
    </Dialog>
  );
}
