/**
 * Other ways to one's worker secret than the words: a passkey, and a PIN on this device for a working
 * day (crypto/private/unlocking.py). Both wrap the same secret again, bound as the words' wrap is.
 */
import { concat, toHex, utf8 } from "../bytes";
import { Malformed } from "../errors";
import { sha256, taggedHash } from "../hashing";
import {
  expand,
  lock,
  SALT_BYTES,
  stretch,
  unlock,
  WorkerSecret,
  wrapContext,
  type Wrapped,
} from "./secrets";

export const HALF_BYTES = 32;
export const PRF_BYTES = 32;
export const MAX_CREDENTIAL = 1023;
export const MIN_PIN = 4;
export const MAX_PIN = 32;

const NO_SALT = new Uint8Array(SALT_BYTES);

/** What a passkey's PRF is asked with at the hub of that name. 32 bytes. */
export function passkeyInput(hub: string): Uint8Array {
  return taggedHash("passkey", utf8(hub));
}

/** What a passkey's PRF output gives: `auth` is proved to the hub, `wrap` never leaves the end. */
export class PasskeyKeys {
  private constructor(
    /** 32 bytes. */
    readonly auth: Uint8Array,
    /** 32 bytes. */
    readonly wrap: Uint8Array,
  ) {}

  /** From the PRF's 32 bytes for `passkeyInput(hub)`. Throws Malformed. */
  static derive(prfOutput: Uint8Array, hub: string): PasskeyKeys {
    if (prfOutput.length !== PRF_BYTES) throw new Malformed("a passkey's output is 32 bytes");
    const context = utf8(hub);
    return new PasskeyKeys(
      expand(prfOutput, "passkey/auth", context),
      expand(prfOutput, "passkey/wrap", context),
    );
  }

  /** Wrap the worker secret for keeping at the hub; `credential` is the passkey's id (1 to 1,023 bytes). */
  async lock(secret: WorkerSecret, credential: Uint8Array, wrapped: Wrapped): Promise<Uint8Array> {
    return lock(this.wrap, secret.raw, passkeyContext(credential, wrapped));
  }

  /** Unwrap it again. Throws NotForMe: another passkey, or anything beside the wrap was changed. */
  async open(locked: Uint8Array, credential: Uint8Array, wrapped: Wrapped): Promise<WorkerSecret> {
    return new WorkerSecret(await unlock(this.wrap, locked, passkeyContext(credential, wrapped)));
  }

  toJSON(): string {
    return "PasskeyKeys(...)";
  }
}

/**
 * What a PIN gives together with the half that this device keeps. The hub keeps the other half, and
 * deletes it after five wrong tries or a working day: neither half nor the PIN is worth anything alone.
 */
export class PinKeys {
  /** 32 bytes, proved to the hub, which keeps only its hash. */
  readonly check: Uint8Array;
  readonly #stretched: Uint8Array;
  readonly #deviceHalf: Uint8Array;
  readonly #worker: Uint8Array;
  readonly #salt: Uint8Array;

  private constructor(stretched: Uint8Array, deviceHalf: Uint8Array, worker: Uint8Array, salt: Uint8Array) {
    this.check = expand(stretched, "pin/check", worker);
    this.#stretched = stretched;
    this.#deviceHalf = deviceHalf;
    this.#worker = worker;
    this.#salt = salt;
  }

  /**
   * From 4 to 32 digits, the device's 32 random bytes and the worker's id. Blocks for about 0.2 s.
   * Throws Malformed.
   */
  static derive(pin: string, deviceHalf: Uint8Array, worker: Uint8Array): PinKeys {
    if (!/^[0-9]+$/.test(pin) || pin.length < MIN_PIN || pin.length > MAX_PIN) {
      throw new Malformed("a PIN is 4 to 32 digits");
    }
    checkHalf(deviceHalf);
    const salt = taggedHash("pin-salt", deviceHalf, worker).slice(0, SALT_BYTES);
    return new PinKeys(stretch(pin, salt), deviceHalf, worker, salt);
  }

  /** Wrap the worker secret for keeping on this device; `hubHalf` is the hub's 32 bytes. */
  async lock(secret: WorkerSecret, hubHalf: Uint8Array, wrapped: Wrapped): Promise<Uint8Array> {
    return lock(this.wrapKey(hubHalf), secret.raw, wrapContext(wrapped, "pin", this.#salt, true));
  }

  /** Unwrap it again. Throws NotForMe: another PIN or half, or anything beside the wrap was changed. */
  async open(locked: Uint8Array, hubHalf: Uint8Array, wrapped: Wrapped): Promise<WorkerSecret> {
    const context = wrapContext(wrapped, "pin", this.#salt, true);
    return new WorkerSecret(await unlock(this.wrapKey(hubHalf), locked, context));
  }

  /** 32 bytes, of the PIN and both halves. Throws Malformed unless `hubHalf` is 32 bytes. */
  wrapKey(hubHalf: Uint8Array): Uint8Array {
    checkHalf(hubHalf);
    return expand(concat(this.#stretched, this.#deviceHalf, hubHalf), "pin/wrap", this.#worker);
  }

  toJSON(): string {
    return "PinKeys(...)";
  }
}

function checkHalf(half: Uint8Array): void {
  if (half.length !== HALF_BYTES) throw new Malformed("a half is 32 bytes");
}

/** No Argon2id comes before a passkey's wrap, so salt and parameters are zero. */
function passkeyContext(credential: Uint8Array, wrapped: Wrapped): Uint8Array {
  if (credential.length === 0 || credential.length > MAX_CREDENTIAL) {
    throw new Malformed("a passkey's id is 1 to 1,023 bytes");
  }
  return wrapContext(wrapped, `passkey ${toHex(sha256(credential))}`, NO_SALT, false);
}
