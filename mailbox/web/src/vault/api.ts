/**
 * What pages and the vault say to each other. Pages hold no key and know no hub: they ask here, and get plain
 * values that may be shown. Ids are lower-case hex, times UTC milliseconds, sizes bytes.
 *
 * Every method may fail with a `Trouble`. Nothing here retries by itself.
 */

export type Hex = string;
export type Milliseconds = number;

/** Why something did not happen, in words for people. */
export interface Trouble {
  /** "alarm": refused, somebody must be told. "away": no line to the hub. "stale": look again. */
  readonly kind:
    | "alarm"
    | "refused"
    | "away"
    | "locked"
    | "signed-out"
    | "input"
    | "not-ready"
    | "update-needed"
    | "fault";
  /** A stable word: the hub's problem code, an alarm's code, or "wrong-words", "code-needed", ... */
  readonly code: string;
  /** What happened, then what to do next. */
  readonly say: string;
  /** Alarms only: what is safe, and whom to tell. */
  readonly safe?: string;
  readonly tell?: string;
  /** Alarms only: the number in PROTOCOL, and what was kept as evidence (shown under "Security details"). */
  readonly item?: number;
  readonly evidence?: string;
  /** "wrong-pin" only. */
  readonly triesLeft?: number;
  /** "code-needed" only: a new code was mailed. */
  readonly retryAfterMs?: number;
}

// --- Signing in -----------------------------------------------------------------------------------------

/** How this browser stands, before anything was asked of a person. */
export interface Start {
  readonly state: "new" | "locked" | "open";
  /** Present when this device remembers somebody (never on a shared device). */
  readonly known?: { readonly address: string; readonly pin: boolean; readonly passkey: boolean };
  /** "memory": the browser keeps nothing (private mode, full or locked storage): words are needed each time. */
  readonly storage: "kept" | "memory";
  readonly session?: Session;
}

export type Role = "worker" | "manager" | "reviewer";
export type OrganisationKind = "vcu" | "police" | "charity" | "housing" | "health" | "other";

/** Who is signed in. */
export interface Session {
  readonly worker: Hex;
  readonly organisation: Hex;
  /** As colleagues and partners read it beside what this person writes. */
  readonly name: string;
  readonly address: string;
  readonly role: Role;
  /** "waiting": enrolled, not yet admitted by a manager. */
  readonly standing: "waiting" | "member";
  readonly legalName: string;
  readonly kind: OrganisationKind;
  /** The authority vouches for the organisation. */
  readonly accredited: boolean;
  readonly hubName: string;
  readonly sharedDevice: boolean;
  readonly pin: boolean;
  /** Managers and kits that hold the organisation's keys; a banner asks for a second holder below 2. */
  readonly holders: number;
  readonly idleMs: Milliseconds;
}

export interface EnrolLook {
  readonly founding: boolean;
  readonly role: Role;
  /** Empty when founding. */
  readonly legalName: string;
  /** True when the person is here already and gets new words. */
  readonly replaces: boolean;
  readonly expiresAt: Milliseconds;
}

/** Six words drawn in the vault: shown once. Nothing was sent yet. */
export interface NewWords {
  readonly words: readonly string[];
  /** Founding only: the organisation's kit, to be printed and locked away. */
  readonly kitWords?: readonly string[];
}

export interface Enrolled {
  /** Joining: five words to tell the manager. */
  readonly spoken?: readonly string[];
  /** Founding: what the authority asks for by telephone. */
  readonly fingerprint?: string;
  readonly session: Session;
}

export interface PasskeyRow {
  readonly credential: Hex;
  readonly createdAt: Milliseconds;
  readonly usedAt: Milliseconds;
}

/** What the page needs to ask the device for a passkey. */
export interface PasskeyRequest {
  readonly prfInput: Uint8Array;
  readonly userId: Uint8Array;
  readonly address: string;
}

// --- Today and the list ---------------------------------------------------------------------------------

export type ActionState =
  "proposed" | "accepted" | "started" | "completed" | "declined" | "cancelled" | "handed-over";

/** One step that may be taken now by this person. */
export interface MoveChoice {
  readonly move: string;
  readonly label: string;
  readonly needsReason: boolean;
  readonly needsDue: boolean;
  readonly needsOrganisation: boolean;
}

export interface ActionView {
  readonly circle: Hex;
  readonly circleTitle: string;
  readonly action: Hex;
  readonly seq: number;
  readonly title: string;
  readonly text: string;
  readonly organisation: Hex;
  readonly legalName: string;
  readonly assignee: Hex | null;
  readonly assigneeName: string;
  readonly mine: boolean;
  readonly state: ActionState;
  readonly stateLabel: string;
  readonly finished: boolean;
  readonly dueAt: Milliseconds;
  readonly overdue: boolean;
  readonly priority: number;
  readonly history: readonly ActionStep[];
  readonly moves: readonly MoveChoice[];
  readonly alarm?: Trouble;
}

export interface ActionStep {
  readonly seq: number;
  readonly label: string;
  readonly who: string;
  readonly legalName: string;
  readonly at: Milliseconds;
  readonly reason: string;
}

export interface InvitationView {
  readonly circle: Hex;
  readonly from: string;
  readonly title: string;
  readonly text: string;
  readonly answerDue: Milliseconds;
  readonly alarm?: Trouble;
}

export interface TodayView {
  readonly mine: readonly ActionView[];
  /** The organisation's actions that nobody has picked up. */
  readonly unassigned: readonly ActionView[];
  readonly invitations: readonly InvitationView[];
  readonly unread: readonly CircleRow[];
  /** Letters waiting for the organisation (referrals). */
  readonly letters: number;
  readonly checkedAt: Milliseconds;
}

export interface CircleRow {
  readonly circle: Hex;
  /** Empty when it is not opened yet or cannot be. */
  readonly title: string;
  readonly reference: string;
  readonly owner: string;
  readonly standing: "owner" | "member" | "invited";
  readonly unread: number;
  readonly assigned: boolean;
  readonly closed: boolean;
  readonly nextDue: Milliseconds | null;
  readonly lastAt: Milliseconds;
  readonly alarm?: Trouble;
}

export interface CircleSearch {
  readonly text: string;
  readonly show: "open" | "mine" | "unread" | "closed" | "all";
  readonly sort: "latest" | "due" | "name";
  readonly offset: number;
  readonly limit: number;
}

export interface CirclesView {
  readonly rows: readonly CircleRow[];
  /** Rows that match, of all. */
  readonly matching: number;
  readonly total: number;
  /** Names opened so far: the search covers these. */
  readonly opened: number;
  readonly complete: boolean;
}

// --- One circle -----------------------------------------------------------------------------------------

export interface MemberView {
  readonly organisation: Hex;
  readonly legalName: string;
  readonly kind: OrganisationKind;
  readonly standing: "owner" | "member" | "invited";
  readonly since: Milliseconds;
  readonly answerDue: Milliseconds | null;
  /** The accreditation lapsed or was withdrawn. */
  readonly lapsed: boolean;
  /** Colleagues assigned, own organisation only. */
  readonly assigned: readonly PersonView[];
}

export interface PersonView {
  readonly worker: Hex;
  readonly name: string;
}

export interface CircleHead {
  readonly circle: Hex;
  readonly title: string;
  readonly reference: string;
  /** How to reach the victim safely: always in sight. */
  readonly safeContact: string;
  readonly contactPerson: string;
  readonly standing: "owner" | "member" | "invited";
  readonly ownerName: string;
  readonly closed: boolean;
  readonly held: boolean;
  readonly members: readonly MemberView[];
  readonly seq: number;
  readonly readSeq: number;
  readonly assigned: boolean;
  readonly mayWrite: boolean;
  /** Why not, when `mayWrite` is false. */
  readonly whyNot: string;
  readonly invitation?: InvitationView;
  /** The circle's history does not hold: nothing else is shown. */
  readonly alarm?: Trouble;
}

export type EntryKind =
  | "open"
  | "details"
  | "message"
  | "document"
  | "plan"
  | "action"
  | "action-change"
  | "invite"
  | "accept"
  | "decline"
  | "rekey"
  | "grant"
  | "release"
  | "close"
  | "reopen"
  | "erase"
  | "hold"
  | "handover"
  | "other";

export interface EntryView {
  readonly seq: number;
  readonly kind: EntryKind;
  readonly mine: boolean;
  readonly author: string;
  readonly worker: Hex;
  readonly organisation: Hex;
  readonly legalName: string;
  readonly sentAt: Milliseconds;
  readonly receivedAt: Milliseconds;
  /** Sent and received lie more than 15 minutes apart. */
  readonly late: boolean;
  readonly state: "open" | "restricted" | "erased" | "locked" | "newer" | "fault";
  /** What it says, or what happened in one plain line for entries without words. */
  readonly text: string;
  readonly summary: string;
  /** Restricted: legal names of who may read it; empty when others keep it to themselves. */
  readonly onlyFor: readonly string[];
  readonly restricted: boolean;
  readonly documents: readonly DocumentView[];
  readonly action?: Hex;
  readonly alarm?: Trouble;
}

export interface ThreadPage {
  readonly entries: readonly EntryView[];
  readonly first: number;
  readonly last: number;
  readonly seq: number;
}

export interface ReaderView {
  readonly organisation: Hex;
  readonly legalName: string;
  readonly worker: Hex;
  readonly name: string;
  readonly seq: number;
  readonly at: Milliseconds;
  readonly alarm?: Trouble;
}

export interface NeedView {
  readonly category: number;
  readonly label: string;
  readonly text: string;
  readonly gap: boolean;
}

export interface PlanView {
  readonly summary: string;
  readonly needs: readonly NeedView[];
  readonly author: string;
  readonly at: Milliseconds;
  readonly actions: readonly ActionView[];
  readonly mayWrite: boolean;
  readonly alarm?: Trouble;
}

export interface DocumentView {
  readonly circle: Hex;
  readonly document: Hex;
  readonly number: number;
  readonly versions: number;
  readonly seq: number;
  /** Safe to show and to save under. */
  readonly name: string;
  readonly mediaType: string;
  readonly size: number;
  readonly author: string;
  readonly legalName: string;
  readonly receivedAt: Milliseconds;
  readonly description: string;
  readonly restricted: boolean;
  readonly preview: "image" | "pdf" | "video" | "audio" | "text" | "none";
  readonly mayFollow: boolean;
  readonly alarm?: Trouble;
}

/** A document made ready to be looked at or saved by this page. */
export interface OpenedDocument {
  /** An address that only this browser answers; ranges work. Gone after `closeDocument` or sign-out. */
  readonly url: string;
  /** "stream": served piece by piece. "whole": it had to be fetched whole (no service worker here). */
  readonly way: "stream" | "whole";
  readonly name: string;
  readonly mediaType: string;
  readonly size: number;
}

export interface UploadJob {
  readonly job: string;
  readonly circle: Hex;
  readonly name: string;
  readonly size: number;
  readonly done: number;
  readonly bytesPerSecond: number;
  readonly state: "checking" | "sealing" | "waiting" | "posting" | "shared" | "stopped" | "failed";
  readonly trouble?: Trouble;
}

export interface DownloadJob {
  readonly job: string;
  readonly name: string;
  readonly size: number;
  readonly done: number;
  readonly bytesPerSecond: number;
  readonly state: "running" | "saved" | "stopped" | "failed";
  readonly trouble?: Trouble;
}

export interface TimelineRow {
  readonly seq: number;
  readonly at: Milliseconds;
  readonly group: "message" | "document" | "action" | "people" | "plan" | "circle" | "read";
  readonly who: string;
  readonly legalName: string;
  readonly text: string;
}

// --- Inviting and the organisation -----------------------------------------------------------------------

export interface PartnerView {
  readonly organisation: Hex;
  readonly legalName: string;
  readonly domain: string;
  readonly kind: OrganisationKind;
}

export interface AskedAction {
  readonly title: string;
  readonly text: string;
  readonly dueAt: Milliseconds;
  readonly priority: number;
}

export interface Invite {
  readonly organisation: Hex;
  readonly title: string;
  readonly text: string;
  /** Omitted: the invitation clock decides. */
  readonly answerBy?: Milliseconds;
  /** May they read what was said before? */
  readonly history: "none" | "all";
  readonly actions: readonly AskedAction[];
}

export interface About {
  readonly title: string;
  readonly reference: string;
  readonly safeContact: string;
  readonly contactPerson: string;
}

export interface ColleagueView {
  readonly worker: Hex;
  readonly name: string;
  readonly address: string;
  readonly role: Role;
  readonly state: "member" | "waiting" | "removed";
  readonly since: Milliseconds;
  readonly me: boolean;
}

export interface WaitingView {
  readonly invitation: Hex;
  readonly worker: Hex;
  readonly address: string;
  readonly role: Role;
  readonly replaces: Hex | null;
}

export interface OrganisationView {
  readonly legalName: string;
  readonly kind: OrganisationKind;
  readonly domain: string;
  readonly accreditedUntil: Milliseconds | null;
  readonly colleagues: readonly ColleagueView[];
  readonly waiting: readonly WaitingView[];
  readonly managers: number;
  readonly hasKit: boolean;
  readonly generation: number;
  readonly fingerprint: string;
}

export interface ReasonChoice {
  readonly code: number;
  readonly label: string;
}

export interface Lists {
  readonly declineReasons: readonly ReasonChoice[];
  readonly removeReasons: readonly ReasonChoice[];
  readonly closeReasons: readonly ReasonChoice[];
  readonly eraseReasons: readonly ReasonChoice[];
  readonly actionReasons: readonly ReasonChoice[];
  readonly needs: readonly ReasonChoice[];
  readonly purposes: readonly { readonly code: number; readonly label: string }[];
  readonly accepted: readonly string[];
  readonly largestDocument: number;
}

/** Opening what one is not assigned to: a whole reason, which the manager is told. */
export interface BreakGlass {
  readonly purpose: number;
  readonly reason: string;
}

export interface SecurityDetails {
  readonly hub: string;
  readonly authority: string;
  readonly organisation: string;
  readonly circle?: string;
  readonly logSize: number;
  readonly checkedAt: Milliseconds;
  readonly version: string;
}

export interface ConnectionCheck {
  readonly step: "reach" | "clock" | "upload" | "download" | "live" | "storage" | "worker" | "sound";
  readonly ok: boolean;
  readonly say: string;
}

// --- The whole ------------------------------------------------------------------------------------------

/** What the vault does for pages. */
export interface VaultApi {
  start(): Promise<Start>;
  lists(): Promise<Lists>;

  enrolLook(token: string): Promise<EnrolLook>;
  /** Draws the words; nothing leaves this device yet. */
  enrolPrepare(token: string, name: string, address: string): Promise<NewWords>;
  /** The words typed back, in whatever spelling; then the enrolment is sent. */
  enrolConfirm(typed: string, sharedDevice: boolean): Promise<Enrolled>;

  signInWords(address: string, words: string, sharedDevice: boolean): Promise<Session>;
  /** After "code-needed". */
  signInCode(code: string): Promise<Session>;
  signInPin(pin: string): Promise<Session>;
  passkeyRequest(): Promise<PasskeyRequest>;
  signInPasskey(credential: Uint8Array, prf: Uint8Array): Promise<Session>;
  addPasskey(credential: Uint8Array, prf: Uint8Array): Promise<void>;
  passkeys(): Promise<readonly PasskeyRow[]>;
  removePasskey(credential: Hex): Promise<void>;
  setPin(pin: string): Promise<void>;
  removePin(): Promise<void>;
  replaceOwnWords(oldWords: string): Promise<readonly string[]>;
  setName(name: string): Promise<void>;
  /** Looks again; "waiting" becomes "member" once a manager has admitted this person. */
  session(): Promise<Session>;
  /** Somebody is there. Called by pages on input, at most every few seconds. */
  touch(): Promise<void>;
  /** Keys are forgotten, the device stays known. */
  lock(): Promise<void>;
  signOut(everywhere: boolean): Promise<void>;
  /** Where a mail's link leads, a path of this app; records that it was followed. */
  follow(token: string): Promise<string>;

  today(): Promise<TodayView>;
  circles(search: CircleSearch): Promise<CirclesView>;
  openCircle(about: About): Promise<Hex>;
  partners(text: string): Promise<readonly PartnerView[]>;

  circle(circle: Hex, reason?: BreakGlass): Promise<CircleHead>;
  /** The page that ends before `before` (default: the newest), at most `limit` (<= 100) entries. */
  thread(circle: Hex, before: number | null, limit: number): Promise<ThreadPage>;
  post(circle: Hex, text: string, only: readonly Hex[] | null): Promise<number>;
  /** The read receipt: called when entries were in sight. */
  markRead(circle: Hex, seq: number): Promise<void>;
  readers(circle: Hex): Promise<readonly ReaderView[]>;
  describe(circle: Hex, about: About): Promise<void>;
  plan(circle: Hex): Promise<PlanView>;
  writePlan(circle: Hex, summary: string, needs: readonly NeedView[]): Promise<void>;
  propose(circle: Hex, organisation: Hex, action: AskedAction): Promise<Hex>;
  moveAction(
    circle: Hex,
    action: Hex,
    move: string,
    change: { text: string; reason?: number; dueAt?: Milliseconds; organisation?: Hex; assignee?: Hex },
  ): Promise<void>;
  timeline(circle: Hex): Promise<readonly TimelineRow[]>;
  invite(circle: Hex, invite: Invite): Promise<void>;
  accept(circle: Hex, text: string): Promise<void>;
  decline(circle: Hex, reason: number, text: string): Promise<void>;
  removeMember(circle: Hex, organisation: Hex, reason: number, text: string): Promise<void>;
  leave(circle: Hex, reason: number, text: string): Promise<void>;
  close(circle: Hex, reason: number, text: string): Promise<void>;
  reopen(circle: Hex, reason: number, text: string): Promise<void>;
  erase(circle: Hex, seq: number, reason: number): Promise<void>;
  grantHistory(circle: Hex, organisation: Hex): Promise<void>;
  assign(circle: Hex, worker: Hex, on: boolean): Promise<void>;
  colleagues(): Promise<readonly PersonView[]>;

  documents(circle: Hex): Promise<readonly DocumentView[]>;
  /** Begins or goes on; progress comes as events. The same file in the same circle goes on where it stopped. */
  upload(
    circle: Hex,
    file: File,
    how: { description: string; only: readonly Hex[] | null; document: Hex | null },
  ): Promise<string>;
  cancelUpload(job: string): Promise<void>;
  retryUpload(job: string): Promise<void>;
  openDocument(circle: Hex, document: Hex, number: number): Promise<OpenedDocument>;
  /** The whole file, checked to the last byte, saved through the browser; progress comes as events. */
  saveDocument(circle: Hex, document: Hex, number: number): Promise<OpenedDocument>;
  cancelDownload(job: string): Promise<void>;
  closeDocument(url: string): Promise<void>;

  organisation(): Promise<OrganisationView>;
  inviteWorker(mail: string, role: Role, replaces: Hex | null): Promise<void>;
  /** The five words as heard; only keys that match are admitted. */
  admit(spoken: string, role: Role, replaces: Hex | null): Promise<void>;
  changeRole(worker: Hex, role: Role): Promise<void>;
  /** A leaver: removed, new keys for everyone who stays. */
  removeWorker(worker: Hex): Promise<void>;
  rotate(): Promise<void>;
  /** A new printed kit; the old one opens nothing any more. */
  newKit(): Promise<readonly string[]>;

  /** Drafts are sealed as they are written. A slot is any short text such as "thread:CIRCLE". */
  draft(slot: string): Promise<string>;
  saveDraft(slot: string, text: string): Promise<void>;
  dropDraft(slot: string): Promise<void>;

  checkConnection(): Promise<readonly ConnectionCheck[]>;
  securityDetails(circle?: Hex): Promise<SecurityDetails>;
}

/** What the vault tells pages without being asked. */
export type VaultEvent =
  | { readonly type: "changed"; readonly what: "circle"; readonly circle: Hex; readonly seq: number }
  | { readonly type: "changed"; readonly what: "today" | "circles" | "organisation" }
  | { readonly type: "session"; readonly state: "open"; readonly session: Session }
  | { readonly type: "session"; readonly state: "warning"; readonly secondsLeft: number }
  | { readonly type: "session"; readonly state: "locked" | "signed-out"; readonly say: string }
  | { readonly type: "upload"; readonly job: UploadJob }
  | { readonly type: "download"; readonly job: DownloadJob }
  | { readonly type: "line"; readonly state: "live" | "polling" | "offline" }
  | { readonly type: "alarm"; readonly trouble: Trouble };
