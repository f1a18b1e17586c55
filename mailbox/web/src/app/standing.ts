/** Who is here: nobody yet, somebody this device knows, or somebody signed in. The vault says; pages follow. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Session, Start, Trouble } from "@/vault/api";
import type { Vault } from "@/vault/client";
import { troubleOf } from "@/app/vault";
import { navigate } from "@/app/router";

export type Standing =
  /** `first`: the page has just come, and the vault is on its way. */
  | { readonly at: "starting"; readonly words: string; readonly first: boolean }
  | { readonly at: "broken"; readonly trouble: Trouble }
  | { readonly at: "out"; readonly start: Start; readonly say: string }
  | { readonly at: "in"; readonly session: Session };

export interface Standings {
  readonly standing: Standing;
  /** Signed in: called by the pages that do it. */
  readonly enter: (session: Session) => void;
  readonly look: () => void;
}

const STARTING: Standing = { at: "starting", words: "Starting Kith", first: true };

function standingOf(start: Start, say: string): Standing {
  return start.state === "open" && start.session
    ? { at: "in", session: start.session }
    : { at: "out", start, say };
}

export function useStanding(vault: Vault): Standings {
  const [standing, setStanding] = useState<Standing>(STARTING);
  const said = useRef("");

  const look = useCallback(() => {
    vault.start().then(
      (start) => setStanding(standingOf(start, said.current)),
      (reason: unknown) => setStanding({ at: "broken", trouble: troubleOf(reason) }),
    );
  }, [vault]);

  const enter = useCallback((session: Session) => {
    said.current = "";
    setStanding({ at: "in", session });
  }, []);

  useEffect(() => {
    look();
    return vault.subscribe((event) => {
      if (event.type !== "session" || event.state === "warning") return;
      if (event.state === "open") return enter(event.session);
      said.current = event.say;
      // Nothing that was open stays on the screen while the vault is asked what this device still knows.
      const words = event.state === "locked" ? "Locking" : "Signing out";
      setStanding({ at: "starting", words, first: false });
      if (event.state === "signed-out") navigate("/sign-in", { replace: true });
      look();
    });
  }, [vault, look, enter]);

  return { standing, enter, look };
}
