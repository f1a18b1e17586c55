/**
 * Alarms: what this end refuses because somebody in the middle, or a member, did what they must not
 * (keyholder/alarms.py).
 *
 * Each says what happened, what is safe and whom to tell, without a word of cryptography. `item` is the
 * number in PROTOCOL, "What each end must refuse". The offending bytes are the evidence: they are what the
 * hub served, sealed as it served them, never what was inside.
 */
import { KeyholderError } from "@/end/errors";
import { toBase64 } from "@/protocol/bytes";

const TELL_HUB = "Tell your manager and the people who run the hub, by telephone.";
const TELL_PARTNER = "Tell your manager and the person who wrote it, by telephone.";
const STOPPED = "Nothing was opened and nothing was sent.";
const REST_HOLDS = "It was not opened. Everything else here was checked and holds.";

/** What one alarm says. */
export interface Wording {
  readonly code: string;
  readonly item: number;
  readonly what: string;
  readonly safe: string;
  readonly tell: string;
}

function wording(code: string, item: number, what: string, safe = STOPPED, tell = TELL_HUB): Wording {
  return { code, item, what, safe, tell };
}

/** Every alarm, by the name it has in Python; `code` is that name in lower case with hyphens. */
export const AlarmKind = {
  KEY_SUBSTITUTED: wording(
    "key-substituted",
    1,
    "The hub named a different person or organisation than the one you know.",
  ),
  AUTHORITY_CHANGED: wording(
    "authority-changed",
    1,
    "The hub showed an accrediting authority that is not the one you trust.",
  ),
  NOT_ACCREDITED: wording(
    "not-accredited",
    1,
    "An organisation here is not accredited by the authority you trust.",
  ),
  WITHDRAWAL_WITHHELD: wording(
    "withdrawal-withheld",
    1,
    "The hub holds back that an organisation's accreditation was withdrawn, as you saw before.",
  ),
  OWN_KEYS_DIFFER: wording("own-keys-differ", 2, "Your organisation's records do not show your own sign-in."),
  NOBODY_SIGNED: wording(
    "nobody-signed",
    3,
    "Something was shown as decided that nobody entitled has signed.",
  ),
  GHOST: wording(
    "ghost",
    4,
    "Somebody was given access without it being written down, or the other way round.",
  ),
  HISTORY_CHANGED: wording(
    "history-changed",
    5,
    "The history of this circle is not the one you were shown before.",
  ),
  CIRCLE_HIDDEN: wording(
    "circle-hidden",
    5,
    "The hub left out a circle of yours, or its name, that it had shown you before.",
    "Nothing in the other circles is touched by that.",
  ),
  HISTORIES_DIFFER: wording(
    "histories-differ",
    5,
    "Somebody in this circle was shown another history than you.",
  ),
  CHAIN_CHANGED: wording("chain-changed", 5, "An organisation's records were changed or wound back."),
  PINS_WOUND_BACK: wording(
    "pins-wound-back",
    5,
    "The hub handed back an old copy of what you had already checked.",
  ),
  ACCESS_LOG_CHANGED: wording(
    "access-log-changed",
    5,
    "The record of who looked at what was changed or wound back.",
  ),
  STATEMENT_MISSING: wording(
    "statement-missing",
    5,
    "Something you looked at is missing from the record of who looked at what.",
  ),
  KEY_MOVED: wording("key-moved", 7, "A key was put where it does not belong."),
  SIGN_IN_CHANGED: wording(
    "sign-in-changed",
    8,
    "What the hub keeps for your sign-in was changed.",
    "You were not signed in.",
  ),
  PROTECTION_LOWERED: wording(
    "protection-lowered",
    9,
    "The hub asked for weaker protection than this program allows.",
    "You were not signed in.",
  ),
  CONTENT_CHANGED: wording(
    "content-changed",
    10,
    "The content of this entry was changed after it was written.",
    REST_HOLDS,
  ),
  BADLY_SEALED: wording(
    "badly-sealed",
    10,
    "The writer of this entry did not seal it properly.",
    REST_HOLDS,
    TELL_PARTNER,
  ),
  DOCUMENT_CHANGED: wording(
    "document-changed",
    10,
    "This document was changed after it was shared.",
    "Nothing of it was kept.",
  ),
  TIME_MOVED: wording(
    "time-moved",
    11,
    "The hub says that something arrived at a time that is still to come.",
    STOPPED,
    `Check the clock of this device. If it is right: ${TELL_HUB}`,
  ),
  DOCUMENT_DISGUISED: wording(
    "document-disguised",
    11,
    "This document is not what it says it is.",
    "Nothing of it was kept.",
    TELL_PARTNER,
  ),
  REPLAYED: wording("replayed", 12, "An entry of another circle was put into this one."),
  FORGED: wording("forged", 13, "An entry is not signed by the person it names."),
  NOT_THEIRS_TO_DO: wording("not-theirs-to-do", 13, "Somebody did something here that they may not do."),
  MANGLED: wording("mangled", 15, "The hub served something that no honest program writes."),
  LEFT_BEFORE: wording("left-before", 17, "An entry was added in the name of somebody who had already left."),
  ADMISSION_DIFFERS: wording(
    "admission-differs",
    23,
    "The words do not belong to anyone waiting to join.",
    "Nobody was admitted.",
  ),
  BOX_WITHHELD: wording("box-withheld", 25, "The hub holds back a key that your organisation was given."),
  OLD_KEY_USED: wording("old-key-used", 26, "An entry was added under an access that had already ended."),
  WITHHELD_ENTRY: wording(
    "withheld-entry",
    27,
    "Entries by one writer are missing or came in another order.",
  ),
  SENDER_FORGED: wording("sender-forged", 29, "A referral or request is not signed by the sender it names."),
  BODY_MISSING: wording(
    "body-missing",
    30,
    "The content of this entry is gone, and nobody entitled has erased it.",
    "Everything else here was checked and holds.",
  ),
} as const satisfies Readonly<Record<string, Wording>>;
export type AlarmKind = (typeof AlarmKind)[keyof typeof AlarmKind];

/** The bytes that were refused, by what they are. */
export type Material = Readonly<Record<string, Uint8Array>>;

/** Refused, and somebody must be told. */
export class Alarm extends KeyholderError {
  override readonly code: string;
  readonly item: number;
  readonly what: string;
  readonly safe: string;
  readonly tell: string;

  constructor(
    readonly kind: AlarmKind,
    readonly material: Material,
    /** The refused bytes as text that can be handed on. */
    readonly evidence: string,
  ) {
    super(`${kind.what} ${kind.safe} ${kind.tell}`);
    this.code = kind.code;
    this.item = kind.item;
    this.what = kind.what;
    this.safe = kind.safe;
    this.tell = kind.tell;
  }
}

const LARGEST_EVIDENCE = 64 * 1024;

/** Makes alarms, with their evidence beside them. `noted` is told the evidence of each. */
export class EvidenceKeeper {
  readonly #noted: (evidence: string) => void;

  constructor(noted: (evidence: string) => void = () => undefined) {
    this.#noted = noted;
  }

  /** An alarm ready to be thrown. What of the bytes does not fit is left out, and that is said. */
  alarm(kind: AlarmKind, material: Material = {}): Alarm {
    const bytes: Record<string, string> = {};
    let left = LARGEST_EVIDENCE;
    for (const [name, data] of Object.entries(material)) {
      bytes[name] =
        data.length <= left ? toBase64(data) : `${toBase64(data.subarray(0, left))} (of ${data.length})`;
      left = Math.max(0, left - data.length);
    }
    const evidence = JSON.stringify({ alarm: kind.code, item: kind.item, bytes });
    this.#noted(evidence);
    return new Alarm(kind, material, evidence);
  }
}
