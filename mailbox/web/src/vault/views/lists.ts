/** Views of Today and of the list of circles. */
import type { Hex, Milliseconds, Trouble } from "@/vault/views/trouble";
import type { ReasonChoice } from "@/vault/views/organisation";

export type ActionState =
  "proposed" | "accepted" | "started" | "completed" | "declined" | "cancelled" | "handed-over";

/** One step that may be taken now by this person. */
export interface MoveChoice {
  readonly move: string;
  readonly label: string;
  readonly needsReason: boolean;
  readonly needsDue: boolean;
  readonly needsOrganisation: boolean;
  /** The reasons of this move, where it has a list of its own; otherwise `actionReasons`. */
  readonly reasons?: readonly ReasonChoice[];
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
  /** When the actions that come with it are due, the soonest first. Only on Today. */
  readonly actionsDue?: readonly Milliseconds[];
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
  /** The hub no longer shows it, and nobody verifiably left: said once. */
  readonly gone?: boolean;
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
