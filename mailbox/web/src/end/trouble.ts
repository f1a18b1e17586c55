/**
 * Every failure in words for people: what happened, then what to do next. Failures to open all look the same
 * from outside, whatever their cause.
 */
import { Alarm } from "@/end/alarms";
import {
  Away,
  BadInput,
  CannotOpen,
  CannotSend,
  KeyholderError,
  Locked,
  NewerVersion,
  NotAccepted,
  NotReady,
  Refused,
  WrongWords,
} from "@/end/errors";
import { CryptoError, UpdateNeeded } from "@/protocol/errors";
import type { Trouble } from "@/vault/api";

type Kind = Trouble["kind"];

/** Refusals of the hub that deserve our own words; `kind` is "refused" unless said otherwise. */
const REFUSALS: Readonly<Record<string, { readonly say: string; readonly kind?: Kind }>> = {
  "not-signed-in": {
    kind: "locked",
    say: "You have been signed out. Sign in again to go on: what you wrote is kept.",
  },
  "code-needed": {
    say: "This device is new here. We have sent a code to your mail: type it to go on. It works for ten minutes.",
  },
  "code-wrong": {
    kind: "input",
    say: "That is not the code. Look at the newest mail, and type it again.",
  },
  "pin-gone": { say: "The PIN no longer works here. Sign in with your words or your passkey." },
  "too-many": { say: "That was tried too often. Wait a little, then try again." },
  "link-used": {
    say: "This link was used already. If that was you, sign in with your words. If not, ask for a new link, and tell whoever sent it.",
  },
  "link-expired": { say: "This link is too old. Ask for a new one." },
  "name-taken": { kind: "input", say: "Somebody has that sign-in name. Choose another." },
  "not-allowed": { say: "You may not do this. If you should be able to, speak to your manager." },
  "not-found": { say: "There is nothing here any more. Go back and look again." },
  "too-large": { kind: "input", say: "That is too large to send." },
  stale: { say: "Somebody else was quicker. Look again, then try once more." },
  conflict: { say: "Somebody else was quicker. Look again, then try once more." },
  "no-space": { say: "The hub has no room left. Nothing was lost; tell the people who run it." },
  unavailable: { kind: "away", say: "The hub is busy just now. Nothing was lost; try again in a moment." },
  unexpected: { kind: "fault", say: "Something went wrong at the hub. Nothing was lost; try again." },
};

/** Signs of what a hub says in its own words. */
const MOST_SAID = 300;

const UPDATE: Trouble = {
  kind: "update-needed",
  code: "update-needed",
  say: "This was written by a newer version. Reload this page to read it.",
};
const CLOSED: Trouble = { kind: "fault", code: "cannot-open", say: "This could not be opened here." };
const FAULT: Trouble = {
  kind: "fault",
  code: "unexpected",
  say: "Something went wrong on this page. Nothing was lost. Reload it, and try again.",
};

/** The Trouble for whatever was thrown. */
export function troubleOf(reason: unknown): Trouble {
  if (reason instanceof Alarm) return alarmed(reason);
  if (reason instanceof Refused) return refused(reason);
  if (reason instanceof UpdateNeeded || reason instanceof NewerVersion) return UPDATE;
  if (reason instanceof CryptoError || reason instanceof CannotOpen) return CLOSED;
  if (reason instanceof KeyholderError) return { kind: kindOf(reason), code: reason.code, say: reason.say };
  return FAULT;
}

function alarmed(alarm: Alarm): Trouble {
  const { code, what, safe, tell, item, evidence } = alarm;
  return { kind: "alarm", code, say: what, safe, tell, item, evidence };
}

function refused(reason: Refused): Trouble {
  const known = REFUSALS[reason.code];
  const base = {
    kind: known?.kind ?? "refused",
    code: reason.code,
    say: known?.say ?? quoted(reason.say),
  } as const;
  if (reason.code === "wrong-pin") return { ...base, kind: "input", ...wrongPin(reason.facts["tries_left"]) };
  const seconds = reason.facts["retry_after"];
  return typeof seconds === "number" && seconds > 0 ? { ...base, retryAfterMs: seconds * 1000 } : base;
}

/** What the hub says in words of its own stands as its own: nobody is to take it for ours. */
function quoted(said: string): string {
  const short = said.length > MOST_SAID ? `${said.slice(0, MOST_SAID)} ...` : said;
  return said === "" ? "The hub refused this." : `The hub refused this. It says: “${short}”`;
}

function wrongPin(left: unknown): Pick<Trouble, "say"> & Partial<Trouble> {
  if (typeof left !== "number") return { say: "That is not the PIN." };
  const tries = left === 1 ? "one more try" : `${left} more tries`;
  return { say: `That is not the PIN. You have ${tries}.`, triesLeft: left };
}

function kindOf(reason: KeyholderError): Kind {
  if (reason instanceof Locked) return "locked";
  if (reason instanceof Away) return "away";
  if (reason instanceof WrongWords || reason instanceof BadInput) return "input";
  if (reason instanceof CannotSend || reason instanceof NotAccepted) return "input";
  return reason instanceof NotReady ? "not-ready" : "fault";
}
