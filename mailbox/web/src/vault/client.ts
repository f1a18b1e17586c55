/** The page's side: a `Vault` that looks like `VaultApi` and asks the worker. */
import type { VaultApi, VaultEvent } from "@/vault/api";
import type { Answer, FromVault, Question, ToVault } from "@/vault/channel";
import { Failed } from "@/vault/channel";

type Listener = (event: VaultEvent) => void;
interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: Failed) => void;
}

/** The vault as pages see it. */
export interface Vault extends VaultApi {
  /** Hear what the vault tells; the answer stops it. */
  subscribe(listener: Listener): () => void;
  /** Give the vault its end of a line to the service worker. */
  lendPort(port: MessagePort): void;
}

const GONE = {
  kind: "fault",
  code: "vault-gone",
  say: "This page has stopped working. Reload it and sign in again: what you wrote is kept.",
} as const;

const TOO_OLD = {
  kind: "fault",
  code: "too-old",
  say:
    "This browser is too old for Kith, or its settings stop it. Use Chrome or Edge 108, Firefox 115, " +
    "Safari 16.4, or anything later.",
} as const;

/** Speak with a vault over the worker that `starting` brings; what is asked before that waits. */
export function connect(starting: Promise<Worker>): Vault {
  const waiting = new Map<number, Waiting>();
  const listeners = new Set<Listener>();
  let last = 0;
  let state: "starting" | "ready" | "never" = "starting";

  function settle(answer: Answer): void {
    const one = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ("trouble" in answer) one?.reject(new Failed(answer.trouble));
    else one?.resolve(answer.value);
  }

  function failed(): void {
    if (state === "starting") state = "never";
    for (const one of waiting.values()) one.reject(new Failed(state === "never" ? TOO_OLD : GONE));
    waiting.clear();
  }

  starting.then((worker) => {
    worker.addEventListener("message", ({ data }: MessageEvent<FromVault>) => {
      state = "ready";
      if ("answer" in data) settle(data.answer);
      else if ("event" in data) for (const listener of listeners) listener(data.event);
    });
    worker.addEventListener("error", failed);
  }, failed);

  function send(message: ToVault, transfer: Transferable[] = []): void {
    starting.then((worker) => worker.postMessage(message, transfer)).catch(() => undefined); // said by `failed`
  }

  function ask(method: string, args: readonly unknown[]): Promise<unknown> {
    if (state === "never") return Promise.reject(new Failed(TOO_OLD));
    const id = ++last;
    const question: Question = { id, method, args };
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      send({ question });
    });
  }

  const own = {
    subscribe(listener: Listener): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    lendPort(port: MessagePort): void {
      send({ documents: port }, [port]);
    },
  };
  // Every other name is a question; the vault answers only the methods it has.
  return new Proxy(own, {
    get: (target, name) => Reflect.get(target, name) ?? ((...args: unknown[]) => ask(String(name), args)),
  }) as Vault; // The proxy answers every method of VaultApi, which no type can see.
}
