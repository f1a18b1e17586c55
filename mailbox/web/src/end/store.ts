/**
 * What this browser keeps between visits: an IndexedDB of names and values. Where the browser keeps nothing
 * (private mode, full, locked or cleared storage) everything goes on from memory, and nobody is stopped.
 *
 * Only what may lie about is put here: tokens, sign-in names, sealed bytes. Whoever puts something in sees
 * to that.
 */

const NAME = "kith";
const VERSION = 1;
const ROOM = "kept";
const PATIENCE_MS = 3000;

/** Names to values. Nothing here throws. */
export interface Store {
  /** "kept": values outlast this page. */
  readonly way: "kept" | "memory";
  read(name: string): Promise<unknown>;
  /** Whether it will outlast this page. */
  write(name: string, value: unknown): Promise<boolean>;
  remove(name: string): Promise<void>;
  /** Every name that begins so. */
  names(prefix: string): Promise<readonly string[]>;
}

/** Values for as long as this page lives. */
export class MemoryStore implements Store {
  readonly way = "memory";
  readonly #values = new Map<string, unknown>();

  async read(name: string): Promise<unknown> {
    return this.#values.get(name);
  }

  async write(name: string, value: unknown): Promise<boolean> {
    this.#values.set(name, value);
    return false;
  }

  async remove(name: string): Promise<void> {
    this.#values.delete(name);
  }

  async names(prefix: string): Promise<readonly string[]> {
    return [...this.#values.keys()].filter((name) => name.startsWith(prefix));
  }
}

/** The browser's database, with memory in front of whatever it would not take. */
export class BrowserStore implements Store {
  readonly #memory = new MemoryStore();
  #database: IDBDatabase | null;

  private constructor(database: IDBDatabase | null) {
    this.#database = database;
    if (database !== null) this.#watch(database);
  }

  /** Open the database, or go on without one. */
  static async open(factory: IDBFactory | undefined = own()): Promise<BrowserStore> {
    if (factory === undefined) return new BrowserStore(null);
    const store = new BrowserStore(await opened(factory).catch(() => null));
    if (!(await store.#works())) store.#giveUp();
    return store;
  }

  get way(): "kept" | "memory" {
    return this.#database === null ? "memory" : "kept";
  }

  async read(name: string): Promise<unknown> {
    const held = await this.#memory.read(name);
    if (held !== undefined) return held;
    return await this.#run("readonly", (room) => room.get(name)).catch(() => undefined);
  }

  async write(name: string, value: unknown): Promise<boolean> {
    try {
      await this.#run("readwrite", (room) => room.put(value, name));
      await this.#memory.remove(name);
      return true;
    } catch {
      return await this.#memory.write(name, value);
    }
  }

  async remove(name: string): Promise<void> {
    await this.#memory.remove(name);
    await this.#run("readwrite", (room) => room.delete(name)).catch(() => undefined);
  }

  async names(prefix: string): Promise<readonly string[]> {
    const range = () => IDBKeyRange.bound(prefix, `${prefix}\uffff`);
    const none: IDBValidKey[] = [];
    const kept = await this.#run("readonly", (room) => room.getAllKeys(range())).catch(() => none);
    const names = kept.filter((name) => typeof name === "string");
    return [...new Set([...names, ...(await this.#memory.names(prefix))])];
  }

  /** Resolves once the transaction is over: what it wrote is really there. */
  async #run<T>(mode: IDBTransactionMode, ask: (room: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    if (this.#database === null) throw new Error("this browser keeps nothing");
    const transaction = this.#database.transaction(ROOM, mode);
    const request = ask(transaction.objectStore(ROOM));
    return await timely(
      new Promise((resolve, reject) => {
        transaction.oncomplete = () => resolve(request.result);
        transaction.onabort = () => reject(new Error("not kept"));
        transaction.onerror = () => reject(new Error("not kept"));
      }),
    );
  }

  /** Some browsers open a database and then take nothing. */
  async #works(): Promise<boolean> {
    const tried = this.#run("readwrite", (room) => room.put(1, "tried"));
    return await tried.then(
      () => true,
      () => false,
    );
  }

  #watch(database: IDBDatabase): void {
    database.onversionchange = () => this.#giveUp(); // a newer program of ours wants to change it
    database.onclose = () => this.#giveUp(); // it was cleared under us
  }

  #giveUp(): void {
    this.#database?.close();
    this.#database = null;
  }
}

/** Where storage is switched off, some browsers do not even let one ask. */
function own(): IDBFactory | undefined {
  try {
    return globalThis.indexedDB;
  } catch {
    return undefined;
  }
}

async function opened(factory: IDBFactory): Promise<IDBDatabase> {
  const asking = factory.open(NAME, VERSION);
  return await timely(
    new Promise((resolve, reject) => {
      asking.onupgradeneeded = () => upgrade(asking.result);
      asking.onsuccess = () => resolve(asking.result);
      asking.onerror = () => reject(new Error("no database"));
    }),
  );
}

/** Version 1 is one room. A later version changes it here, step by step. */
function upgrade(database: IDBDatabase): void {
  if (!database.objectStoreNames.contains(ROOM)) database.createObjectStore(ROOM);
}

async function timely<T>(promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("the browser's storage does not answer")), PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
