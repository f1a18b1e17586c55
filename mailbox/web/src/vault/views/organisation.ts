/** Views of inviting, of one's own organisation, and of what stands around. */
import type { Hex, Milliseconds } from "@/vault/views/trouble";
import type { Role, OrganisationKind } from "@/vault/views/entering";

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
  /** When they came; of somebody removed, when they left. */
  readonly since: Milliseconds;
  readonly me: boolean;
}

/** A circle somebody works on. */
export interface WorkedOnView {
  readonly circle: Hex;
  /** Empty while it is not known. */
  readonly title: string;
  readonly closed: boolean;
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
  /** Of a reason to open a circle one is not on; in UTF-16 units, as text fields count. */
  readonly longestReason: number;
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
  readonly step: "reach" | "clock" | "upload" | "download" | "live" | "storage" | "worker" | "serving";
  readonly ok: boolean;
  readonly say: string;
}
