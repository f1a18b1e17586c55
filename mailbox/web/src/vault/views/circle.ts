/** Views of one circle: its people, its thread, its plan, its documents. */
import type { Hex, Milliseconds, Trouble } from "@/vault/views/trouble";
import type { OrganisationKind } from "@/vault/views/entering";
import type { ActionView, InvitationView } from "@/vault/views/lists";

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

/** The words an organisation was invited with, where this one can open them. */
export interface InvitedWith {
  readonly organisation: Hex;
  readonly text: string;
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
  /** The organisation whose words these are, where that is not the owner; else empty. */
  readonly safeContactBy: string;
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
  /** Its name and the safe-contact words are held back or were changed: the rest is shown. */
  readonly aboutAlarm?: Trouble;
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
  /** Saving only: the job whose progress is told. */
  readonly job?: string;
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
  /** Who read, not everything yet: when the newest of what they have read was sent. */
  readonly upTo?: Milliseconds;
}
