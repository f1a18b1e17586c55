/**
 * Quick copies: an epoch key that was opened once, wrapped again under the organisation's own key
 * (crypto/private/rewraps.py), so that a list of a thousand circles needs no thousand boxes opened.
 */
import { concat, equal, randomBytes } from "../bytes";
import * as encoding from "../encoding";
import { NotForMe } from "../errors";
import { type AesKey, aesKey, aesOpen, aesSeal, NONCE_BYTES } from "./ciphers";
import { commitment } from "./content";
import type { OrganisationSecret } from "./secrets";

interface RewrapContext {
  readonly organisation: Uint8Array;
  readonly generation: number;
  readonly circle: Uint8Array;
  readonly epoch: number;
}

const RewrapContext = encoding.struct<RewrapContext>({
  organisation: encoding.ID,
  generation: encoding.UINT,
  circle: encoding.HASH,
  epoch: encoding.UINT,
});

/** One generation's quick copies of epoch keys. */
export class Rewraps {
  readonly generation: number;
  readonly #key: Promise<AesKey>;

  /** Under the key of one generation of `organisation` (16 bytes). */
  constructor(
    secret: OrganisationSecret,
    readonly organisation: Uint8Array,
  ) {
    this.generation = secret.generation;
    this.#key = aesKey(secret.rewrap);
  }

  /** Wrap `epochKey`. 60 bytes: nonce (12), ciphertext (32), tag (16). */
  async lock(circle: Uint8Array, epoch: number, epochKey: Uint8Array): Promise<Uint8Array> {
    const nonce = randomBytes(NONCE_BYTES);
    return concat(nonce, await aesSeal(await this.#key, nonce, epochKey, this.#context(circle, epoch)));
  }

  /**
   * Open a copy; it counts only if it matches `committed`, what the circle's log says of that epoch.
   *
   * Throws NotForMe: another organisation, generation, circle or epoch, changed bytes, or another key.
   */
  async open(
    circle: Uint8Array,
    epoch: number,
    wrapped: Uint8Array,
    committed: Uint8Array,
  ): Promise<Uint8Array> {
    const [nonce, sealed] = [wrapped.subarray(0, NONCE_BYTES), wrapped.subarray(NONCE_BYTES)];
    const key = await aesOpen(await this.#key, nonce, sealed, this.#context(circle, epoch));
    if (!equal(commitment(circle, epoch, key), committed)) throw new NotForMe();
    return key;
  }

  #context(circle: Uint8Array, epoch: number): Uint8Array {
    const { organisation, generation } = this;
    return encoding.pack(RewrapContext, { organisation, generation, circle, epoch });
  }
}
