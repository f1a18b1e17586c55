/** Sharing a file, as far as it does not need a browser: what is done when the hub has lost it before it was named. */
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { Documents, type Rooms } from "@/end/documents";
import { Refused } from "@/end/errors";
import { sodiumReady } from "@/protocol/sodium";

beforeAll(sodiumReady);
beforeEach(() => void vi.stubGlobal("navigator", {}));
afterEach(() => void vi.unstubAllGlobals());

const told = { state: () => undefined, progress: () => undefined };

/** A hub that takes every part, and answers the entry as `refusals` say, then takes that too. */
function hub(...refusals: readonly Refused[]) {
  const left = [...refusals];
  const counted = { begun: 0, posted: 0 };
  const connection = {
    post: (path: string) => {
      if (!path.endsWith("/uploads")) return Promise.resolve();
      counted.begun += 1;
      return Promise.resolve({ upload: new Uint8Array(16), partSize: 8 * 1024 * 1024, parts: [] });
    },
    putBytes: () => Promise.resolve(),
    delete: () => Promise.resolve(),
  };
  const state = {
    names: () => Promise.resolve([]),
    write: () => Promise.resolve(true),
    remove: () => Promise.resolve(),
  };
  const post = (): Promise<void> => {
    const refused = left.shift();
    if (refused !== undefined) return Promise.reject(refused);
    counted.posted += 1;
    return Promise.resolve();
  };
  const book = {
    id: new Uint8Array(32),
    entries: [],
    sync: () => Promise.resolve(),
    desk: { state, connection },
  };
  // Of the rooms of a circle, sharing a first version asks for no more than this.
  return { counted, documents: new Documents({ book, sealer: { post } } as unknown as Rooms) };
}

const sharing = { description: "", only: null, document: null };
const letter = (): File => new File(["Every word of it. "], "letter.txt", { type: "text/plain" });

test.each(["no-upload", "conflict"])(
  "what the hub has lost, or somebody else shared first (%s), is sealed and sent anew",
  async (code) => {
    const { counted, documents } = hub(new Refused(409, code, ""));
    const work = documents.share(letter(), sharing);
    await expect(work.run(told, new AbortController().signal)).rejects.toBeInstanceOf(Refused);
    await work.again();
    await work.run(told, new AbortController().signal);
    expect(counted).toEqual({ begun: 2, posted: 1 });
  },
);

test("where only its entry is missing, a file is not sent again", async () => {
  const { counted, documents } = hub(new Refused(503, "unavailable", ""));
  const work = documents.share(letter(), sharing);
  await expect(work.run(told, new AbortController().signal)).rejects.toBeInstanceOf(Refused);
  await work.again();
  await work.run(told, new AbortController().signal);
  expect(counted).toEqual({ begun: 1, posted: 1 });
});
