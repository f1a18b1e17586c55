/**
 * The authority: the root this end trusts, and its successors (keyholder/authority.py, without the offline
 * signing). A browser is given the first root by the hub; from then on it is pinned, and a newer one counts
 * only when the old and the new keys signed it.
 */
import { AlarmKind, type EvidenceKeeper } from "@/end/alarms";
import { Roots } from "@/hub/answers";
import type { Connection } from "@/hub/connection";
import { digest, type Root, Signed, succeed, verifyRoot } from "@/protocol/accreditation";
import { concat, equal } from "@/protocol/bytes";
import { unpack } from "@/protocol/encoding";
import { spokenWords } from "@/protocol/private/words";

const NONE = new Uint8Array(0);

/** A root this end trusts, as it travels and as it reads. */
export class Trust {
  private constructor(
    readonly packed: Uint8Array,
    readonly signed: Signed,
    readonly root: Root,
  ) {}

  /** From the bytes of a root. Throws the protocol's errors when it does not hold in itself. */
  static read(packed: Uint8Array): Trust {
    const signed = unpack(Signed, packed);
    return new Trust(packed, signed, verifyRoot(signed));
  }

  /** The next root, signed by the keys of this one and its own. Throws the protocol's errors. */
  followedBy(packed: Uint8Array): Trust {
    const newer = unpack(Signed, packed);
    return new Trust(packed, newer, succeed(this.signed, newer));
  }

  /** The one hub this root speaks of. */
  get hub(): string {
    return this.root.hub;
  }

  /** What names this root. 32 bytes. */
  get digest(): Uint8Array {
    return digest(this.signed);
  }

  /** Five words to compare by telephone with the commissioner's office. */
  get fingerprint(): string {
    return spokenWords(this.digest);
  }
}

/** The newest root this end has verified, walking from the one it was given. */
export class Authority {
  readonly #first: Trust;
  readonly #keeper: EvidenceKeeper;
  trust: Trust;
  /** Verified roots that the newest one has followed, oldest first. */
  earlier: readonly Root[] = [];

  constructor(first: Trust, keeper: EvidenceKeeper) {
    this.#first = first;
    this.#keeper = keeper;
    this.trust = first;
  }

  /** The newest verified root. */
  get root(): Root {
    return this.trust.root;
  }

  /**
   * Walk over what the hub has. `least` and `pin` name the newest root seen before.
   *
   * Throws Alarm: a successor that does not follow, or an older root than was seen.
   */
  async refresh(connection: Connection, least = 0, pin: Uint8Array = NONE): Promise<void> {
    const { roots } = await connection.get("/v1/authority", Roots, {
      query: { after: this.#first.root.number },
    });
    const walked = [this.#first];
    for (const packed of roots) walked.push(this.#follow(walked.at(-1) ?? this.#first, packed));
    const newest = walked.at(-1) ?? this.#first;
    const pinned = pin.length > 0 && least >= this.#first.root.number;
    const same = walked.some((each) => each.root.number === least && equal(each.digest, pin));
    if (newest.root.number < Math.max(least, this.trust.root.number) || (pinned && !same)) {
      throw this.#keeper.alarm(AlarmKind.AUTHORITY_CHANGED, { roots: concat(...roots) });
    }
    this.trust = newest;
    this.earlier = walked.slice(0, -1).map((each) => each.root);
  }

  #follow(trust: Trust, packed: Uint8Array): Trust {
    try {
      return trust.followedBy(packed);
    } catch {
      const material = { trusted: trust.packed, shown: packed };
      throw this.#keeper.alarm(AlarmKind.AUTHORITY_CHANGED, material);
    }
  }
}
