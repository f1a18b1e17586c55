/**
 * One range of a document, opened without the rest (PROTOCOL, must refuse 28).
 *
 * Whole segments are fetched, and each is compared with the manifest's tree before any chunk of it is
 * opened: a member who knows the key cannot swap a chunk for a ranged reader alone.
 */
import { concat, equal } from "../bytes";
import { Forged } from "../errors";
import type { Manifest } from "./bodies";
import { type ChunkCipher, sha256Beside } from "./content";
import { openLead, withoutPadding } from "./documents";
import {
  checkedSegments,
  checkSizes,
  SEGMENT_CHUNKS,
  SEGMENT_PLAINTEXT,
  segmentsOf,
  segmentSpan,
  type Span,
} from "./segments";

/** Gives the bytes `start` to `stop` (excluded) of the stored object. */
export type FetchSpan = (span: Span) => Promise<Uint8Array>;

/** Opened segments that are kept, so that reading on in small steps fetches nothing twice. */
const KEPT = 4;

/** Reads any range of one document. Make it with `RangeOpener.open`. */
export class RangeOpener {
  readonly #kept = new Map<number, Promise<Uint8Array>>();

  private constructor(
    private readonly manifest: Manifest,
    private readonly hashes: readonly Uint8Array[],
    private readonly fetchSpan: FetchSpan,
    private readonly cipher: ChunkCipher,
  ) {}

  /**
   * Check the hub's list of segment hashes (32 bytes each) against the manifest, and fetch the lead.
   *
   * Throws Forged: sizes, list or lead are not the manifest's. NotForMe: another key, circle or document.
   */
  static async open(
    manifest: Manifest,
    circle: Uint8Array,
    segmentHashes: Uint8Array,
    fetchSpan: FetchSpan,
  ): Promise<RangeOpener> {
    checkSizes(manifest);
    const hashes = checkedSegments(manifest, segmentHashes);
    const lead = await fetched(0, manifest, hashes, fetchSpan);
    return new RangeOpener(manifest, hashes, fetchSpan, await openLead(manifest, circle, lead));
  }

  /** The true file's size in bytes. */
  get size(): number {
    return this.manifest.size;
  }

  /**
   * The bytes `start` to `stop` (excluded) of the file; fewer where it ends before. All in memory: ask for
   * a few MiB at a time.
   *
   * Throws Forged: a segment is not the one that was shared. NotForMe.
   */
  async read(start: number, stop: number): Promise<Uint8Array> {
    const end = Math.min(stop, this.manifest.size);
    const span = segmentsOf(Math.max(start, 0), end);
    const parts: Uint8Array[] = [];
    for (let index = span.start; index < span.stop; index++) {
      const begins = (index - 1) * SEGMENT_PLAINTEXT;
      const opened = await this.#segment(index);
      parts.push(opened.subarray(Math.max(start - begins, 0), end - begins));
    }
    return concat(...parts);
  }

  /** One opened segment, from those kept or fetched anew; a failure is never kept. */
  #segment(index: number): Promise<Uint8Array> {
    const opened = this.#kept.get(index) ?? this.#opened(index);
    this.#kept.delete(index);
    this.#kept.set(index, opened);
    const oldest = this.#kept.size > KEPT ? this.#kept.keys().next().value : undefined;
    if (oldest !== undefined) this.#kept.delete(oldest);
    opened.catch(() => this.#kept.delete(index));
    return opened;
  }

  async #opened(index: number): Promise<Uint8Array> {
    const sealed = await fetched(index, this.manifest, this.hashes, this.fetchSpan);
    const opened = await this.cipher.openChunks((index - 1) * SEGMENT_CHUNKS, sealed);
    return withoutPadding(opened, Math.max(this.manifest.size - (index - 1) * SEGMENT_PLAINTEXT, 0));
  }
}

/** Segment `index` of the stored object, once it is the one that was shared. Throws Forged. */
async function fetched(
  index: number,
  manifest: Manifest,
  hashes: readonly Uint8Array[],
  fetchSpan: FetchSpan,
): Promise<Uint8Array> {
  const span = segmentSpan(index, manifest.stored);
  const sealed = await fetchSpan(span);
  const wanted = hashes[index];
  const same = wanted !== undefined && equal(await sha256Beside(sealed), wanted);
  if (sealed.length !== span.stop - span.start || !same) {
    throw new Forged("a part of the document is not the one that was shared");
  }
  return sealed;
}
