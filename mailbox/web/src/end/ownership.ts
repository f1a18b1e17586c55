/** Who owned a circle at each of its entries. */
import { EMPTY, equal } from "@/protocol/bytes";
import { Kind, factsAs } from "@/protocol/facts";
import type { Verified } from "@/protocol/log";

/** Moves along verified entries, oldest first; `owner` is the circle's at the entry taken last. */
export class Owners {
  #owner: Uint8Array = EMPTY;
  #offered: Uint8Array | null = null;

  get owner(): Uint8Array {
    return this.#owner;
  }

  /** Move past one entry. */
  take(verified: Verified): void {
    const { kind, organisation } = verified.header;
    if (kind === Kind.OPEN) this.#owner = organisation;
    if (kind === Kind.HANDOVER) this.#offered = verified.placed.hash;
    const accepted = factsAs(Kind.ACCEPT, verified);
    if (accepted !== null && this.#offered !== null && equal(accepted.invite, this.#offered)) {
      this.#owner = organisation;
    }
  }
}
