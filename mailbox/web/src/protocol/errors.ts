/**
 * What a reader must be able to tell apart when something does not hold (crypto/errors.py).
 *
 * Every failure to open looks the same from outside: `NotForMe` carries no detail that depends on a
 * key, so that no end becomes an oracle.
 */

/** Base of everything the protocol throws. `code` is stable and safe to show. */
export class CryptoError extends Error {
  readonly code: string = "crypto";

  constructor(detail = "") {
    super(detail);
    this.name = new.target.name;
  }
}

/** The bytes are not what SPEC allows: wrong shape, not canonical, out of bounds. */
export class Malformed extends CryptoError {
  override readonly code = "malformed";
}

/** A newer version of the protocol wrote this; this program is too old to read it. No alarm. */
export class UpdateNeeded extends CryptoError {
  override readonly code = "update-needed";
}

/** A signature, a hash or a chain does not hold: someone in the middle changed something. */
export class Forged extends CryptoError {
  override readonly code = "forged";
}

/** This could not be opened with the keys held here. */
export class NotForMe extends CryptoError {
  override readonly code = "not-for-me";
}

/** True once, but no longer in force: sealed under an old epoch, head or generation. */
export class Stale extends CryptoError {
  override readonly code = "stale";
}

/** Properly signed, by someone who may not do this at that position. */
export class NotAllowed extends CryptoError {
  override readonly code = "not-allowed";
}
