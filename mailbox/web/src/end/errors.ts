/**
 * What can go wrong at this end, in words for people (keyholder/errors.py). `code` is stable, for programs.
 *
 * An alarm, which means that somebody in the middle changed something, is in `alarms`.
 */

/** Base of everything the rooms of this end throw. `say` is what to show. */
export class KeyholderError extends Error {
  readonly code: string = "error";
  readonly say: string;

  constructor(say = "Something went wrong.", options?: ErrorOptions) {
    super(say, options);
    this.name = new.target.name;
    this.say = say;
  }
}

/** The hub cannot be reached. Nothing was lost. */
export class Away extends KeyholderError {
  override readonly code: string = "away";

  constructor(
    say = "The hub cannot be reached. Nothing was lost; try again in a moment.",
    options?: ErrorOptions,
  ) {
    super(say, options);
  }
}

/** The answer did not come from a hub. */
export class BadAnswer extends Away {
  override readonly code = "bad-answer";

  constructor(
    say = "The answer did not come from the hub. Check whether this network asks you to sign in first.",
    options?: ErrorOptions,
  ) {
    super(say, options);
  }
}

/** The hub refused. `status` and `code` are its own; `facts` are the rest of what it said. */
export class Refused extends KeyholderError {
  override readonly code: string;

  constructor(
    readonly status: number,
    code: string,
    say: string,
    readonly facts: Readonly<Record<string, unknown>> = {},
  ) {
    super(say);
    this.code = code;
  }
}

/** These words do not open this sign-in. */
export class WrongWords extends KeyholderError {
  override readonly code = "wrong-words";

  constructor(say = "These words do not open this sign-in. Check each word, and the sign-in name.") {
    super(say);
  }
}

/** What was typed cannot be used: `code` says which. Nothing was sent. */
export class BadInput extends KeyholderError {
  override readonly code: string;

  constructor(say: string, code = "input") {
    super(say);
    this.code = code;
  }
}

/** This cannot be done yet. */
export class NotReady extends KeyholderError {
  override readonly code: string;

  constructor(say = "This cannot be done yet.", code = "not-ready") {
    super(say);
    this.code = code;
  }
}

/** Nothing was sent, for these reasons. */
export class CannotSend extends KeyholderError {
  override readonly code = "cannot-send";
  readonly reasons: readonly string[];

  constructor(...reasons: readonly string[]) {
    super(["Nothing was sent.", ...reasons].join(" "));
    this.reasons = reasons;
  }
}

/** This could not be opened here. */
export class CannotOpen extends KeyholderError {
  override readonly code = "cannot-open";

  constructor(say = "This could not be opened here.", options?: ErrorOptions) {
    super(say, options);
  }
}

/** Written by a newer version. */
export class NewerVersion extends KeyholderError {
  override readonly code = "update-needed";

  constructor(say = "This was written by a newer version. Reload this page to read it.") {
    super(say);
  }
}

/** This file was not accepted. */
export class NotAccepted extends KeyholderError {
  override readonly code = "not-accepted";

  constructor(say = "This file was not accepted.") {
    super(say);
  }
}

/** Nobody is signed in here: keys were forgotten or never there. */
export class Locked extends KeyholderError {
  override readonly code: string = "locked";

  constructor(say = "You are signed out. Sign in again to go on: what you wrote is kept.") {
    super(say);
  }
}
