/**
 * What pages and the vault say to each other. Pages hold no key and know no hub: they ask here, and get plain
 * values that may be shown. Ids are lower-case hex, times UTC milliseconds, sizes bytes.
 *
 * Every method may fail with a `Trouble`. Nothing here retries by itself.
 */
import type {
  InvitedWith,
  PersonView,
  CircleHead,
  ThreadPage,
  ReaderView,
  NeedView,
  PlanView,
  DocumentView,
  OpenedDocument,
  UploadJob,
  DownloadJob,
  TimelineRow,
} from "@/vault/views/circle";
import type { Hex, KeptAlarms, Milliseconds, Trouble } from "@/vault/views/trouble";
import type {
  Start,
  Role,
  Session,
  EnrolLook,
  NewWords,
  Enrolled,
  PrintedKit,
  ComingBackAs,
  PasskeyRow,
  PasskeyRequest,
} from "@/vault/views/entering";
import type { TodayView, CircleSearch, CirclesView } from "@/vault/views/lists";
import type {
  PartnerView,
  AskedAction,
  Invite,
  About,
  OrganisationView,
  WorkedOnView,
  Lists,
  BreakGlass,
  SecurityDetails,
  ConnectionCheck,
} from "@/vault/views/organisation";

export type * from "@/vault/views/trouble";
export type * from "@/vault/views/entering";
export type * from "@/vault/views/lists";
export type * from "@/vault/views/circle";
export type * from "@/vault/views/organisation";

/** What the vault does for pages. */
export interface VaultApi {
  start(): Promise<Start>;
  lists(): Promise<Lists>;

  enrolLook(token: string): Promise<EnrolLook>;
  /** Draws the words; nothing leaves this device yet. */
  enrolPrepare(token: string, name: string, address: string): Promise<NewWords>;
  /** The words typed back, in whatever spelling; then the enrolment is sent. */
  enrolConfirm(typed: string, sharedDevice: boolean): Promise<Enrolled>;

  /** With the organisation's printed kit, when nobody else can let anybody in: tries it and draws six words. */
  recoverPrepare(kit: PrintedKit, person: ComingBackAs): Promise<NewWords>;
  /** The words typed back: a new manager is brought in with the kit, and signed in. */
  recoverConfirm(typed: string, sharedDevice: boolean): Promise<Session>;

  signInWords(address: string, words: string, sharedDevice: boolean): Promise<Session>;
  /** After "code-needed". */
  signInCode(code: string): Promise<Session>;
  signInPin(pin: string): Promise<Session>;
  passkeyRequest(): Promise<PasskeyRequest>;
  signInPasskey(credential: Uint8Array, prf: Uint8Array, sharedDevice: boolean): Promise<Session>;
  /** The six words, or this device's PIN, again: before a new way to sign in is added. */
  confirmMe(typed: string): Promise<void>;
  /** Within five minutes of `confirmMe`. */
  addPasskey(credential: Uint8Array, prf: Uint8Array): Promise<void>;
  passkeys(): Promise<readonly PasskeyRow[]>;
  removePasskey(credential: Hex): Promise<void>;
  setPin(pin: string): Promise<void>;
  removePin(): Promise<void>;
  /** The old words prove who asks; new ones are drawn. Nothing is changed yet. */
  replaceOwnWords(oldWords: string): Promise<readonly string[]>;
  /** The new words typed back: from then on they count. */
  confirmOwnWords(typed: string): Promise<void>;
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
  /** `press`: the same again until it worked; a lost answer is looked for under the same one alone. */
  post(circle: Hex, text: string, only: readonly Hex[] | null, press: string): Promise<number>;
  /** The read receipt: called when entries were in sight. */
  markRead(circle: Hex, seq: number): Promise<void>;
  readers(circle: Hex): Promise<readonly ReaderView[]>;
  describe(circle: Hex, about: About): Promise<void>;
  plan(circle: Hex): Promise<PlanView>;
  writePlan(circle: Hex, summary: string, needs: readonly NeedView[]): Promise<void>;
  propose(circle: Hex, organisation: Hex, action: AskedAction, press?: string): Promise<Hex>;
  moveAction(
    circle: Hex,
    action: Hex,
    move: string,
    change: {
      text: string;
      press?: string;
      reason?: number;
      dueAt?: Milliseconds;
      organisation?: Hex;
      assignee?: Hex;
    },
  ): Promise<void>;
  timeline(circle: Hex): Promise<readonly TimelineRow[]>;
  invite(circle: Hex, invite: Invite): Promise<void>;
  accept(circle: Hex, text: string): Promise<void>;
  decline(circle: Hex, reason: number, text: string): Promise<void>;
  /** After a lost answer: whether the hub took it all the same. */
  answered(circle: Hex, declining: boolean): Promise<boolean>;
  /** What members were asked, and what the person agreed to. */
  invitedWith(circle: Hex): Promise<readonly InvitedWith[]>;
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
  /** What is on its way into a circle, or did not get there: for a page that comes back to it. */
  uploads(circle: Hex): Promise<readonly UploadJob[]>;
  /** It has ended and is not to be told of any more. */
  dismissUpload(job: string): Promise<void>;
  openDocument(circle: Hex, document: Hex, number: number): Promise<OpenedDocument>;
  /** The bytes from `from` up to (not with) `to`, checked, at most 4 MiB: what PDF and text previews are made of. */
  readDocument(circle: Hex, document: Hex, number: number, from: number, to: number): Promise<Uint8Array>;
  /** The whole file, checked to the last byte, saved through the browser; progress comes as events. */
  saveDocument(circle: Hex, document: Hex, number: number): Promise<OpenedDocument>;
  cancelDownload(job: string): Promise<void>;
  closeDocument(url: string): Promise<void>;

  organisation(): Promise<OrganisationView>;
  inviteWorker(mail: string, role: Role, replaces: Hex | null): Promise<void>;
  /** The five words as heard; only keys that match are admitted. */
  admit(spoken: string, role: Role, replaces: Hex | null): Promise<void>;
  changeRole(worker: Hex, role: Role): Promise<void>;
  /** The circles a colleague, also one who left, works on; open ones first. For managers. */
  caseload(worker: Hex): Promise<readonly WorkedOnView[]>;
  /** Put `to` on all of them, in place of `worker`; how many. Once more after a fault does the rest. */
  handOver(worker: Hex, to: Hex): Promise<number>;
  /** A leaver: removed, new keys for everyone who stays. */
  removeWorker(worker: Hex): Promise<void>;
  rotate(): Promise<void>;
  /** Words of a new printed kit. Nothing is changed yet. */
  newKit(): Promise<readonly string[]>;
  /** The new kit was kept: from now on it counts, and the old one opens nothing any more. */
  confirmKit(): Promise<void>;

  /** Drafts are sealed as they are written. A slot is any short text such as "thread:CIRCLE". */
  draft(slot: string): Promise<string>;
  /** Answers once these words, or newer ones of the same slot, are kept. */
  saveDraft(slot: string, text: string): Promise<void>;
  /** The page is being hidden or left: what was written is kept now. */
  keepDrafts(): Promise<void>;
  dropDraft(slot: string): Promise<void>;
  /** What other tabs wrote in that slot, newest first. */
  otherDrafts(slot: string): Promise<readonly OtherDraft[]>;
  /** Go on with these words of another tab; the draft so far stands among the others. */
  takeOther(slot: string, text: string): Promise<void>;
  dropOther(slot: string, text: string): Promise<void>;

  checkConnection(): Promise<readonly ConnectionCheck[]>;
  securityDetails(circle?: Hex): Promise<SecurityDetails>;
  /** What alarms left behind here, of whoever is signed in. */
  keptAlarms(): Promise<KeptAlarms>;
}

/** Words of another tab. `open`: it may still be writing them. */
export interface OtherDraft {
  readonly text: string;
  readonly open: boolean;
}

/** What the vault tells pages without being asked. */
export type VaultEvent =
  | { readonly type: "changed"; readonly what: "circle"; readonly circle: Hex; readonly seq: number }
  | { readonly type: "changed"; readonly what: "readers"; readonly circle: Hex }
  | { readonly type: "changed"; readonly what: "today" | "circles" | "organisation" }
  | { readonly type: "session"; readonly state: "open"; readonly session: Session }
  | { readonly type: "session"; readonly state: "warning"; readonly secondsLeft: number }
  | { readonly type: "session"; readonly state: "locked" | "signed-out"; readonly say: string }
  | { readonly type: "upload"; readonly job: UploadJob }
  | { readonly type: "download"; readonly job: DownloadJob }
  | { readonly type: "line"; readonly state: "live" | "polling" | "offline" }
  /** Another tab has changed its words in that slot. */
  | { readonly type: "draft"; readonly slot: string }
  | { readonly type: "alarm"; readonly trouble: Trouble };
