/**
 * What happened, in one plain line, for entries without words: from verified facts alone. Organisations are
 * called by what the authority vouches for.
 */
import type { Logbook } from "@/end/logbook";
import { type Move, moveOf } from "@/policies/actions";
import { calendar } from "@/policies/calendar";
import { sayMoment } from "@/policies/clocks";
import { type CodeList, reasons } from "@/policies/codes";
import { Kind, type KeyedHash, factsAs } from "@/protocol/facts";
import type { Verified } from "@/protocol/log";
import type { EntryKind } from "@/vault/api";

/** What a summary needs to know beside the entry. */
export interface Telling {
  /** The verified legal name of an organisation. */
  readonly legalName: (organisation: Uint8Array) => string;
  /** What a worker calls themselves. */
  readonly nameOf: (organisation: Uint8Array, worker: Uint8Array) => string;
  /** The title of an action, where its words are open; else empty. */
  readonly titleOf: (action: Uint8Array) => string;
  /** The file name of a document's version, where it is open; else empty. */
  readonly fileOf: (seq: number) => string;
  readonly now: number;
}

const KINDS: ReadonlyMap<number, EntryKind> = new Map([
  [Kind.OPEN, "open"],
  [Kind.DETAILS, "details"],
  [Kind.MESSAGE, "message"],
  [Kind.DOCUMENT, "document"],
  [Kind.PLAN, "plan"],
  [Kind.ACTION, "action"],
  [Kind.ACTION_CHANGE, "action-change"],
  [Kind.INVITE, "invite"],
  [Kind.ACCEPT, "accept"],
  [Kind.DECLINE, "decline"],
  [Kind.REKEY, "rekey"],
  [Kind.GRANT, "grant"],
  [Kind.RELEASE, "release"],
  [Kind.CLOSE, "close"],
  [Kind.REOPEN, "reopen"],
  [Kind.ERASE, "erase"],
  [Kind.HOLD, "hold"],
  [Kind.HANDOVER, "handover"],
]);

/** The word for an entry's kind. */
export function kindWord(kind: number): EntryKind {
  return KINDS.get(kind) ?? "other";
}

/** One plain line; empty for a message, whose words speak for themselves. */
export function summaryOf(book: Logbook, verified: Verified, tell: Telling): string {
  const { header } = verified;
  const by = tell.legalName(header.organisation) || "An organisation";
  switch (header.kind) {
    case Kind.OPEN:
      return `${by} opened this circle`;
    case Kind.DETAILS:
      return `${by} changed the name or contact details of this circle`;
    case Kind.MESSAGE:
      return "";
    case Kind.DOCUMENT:
      return documentLine(verified, tell);
    case Kind.PLAN:
      return `${by} updated the care plan`;
    case Kind.ACTION:
      return actionLine(verified, tell);
    case Kind.ACTION_CHANGE:
      return changeLine(verified, tell, by);
    case Kind.INVITE:
      return inviteLine(verified, tell, by);
    case Kind.ACCEPT:
      return acceptLine(book, verified, by);
    case Kind.DECLINE:
      return declineLine(verified, by);
    case Kind.REKEY:
      return rekeyLine(verified, tell);
    case Kind.GRANT:
      return grantLine(verified, tell);
    case Kind.RELEASE:
      return `Chosen entries were released to ${named(factsAs(Kind.RELEASE, verified)?.organisation, tell)}`;
    case Kind.CLOSE:
      return withReason("This circle was closed", reasons().closing, factsAs(Kind.CLOSE, verified)?.reason);
    case Kind.REOPEN:
      return "This circle was opened again";
    case Kind.ERASE:
      return eraseLine(book, verified);
    case Kind.HOLD:
      return factsAs(Kind.HOLD, verified)?.on === true
        ? "A hold was put on: nothing here may be erased"
        : "A hold was taken off";
    case Kind.HANDOVER:
      return `${by} offered this circle to ${named(factsAs(Kind.HANDOVER, verified)?.organisation, tell)}`;
    default:
      return "Something from a newer version. Reload this page to read it";
  }
}

function named(organisation: Uint8Array | undefined, tell: Telling): string {
  return (organisation && tell.legalName(organisation)) || "an organisation";
}

function documentLine(verified: Verified, tell: Telling): string {
  const number = factsAs(Kind.DOCUMENT, verified)?.number ?? 1;
  const file = tell.fileOf(verified.placed.seq);
  const what = number === 1 ? "Document shared" : `Version ${number} of a document shared`;
  return file === "" ? what : `${what}: ${file}`;
}

function actionLine(verified: Verified, tell: Telling): string {
  const facts = factsAs(Kind.ACTION, verified);
  if (facts === null) return "New action";
  const title = tell.titleOf(facts.action);
  const due = sayMoment(facts.dueAt, tell.now, calendar());
  return `New action for ${named(facts.organisation, tell)}${title && `: ${title}`}, due ${due}`;
}

const DONE: Readonly<Record<Move, string>> = {
  propose: "asked for it",
  accept: "accepted the action",
  start: "started the action",
  complete: "completed the action",
  decline: "declined the action",
  cancel: "cancelled the action",
  reassign: "gave the action to another organisation",
  hand_over: "handed the action over",
  reschedule: "moved the action",
  note: "worked on the action",
};

/** "a, b and c". */
export function sayList(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} and ${last}`;
}

/** What a step did, in words: "accepted the action". */
export function moveWords(move: Move): string {
  return DONE[move];
}

function changeLine(verified: Verified, tell: Telling, by: string): string {
  const facts = factsAs(Kind.ACTION_CHANGE, verified);
  const move = facts === null ? null : moveOf(facts.state);
  if (facts === null || move === null) return `${by} changed an action`;
  const title = tell.titleOf(facts.action);
  const line = `${by} ${moveWords(move)}${title && `: ${title}`}`;
  if (move === "reassign" && facts.organisation !== null) {
    return `${by} gave the action to ${named(facts.organisation, tell)}${title && `: ${title}`}`;
  }
  if (move === "hand_over" && facts.assignee !== null) {
    return `${line} (now with ${tell.nameOf(verified.header.organisation, facts.assignee)})`;
  }
  if (facts.dueAt !== null) return `${line} (now due ${sayMoment(facts.dueAt, tell.now, calendar())})`;
  const list = move === "decline" ? reasons().actionDecline : reasons().actionCancel;
  return withReason(line, list, facts.reason);
}

function inviteLine(verified: Verified, tell: Telling, by: string): string {
  const facts = factsAs(Kind.INVITE, verified);
  if (facts === null) return `${by} invited an organisation`;
  const whom = named(facts.listing.organisation, tell);
  const history = facts.history.length > 0 ? ", with what was said before" : "";
  return `${by} invited ${whom}${history}; answer due ${sayMoment(facts.answerDue, tell.now, calendar())}`;
}

function acceptLine(book: Logbook, verified: Verified, by: string): string {
  const invite = factsAs(Kind.ACCEPT, verified)?.invite;
  const asked = invite === undefined ? null : book.byHash(invite);
  return asked?.header.kind === Kind.HANDOVER ? `${by} took over this circle` : `${by} joined`;
}

function declineLine(verified: Verified, by: string): string {
  const reason = factsAs(Kind.DECLINE, verified)?.reason;
  return withReason(`${by} declined`, reasons().invitationDecline, reason);
}

function rekeyLine(verified: Verified, tell: Telling): string {
  const facts = factsAs(Kind.REKEY, verified);
  if (facts === null || facts.removed.length === 0) return "New keys were given to everyone here";
  const own = facts.removed.length === 1 && same(facts.removed[0], verified.header.organisation);
  const gone = sayList(facts.removed.map((each) => named(each, tell)));
  const line = own ? `${gone} left` : `${gone} ${facts.removed.length === 1 ? "was" : "were"} taken out`;
  return withReason(line, reasons().removal, facts.reason);
}

function grantLine(verified: Verified, tell: Telling): string {
  const facts = factsAs(Kind.GRANT, verified);
  const whole: readonly KeyedHash[] = facts?.epochs ?? [];
  const what = whole.length > 0 ? "what was said before" : "chosen entries";
  return `${named(facts?.organisation, tell)} may now read ${what}`;
}

function eraseLine(book: Logbook, verified: Verified): string {
  const facts = factsAs(Kind.ERASE, verified);
  const entry = facts === null ? null : book.byHash(facts.entry);
  const what = entry === null ? "An entry was erased" : `Entry ${entry.placed.seq} was erased`;
  return withReason(what, reasons().erase, facts?.reason);
}

function withReason(line: string, list: CodeList, reason: number | undefined): string {
  const row = reason ? list.byCode(reason) : null;
  return row === null ? line : `${line}: ${row.label.toLowerCase()}`;
}

function same(one: Uint8Array | undefined, other: Uint8Array): boolean {
  return one !== undefined && one.length === other.length && one.every((byte, at) => byte === other[at]);
}
