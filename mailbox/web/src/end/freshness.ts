/**
 * Does the epoch in force hold nothing that a joiner without history must not read?
 *
 * Whoever is invited is given the key in force. Every body that this key opens counts, words of control entries
 * too: only what began the epoch without a word, and the circle's details said once under it, may stand there.
 */
import { KeyholderError } from "@/end/errors";
import type { Logbook } from "@/end/logbook";
import type { BodyOpener } from "@/end/opening";
import type { Thread } from "@/end/thread";
import { toHex } from "@/protocol/bytes";
import { Kind } from "@/protocol/facts";
import type { Verified } from "@/protocol/log";
import { isAsked } from "@/protocol/private/bodies";

/** Somebody said something under the key that was about to be given away. */
export class SpokenMeanwhile extends KeyholderError {
  override readonly code = "spoken-meanwhile";
}

/** The epoch in force, as a joiner will see it. */
export class FreshEpoch {
  readonly #book: Logbook;
  readonly #opener: BodyOpener;
  readonly #thread: Thread;
  readonly #wordless = new Map<string, boolean>();

  constructor(book: Logbook, opener: BodyOpener, thread: Thread) {
    this.#book = book;
    this.#opener = opener;
    this.#thread = thread;
  }

  /** May the key in force be given to a joiner: the circle's details, and nothing else? */
  async holds(): Promise<boolean> {
    const kinds = this.#kinds();
    if (kinds === `${Kind.OPEN}`) return true;
    return kinds === `${Kind.REKEY},${Kind.DETAILS}` && (await this.#beganWithoutWords());
  }

  /** Is there nothing under it but a rekey without words? */
  async isUnused(): Promise<boolean> {
    return this.#kinds() === `${Kind.REKEY}` && (await this.#beganWithoutWords());
  }

  #kinds(): string {
    return this.#underTheKey()
      .map((verified) => verified.header.kind)
      .join(",");
  }

  /** The entries whose bodies the key in force opens, oldest first. */
  #underTheKey(): Verified[] {
    const { number } = this.#book.circle.epoch;
    return this.#book.entries.filter(
      (verified) => verified.header.epoch === number && !this.#opener.hasOwnKey(verified),
    );
  }

  async #beganWithoutWords(): Promise<boolean> {
    const began = this.#underTheKey()[0]?.placed;
    if (began === undefined) return false;
    const place = toHex(began.hash);
    const known = this.#wordless.get(place);
    if (known !== undefined) return known;
    const { body } = await this.#thread.openOne(began.seq);
    const wordless = body !== null && isAsked(body) && body.title === "" && body.text === "";
    this.#wordless.set(place, wordless);
    return wordless;
  }
}
