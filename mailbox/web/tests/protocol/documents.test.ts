/** Documents are sealed and opened piece by piece, whole or by ranges, and never otherwise than shared. */
import { beforeAll, describe, expect, it } from "vitest";
import { concat, equal, toHex } from "@/protocol/bytes";
import { CryptoError, Forged, Malformed, NotForMe } from "@/protocol/errors";
import { sha256 } from "@/protocol/hashing";
import type { Manifest } from "@/protocol/private/bodies";
import { CHUNK, ChunkCipher, documentContext, openContent, sealContent } from "@/protocol/private/content";
import {
  DocumentSealer,
  openDocument,
  PREFIX,
  SEGMENT,
  SEGMENT_PLAINTEXT,
  segmentCount,
  segmentSpan,
  segmentsOf,
  type Span,
  storedSize,
} from "@/protocol/private/documents";
import { RangeOpener } from "@/protocol/private/ranges";
import { sodiumReady } from "@/protocol/sodium";
import { Chance } from "./chance";
import { gathered, hashesOf } from "./secret";
import { pattern } from "./vectors";

beforeAll(sodiumReady);

const KEY = new Uint8Array(32).fill(1);
const CIRCLE = new Uint8Array(32).fill(2);
const DOCUMENT = new Uint8Array(16).fill(3);

interface Shared {
  readonly manifest: Manifest;
  readonly stored: Uint8Array;
  readonly hashes: Uint8Array;
}

function* pieces(file: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < file.length; at += size) yield file.subarray(at, at + size);
}

async function shared(file: Uint8Array, size = 65_536): Promise<Shared> {
  const sealer = new DocumentSealer(KEY, CIRCLE, DOCUMENT, 1, file.length);
  const stored = await gathered(sealer.seal(pieces(file, size)));
  const found = sealer.sealed;
  if (found === undefined) throw new Error("sealing did not end");
  const named = { version: 1, author: "Ann", document: DOCUMENT, number: 1, name: "a", mediaType: "a/b" };
  const manifest = { ...named, ...found, key: KEY, modifiedAt: 0, description: "" };
  return { manifest, stored, hashes: found.segmentHashes };
}

function ranged(one: Shared, asked: Span[] = [], stored = one.stored): Promise<RangeOpener> {
  return RangeOpener.open(one.manifest, CIRCLE, one.hashes, (span) => {
    asked.push(span);
    return Promise.resolve(stored.slice(span.start, span.stop));
  });
}

type Parts = readonly Uint8Array[];

function segmentsIn(stored: Uint8Array): Parts {
  const spans = Array.from({ length: segmentCount(stored.length) }, (_, at) =>
    segmentSpan(at, stored.length),
  );
  return spans.map(({ start, stop }) => stored.subarray(start, stop));
}

/** What a hub, or a member who knows the key, could do to a document's segments. */
const ALTERED: Readonly<Record<string, (parts: Parts) => Parts>> = {
  "a byte short": (parts) => [...parts.slice(0, -1), (parts.at(-1) ?? PREFIX).slice(0, -1)],
  "a byte long": (parts) => [...parts, Uint8Array.of(1)],
  "without the last": (parts) => parts.slice(0, -1),
  "an empty chunk more": (parts) => [...parts, new Uint8Array(16)],
  "one more": (parts) => [...parts, ...parts.slice(1, 2)],
  "one twice": (parts) => [...parts.slice(0, 2), ...parts.slice(1, 2), ...parts.slice(3)],
  "two swapped": (parts) => [
    ...parts.slice(0, 1),
    ...parts.slice(2, 3),
    ...parts.slice(1, 2),
    ...parts.slice(3),
  ],
  "the lead alone": (parts) => parts.slice(0, 1),
  "without the lead": (parts) => parts.slice(1),
  none: () => [],
};

describe("sealing a file", () => {
  const sizes = [
    0,
    1,
    1024,
    CHUNK - 1,
    CHUNK,
    CHUNK + 1,
    SEGMENT_PLAINTEXT - 1,
    SEGMENT_PLAINTEXT,
    2_500_000,
  ];

  it.each(sizes)("of %i bytes says what was sealed, and it opens again", async (size) => {
    const file = pattern(size);
    const { manifest, stored, hashes } = await shared(file, 50_000);
    expect([manifest.stored, stored.length]).toEqual([storedSize(size), storedSize(size)]);
    expect(toHex(manifest.plaintextHash)).toBe(toHex(sha256(file)));
    expect(toHex(hashes)).toBe(toHex(hashesOf(stored)));
    expect(hashes.length).toBe(32 * segmentCount(stored.length));
    expect(equal(await gathered(openDocument(manifest, CIRCLE, pieces(stored, 70_001))), file)).toBe(true);
  });

  it("gives one segment at a time, so memory stays flat", async () => {
    const sealer = new DocumentSealer(KEY, CIRCLE, DOCUMENT, 1, 5 * SEGMENT_PLAINTEXT);
    let read = 0;
    let given = 0;
    const counted = function* (): Generator<Uint8Array> {
      for (const piece of pieces(pattern(5 * SEGMENT_PLAINTEXT), 262_144)) {
        read += piece.length;
        yield piece;
      }
    };
    for await (const segment of sealer.seal(counted())) {
      given += segment.length;
      expect(segment.length).toBeLessThanOrEqual(SEGMENT);
      expect(read - given).toBeLessThanOrEqual(4 * SEGMENT_PLAINTEXT);
    }
  });

  it.each([-1, 1])("stops when the file changed while it was read (%i byte)", async (change) => {
    const sealer = new DocumentSealer(KEY, CIRCLE, DOCUMENT, 1, 100_000 + change);
    await expect(gathered(sealer.seal([pattern(100_000)]))).rejects.toThrow(Malformed);
    expect(sealer.sealed).toBeUndefined();
  });

  it("passes on what the file's reader throws", async () => {
    const sealer = new DocumentSealer(KEY, CIRCLE, DOCUMENT, 1, 10);
    const broken = function* (): Generator<Uint8Array> {
      throw new RangeError("the disk is gone");
    };
    await expect(gathered(sealer.seal(broken()))).rejects.toThrow("the disk is gone");
  });
});

describe("opening a document", () => {
  it("refuses any changed byte, and any other length", async () => {
    const { manifest, stored } = await shared(pattern(40_000));
    const chance = new Chance(11);
    for (let tried = 0; tried < 60; tried++) {
      const changed = chance.changed(stored);
      if (equal(changed, stored)) continue;
      await expect(gathered(openDocument(manifest, CIRCLE, [changed]))).rejects.toThrow(CryptoError);
    }
  });

  it("refuses padding that is not empty", async () => {
    const cipher = await ChunkCipher.seal(KEY, documentContext(CIRCLE, DOCUMENT, 1));
    const stored = concat(PREFIX, cipher.header, await cipher.sealChunks(0, pattern(1024), true));
    const { manifest } = await shared(pattern(1000));
    await expect(gathered(openDocument(manifest, CIRCLE, [stored]))).rejects.toThrow("padding is not empty");
  });

  it.each([0, 900, SEGMENT_PLAINTEXT, 2 * SEGMENT_PLAINTEXT])(
    "refuses the same file of %i bytes, sealed again under the same key",
    async (size) => {
      const { manifest, stored } = await shared(pattern(size));
      const again = await shared(pattern(size));
      expect(again.stored.length).toBe(stored.length);
      const opened = gathered(openDocument(manifest, CIRCLE, [again.stored]));
      await expect(opened).rejects.toThrow("not the one that was shared");
    },
  );

  it.each(Object.keys(ALTERED))("refuses segments: %s", async (change) => {
    for (const size of [3 * SEGMENT_PLAINTEXT, 3_500_000]) {
      const { manifest, stored } = await shared(pattern(size));
      const parts = segmentsIn(stored);
      const changed = ALTERED[change]?.(parts) ?? parts;
      await expect(gathered(openDocument(manifest, CIRCLE, changed))).rejects.toThrow(CryptoError);
    }
  });

  it("refuses another circle's, and does not say why", async () => {
    const { manifest, stored } = await shared(pattern(10));
    await expect(gathered(openDocument(manifest, KEY, [stored]))).rejects.toThrow(NotForMe);
  });
});

describe("reading a range", () => {
  const size = 2 * SEGMENT_PLAINTEXT + 300_000;

  it("gives exactly that range, wherever it begins and ends", async () => {
    const file = pattern(size);
    const reader = await ranged(await shared(file));
    const chance = new Chance(12);
    for (let tried = 0; tried < 40; tried++) {
      const start = chance.below(size);
      const stop = start + chance.below(SEGMENT_PLAINTEXT);
      expect(equal(await reader.read(start, stop), file.slice(start, stop))).toBe(true);
    }
    expect(await reader.read(size, size + 5)).toEqual(new Uint8Array(0));
    expect(reader.size).toBe(size);
  });

  it("fetches the segments it needs, each once", async () => {
    const asked: Span[] = [];
    const one = await shared(pattern(size));
    const reader = await ranged(one, asked);
    await reader.read(SEGMENT_PLAINTEXT + 5, SEGMENT_PLAINTEXT + 9);
    await reader.read(SEGMENT_PLAINTEXT + 9, SEGMENT_PLAINTEXT + 20);
    expect(asked).toEqual([segmentSpan(0, one.stored.length), segmentSpan(2, one.stored.length)]);
  });

  it("refuses a chunk that a member forged with the document's own key, before it is opened", async () => {
    const one = await shared(pattern(size));
    const cipher = await ChunkCipher.open(KEY, documentContext(CIRCLE, DOCUMENT, 1), one.stored.slice(8, 64));
    const forged = one.stored.slice();
    forged.set(await cipher.sealChunk(0, new Uint8Array(CHUNK).fill(9)), 64);
    const reader = await ranged(one, [], forged);
    await expect(reader.read(0, 10)).rejects.toThrow(Forged);
    expect(equal(await reader.read(SEGMENT_PLAINTEXT, size), pattern(size).slice(SEGMENT_PLAINTEXT))).toBe(
      true,
    );
  });

  it("refuses a list of segments that is not the manifest's", async () => {
    const one = await shared(pattern(size));
    for (const hashes of [one.hashes.slice(32), one.hashes.slice(0, -1), new Uint8Array(one.hashes.length)]) {
      await expect(ranged({ ...one, hashes })).rejects.toThrow(Forged);
    }
  });

  it("refuses a segment that is cut short, and asks again afterwards", async () => {
    const one = await shared(pattern(size));
    let short = true;
    const reader = await RangeOpener.open(one.manifest, CIRCLE, one.hashes, ({ start, stop }) =>
      Promise.resolve(one.stored.slice(start, start > 0 && short ? stop - 1 : stop)),
    );
    await expect(reader.read(0, 4)).rejects.toThrow(Forged);
    short = false;
    expect(await reader.read(0, 4)).toEqual(pattern(4));
  });

  it("knows which segments hold a range", () => {
    expect(segmentsOf(5, 5)).toEqual({ start: 1, stop: 1 });
    expect(segmentsOf(0, SEGMENT_PLAINTEXT)).toEqual({ start: 1, stop: 2 });
    expect(segmentsOf(SEGMENT_PLAINTEXT - 1, SEGMENT_PLAINTEXT + 1)).toEqual({ start: 1, stop: 3 });
  });
});

describe("small content", () => {
  it.each([0, 1, CHUNK, CHUNK + 5])(
    "of %i bytes opens again and any changed byte is noticed",
    async (size) => {
      const sealed = await sealContent(KEY, CIRCLE, pattern(size));
      expect(equal(await openContent(KEY, CIRCLE, sealed), pattern(size))).toBe(true);
      const chance = new Chance(size);
      for (let tried = 0; tried < 30; tried++) {
        const changed = chance.changed(sealed);
        if (!equal(changed, sealed))
          await expect(openContent(KEY, CIRCLE, changed)).rejects.toThrow(NotForMe);
      }
    },
  );
});
