/**
 * What this device keeps for one worker: sealed under their own key, so that it says nothing to whoever finds
 * it (keyholder/state.py). On a shared device, or where the browser keeps nothing, it lasts as long as the page.
 */
import { MemoryStore, type Store } from "@/end/store";
import { toHex, utf8 } from "@/protocol/bytes";
import { concat, sha256 } from "@/protocol/hashing";
import { lock, unlock } from "@/protocol/private/secrets";

const CONTEXT = utf8("kith/1/state\0");

/** Where one worker's sealed things begin in the store: the hub and the worker, unreadable. */
export function placeOf(hub: string, worker: Uint8Array): string {
  return `state/${toHex(sha256(concat(utf8(`${hub}\0`), worker))).slice(0, 32)}/`;
}

/** Named sealed blobs. Names are lower-case words, digits and hyphens. Nothing here throws. */
export class LocalState {
  readonly #store: Store;
  readonly #place: string;
  readonly #key: Uint8Array;

  /** `store` null: nothing is kept ("this is a shared device"). `key`: 32 bytes, the worker's own. */
  constructor(store: Store | null, place: string, key: Uint8Array) {
    this.#store = store ?? new MemoryStore();
    this.#place = place;
    this.#key = key;
  }

  /** Whether what is written outlasts this page. */
  get kept(): boolean {
    return this.#store.way === "kept";
  }

  /** What was kept under `name`; null when nothing was, or when it is not ours any more. */
  async read(name: string): Promise<Uint8Array | null> {
    const sealed = await this.#store.read(this.#place + name);
    if (!(sealed instanceof Uint8Array)) return null;
    return await unlock(this.#key, sealed, concat(CONTEXT, utf8(name))).catch(() => null);
  }

  /** Keep `data`: whole or not at all. Whether it outlasts this page. */
  async write(name: string, data: Uint8Array): Promise<boolean> {
    const sealed = await lock(this.#key, data, concat(CONTEXT, utf8(name)));
    return await this.#store.write(this.#place + name, sealed);
  }

  /** Keep nothing under `name`. */
  async remove(name: string): Promise<void> {
    await this.#store.remove(this.#place + name);
  }

  /** What is kept under names that begin so. */
  async names(prefix: string): Promise<readonly string[]> {
    const names = await this.#store.names(this.#place + prefix);
    return names.map((name) => name.slice(this.#place.length));
  }

  /** Only one tab of this worker at a time is inside, where the browser can see to that. */
  async locked<T>(run: () => Promise<T>): Promise<T> {
    const locks = globalThis.navigator?.locks;
    if (locks === undefined || !this.kept) return await run();
    return await locks.request(this.#place, run);
  }
}
