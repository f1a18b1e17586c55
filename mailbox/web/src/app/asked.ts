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
  const about = event.what === "circle" ? `circle:${event.circle}` : event.what;
  return key === about || key.startsWith(`${about}:`) || key.startsWith(`${about}?`);
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

/** Text that is kept as a sealed draft while it is typed. `ready` is false until the old draft was looked for. */
export interface Draft {
  readonly text: string;
  readonly ready: boolean;
  /** What went wrong with keeping it; the text in the page is still there. */
  readonly trouble: Trouble | undefined;
  readonly write: (text: string) => void;
  /** Sent: forget it. */
  readonly drop: () => void;
}

const DRAFT_WAIT_MS = 400;

/** A draft in `slot`, saved shortly after each pause and at once when the page is hidden or left. */
export function useDraft(slot: string): Draft {
  const vault = useVault();
  const [text, setText] = useState("");
  const [ready, setReady] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | undefined>(undefined);
  const unsaved = useRef<string | null>(null);
  const typed = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const save = useCallback(() => {
    clearTimeout(timer.current);
    const now = unsaved.current;
    if (now === null) return;
    unsaved.current = null;
    const kept = now === "" ? vault.dropDraft(slot) : vault.saveDraft(slot, now);
    kept.then(
      () => setTrouble(undefined),
      (reason: unknown) => setTrouble(troubleOf(reason)),
    );
  }, [vault, slot]);

  useEffect(() => {
    let left = false;
    typed.current = false;
    setText("");
    setReady(false);
    vault.draft(slot).then(
      (old) => {
        if (left) return;
        if (!typed.current) setText(old);
        setReady(true);
      },
      () => !left && setReady(true),
    );
    const hide = () => document.visibilityState === "hidden" && save();
    document.addEventListener("visibilitychange", hide);
    addEventListener("pagehide", save);
    return () => {
      left = true;
      save();
      document.removeEventListener("visibilitychange", hide);
      removeEventListener("pagehide", save);
    };
  }, [vault, slot, save]);

  const write = useCallback(
    (next: string) => {
      typed.current = true;
      setText(next);
      unsaved.current = next;
      clearTimeout(timer.current);
      timer.current = setTimeout(save, DRAFT_WAIT_MS);
    },
    [save],
  );
  const drop = useCallback(() => {
    clearTimeout(timer.current);
    unsaved.current = null;
    typed.current = true;
    setText("");
    void vault.dropDraft(slot).catch(() => undefined);
  }, [vault, slot]);

  return { text, ready, trouble, write, drop };
}
