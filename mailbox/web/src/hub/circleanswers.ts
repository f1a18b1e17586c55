/** What the hub may answer about circles, bounded like all its answers (keyholder/answers.py). */
import { answer, bytes, flag, listOf, mapOf, maybe, number, or } from "@/hub/decoding";
import { BODY, BOXES, HASH, ID, NOTE, NUMBER, PACKED, SIGNATURE, WORD } from "@/hub/kinds";
import { MAX_HEADER } from "@/protocol/entries";

const NO_BOXES: readonly Uint8Array[] = [];

/** The hub's signed promise that it holds an entry at its place. */
export interface Receipt {
  readonly seq: number;
  readonly entryHash: Uint8Array;
  readonly head: Uint8Array;
  readonly receivedAt: number;
  readonly signature: Uint8Array;
}
export const Receipt = answer<Receipt>({
  seq: NUMBER,
  entryHash: HASH,
  head: HASH,
  receivedAt: NUMBER,
  signature: SIGNATURE,
});

/** The invitation that waits for the caller's organisation. */
export interface InviteRow {
  readonly hash: Uint8Array;
  readonly seq: number;
  readonly answerDue: number;
}
export const InviteRow = answer<InviteRow>({ hash: HASH, seq: NUMBER, answerDue: NUMBER });

/** One circle of the caller's list. */
export interface CircleListed {
  readonly circle: Uint8Array;
  readonly owner: Uint8Array;
  readonly standing: string;
  readonly seq: number;
  readonly head: Uint8Array;
  readonly readSeq: number;
  readonly unread: number;
  readonly receivedAt: number;
  readonly assigned: boolean;
  readonly closed: boolean;
  readonly aboutSeq: number | null;
  readonly nextDue: number | null;
  readonly invite: InviteRow | null;
}
export const CircleListed = answer<CircleListed>({
  circle: HASH,
  owner: ID,
  standing: WORD,
  seq: NUMBER,
  head: HASH,
  readSeq: or(NUMBER, 0),
  unread: or(NUMBER, 0),
  receivedAt: or(NUMBER, 0),
  assigned: or(flag, false),
  closed: or(flag, false),
  aboutSeq: maybe(NUMBER),
  nextDue: maybe(NUMBER),
  invite: maybe(InviteRow),
});

/** One entry without its body. */
export interface HeaderRow {
  readonly seq: number;
  readonly header: Uint8Array;
  readonly signature: Uint8Array;
  readonly receivedAt: number;
}
export const HeaderRow = answer<HeaderRow>({
  seq: NUMBER,
  header: bytes(0, MAX_HEADER),
  signature: SIGNATURE,
  receivedAt: NUMBER,
});

/** A part of a circle's log. */
export interface Headers {
  readonly entries: readonly HeaderRow[];
  readonly seq: number;
  readonly head: Uint8Array;
  readonly receipt: Receipt;
}
export const Headers = answer<Headers>({
  entries: listOf(HeaderRow, 500),
  seq: NUMBER,
  head: HASH,
  receipt: Receipt,
});

/** A part of the log of one circle of several. */
export interface History extends Headers {
  readonly circle: Uint8Array;
}
const History = answer<History>({
  circle: HASH,
  entries: listOf(HeaderRow, 500),
  seq: NUMBER,
  head: HASH,
  receipt: Receipt,
});

/** Parts of many circles' logs; `done` of those asked for were looked at. */
export interface Histories {
  readonly items: readonly History[];
  readonly done: number;
}
export const Histories = answer<Histories>({ items: listOf(History, 500), done: NUMBER });

/** Where a statement stands in the access log. */
export interface Logged {
  readonly index: number;
  readonly salt: Uint8Array;
}
export const Logged = answer<Logged>({ index: NUMBER, salt: HASH });

/** The access log after a statement. */
export interface LogAnswer {
  readonly size: number;
  readonly note: string;
  readonly logged: readonly Logged[];
}
const NONE_LOGGED: readonly Logged[] = [];
export const LOG_FIELDS = { size: NUMBER, note: NOTE, logged: or(listOf(Logged, 50), NONE_LOGGED) };
export const LogAnswer = answer<LogAnswer>(LOG_FIELDS);
/** For answers whose statement was logged without a word of the log's size. */
export const LOG_FIELDS_OPTIONAL = { ...LOG_FIELDS, size: or(NUMBER, 0), note: or(NOTE, "") };

/** One sealed body; null when it was erased. */
export interface BodyRow {
  readonly seq: number;
  readonly body: Uint8Array | null;
}
export const BodyRow = answer<BodyRow>({ seq: NUMBER, body: maybe(BODY) });

/** An epoch key, wrapped again by the own organisation under one of its generations. */
export interface EpochWrap {
  readonly epoch: number;
  readonly generation: number;
  readonly wrapped: Uint8Array;
}
export const EpochWrap = answer<EpochWrap>({ epoch: NUMBER, generation: NUMBER, wrapped: bytes(1, 256) });
const NO_WRAPS: readonly EpochWrap[] = [];
export const WRAPS = or(listOf(EpochWrap, 2048), NO_WRAPS);

/** Bodies and boxes, released after a statement. */
export interface Fetched extends LogAnswer {
  readonly bodies: readonly BodyRow[];
  readonly boxes: readonly Uint8Array[];
  readonly wraps: readonly EpochWrap[];
}
export const Fetched = answer<Fetched>({
  ...LOG_FIELDS,
  bodies: listOf(BodyRow, 100),
  boxes: BOXES,
  wraps: WRAPS,
});

/** One circle's description as it stands sealed in its history. */
export interface NameRow {
  readonly circle: Uint8Array;
  readonly seq: number;
  readonly header: Uint8Array;
  readonly signature: Uint8Array;
  readonly body: Uint8Array | null;
  readonly boxes: readonly Uint8Array[];
  readonly wraps: readonly EpochWrap[];
}
export const NameRow = answer<NameRow>({
  circle: HASH,
  seq: NUMBER,
  header: PACKED,
  signature: SIGNATURE,
  body: maybe(BODY),
  boxes: or(BOXES, NO_BOXES),
  wraps: WRAPS,
});

/** What opens to names. */
export interface NamesAnswer extends LogAnswer {
  readonly items: readonly NameRow[];
}
export const NamesAnswer = answer<NamesAnswer>({ ...LOG_FIELDS, items: listOf(NameRow, 500) });

/** One worker's latest statement of having read. */
export interface ReaderRow {
  readonly organisation: Uint8Array;
  readonly worker: Uint8Array;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}
export const ReaderRow = answer<ReaderRow>({
  organisation: ID,
  worker: ID,
  payload: PACKED,
  signature: SIGNATURE,
});

/** A colleague who works on a circle. */
export interface AssignmentRow {
  readonly worker: Uint8Array;
  readonly at: number;
}
export const AssignmentRow = answer<AssignmentRow>({ worker: ID, at: NUMBER });

/** A circle that a colleague is assigned to. */
export interface WorkedOnRow {
  readonly circle: Uint8Array;
  readonly closed: boolean;
}
export const WorkedOnRow = answer<WorkedOnRow>({ circle: HASH, closed: flag });

/** An upload: how its parts are cut, and which are there. */
export interface Upload {
  readonly upload: Uint8Array | null;
  readonly partSize: number;
  readonly parts: readonly number[];
}
export const Upload = answer<Upload>({
  upload: maybe(ID),
  partSize: number(1, 64 * 1024 * 1024),
  parts: listOf(NUMBER, 100_000),
});

/** Leave to download a range of a document. */
export interface Ticket extends LogAnswer {
  readonly ticket: Uint8Array;
  readonly expiresAt: number;
}
export const Ticket = answer<Ticket>({ ...LOG_FIELDS_OPTIONAL, ticket: HASH, expiresAt: NUMBER });

/** One action as the hub projects it. */
export interface ActionRow {
  readonly circle: Uint8Array;
  readonly action: Uint8Array;
  readonly organisation: Uint8Array;
  readonly assignee: Uint8Array | null;
  readonly state: string;
  readonly dueAt: number;
  readonly priority: number;
  readonly seq: number;
  readonly changedAt: number;
  readonly overdue: boolean;
  readonly red: boolean;
}
export const ActionRow = answer<ActionRow>({
  circle: HASH,
  action: ID,
  organisation: ID,
  assignee: maybe(ID),
  state: WORD,
  dueAt: NUMBER,
  priority: NUMBER,
  seq: NUMBER,
  changedAt: NUMBER,
  overdue: or(flag, false),
  red: or(flag, false),
});

/** An invitation on today's page. */
export interface TodayInvite {
  readonly circle: Uint8Array;
  readonly hash: Uint8Array;
  readonly answerDue: number;
}
export const TodayInvite = answer<TodayInvite>({ circle: HASH, hash: HASH, answerDue: NUMBER });

/** What there is to do today, as the hub projects it. */
export interface Today {
  readonly actions: readonly ActionRow[];
  readonly unassigned: readonly ActionRow[];
  readonly invitations: readonly TodayInvite[];
  readonly unread: number;
  readonly counts: ReadonlyMap<string, number>;
}
const NO_ACTIONS: readonly ActionRow[] = [];
const NO_INVITES: readonly TodayInvite[] = [];
const NO_COUNTS: ReadonlyMap<string, number> = new Map();
export const Today = answer<Today>({
  actions: or(listOf(ActionRow, 50), NO_ACTIONS),
  unassigned: or(listOf(ActionRow, 50), NO_ACTIONS),
  invitations: or(listOf(TodayInvite, 100), NO_INVITES),
  unread: or(NUMBER, 0),
  counts: or(mapOf(NUMBER, 64), NO_COUNTS),
});
