/** A browser that keeps nothing stops nobody. */
import { beforeAll, describe, expect, test } from "vitest";
import { Device } from "@/end/device";
import { LocalState, placeOf } from "@/end/state";
import { BrowserStore, MemoryStore } from "@/end/store";
import { randomBytes } from "@/protocol/bytes";
import { sodiumReady } from "@/protocol/sodium";

beforeAll(sodiumReady);

/** An IndexedDB that fails in one way. */
function broken(open: (request: IDBOpenDBRequest) => void): IDBFactory {
  const factory = {
    open: () => {
      const request = {} as IDBOpenDBRequest; // only the handlers that are set on it are used
      setTimeout(() => open(request));
      return request;
    },
  };
  return factory as unknown as IDBFactory; // only `open` is called
}

const refusing = broken((request) => request.onerror?.(new Event("error")));
const throwing = {
  open: () => {
    throw new DOMException("denied", "SecurityError");
  },
} as unknown as IDBFactory; // as a browser in private mode
const full = broken((request) => {
  const database = {
    transaction: () => {
      throw new DOMException("full", "QuotaExceededError");
    },
    close: () => undefined,
  };
  Object.defineProperty(request, "result", { value: database });
  request.onsuccess?.(new Event("success"));
});

describe.each([
  ["has none", undefined],
  ["refuses", refusing],
  ["throws", throwing],
  ["is full", full],
])("where the database %s", (_, factory) => {
  test("things last as long as the page, and that is said", async () => {
    const store = await BrowserStore.open(factory);
    expect(store.way).toBe("memory");
    expect(await store.write("a/1", "x")).toBe(false);
    await store.write("b/1", "y");
    expect(await store.read("a/1")).toBe("x");
    expect(await store.names("a/")).toEqual(["a/1"]);
    await store.remove("a/1");
    expect(await store.read("a/1")).toBeUndefined();
  });

  test("a device is known for as long as the page", async () => {
    const device = new Device(await BrowserStore.open(factory));
    const token = await device.token("olu");
    expect(await device.token("olu")).toEqual(token);
    expect(await device.known()).toBeNull();
  });
});

describe("sealed state", () => {
  let place = "";
  beforeAll(() => void (place = placeOf("hub.example", new Uint8Array(16))));

  test("opens for its own key and name, and for nothing else", async () => {
    const [store, key] = [new MemoryStore(), randomBytes(32)];
    const state = new LocalState(store, place, key);
    await state.write("pins", Uint8Array.of(1, 2, 3));
    expect(await state.read("pins")).toEqual(Uint8Array.of(1, 2, 3));
    expect(await new LocalState(store, place, randomBytes(32)).read("pins")).toBeNull();
    await store.write(`${place}other`, await store.read(`${place}pins`));
    expect(await state.read("other")).toBeNull();
    expect(await state.names("")).toEqual(["pins", "other"]);
  });

  test("what lies there says nothing", async () => {
    const store = new MemoryStore();
    const words = new TextEncoder().encode("a note that nobody else may read");
    await new LocalState(store, place, randomBytes(32)).write("draft-x", words);
    const [name] = await store.names("");
    const kept = (await store.read(name ?? "")) as Uint8Array; // what LocalState writes
    expect(new TextDecoder().decode(kept)).not.toContain("note");
  });

  test("on a shared device nothing reaches the browser's store", async () => {
    const state = new LocalState(null, place, randomBytes(32));
    expect(state.kept).toBe(false);
    expect(await state.write("pins", Uint8Array.of(1))).toBe(false);
    expect(await state.read("pins")).toEqual(Uint8Array.of(1));
  });
});

test.each([7, {}, { version: 2 }, { version: 1, address: 7 }, { version: 1, address: "a", worker: "x" }])(
  "a damaged record of who is known is nobody: %j",
  async (damaged) => {
    const store = new MemoryStore();
    await store.write("device/known", damaged);
    expect(await new Device(store).known()).toBeNull();
  },
);
