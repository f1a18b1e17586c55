/** Text that is kept as it is typed, beside what the same person writes in the same place in other tabs. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { troubleOf, useVault } from "@/app/vault";
import type { OtherDraft, Trouble } from "@/vault/api";

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
  /** What the same person wrote in the same place in other tabs. */
  readonly others: readonly OtherDraft[];
  /** They become the text; what was the text is among the others. */
  readonly take: (words: string) => void;
  readonly forget: (words: string) => void;
}

const quiet = () => undefined;

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
  const [others, setOthers] = useState<readonly OtherDraft[]>([]);

  useEffect(() => {
    let left = false;
    setOthers([]);
    const look = () => void vault.otherDrafts(slot).then((found) => !left && setOthers(found), quiet);
    const listening = vault.subscribe((event) => {
      if (event.type === "draft" && event.slot === slot) look();
    });
    look();
    return () => {
      left = true;
      listening();
    };
  }, [vault, slot]);

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
    const keep = () => void vault.keepDrafts().catch(quiet);
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
    void vault.dropDraft(slot).catch(quiet);
  }, [vault, slot]);
  const take = useCallback(
    (words: string) => {
      const mine = ++turn.current;
      presses.delete(slot);
      const show = () => {
        if (turn.current !== mine) return;
        setText(words);
        setKept(true);
      };
      vault.takeOther(slot, words).then(show, (reason: unknown) => setTrouble(troubleOf(reason)));
    },
    [vault, slot],
  );
  const forget = useCallback(
    (words: string) => void vault.dropOther(slot, words).catch(quiet),
    [vault, slot],
  );

  return { text, ready, kept, trouble, write, press, drop, others, take, forget };
}
