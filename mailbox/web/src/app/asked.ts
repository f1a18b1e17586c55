/** Asking the vault from a page: a value, a trouble, or still asking; asked again when the vault says it changed. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Trouble, VaultEvent } from "@/vault/api";
import { troubleOf, useVault } from "@/app/vault";

export interface Asked<T> {
  /** The newest answer; stays in sight while it is asked again. */
  readonly value: T | undefined;
  readonly trouble: Trouble | undefined;
  readonly asking: boolean;
  /** Ask again now. */
  readonly again: () => void;
}

/** Does an event touch what `key` shows? Keys: "today", "circles", "organisation", "circle:HEX...". */
export function touches(key: string, event: VaultEvent): boolean {
  if (event.type !== "changed") return false;
  const about = aboutOf(event);
  return key === about || key.startsWith(`${about}:`) || key.startsWith(`${about}?`);
}

function aboutOf(event: Extract<VaultEvent, { type: "changed" }>): string {
  if (event.what === "circle") return `circle:${event.circle}`;
  return event.what === "readers" ? `circle:${event.circle}:readers` : event.what;
}

interface Held<T> {
  readonly value?: T | undefined;
  readonly trouble?: Trouble | undefined;
  readonly asking: boolean;
}

/**
 * Ask and keep up to date. `key` says what it is about (see `touches`); when `key` changes the old answer is
 * dropped, when only `deps` change it stays in sight until the new one is there.
 */
export function useAsked<T>(key: string, ask: () => Promise<T>, deps: readonly unknown[] = []): Asked<T> {
  const vault = useVault();
  const [held, setHeld] = useState<Held<T>>({ asking: true });
  const turn = useRef(0);
  const shownKey = useRef(key);
  const latest = useRef(ask);
  latest.current = ask;

  const again = useCallback(() => {
    const mine = ++turn.current;
    setHeld((before) => ({ ...before, asking: true }));
    latest.current().then(
      (value) => turn.current === mine && setHeld({ value, asking: false }),
      (reason: unknown) =>
        turn.current === mine &&
        setHeld((before) => ({ value: before.value, trouble: troubleOf(reason), asking: false })),
    );
  }, []);

  useEffect(() => {
    if (shownKey.current !== key) setHeld({ asking: true });
    shownKey.current = key;
    again();
    return () => void (turn.current += 1);
  }, [key, ...deps]);

  useEffect(
    () =>
      vault.subscribe((event) => {
        if (touches(key, event)) again();
      }),
    [vault, key],
  );

  const fresh = shownKey.current === key;
  return {
    value: fresh ? held.value : undefined,
    trouble: fresh ? held.trouble : undefined,
    asking: held.asking || !fresh,
    again,
  };
}

/** Ask again now and then while a page is in sight, and when somebody comes back to it. */
export function useRefreshing(again: () => void, everyMs: number): void {
  useEffect(() => {
    const look = () => document.visibilityState === "visible" && again();
    const timer = setInterval(look, everyMs);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [again, everyMs]);
}

export interface Doing {
  readonly busy: boolean;
  readonly trouble: Trouble | undefined;
  /** Do it; true when it worked. A second press while busy does nothing. */
  readonly run: (work: () => Promise<unknown>) => Promise<boolean>;
  readonly clear: () => void;
}

/** One thing a person does: busy, then done or a trouble. */
export function useDoing(): Doing {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | undefined>(undefined);
  const running = useRef(false);
  const run = useCallback(async (work: () => Promise<unknown>) => {
    if (running.current) return false;
    running.current = true;
    setBusy(true);
    setTrouble(undefined);
    try {
      await work();
      return true;
    } catch (reason) {
      setTrouble(troubleOf(reason));
      return false;
    } finally {
      running.current = false;
      setBusy(false);
    }
  }, []);
  const clear = useCallback(() => setTrouble(undefined), []);
  return { busy, trouble, run, clear };
}

/** How often somebody who waits for a lost answer is looked for. */
const LOOK_AGAIN_MS = 5_000;

/**
 * While `trouble` says that an answer was lost: ask now and then whether it arrived after all, and at once when the
 * line is back. `arrived` is called once.
 */
export function useLostAnswer(
  trouble: Trouble | undefined,
  look: (() => Promise<boolean>) | undefined,
  arrived: () => void,
): void {
  const vault = useVault();
  const lost = look !== undefined && (trouble?.kind === "away" || trouble?.code === "may-still-arrive");
  const latest = useRef({ look, arrived });
  latest.current = { look, arrived };
  useEffect(() => {
    if (!lost) return;
    let [over, asking] = [false, false];
    const again = async () => {
      if (over || asking) return;
      asking = true;
      const found = await latest.current.look?.().catch(() => false);
      asking = false;
      if (!found || over) return;
      over = true;
      latest.current.arrived();
    };
    const timer = setInterval(() => void again(), LOOK_AGAIN_MS);
    const listening = vault.subscribe((event) => {
      if (event.type === "line" && event.state !== "offline") void again();
    });
    return () => {
      over = true;
      clearInterval(timer);
      listening();
    };
  }, [vault, lost]);
}
