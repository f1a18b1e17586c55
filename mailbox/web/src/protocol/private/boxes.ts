/**
 * A key to a recipient: HPKE base mode with X-Wing (RFC 9180; crypto/private/boxes.py).
 *
 * A box secret *is* the 32-byte X-Wing seed. A box is `enc || ciphertext`. `info` says exactly what the
 * box is for, so that it opens nowhere else; the functions below are the only makers of it.
 */
import { concat, EMPTY, utf8 } from "../bytes";
import * as encoding from "../encoding";
import { Malformed, NotForMe } from "../errors";
import { checkBoxKey } from "../keys";
import { sodium } from "../sodium";
import { aesKey, aesOpen, aesSeal, expand256, hmac256, KEY_BYTES, NONCE_BYTES } from "./ciphers";

export const PUBLIC_BYTES = 1216;
/** How much longer a box is than what is in it. */
export const OVERHEAD = 1120 + 16;

const ENC_BYTES = 1120;
const VERSION = utf8("HPKE-v1");
/** "HPKE", then X-Wing (0x647a), HKDF-SHA256 (1), AES-256-GCM (2). */
const SUITE = concat(utf8("HPKE"), Uint8Array.of(0x64, 0x7a, 0, 1, 0, 2));
const BASE_MODE = Uint8Array.of(0);

/** One X-Wing key pair from its 32-byte seed, which cannot be read back. */
export class BoxSecret {
  readonly #seed: Uint8Array;
  #public: Uint8Array | undefined;

  /** Throws Malformed unless `seed` is 32 bytes. */
  constructor(seed: Uint8Array) {
    if (seed.length !== 32) throw new Malformed("a box secret is 32 bytes");
    this.#seed = seed;
  }

  /** 1216 bytes: ML-KEM-768 (1184) then X25519 (32). */
  get public(): Uint8Array {
    this.#public ??= sodium().crypto_kem_xwing_seed_keypair(this.#seed).publicKey;
    return this.#public;
  }

  /** Open `box`, sealed to this key for `info`. Throws NotForMe, whatever the cause. */
  async open(box: Uint8Array, info: Uint8Array): Promise<Uint8Array> {
    const { key, nonce } = schedule(this.#shared(box), info);
    return aesOpen(await aesKey(key), nonce, box.subarray(ENC_BYTES));
  }

  #shared(box: Uint8Array): Uint8Array {
    if (box.length < OVERHEAD) throw new NotForMe();
    try {
      return sodium().crypto_kem_xwing_dec(box.slice(0, ENC_BYTES), this.#seed);
    } catch {
      throw new NotForMe();
    }
  }
}

/** Box `plaintext` to a 1216-byte public key for the purpose `info`. Throws Malformed if it is none. */
export async function sealBox(
  publicKey: Uint8Array,
  plaintext: Uint8Array,
  info: Uint8Array,
): Promise<Uint8Array> {
  checkBoxKey(publicKey);
  const { ciphertext, sharedSecret } = sodium().crypto_kem_xwing_enc(publicKey);
  const { key, nonce } = schedule(sharedSecret, info);
  return concat(ciphertext, await aesSeal(await aesKey(key), nonce, plaintext));
}

/** The same for every box: there is never a pre-shared key. */
let noPsk: Uint8Array | undefined;

/** RFC 9180, section 5.1, base mode: the key and the nonce of the one message. */
function schedule(shared: Uint8Array, info: Uint8Array): { key: Uint8Array; nonce: Uint8Array } {
  noPsk ??= labeledExtract(EMPTY, "psk_id_hash", EMPTY);
  const context = concat(BASE_MODE, noPsk, labeledExtract(EMPTY, "info_hash", info));
  const secret = labeledExtract(shared, "secret", EMPTY);
  return {
    key: labeledExpand(secret, "key", context, KEY_BYTES),
    nonce: labeledExpand(secret, "base_nonce", context, NONCE_BYTES),
  };
}

const LABELS = new Map<string, Uint8Array>();

/** The bytes of a label: RFC 9180 has few, and each opening takes all of them. */
function labelOf(label: string): Uint8Array {
  const known = LABELS.get(label);
  if (known !== undefined) return known;
  const made = utf8(label);
  LABELS.set(label, made);
  return made;
}

function labeledExtract(salt: Uint8Array, label: string, material: Uint8Array): Uint8Array {
  return hmac256(salt, concat(VERSION, SUITE, labelOf(label), material));
}

/** At most 32 bytes: one block. */
function labeledExpand(secret: Uint8Array, label: string, info: Uint8Array, length: number): Uint8Array {
  const labeled = concat(Uint8Array.of(length >> 8, length & 0xff), VERSION, SUITE, labelOf(label), info);
  return expand256(secret, labeled).slice(0, length);
}

/** A label, then everything the box is bound to. Infos are written and never read. */
function info(label: string, ...bound: readonly encoding.Raw[]): Uint8Array {
  return encoding.encode([label, ...bound]);
}

/** For E_n: `controlHead` is the one that the carrying entry's header names. */
export function epochInfo(
  circle: Uint8Array,
  epoch: number,
  controlHead: Uint8Array,
  organisation: Uint8Array,
  generation: number,
  keyHash: Uint8Array,
): Uint8Array {
  return info("epoch", circle, epoch, controlHead, organisation, generation, keyHash);
}

/** For one K_e (or document key) given by a grant or a release; `entry` is the entry hash. */
export function entryKeyInfo(
  circle: Uint8Array,
  entry: Uint8Array,
  organisation: Uint8Array,
  generation: number,
  keyHash: Uint8Array,
): Uint8Array {
  return info("entry-key", circle, entry, organisation, generation, keyHash);
}

/** For the own key of an invitation's or a restricted entry's body. */
export function bodyInfo(
  circle: Uint8Array,
  nonce: Uint8Array,
  author: Uint8Array,
  organisation: Uint8Array,
  generation: number,
  keyHash: Uint8Array,
): Uint8Array {
  return info("body", circle, nonce, author, organisation, generation, keyHash);
}

/** For an organisation secret given to one of its workers (or its kit), to *their* box key. */
export function organisationInfo(
  organisation: Uint8Array,
  generation: number,
  worker: Uint8Array,
  keyHash: Uint8Array,
): Uint8Array {
  return info("organisation", organisation, generation, worker, keyHash);
}

/** For a letter's key; `sender` is the signing worker's id, empty when unsigned. */
export function letterInfo(
  letter: Uint8Array,
  organisation: Uint8Array,
  generation: number,
  keyHash: Uint8Array,
  sender: Uint8Array,
): Uint8Array {
  return info("letter", letter, organisation, generation, keyHash, sender);
}

/** For a worker's name (see `profiles`); generation 0 is the worker's own box key. */
export function profileInfo(
  worker: Uint8Array,
  organisation: Uint8Array,
  generation: number,
  keyHash: Uint8Array,
): Uint8Array {
  return info("profile", organisation, generation, worker, keyHash);
}

/** For the reason behind a statement, opened by the organisation's oversight. */
export function reasonInfo(
  worker: Uint8Array,
  organisation: Uint8Array,
  generation: number,
  keyHash: Uint8Array,
  commitment: Uint8Array,
): Uint8Array {
  return info("reason", worker, organisation, generation, keyHash, commitment);
}
