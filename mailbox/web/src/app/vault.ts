/** How pages reach the vault and know who is signed in. Nothing here keeps what the vault said. */
import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { Session, Trouble } from "@/vault/api";
import { Failed } from "@/vault/channel";
import type { Vault } from "@/vault/client";

export const VaultContext = createContext<Vault | null>(null);
export const SessionContext = createContext<Session | null>(null);

/** The vault. Every page runs inside one. */
export function useVault(): Vault {
  const vault = useContext(VaultContext);
  if (!vault) throw new Error("a page was drawn outside the app");
  return vault;
}

/** Who is signed in. Only for pages that are drawn after signing in. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("this page needs somebody signed in");
  return session;
}

/** Who is signed in, or null on pages that need nobody. */
export function useMaybeSession(): Session | null {
  return useContext(SessionContext);
}

/** The words for whatever a call threw. */
export function troubleOf(reason: unknown): Trouble {
  if (reason instanceof Failed) return reason.trouble;
  return {
    kind: "fault",
    code: "page",
    say: "Something went wrong on this page. Reload it and try again: what you wrote is kept.",
  };
}

/** The time, looked at again every half minute so that "due in" never goes stale. */
export function useNow(everyMs = 30_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
