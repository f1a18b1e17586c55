/**
 * Derive, wrap and unwrap: worker, organisation and kit secrets, and the sign-in words
 * (crypto/private/secrets.py).
 *
 * One 32-byte secret gives every key of its holder by HKDF label. Argon2id's parameters are constants
 * of suite 1: an end never takes them from outside, so nobody can lower them.
 */
import { concat, equal, randomBytes, toHex, utf8 } from "../bytes";
import * as encoding from "../encoding";
import { Malformed, NotForMe } from "../errors";
import { contextOf, taggedHash } from "../hashing";
import { SigningKey } from "../signing";
import { sodium } from "../sodium";
import { BoxSecret } from "./boxes";
import { aesKey, aesOpen, aesSeal, expand256, NONCE_BYTES } from "./ciphers";

export const SUITE = 1;
export const SECRET_BYTES = 32;
export const SALT_BYTES = 16;
export const ARGON2_OPERATIONS = 3;
export const ARGON2_MEMORY = 64 * 1024 * 1024;

/** HKDF-Expand-SHA256(secret, "kith/1/" || label || 0x00 || context, 32). */
export function expand(secret: Uint8Array, label: string, context?: Uint8Array): Uint8Array {
  const tag = contextOf(label);
  return expand256(secret, context === undefined ? tag : concat(tag, context));
}

/** Argon2id v1.3 of normalised words: 64 MiB, 3 passes, one lane. 32 bytes; blocks for about 0.2 s. */
export function stretch(words: string, salt: Uint8Array): Uint8Array {
  if (salt.length !== SALT_BYTES) throw new Malformed("an Argon2id salt is 16 bytes");
  const argon2id = sodium().crypto_pwhash_ALG_ARGON2ID13;
  return sodium().crypto_pwhash(32, utf8(words), salt, ARGON2_OPERATIONS, ARGON2_MEMORY, argon2id);
}

/** AES-256-GCM under a 32-byte key with a random nonce in front: nonce (12) || ciphertext || tag (16). */
export async function lock(
  key: Uint8Array,
  plaintext: Uint8Array,
  associated: Uint8Array,
): Promise<Uint8Array> {
  const nonce = randomBytes(NONCE_BYTES);
  return concat(nonce, await aesSeal(await aesKey(key), nonce, plaintext, associated));
}

/** Open what `lock` made. Throws NotForMe: another key, other associated data, or changed bytes. */
export async function unlock(
  key: Uint8Array,
  locked: Uint8Array,
  associated: Uint8Array,
): Promise<Uint8Array> {
  const [nonce, sealed] = [locked.subarray(0, NONCE_BYTES), locked.subarray(NONCE_BYTES)];
  return aesOpen(await aesKey(key), nonce, sealed, associated);
}

/** All that one worker is: a signing key, a box key and a key for their own pins. */
export class WorkerSecret {
  /** 32 bytes. Leaves the vault worker only wrapped. */
  readonly raw: Uint8Array;
  #signing: SigningKey | undefined;
  #box: BoxSecret | undefined;

  /** Throws Malformed unless `secret` is 32 bytes. */
  constructor(secret: Uint8Array) {
    if (secret.length !== SECRET_BYTES) throw new Malformed("a worker secret is 32 bytes");
    this.raw = secret;
  }

  /** A fresh random secret. */
  static generate(): WorkerSecret {
    return new WorkerSecret(randomBytes(SECRET_BYTES));
  }

  /** Signs entries, statements, letters and sessions. */
  get signing(): SigningKey {
    this.#signing ??= new SigningKey(expand(this.raw, "worker/sign"));
    return this.#signing;
  }

  /** Opens the organisation secret that is boxed to this worker. */
  get box(): BoxSecret {
    this.#box ??= new BoxSecret(expand(this.raw, "worker/box"));
    return this.#box;
  }

  /** 32-byte key of this worker's pins and drafts. */
  get pins(): Uint8Array {
    return expand(this.raw, "worker/pins");
  }

  toJSON(): string {
    return "WorkerSecret(...)";
  }
}

interface Archive {
  readonly organisation: Uint8Array;
  readonly generation: number;
  readonly previous: number;
}

const Archive = encoding.struct<Archive>({
  organisation: encoding.ID,
  generation: encoding.UINT,
  previous: encoding.UINT,
});

/** One generation of an organisation's secret. */
export class OrganisationSecret {
  /** 32 bytes. Leaves the vault worker only boxed or wrapped. */
  readonly raw: Uint8Array;
  readonly generation: number;
  #box: BoxSecret | undefined;

  /** `generation` counts from 1 at genesis. Throws Malformed unless `secret` is 32 bytes. */
  constructor(secret: Uint8Array, generation: number) {
    if (secret.length !== SECRET_BYTES) throw new Malformed("an organisation secret is 32 bytes");
    this.raw = secret;
    this.generation = generation;
  }

  /** A fresh random secret for `generation`. */
  static generate(generation: number): OrganisationSecret {
    return new OrganisationSecret(randomBytes(SECRET_BYTES), generation);
  }

  /** Opens what circles and letters box to this generation. */
  get box(): BoxSecret {
    this.#box ??= new BoxSecret(expand(this.raw, "organisation/box"));
    return this.#box;
  }

  /** 32-byte key under which the organisation keeps quick copies of opened epoch keys (see rewraps). */
  get rewrap(): Uint8Array {
    return expand(this.raw, "organisation/rewrap");
  }

  /** Wrap the secret of the generation before this one. */
  archive(organisation: Uint8Array, previous: OrganisationSecret): Promise<Uint8Array> {
    const key = expand(this.raw, "organisation/archive");
    return lock(key, previous.raw, this.#archiveContext(organisation));
  }

  /**
   * Open the generation before this one; it must give again the chain's `publicKey` (1216 bytes).
   *
   * Throws NotForMe if it does not open, or opens to another key than the chain lists.
   */
  async openArchive(
    organisation: Uint8Array,
    locked: Uint8Array,
    publicKey: Uint8Array,
  ): Promise<OrganisationSecret> {
    const key = expand(this.raw, "organisation/archive");
    const raw = await unlock(key, locked, this.#archiveContext(organisation));
    if (raw.length !== SECRET_BYTES) throw new NotForMe();
    const opened = new OrganisationSecret(raw, this.generation - 1);
    if (!equal(opened.box.public, publicKey)) throw new NotForMe();
    return opened;
  }

  #archiveContext(organisation: Uint8Array): Uint8Array {
    const { generation } = this;
    return encoding.pack(Archive, { organisation, generation, previous: generation - 1 });
  }

  toJSON(): string {
    return `OrganisationSecret(generation=${this.generation})`;
  }
}

/** Whose worker secret a wrap holds, and the how-many-th it is: what every wrap is bound to. */
export interface Wrapped {
  /** The hub's name in the authority's root. */
  readonly hub: string;
  readonly organisation: Uint8Array;
  readonly worker: Uint8Array;
  readonly address: string;
  readonly version: number;
}

interface WrapContext {
  readonly suite: number;
  readonly hub: string;
  readonly organisation: Uint8Array;
  readonly worker: Uint8Array;
  readonly address: string;
  readonly salt: Uint8Array;
  readonly operations: number;
  readonly memory: number;
  readonly credential: string;
  readonly version: number;
}

const WrapContext = encoding.struct<WrapContext>({
  suite: encoding.VERSION_FIELD,
  hub: encoding.SHORT_TEXT,
  organisation: encoding.ID,
  worker: encoding.ID,
  address: encoding.SHORT_TEXT,
  salt: encoding.ID,
  operations: encoding.UINT,
  memory: encoding.UINT,
  credential: encoding.SHORT_TEXT,
  version: encoding.UINT,
});

/** The associated data of a wrapped worker secret. `stretched` says whether Argon2id came before. */
export function wrapContext(
  wrapped: Wrapped,
  credential: string,
  salt: Uint8Array,
  stretched: boolean,
): Uint8Array {
  const { hub, organisation, worker, address, version } = wrapped;
  const operations = stretched ? ARGON2_OPERATIONS : 0;
  const memory = stretched ? ARGON2_MEMORY : 0;
  const bound = { suite: SUITE, hub, organisation, worker, address, salt, operations, memory };
  return encoding.pack(WrapContext, { ...bound, credential, version });
}

/** What the words give: `auth` is proved to the hub, `wrap` never leaves the end. */
export class SignInKeys {
  constructor(
    /** 32 bytes. */
    readonly auth: Uint8Array,
    /** 32 bytes. */
    readonly wrap: Uint8Array,
    /** 16 bytes. */
    readonly salt: Uint8Array,
  ) {}

  /** From normalised words (`words.normalise`) and the 16-byte salt. Blocks for about 0.2 s. */
  static derive(words: string, salt: Uint8Array): SignInKeys {
    const stretched = stretch(words, salt);
    return new SignInKeys(expand(stretched, "words/auth"), expand(stretched, "words/wrap"), salt);
  }

  /** Wrap the worker secret for keeping at the hub. The organisation is the one this worker founds or
   * joins: whoever keeps the wrap cannot put them into another. */
  lock(secret: WorkerSecret, wrapped: Wrapped): Promise<Uint8Array> {
    return lock(this.wrap, secret.raw, wrapContext(wrapped, "words", this.salt, true));
  }

  /** Unwrap it again. Throws NotForMe: wrong words, or anything beside the wrap was changed. */
  async open(locked: Uint8Array, wrapped: Wrapped): Promise<WorkerSecret> {
    return new WorkerSecret(await unlock(this.wrap, locked, wrapContext(wrapped, "words", this.salt, true)));
  }

  toJSON(): string {
    return "SignInKeys(...)";
  }
}

/** The recovery kit's keys from its printed, normalised words. Nothing of it is kept anywhere. */
export function kitSecret(words: string, organisation: Uint8Array): WorkerSecret {
  const salt = taggedHash("kit-salt", organisation).slice(0, SALT_BYTES);
  return new WorkerSecret(expand(stretch(words, salt), "kit"));
}

/** T: what five spoken words stand for when a worker is admitted (PROTOCOL, Admission). */
export interface Introduction {
  readonly version: number;
  readonly hub: string;
  readonly invitation: Uint8Array;
  readonly organisation: Uint8Array;
  readonly genesis: Uint8Array;
  readonly worker: Uint8Array;
  readonly address: string;
  readonly signingKey: Uint8Array;
  readonly boxKey: Uint8Array;
}

export const Introduction = encoding.struct<Introduction>({
  version: encoding.VERSION_FIELD,
  hub: encoding.SHORT_TEXT,
  invitation: encoding.ID,
  organisation: encoding.ID,
  genesis: encoding.HASH,
  worker: encoding.ID,
  address: encoding.SHORT_TEXT,
  signingKey: encoding.HASH,
  boxKey: encoding.bytes(),
});

/** Argon2id fingerprint of T (32 bytes); `words.spoken` makes five words of it. Blocks for about 0.2 s. */
export function introductionDigest(introduction: Introduction): Uint8Array {
  const digest = taggedHash("introduction", encoding.pack(Introduction, introduction));
  const salt = taggedHash("introduction-salt", introduction.invitation).slice(0, SALT_BYTES);
  return stretch(toHex(digest), salt);
}
