/**
 * The versions of each document of a circle, as its verified history has them (keyholder/versions.py).
 *
 * Only the organisation that shared a document, or the circle's owner, says its next version, and they are
 * counted from 1 without a gap. What breaks that is no version, whoever signed it.
 */
import { Owners } from "@/end/ownership";
import { equal, toHex } from "@/protocol/bytes";
import type { Document } from "@/protocol/facts";
import { Kind } from "@/protocol/facts";
import type { Verified } from "@/protocol/log";

/** One version: the entry that carries it, and its facts. */
export interface Version {
  readonly verified: Verified;
  readonly facts: Document;
}

/** The documents of a circle, sorted out. */
export class Versions {
  private readonly documents = new Map<string, Version[]>();
  /** The seqs of entries that claim to be a version and are none. */
  readonly misfits = new Set<number>();

  /** From a circle's entries, oldest first. */
  constructor(entries: Iterable<Verified>) {
    const owners = new Owners();
    for (const verified of entries) {
      owners.take(verified);
      const facts = documentFacts(verified);
      if (facts !== null) this.take({ verified, facts }, owners.owner);
    }
  }

  /** The versions of one document, from 1 on; none when there is no such document. */
  of(document: Uint8Array): readonly Version[] {
    return this.documents.get(toHex(document)) ?? [];
  }

  /** May `organisation` say the next version, in a circle that `owner` owns? */
  mayFollow(document: Uint8Array, organisation: Uint8Array, owner: Uint8Array): boolean {
    return mayFollow(this.of(document), organisation, owner);
  }

  private take(version: Version, owner: Uint8Array): void {
    const id = toHex(version.facts.document);
    const before = this.documents.get(id) ?? [];
    const theirs = mayFollow(before, version.verified.header.organisation, owner);
    if (theirs && version.facts.number === before.length + 1) this.documents.set(id, [...before, version]);
    else this.misfits.add(version.verified.placed.seq);
  }
}

/** The facts of an entry that carries a document. */
export function documentFacts(verified: Verified): Document | null {
  // The kind decides which facts an entry has: the reader of facts made sure of it.
  return verified.header.kind === Kind.DOCUMENT ? (verified.facts as Document) : null;
}

function mayFollow(before: readonly Version[], organisation: Uint8Array, owner: Uint8Array): boolean {
  const [first] = before;
  if (first === undefined) return true;
  return equal(first.verified.header.organisation, organisation) || equal(owner, organisation);
}
