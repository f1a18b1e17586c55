/**
 * The vault's worker: the one place of this app that holds keys. It answers questions and tells events; whatever
 * goes wrong inside comes out as a `Trouble`, never as an error with something in it.
 */
import { Alarm } from "@/end/alarms";
import { BrowserStore } from "@/end/store";
import { troubleOf } from "@/end/trouble";
import { vaultOf } from "@/end/vault";
import { sodiumReady } from "@/protocol/sodium";
import type { VaultEvent } from "@/vault/api";
import type { ToVault } from "@/vault/channel";
import { type Line, serve } from "@/vault/server";

type Heard = (event: MessageEvent<ToVault>) => void;

const early: MessageEvent<ToVault>[] = [];
let heard: Heard = (event) => early.push(event);
let emit: (event: VaultEvent) => void = () => undefined;

// From the first moment: a question that comes before everything is loaded waits.
self.addEventListener("message", (event: MessageEvent<ToVault>) => heard(event));

self.addEventListener("unhandledrejection", (event) => {
  event.preventDefault(); // what was rejected may hold what pages must not see
  if (event.reason instanceof Alarm) emit({ type: "alarm", trouble: troubleOf(event.reason) });
});

const line: Line = {
  postMessage: (message) => self.postMessage(message),
  addEventListener: (_, listener) => {
    heard = listener;
    for (const event of early.splice(0)) listener(event);
  },
};

async function start(): Promise<void> {
  const [store] = await Promise.all([BrowserStore.open(), sodiumReady()]);
  const whole = vaultOf(self.location.origin, store, (event) => emit(event));
  emit = serve(line, whole.api, troubleOf, whole.documents);
  self.addEventListener("online", () => whole.online(true));
  self.addEventListener("offline", () => whole.online(false));
}

start().catch(() => {
  // Outside of any promise: the page hears of it, and says what to do.
  setTimeout(() => {
    throw new Error("This browser cannot run Kith.");
  });
});
