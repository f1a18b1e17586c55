/**
 * What the hub may answer, with a bound on everything (keyholder/answers.py). Anything else is refused before
 * it is looked at.
 */
import { answer, bytes, listOf, maybe, number } from "@/hub/decoding";
import { BOX, BOX_KEY, HASH, ID, NUMBER, NUMBER_OR_WORD, PACKED, SIGNATURE, TEXT, WORD } from "@/hub/kinds";
import { MAX_EVENT } from "@/protocol/events";

export * from "@/hub/circleanswers";
export * from "@/hub/kinds";

/** The authority's roots after the one that was named. */
export interface Roots {
  readonly roots: readonly Uint8Array[];
}
export const Roots = answer<Roots>({ roots: listOf(PACKED, 100) });

/** One organisation of the directory. */
export interface DirectoryRow {
  readonly organisation: Uint8Array;
  readonly legalName: string;
  readonly domain: string;
  readonly kind: string | number;
  readonly accreditation: Uint8Array;
  readonly length: number;
  readonly head: Uint8Array;
  readonly generation: number;
}
export const DirectoryRow = answer<DirectoryRow>({
  organisation: ID,
  legalName: TEXT,
  domain: TEXT,
  kind: NUMBER_OR_WORD,
  accreditation: PACKED,
  length: NUMBER,
  head: HASH,
  generation: NUMBER,
});

/** One event of an organisation's chain. */
export interface EventRow {
  readonly kind: number;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}
export const EventRow = answer<EventRow>({
  kind: number(1, 4),
  payload: bytes(0, MAX_EVENT),
  signature: SIGNATURE,
});

/** A part of an organisation's chain, and all the authority said of it. */
export interface ChainPage {
  readonly events: readonly EventRow[];
  readonly accreditations: readonly Uint8Array[];
  readonly withdrawals: readonly Uint8Array[];
  readonly length: number;
  readonly head: Uint8Array;
}
export const ChainPage = answer<ChainPage>({
  events: listOf(EventRow, 200),
  accreditations: listOf(PACKED, 256),
  withdrawals: listOf(PACKED, 256),
  length: NUMBER,
  head: HASH,
});

/** Where a chain stands after an event. */
export interface ChainPlace {
  readonly length: number;
  readonly head: Uint8Array;
}
export const ChainPlace = answer<ChainPlace>({ length: NUMBER, head: HASH });

/** The wrapped secret of the generation before `generation`. */
export interface Archive {
  readonly generation: number;
  readonly wrapped: Uint8Array;
}
export const Archive = answer<Archive>({ generation: NUMBER, wrapped: bytes(0, 256) });

/** The caller's box of the organisation's secret, and the way back. */
export interface OrganisationKeys {
  readonly generation: number;
  readonly box: Uint8Array;
  readonly archives: readonly Archive[];
}
export const OrganisationKeys = answer<OrganisationKeys>({
  generation: NUMBER,
  box: BOX,
  archives: listOf(Archive, 10_000),
});

/** Somebody who wants to be admitted. */
export interface Waiting {
  readonly invitation: Uint8Array;
  readonly worker: Uint8Array;
  readonly address: string;
  readonly signingKey: Uint8Array;
  readonly boxKey: Uint8Array;
  readonly profileBox: Uint8Array | null;
  readonly role: string;
  readonly replaces: Uint8Array | null;
}
export const Waiting = answer<Waiting>({
  invitation: ID,
  worker: ID,
  address: TEXT,
  signingKey: HASH,
  boxKey: BOX_KEY,
  profileBox: maybe(bytes(0, 4096)),
  role: WORD,
  replaces: maybe(ID),
});

/** A colleague, as the hub has them. */
export interface WorkerRow {
  readonly worker: Uint8Array;
  readonly role: string;
  readonly state: string;
  readonly address: string | null;
  readonly profileBox: Uint8Array | null;
}
export const WorkerRow = answer<WorkerRow>({
  worker: ID,
  role: WORD,
  state: WORD,
  address: maybe(TEXT),
  profileBox: maybe(bytes(0, 4096)),
});

/** An enrolment link was sent. */
export interface Invited {
  readonly invitation: Uint8Array;
}
export const Invited = answer<Invited>({ invitation: ID });
