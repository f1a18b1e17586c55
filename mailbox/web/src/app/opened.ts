/** The page's part in serving opened documents: it brings the service worker and the vault together. */
import type { Vault } from "@/vault/client";
import { PORT_WANTED } from "@/vault/opened";

/** Some browsers stop a service worker that hears nothing for half a minute, in the middle of a file. */
const STAY_MS = 10_000;

/** The service worker, on its way. */
export interface Door {
  /** Resolves once it is there, or once it is known that this browser has none. */
  readonly installed: Promise<void>;
  /** Lend it a line to the vault, now and whenever it asks again. */
  open(vault: Vault): void;
}

/**
 * Register the service worker. Where a browser has none (some private windows), documents are opened whole and
 * each tab is unlocked by itself: nothing fails.
 */
export function openDoor(scriptUrl: (path: string) => string): Door {
  const workers = "serviceWorker" in navigator ? navigator.serviceWorker : null;
  if (workers === null) return { installed: Promise.resolve(), open: () => undefined };
  const registered = workers.register(scriptUrl("/sw.js"), { scope: "/" });
  const installed = registered
    .then(() => workers.ready)
    .then(
      () => undefined,
      () => undefined, // refused by the browser's settings: the vault goes on without
    );
  return { installed, open: (vault) => openTo(vault, workers, installed) };
}

function openTo(vault: Vault, workers: ServiceWorkerContainer, installed: Promise<void>): void {
  workers.addEventListener("message", (event: MessageEvent<unknown>) => {
    if (event.data === PORT_WANTED && event.source instanceof ServiceWorker) lend(vault, event.source);
  });
  keepAwake(vault, workers);
  workers.addEventListener("controllerchange", () => lend(vault, workers.controller));
  void installed.then(() => lend(vault, workers.controller));
}

/** While files are being saved, the service worker hears from us. */
function keepAwake(vault: Vault, workers: ServiceWorkerContainer): void {
  const saving = new Set<string>();
  let timer: ReturnType<typeof setInterval> | undefined;
  vault.subscribe((event) => {
    if (event.type !== "download") return;
    if (event.job.state === "running") saving.add(event.job.job);
    else saving.delete(event.job.job);
    if (saving.size === 0) {
      clearInterval(timer);
      timer = undefined;
    } else timer ??= setInterval(() => workers.controller?.postMessage("kith:stay"), STAY_MS);
  });
}

function lend(vault: Vault, worker: ServiceWorker | null): void {
  if (worker === null) return;
  const { port1, port2 } = new MessageChannel();
  vault.lendPort(port1);
  worker.postMessage("kith:port", [port2]);
}
