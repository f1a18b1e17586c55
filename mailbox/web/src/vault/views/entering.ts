/** Views of signing in and enrolling. */
import type { Hex, Milliseconds } from "@/vault/views/trouble";

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
  /** While "waiting" to join: the five words to tell the manager, so that a reload still shows them. */
  readonly spoken?: readonly string[];
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
  /** Founding only: the organisation's number, printed on the kit: coming back with it needs both. */
  readonly organisation?: Hex;
}

/** What is printed on a kit, as typed. */
export interface PrintedKit {
  readonly organisation: string;
  readonly words: string;
}

/** As whom somebody comes back with a kit. */
export interface ComingBackAs {
  readonly name: string;
  readonly address: string;
  readonly mail: string;
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
