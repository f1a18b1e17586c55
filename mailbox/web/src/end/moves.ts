/** Actions as pages show them: states and next steps in plain words, for this person, now. */
import { type Worded, isOverdue } from "@/end/actions";
import { plainName } from "@/end/profile";
import { moveWords } from "@/end/summaries";
import { troubleOf } from "@/end/trouble";
import {
  type Move,
  type Mover,
  type State,
  isFinished,
  movesFrom,
  reasonsOf,
  stateLabel,
} from "@/policies/actions";
import { reasons } from "@/policies/codes";
import { equal, toHex } from "@/protocol/bytes";
import type { ActionState, ActionStep, ActionView, MoveChoice } from "@/vault/api";

const STATES: Readonly<Record<State, ActionState>> = {
  proposed: "proposed",
  accepted: "accepted",
  in_progress: "started",
  done: "completed",
  declined: "declined",
  cancelled: "cancelled",
};

const LABELS: Readonly<Record<Move, string>> = {
  propose: "Ask for this",
  accept: "Accept",
  start: "Start work on this",
  complete: "Mark as done",
  decline: "Decline",
  cancel: "Cancel this action",
  reassign: "Give it to another organisation",
  hand_over: "Hand it to a colleague",
  reschedule: "Change when it is due",
  note: "Note what was done so far",
};

/** What a page needs of the circle to show its actions. */
export interface Surrounding {
  readonly circle: Uint8Array;
  readonly circleTitle: string;
  readonly owner: Uint8Array;
  /** Whether this worker may write in the circle now. */
  readonly mayWrite: boolean;
  readonly me: { readonly organisation: Uint8Array; readonly worker: Uint8Array };
  readonly legalName: (organisation: Uint8Array) => string;
  readonly nameOf: (organisation: Uint8Array, worker: Uint8Array) => string;
  /** The words that went with a step, where they are open. */
  readonly wordsOf: (seq: number) => string;
  readonly now: number;
}

/** The steps that may be taken now, in words for this action and this person. */
export function movesFor(action: Worded, around: Surrounding): MoveChoice[] {
  if (!around.mayWrite) return [];
  const { me, owner } = around;
  const mover: Mover = {
    assigned: equal(action.organisation, me.organisation),
    owner: equal(owner, me.organisation),
  };
  return movesFrom(action.state, mover).map((move) => ({
    move,
    label: labelOf(move, action, around),
    needsReason: reasonsOf(move) !== null,
    needsDue: move === "reschedule",
    needsOrganisation: move === "reassign",
    ...offered(move),
  }));
}

function offered(move: Move): Pick<MoveChoice, "reasons"> {
  const list = reasonsOf(move);
  return list === null ? {} : { reasons: list.offered().map(({ code, label }) => ({ code, label })) };
}

function labelOf(move: Move, action: Worded, { me }: Surrounding): string {
  const mine = action.assignee !== null && equal(action.assignee, me.worker);
  if (move === "start" && action.state === "proposed") return "Accept and start";
  if (move === "decline" && action.state !== "proposed") return "We cannot do this after all";
  if (move === "hand_over" && !mine) return action.assignee === null ? "Take it on" : "Take it over";
  if (move === "reassign" && action.state === "declined") return "Ask another organisation";
  return LABELS[move];
}

/** One action as a page gets it. */
export function actionView(action: Worded, around: Surrounding): ActionView {
  const { assignee, organisation } = action;
  const assigneeName = assignee === null ? "" : around.nameOf(organisation, assignee);
  return {
    circle: toHex(around.circle),
    circleTitle: around.circleTitle,
    action: toHex(action.action),
    seq: action.seq,
    title: plainName(action.title),
    text: action.text,
    organisation: toHex(organisation),
    legalName: around.legalName(organisation),
    assignee: assignee === null ? null : toHex(assignee),
    assigneeName,
    mine: assignee !== null && equal(assignee, around.me.worker),
    state: STATES[action.state],
    stateLabel: stateLabel(action.state),
    finished: isFinished(action.state),
    dueAt: action.dueAt,
    overdue: isOverdue(action, around.now),
    priority: action.priority,
    history: action.history.map((step) => stepView(step, around)),
    moves: movesFor(action, around),
    ...(action.alarm === null ? {} : { alarm: troubleOf(action.alarm) }),
  };
}

function stepView(step: Worded["history"][number], around: Surrounding): ActionStep {
  const words = moveWords(step.move);
  const reason = reasonLabel(step.move, step.reason);
  const text = step.move === "propose" ? "" : around.wordsOf(step.seq);
  return {
    seq: step.seq,
    label: words.charAt(0).toUpperCase() + words.slice(1),
    who: around.nameOf(step.organisation, step.worker),
    legalName: around.legalName(step.organisation),
    at: step.at,
    reason: [reason, text].filter(Boolean).join(". "),
  };
}

function reasonLabel(move: Move, reason: number): string {
  const list = move === "decline" ? reasons().actionDecline : reasons().actionCancel;
  return reason === 0 ? "" : (list.byCode(reason)?.label ?? "");
}
