/**
 * How a stored document is cut (crypto/segments.py; SPEC, 11): sizes, and the tree over segments.
 *
 * First the prefix and header (64 bytes), then each 64 sealed chunks (1,049,600 bytes, the last shorter).
 */
import { equal, joined, utf8 } from "../bytes";
import { Forged } from "../errors";
import { rootOf } from "../merkle";
import type { Manifest } from "./bodies";
import { CHUNK, HEADER, padme, sealedSize, TAG } from "./content";

export const PREFIX = utf8("kithdoc1");
export const SEGMENT_CHUNKS = 64;
/** Bytes of the file in a whole segment. */
export const SEGMENT_PLAINTEXT = SEGMENT_CHUNKS * CHUNK;
/** Bytes of the stored object in a whole segment. */
export const SEGMENT = SEGMENT_CHUNKS * (CHUNK + TAG);
/** The first segment: prefix and header. */
export const LEAD = PREFIX.length + HEADER;
export const MIN_PADDED = 1024;

const HASH = 32;

/** A half-open range of bytes: `stop` is excluded. */
export interface Span {
  readonly start: number;
  readonly stop: number;
}

/** The Padmé length for a file of `size` bytes, at least 1 KiB. */
export function paddedSize(size: number): number {
  return Math.max(MIN_PADDED, padme(size));
}

/** How long the stored object of a file of `size` bytes is. */
export function storedSize(size: number): number {
  return PREFIX.length + sealedSize(paddedSize(size));
}

/** How many segments an object of `stored` bytes has, the lead included. */
export function segmentCount(stored: number): number {
  return 1 + Math.ceil((stored - LEAD) / SEGMENT);
}

/** Where segment `index` (0 is the lead) lies in an object of `stored` bytes. */
export function segmentSpan(index: number, stored: number): Span {
  if (index === 0) return { start: 0, stop: LEAD };
  const start = LEAD + (index - 1) * SEGMENT;
  return { start, stop: Math.min(start + SEGMENT, stored) };
}

/** Which segments (never the lead) hold the bytes `start` to `stop` of the file; empty for an empty range. */
export function segmentsOf(start: number, stop: number): Span {
  if (stop <= start) return { start: 1, stop: 1 };
  return {
    start: 1 + Math.floor(start / SEGMENT_PLAINTEXT),
    stop: 1 + Math.ceil(stop / SEGMENT_PLAINTEXT),
  };
}

/** The hashes of an object's segments, in order, as they are told to the hub (32 bytes each). */
export class SegmentHashes {
  readonly #hashes: Uint8Array[] = [];

  /** Take the SHA-256 of the next segment. */
  add(hash: Uint8Array): void {
    this.#hashes.push(hash);
  }

  /** All hashes, one after the other. */
  bytes(): Uint8Array {
    return joined(this.#hashes);
  }

  /** The RFC 6962 root that the manifest names. 32 bytes. */
  root(): Uint8Array {
    return rootOf(this.#hashes);
  }
}

/**
 * The list of segment hashes that a hub gave, once it fits the manifest.
 *
 * Throws Forged: too few, too many, or another root than the manifest's.
 */
export function checkedSegments(manifest: Manifest, hashes: Uint8Array): readonly Uint8Array[] {
  const count = segmentCount(manifest.stored);
  if (hashes.length !== HASH * count) throw new Forged("the document has another number of segments");
  const list = Array.from({ length: count }, (_, at) => hashes.slice(HASH * at, HASH * (at + 1)));
  if (!equal(rootOf(list), manifest.segments)) throw new Forged("these are not the document's segments");
  return list;
}

/** Require that a manifest's sizes follow from each other. Throws Forged. */
export function checkSizes(manifest: Manifest): void {
  const { size, padded, stored } = manifest;
  if (padded !== paddedSize(size) || stored !== storedSize(size)) {
    throw new Forged("the document's sizes do not fit each other");
  }
}
