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

/** Text that is kept as a sealed draft while it is typed. `ready` is false until the old draft was looked for. */
export interface Draft {
  readonly text: string;
  readonly ready: boolean;
  /** Whether all of it is kept. */
  readonly kept: boolean;
  /** What went wrong with keeping it; the text in the page is still there. */
  readonly trouble: Trouble | undefined;
  readonly write: (text: string) => void;
  /** The same for every try to send these words; another one once they were changed or sent. */
  readonly press: () => string;
  /** Sent: forget it. */
  readonly drop: () => void;
}

/** By slot, so that leaving a page and coming back is still the same try. */
const presses = new Map<string, string>();

/** A draft in `slot`, kept by the vault shortly after each pause and at once when the page is hidden or left. */
export function useDraft(slot: string): Draft {
  const vault = useVault();
  const [text, setText] = useState("");
  const [ready, setReady] = useState(false);
  const [kept, setKept] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | undefined>(undefined);
  const turn = useRef(0);

  useEffect(() => {
    const mine = ++turn.current;
    let left = false;
    setText("");
    setReady(false);
    setKept(false);
    vault.draft(slot).then(
      (old) => {
        if (turn.current === mine) {
          setText(old);
          setKept(old !== "");
        }
        if (!left) setReady(true);
      },
      () => !left && setReady(true),
    );
    const keep = () => void vault.keepDrafts().catch(() => undefined);
    const hide = () => document.visibilityState === "hidden" && keep();
    document.addEventListener("visibilitychange", hide);
    addEventListener("pagehide", keep);
    return () => {
      left = true;
      turn.current += 1;
      keep();
      document.removeEventListener("visibilitychange", hide);
      removeEventListener("pagehide", keep);
    };
  }, [vault, slot]);

  const write = useCallback(
    (next: string) => {
      const mine = ++turn.current;
      presses.delete(slot);
      setText(next);
      setKept(false);
      vault.saveDraft(slot, next).then(
        () => {
          if (turn.current !== mine) return;
          setKept(true);
          setTrouble(undefined);
        },
        (reason: unknown) => turn.current === mine && setTrouble(troubleOf(reason)),
      );
    },
    [vault, slot],
  );
  const press = useCallback(() => {
    const id = presses.get(slot) ?? crypto.randomUUID();
    presses.set(slot, id);
    return id;
  }, [slot]);
  const drop = useCallback(() => {
    turn.current += 1;
    presses.delete(slot);
    setText("");
    setKept(false);
    void vault.dropDraft(slot).catch(() => undefined);
  }, [vault, slot]);

  return { text, ready, kept, trouble, write, press, drop };
}
