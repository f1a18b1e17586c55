/** A hash taken beside the cipher is the hash, in order, and never falls far behind. */
import { beforeAll, describe, expect, it } from "vitest";
import { toHex } from "@/protocol/bytes";
import { Sha256, sha256 } from "@/protocol/hashing";
import { HashBeside, HashWhole, type Port, serveHash } from "@/protocol/private/beside";
import { DocumentSealer } from "@/protocol/private/documents";
import { sodiumReady } from "@/protocol/sodium";
import { gathered, hashesOf } from "./secret";
import { pattern } from "./vectors";

beforeAll(sodiumReady);

/** Two ends of a channel within this thread, each later than the other's call. */
function beside(ready = Promise.resolve()): { hash: HashBeside; sent: () => number; closed: () => number } {
  let sent = 0;
  let closed = 0;
  const ends: Port[] = [];
  const end = (other: number): Port => ({
    onmessage: null,
    postMessage: (data) => {
      sent += other;
      setTimeout(() => ends[other]?.onmessage?.(new MessageEvent("message", { data })), 0);
    },
  });
  ends.push(end(1), end(0));
  const [here, there] = ends;
  if (here === undefined || there === undefined) throw new Error("a channel has two ends");
  serveHash(
    there,
    ready.then(() => new Sha256()),
  );
  return {
    hash: new HashBeside(here, () => {
      closed += 1;
    }),
    sent: () => sent,
    closed: () => closed,
  };
}

describe("a hash beside", () => {
  it.each([0, 1, 1024 * 1024, 3_000_001])("of %i bytes is that of the whole", async (size) => {
    const { hash, closed } = beside();
    const file = pattern(size);
    for (let at = 0; at < size; at += 300_000) await hash.update(file.subarray(at, at + 300_000));
    expect(toHex(await hash.digest())).toBe(toHex(sha256(file)));
    expect(closed()).toBe(1);
  });

  it("makes the sealer wait while it is behind", async () => {
    const { hash, sent } = beside(new Promise(() => undefined));
    const stuck = hash.update(new Uint8Array(9 * 1024 * 1024)).then(() => "went on");
    const later = new Promise((told) => setTimeout(() => told("waits"), 30));
    expect(await Promise.race([stuck, later])).toBe("waits");
    expect(sent()).toBeLessThanOrEqual(4);
  });

  it("whose other end is not there says so", async () => {
    const { hash } = beside(new Promise(() => undefined));
    const stuck = hash.update(new Uint8Array(9 * 1024 * 1024));
    hash.fail();
    await expect(stuck).rejects.toThrow("could not be taken");
    await expect(hash.digest()).rejects.toThrow("could not be taken");
  });

  it.each([
    ["in a worker", () => beside().hash],
    ["by the browser", () => new HashWhole()],
  ])("seals the same document %s", async (_, hashing) => {
    const file = pattern(1_500_000);
    const [key, id] = [new Uint8Array(32), new Uint8Array(16)];
    const sealer = new DocumentSealer(key, key, id, 1, file.length, hashing);
    const stored = await gathered(sealer.seal([file]));
    expect(toHex(sealer.sealed?.segmentHashes ?? key)).toBe(toHex(hashesOf(stored)));
    expect(toHex(sealer.sealed?.plaintextHash ?? key)).toBe(toHex(sha256(file)));
  });
});
