/** A file on its way to the hub: never more of it in memory than the part that is sent and the one being sealed. */
import { beforeAll, describe, expect, it, vi } from "vitest";
import { Upload } from "@/end/uploading";
import type { Logbook } from "@/end/logbook";
import { concat, equal, plain } from "@/protocol/bytes";
import type { Manifest } from "@/protocol/private/bodies";
import { openDocument, type Sealed, SEGMENT } from "@/protocol/private/documents";
import { sodiumReady } from "@/protocol/sodium";
import { gathered } from "../protocol/secret";
import { pattern } from "../protocol/vectors";

beforeAll(sodiumReady);
// A browser without locks between its tabs.
beforeAll(() => void vi.stubGlobal("navigator", {}));

const MIB = 1024 * 1024;
const PART = 2 * MIB;
const CIRCLE = new Uint8Array(32).fill(2);
const DOCUMENT = new Uint8Array(16).fill(3);

/** A file that counts how much of it was read. */
class Watched extends File {
  read = 0;

  override slice(start = 0, stop = this.size): Blob {
    const part = super.slice(start, stop);
    this.read += part.size;
    return part;
  }
}

/** Takes parts as a hub does, each at once or, from `until` on, never. */
class Taking {
  readonly parts: Uint8Array[] = [];
  readonly rooms = new Set<ArrayBufferLike>();

  constructor(private readonly until = Infinity) {}

  get book(): Logbook {
    const state = { names: () => Promise.resolve([]), write: done, remove: done };
    const begun = { upload: new Uint8Array(16), partSize: PART, parts: [] };
    const connection = {
      post: (path: string) => Promise.resolve(path.endsWith("/finish") ? null : begun),
      putBytes: (_: string, data: Uint8Array) => this.#take(data),
    };
    // Of a circle's book an upload needs its name, and of its desk the line and the device.
    return { id: CIRCLE, desk: { state, connection } } as unknown as Logbook;
  }

  #take(data: Uint8Array): Promise<null> {
    if (this.parts.length >= this.until) return new Promise(() => undefined);
    this.parts.push(data.slice());
    if (data.length === PART) this.rooms.add(data.buffer);
    return Promise.resolve(null);
  }
}

function done(): Promise<void> {
  return Promise.resolve();
}

function upload(taking: Taking, file: File): Upload {
  return new Upload(taking.book, file, DOCUMENT, 1, () => undefined);
}

function described(one: Upload, sealed: Sealed): Manifest {
  const named = { version: 1, author: "Ann", document: DOCUMENT, number: 1, name: "a", mediaType: "a/b" };
  return { ...named, ...sealed, key: one.key, modifiedAt: 0, description: "" };
}

describe("an upload", () => {
  const bytes = pattern(13 * MIB + 5);

  it("arrives as it was, though the memory of its parts goes round", async () => {
    const taking = new Taking();
    const one = upload(taking, new Watched([plain(bytes)], "letter.pdf"));
    const sealed = await one.send(new AbortController().signal);
    const opened = openDocument(described(one, sealed), CIRCLE, taking.parts);
    expect(equal(await gathered(opened), bytes)).toBe(true);
    expect(taking.parts.length).toBe(Math.ceil(sealed.stored / PART));
    expect(concat(...taking.parts).length).toBe(sealed.stored);
    expect(taking.rooms.size).toBeLessThanOrEqual(2);
  });

  it("reads no further than a part ahead while the line stands still", async () => {
    const taking = new Taking(1);
    const file = new Watched([plain(bytes)], "letter.pdf");
    const one = upload(taking, file);
    void one.send(new AbortController().signal);
    await settled(() => file.read);
    expect(taking.parts.length).toBe(1);
    // One part was sent; one is on its way, one sealed, and a few segments are in the making.
    expect(file.read).toBeLessThanOrEqual(3 * PART + 5 * SEGMENT);
    await one.close();
  });
});

/** Wait until nothing changes any more. */
async function settled(seen: () => number): Promise<void> {
  for (let last = -1, same = 0; same < 20;) {
    await new Promise((later) => setTimeout(later, 10));
    same = seen() === last ? same + 1 : 0;
    last = seen();
  }
}
