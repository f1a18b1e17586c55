/** Large bodies lie in a file while they are sent, where the browser has a place for one. */
import { afterEach, describe, expect, it, vi } from "vitest";

const URL_ = "https://hub.example/v1/uploads/00/parts/1";
const LARGE = new Uint8Array(1024 * 1024).fill(7);

/** A browser's folder: names to bytes or folders. */
class Folder {
  readonly inside = new Map<string, Folder | Uint8Array>();
  full = false;

  async getDirectoryHandle(name: string): Promise<Folder> {
    const found = this.inside.get(name) ?? new Folder();
    this.inside.set(name, found);
    return found as Folder;
  }

  async getFileHandle(name: string): Promise<unknown> {
    const write = (bytes: Uint8Array): number => {
      const some = ROOT.full ? bytes.subarray(0, 10) : bytes;
      this.inside.set(name, some.slice());
      return some.length;
    };
    return {
      createSyncAccessHandle: async () => ({ write, close: () => undefined }),
      getFile: async () => new Blob([this.inside.get(name) as Uint8Array<ArrayBuffer>]),
    };
  }

  async removeEntry(name: string): Promise<void> {
    this.inside.delete(name);
  }

  async *keys(): AsyncGenerator<string> {
    yield* this.inside.keys();
  }

  /** Names of files in here and below. */
  files(): string[] {
    return [...this.inside].flatMap(([name, one]) => (one instanceof Folder ? one.files() : [name]));
  }
}

let ROOT = new Folder();
const held = new Set<string>();
const locks = {
  async request(name: string, ...more: unknown[]): Promise<void> {
    const run = more.at(-1) as (lock: unknown) => Promise<void>;
    if (more.length === 1) held.add(name);
    await run(more.length === 2 && held.has(name) ? null : {});
  },
};

async function spool(storage: unknown, sent: (body: unknown) => void | Promise<void>) {
  vi.resetModules();
  vi.stubGlobal("navigator", { storage, locks });
  const watched = async (_url: string, _init: RequestInit, body: unknown) => {
    await sent(body);
    return new Response("{}");
  };
  vi.doMock("@/hub/sending", () => ({ sendWatched: watched }));
  return await import("@/hub/spool");
}

const place = { getDirectory: async () => ROOT };

afterEach(() => {
  vi.unstubAllGlobals();
  vi.doUnmock("@/hub/sending");
  [ROOT] = [new Folder()];
  held.clear();
});

describe("sendSpooled", () => {
  it("sends a large body from a file, which goes with it", async () => {
    const bodies: unknown[] = [];
    const { sendSpooled } = await spool(place, (body) => {
      bodies.push(body);
      expect(ROOT.files()).toHaveLength(1);
    });
    await sendSpooled(URL_, {}, LARGE, () => undefined);
    const [body] = bodies;
    expect(body).toBeInstanceOf(Blob);
    expect(Buffer.from(await (body as Blob).arrayBuffer()).equals(LARGE)).toBe(true);
    expect(ROOT.files()).toEqual([]);
  });

  it("keeps no file of a body whose way was lost", async () => {
    const { sendSpooled } = await spool(place, () => Promise.reject(new TypeError("lost")));
    await expect(sendSpooled(URL_, {}, LARGE, () => undefined)).rejects.toThrow("lost");
    expect(ROOT.files()).toEqual([]);
  });

  it("takes away what a page that died had left, and nothing of one that lives", async () => {
    for (const name of ["kith-sending-dead", "kith-sending-alive"]) {
      const folder = await ROOT.getDirectoryHandle("kith-sending").then((all) =>
        all.getDirectoryHandle(name),
      );
      folder.inside.set(`part of ${name}`, new Uint8Array(1));
    }
    held.add("kith-sending-alive");
    const { sendSpooled } = await spool(place, () => undefined);
    await sendSpooled(URL_, {}, LARGE, () => undefined);
    expect(ROOT.files()).toEqual(["part of kith-sending-alive"]);
  });

  it.each([
    ["a small body", place, new Uint8Array(100)],
    ["where there is no such place", { getDirectory: () => Promise.reject(new Error("private")) }, LARGE],
    ["where the browser knows no such thing", undefined, LARGE],
  ])("sends bytes as they are: %s", async (_, storage, given) => {
    const bodies: unknown[] = [];
    const { sendSpooled } = await spool(storage, (body) => void bodies.push(body));
    await sendSpooled(URL_, {}, given, () => undefined);
    expect(bodies[0]).toBe(given);
  });

  it("sends bytes as they are where the browser gives no lock", async () => {
    const { sendSpooled } = await spool(place, (body) => expect(body).toBe(LARGE));
    vi.stubGlobal("navigator", { storage: place, locks: { request: () => Promise.reject(new Error("no")) } });
    await sendSpooled(URL_, {}, LARGE, () => undefined);
    expect(ROOT.files()).toEqual([]);
  });

  it("sends bytes as they are where the place is full", async () => {
    ROOT.full = true;
    const bodies: unknown[] = [];
    const { sendSpooled } = await spool(place, (body) => void bodies.push(body));
    await sendSpooled(URL_, {}, LARGE, () => undefined);
    expect(bodies[0]).toBe(LARGE);
    expect(ROOT.files()).toEqual([]);
  });
});
