/**
 * Documents: a file sealed piece by piece with flat memory, and opened the same way
 * (crypto/private/documents.py). For one range of a document see `ranges`.
 *
 * The stored object is an 8-byte prefix, then Cobblestone-256 of the padded file. While sealing, its bytes are
 * hashed twice: the plaintext, as one stream; and each segment, by the browser itself. The root over the
 * segments binds every stored byte.
 */
import { concat, equal } from "../bytes";
import { Forged, Malformed } from "../errors";
import { Sha256 } from "../hashing";
import type { Manifest } from "./bodies";
import { ChunkCipher, documentContext, sha256Beside } from "./content";
import {
  checkSizes,
  LEAD,
  paddedSize,
  PREFIX,
  SEGMENT,
  SEGMENT_CHUNKS,
  SEGMENT_PLAINTEXT,
  SegmentHashes,
} from "./segments";
import { blocks, inOrder, type Pieces } from "./streams";

export * from "./segments";

/** Blocks of 1 MiB being sealed or opened at a time; each is 64 chunks in flight. */
const AT_ONCE = 3;
const ZEROS = new Uint8Array(64 * 1024);

/** SHA-256 of a stream. One in another worker may answer later; `Sha256` answers at once. */
export interface Hashing {
  update(bytes: Uint8Array): void | Promise<void>;
  digest(): Uint8Array | Promise<Uint8Array>;
  /** Called when no digest is wanted any more. */
  drop(): void;
}

/** What sealing found out: the manifest's numbers (bytes) and hashes, and what `finish` tells the hub. */
export interface Sealed {
  readonly size: number;
  readonly padded: number;
  readonly stored: number;
  readonly plaintextHash: Uint8Array;
  /** The root over the segments. */
  readonly segments: Uint8Array;
  /** SHA-256 of each segment, 32 bytes each. */
  readonly segmentHashes: Uint8Array;
}

/** One segment of the stored object, and its SHA-256. */
interface Segment {
  readonly bytes: Uint8Array;
  readonly hash: Uint8Array;
}

async function hashed(bytes: Uint8Array): Promise<Segment> {
  return { bytes, hash: await sha256Beside(bytes) };
}

/** Seals one file of known size: iterate `seal` to the end, then read `sealed`. */
export class DocumentSealer {
  sealed: Sealed | undefined;
  readonly #hashes = new SegmentHashes();
  #seen = 0;
  #stored = 0;

  /** `key` is 32 fresh random bytes, `number` the document's version, `size` the file's in bytes. */
  constructor(
    private readonly key: Uint8Array,
    private readonly circle: Uint8Array,
    private readonly document: Uint8Array,
    private readonly number: number,
    private readonly size: number,
    private readonly hashing: () => Hashing = () => new Sha256(),
  ) {}

  /**
   * Yield the stored object, segment by segment, for a file given in pieces of any size. Once only.
   *
   * Throws Malformed if the file is not `size` bytes long: it changed while it was read.
   */
  async *seal(pieces: Pieces): AsyncGenerator<Uint8Array> {
    const plain = this.hashing();
    try {
      const context = documentContext(this.circle, this.document, this.number);
      const cipher = await ChunkCipher.seal(this.key, context);
      yield this.#took(await hashed(concat(PREFIX, cipher.header)));
      for await (const segment of this.#sealBlocks(cipher, pieces, plain)) yield this.#took(segment);
      this.sealed = await this.#result(plain);
    } finally {
      plain.drop();
    }
  }

  async *#sealBlocks(cipher: ChunkCipher, pieces: Pieces, plain: Hashing): AsyncGenerator<Segment> {
    const padded = paddedSize(this.size);
    const last = Math.floor(padded / SEGMENT_PLAINTEXT);
    const sealBlock = async (block: Uint8Array, index: number): Promise<Segment> =>
      hashed(await cipher.sealChunks(index * SEGMENT_CHUNKS, block, index === last));
    const filled = blocks(this.#paddedPieces(pieces, padded, plain), SEGMENT_PLAINTEXT);
    yield* inOrder(filled, AT_ONCE, sealBlock);
    // A file that fills its last segment still ends in a short chunk: an empty one, in a segment of its own.
    if (padded % SEGMENT_PLAINTEXT === 0) yield await sealBlock(new Uint8Array(0), last);
  }

  async *#paddedPieces(pieces: Pieces, padded: number, plain: Hashing): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces) {
      this.#seen += piece.length;
      if (this.#seen > this.size) break;
      await plain.update(piece);
      yield piece;
    }
    if (this.#seen !== this.size) throw new Malformed("the file changed while it was being read");
    for (let left = padded - this.size; left > 0; left -= ZEROS.length) yield ZEROS.subarray(0, left);
  }

  #took({ bytes, hash }: Segment): Uint8Array {
    this.#hashes.add(hash);
    this.#stored += bytes.length;
    return bytes;
  }

  async #result(plain: Hashing): Promise<Sealed> {
    return {
      size: this.size,
      padded: paddedSize(this.size),
      stored: this.#stored,
      plaintextHash: await plain.digest(),
      segments: this.#hashes.root(),
      segmentHashes: this.#hashes.bytes(),
    };
  }
}

/**
 * Yield the file, checked piece by piece; only a finished iteration is the whole, true file. `stored` is
 * the object in pieces of any size. Padding is removed and must be zero.
 *
 * Throws NotForMe, Forged: the object or any part of it is not the one the manifest describes.
 */
export async function* openDocument(
  manifest: Manifest,
  circle: Uint8Array,
  stored: Pieces,
  hashing: () => Hashing = () => new Sha256(),
): AsyncGenerator<Uint8Array> {
  checkSizes(manifest);
  const [plain, segments] = [hashing(), new SegmentHashes()];
  try {
    let left = manifest.size;
    for await (const piece of openedBlocks(manifest, circle, limited(stored, manifest.stored), segments)) {
      const real = withoutPadding(piece, left);
      left -= real.length;
      await plain.update(real);
      if (real.length > 0) yield real;
    }
    const same =
      equal(await plain.digest(), manifest.plaintextHash) && equal(segments.root(), manifest.segments);
    if (left > 0 || !same) throw new Forged("the document is not the one that was shared");
  } finally {
    plain.drop();
  }
}

/** The first `left` bytes of an opened piece; what follows them must be zero. Throws Forged. */
export function withoutPadding(piece: Uint8Array, left: number): Uint8Array {
  if (piece.subarray(left).some((byte) => byte !== 0))
    throw new Forged("the document's padding is not empty");
  return piece.subarray(0, left);
}

/** The cipher for an object that begins with these 64 bytes. Throws Forged, NotForMe. */
export async function openLead(
  manifest: Manifest,
  circle: Uint8Array,
  lead: Uint8Array,
): Promise<ChunkCipher> {
  const prefix = lead.subarray(0, PREFIX.length);
  if (!equal(prefix, PREFIX)) throw new Forged("this is not a sealed document");
  const context = documentContext(circle, manifest.document, manifest.number);
  return ChunkCipher.open(manifest.key, context, lead.subarray(PREFIX.length));
}

async function* openedBlocks(
  manifest: Manifest,
  circle: Uint8Array,
  stored: AsyncGenerator<Uint8Array>,
  segments: SegmentHashes,
): AsyncGenerator<Uint8Array> {
  const [lead, rest] = await splitLead(stored);
  const cipher = await openLead(manifest, circle, lead);
  segments.add(await sha256Beside(lead));
  const open = async (block: Uint8Array, index: number): Promise<readonly [Uint8Array, Uint8Array]> => {
    const hash = sha256Beside(block);
    return [await cipher.openChunks(index * SEGMENT_CHUNKS, block), await hash];
  };
  for await (const [opened, hash] of inOrder(blocks(rest, SEGMENT), AT_ONCE, open)) {
    segments.add(hash);
    yield opened;
  }
}

/** The object's first 64 bytes, and the rest as it comes. */
async function splitLead(
  stored: AsyncGenerator<Uint8Array>,
): Promise<readonly [Uint8Array, AsyncGenerator<Uint8Array>]> {
  let begun: Uint8Array = new Uint8Array(0);
  while (begun.length < LEAD) {
    const { value, done } = await stored.next();
    if (done === true) break;
    begun = concat(begun, value);
  }
  return [begun.slice(0, LEAD), followedBy(begun.slice(LEAD), stored)];
}

async function* followedBy(first: Uint8Array, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}

/** The object as it comes, never longer or shorter than promised. Throws Forged. */
async function* limited(stored: Pieces, limit: number): AsyncGenerator<Uint8Array> {
  let total = 0;
  for await (const piece of stored) {
    total += piece.length;
    if (total > limit) throw new Forged("the document is longer than it should be");
    yield piece;
  }
  if (total !== limit) throw new Forged("the document is shorter than it should be");
}
