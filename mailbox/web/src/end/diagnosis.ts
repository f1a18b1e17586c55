/** Which alarm it is when an entry does not hold: the same checks again, one by one, in the log's order. */
import { AlarmKind } from "@/end/alarms";
import { equal } from "@/protocol/bytes";
import { type Entry, type Header, readFacts, readHeader } from "@/protocol/entries";
import { CryptoError, Malformed, NotAllowed, Stale, UpdateNeeded } from "@/protocol/errors";
import { Kind } from "@/protocol/facts";
import { type Log, checkPrevious, checkSeen, checkSignature } from "@/protocol/log";
import type { Directory } from "@/protocol/state";

const MEMBERSHIP: readonly number[] = [Kind.OPEN, Kind.INVITE, Kind.ACCEPT, Kind.DECLINE, Kind.RELEASE];

/** The alarm for `entry`, which `log` refused with `error`. */
export function diagnose(
  log: Log,
  entry: Entry,
  receivedAt: number,
  directory: Directory,
  error: CryptoError,
): AlarmKind {
  const header = readable(entry);
  if (header === null) return AlarmKind.MANGLED;
  if (!equal(header.circle, log.id)) return AlarmKind.REPLAYED;
  if (receivedAt < log.receivedAt) return AlarmKind.HISTORY_CHANGED;
  const signed = signatureFault(entry, header, receivedAt, directory);
  if (signed !== null) return signed;
  if (fails(() => checkSeen(header, log.heads))) return AlarmKind.HISTORIES_DIFFER;
  if (fails(() => checkPrevious(header, log.authors))) return AlarmKind.WITHHELD_ENTRY;
  return ruleFault(log, header, error);
}

function readable(entry: Entry): Header | null {
  try {
    return readHeader(entry);
  } catch (error) {
    if (error instanceof CryptoError) return null;
    throw error;
  }
}

function signatureFault(
  entry: Entry,
  header: Header,
  receivedAt: number,
  directory: Directory,
): AlarmKind | null {
  try {
    checkSignature(entry, header, directory.organisation(header.organisation), receivedAt);
    return null;
  } catch (error) {
    if (error instanceof NotAllowed) return AlarmKind.LEFT_BEFORE;
    if (error instanceof Stale) return AlarmKind.CHAIN_CHANGED;
    if (!(error instanceof CryptoError)) throw error;
    return MEMBERSHIP.includes(header.kind) ? AlarmKind.NOBODY_SIGNED : AlarmKind.FORGED;
  }
}

function ruleFault(log: Log, header: Header, error: CryptoError): AlarmKind {
  if (error instanceof Stale) return AlarmKind.OLD_KEY_USED;
  if (error instanceof Malformed || unreadable(header)) return AlarmKind.MANGLED;
  if (log.circle === null) return AlarmKind.NOBODY_SIGNED;
  return log.circle.listing(header.organisation) === null ? AlarmKind.GHOST : AlarmKind.NOT_THEIRS_TO_DO;
}

function unreadable(header: Header): boolean {
  try {
    readFacts(header);
    return false;
  } catch (error) {
    if (error instanceof UpdateNeeded) return false;
    if (error instanceof Malformed) return true;
    throw error;
  }
}

function fails(check: () => unknown): boolean {
  try {
    check();
    return false;
  } catch (error) {
    if (error instanceof CryptoError) return true;
    throw error;
  }
}
