/**
 * The RFC 6962 tree over SHA-256: append, root, and the checks of proofs (crypto/merkle.py;
 * RFC 9162, sections 2.1.3.2 and 2.1.4.2). An end checks proofs; only the hub builds them.
 *
 * Positions go up to 2^53, past what `>>` and `&` can hold here, so halving is done by division.
 */
import { equal, sha256, concat } from "./hashing";
import { Forged, Malformed } from "./errors";

export const HASH_BYTES = 32;

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** The root of a tree without leaves: SHA-256(""). */
export function emptyRoot(): Uint8Array {
  return sha256(new Uint8Array(0));
}

/** SHA-256(0x00 || leaf). */
export function leafHash(leaf: Uint8Array): Uint8Array {
  return sha256(concat(LEAF, leaf));
}

/** SHA-256(0x01 || left || right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concat(NODE, left, right));
}

/** The growing right edge of a tree: one peak (root of a perfect subtree) for each set bit of its size. */
export class Frontier {
  readonly #peaks: Uint8Array[];
  #size: number;

  /** Throws Malformed unless there is one 32-byte peak, largest first, for each set bit of `size`. */
  constructor(size = 0, peaks: readonly Uint8Array[] = []) {
    this.#size = size;
    this.#peaks = [...peaks];
    const fits = Number.isSafeInteger(size) && size >= 0 && peaks.length === bitCount(size);
    if (!fits || peaks.some((peak) => peak.length !== HASH_BYTES)) {
      throw new Malformed("a frontier has one 32-byte peak for each set bit of its size");
    }
  }

  /** How many leaves were appended. */
  get size(): number {
    return this.#size;
  }

  /** The peaks, largest first. */
  get peaks(): readonly Uint8Array[] {
    return this.#peaks;
  }

  /** Add one leaf hash (32 bytes, from `leafHash`). */
  append(hashedLeaf: Uint8Array): void {
    let node = hashedLeaf;
    for (let index = this.#size; isOdd(index); index = half(index)) {
      const left = this.#peaks.pop();
      if (left !== undefined) node = nodeHash(left, node);
    }
    this.#peaks.push(node);
    this.#size += 1;
  }

  /** The RFC 6962 root of all that was appended. 32 bytes. */
  root(): Uint8Array {
    const root = this.#peaks.reduceRight<Uint8Array | undefined>(
      (right, peak) => (right === undefined ? peak : nodeHash(peak, right)),
      undefined,
    );
    return root ?? emptyRoot();
  }
}

/** The root over whole leaves (not hashes), for small lists such as a document's segments. */
export function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  const frontier = new Frontier();
  for (const leaf of leaves) frontier.append(leafHash(leaf));
  return frontier.root();
}

/** Check that the leaf *hash* `leaf` stands at `index` in a tree of `size` under `root`. Throws Forged. */
export function verifyInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
  root: Uint8Array,
): void {
  if (!(index >= 0 && index < size)) throw new Forged("the proof names a leaf outside the tree");
  checkHashes([leaf, root, ...path]);
  const at = new Climb(index, size - 1);
  let node = leaf;
  for (const sibling of path) {
    if (at.done) throw new Forged("the proof is too long");
    node = at.step() ? nodeHash(sibling, node) : nodeHash(node, sibling);
  }
  if (!at.done || !equal(node, root)) throw new Forged("the entry is not in the tree");
}

/** Check that the tree of `newer` leaves extends the tree of `older`. Throws Forged. */
export function verifyConsistency(
  older: number,
  newer: number,
  oldRoot: Uint8Array,
  newRoot: Uint8Array,
  path: readonly Uint8Array[],
): void {
  if (!(older >= 0 && older <= newer)) throw new Forged("a tree never shrinks");
  checkHashes([oldRoot, newRoot, ...path]);
  if (older === 0 || older === newer) {
    require(path.length === 0 && equal(oldRoot, older === newer ? newRoot : emptyRoot()));
    return;
  }
  const [first, ...steps] = bitCount(older) === 1 ? [oldRoot, ...path] : path;
  if (first === undefined) throw new Forged("the log was rewritten");
  const at = new Climb(older - 1, newer - 1);
  at.skipRightEdges();
  let [before, after] = [first, first];
  for (const sibling of steps) {
    require(!at.done);
    const left = at.step();
    if (left) before = nodeHash(sibling, before);
    after = left ? nodeHash(sibling, after) : nodeHash(after, sibling);
  }
  require(at.done && equal(before, oldRoot) && equal(after, newRoot));
}

/** Where a proof stands: `fn` is the node climbed from, `sn` the last one of its level. */
class Climb {
  constructor(
    private fn: number,
    private sn: number,
  ) {}

  /** Whether the root is reached. */
  get done(): boolean {
    return this.sn === 0;
  }

  /** One level up (more where the right edge has no sibling); true if the sibling stands to the left. */
  step(): boolean {
    const left = isOdd(this.fn) || this.fn === this.sn;
    if (left) while (!isOdd(this.fn) && this.fn !== 0) this.#up();
    this.#up();
    return left;
  }

  /** Up while the node is a right child: its subtree is whole in both trees. */
  skipRightEdges(): void {
    while (isOdd(this.fn)) this.#up();
  }

  #up(): void {
    this.fn = half(this.fn);
    this.sn = half(this.sn);
  }
}

/** A node of another length could be read as two: every hash in a proof is 32 bytes. */
function checkHashes(hashes: readonly Uint8Array[]): void {
  if (hashes.some((hash) => hash.length !== HASH_BYTES))
    throw new Forged("a hash in the proof is not 32 bytes");
}

function require(holds: boolean): void {
  if (!holds) throw new Forged("the log was rewritten");
}

function isOdd(number: number): boolean {
  return number % 2 === 1;
}

function half(number: number): number {
  return Math.floor(number / 2);
}

function bitCount(number: number): number {
  let count = 0;
  for (let left = number; left > 0; left = half(left)) if (isOdd(left)) count += 1;
  return count;
}
