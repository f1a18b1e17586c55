/**
 * The life of an action: its states, its moves, and who may make each (policies/data/actions.toml).
 *
 * Whether a person may post in the circle at all is the hub's question; here it is only whether this move fits
 * this action and this organisation's part in it. Overdue is no state.
 */
import table from "@policies/actions.toml";
import { type Code, type CodeList, readCode, reasons } from "./codes";
import { ALLOWED, type Decision, type Denied, isDenied } from "./decisions";
import type { Limits } from "./limits";
import { BadTable, type Row, flag, oneOf, optionalText, rows, text, texts, whole } from "./tables";

export { isDenied } from "./decisions";

export const STATES = ["proposed", "accepted", "in_progress", "done", "declined", "cancelled"] as const;
export type State = (typeof STATES)[number];

export const MOVES = [
  "propose",
  "accept",
  "start",
  "complete",
  "decline",
  "cancel",
  "reassign",
  "hand_over",
  "reschedule",
  "note",
] as const;
export type Move = (typeof MOVES)[number];

const PARTS = ["assigned", "owner", "member"] as const;
type Part = (typeof PARTS)[number];

/** `assigned`: the action is their organisation's to do. `owner`: their organisation owns the circle. */
export interface Mover {
  readonly assigned: boolean;
  readonly owner: boolean;
}

/** One move: who may make it, from which states, and where it leads (nowhere else, if `to` is null). */
interface MoveRow {
  readonly code: number;
  readonly key: Move;
  readonly by: readonly Part[];
  readonly origin: readonly State[];
  readonly to: State | null;
  readonly reasons: CodeList | null;
  readonly progress: boolean;
}

const FINISHED: ReadonlySet<State> = new Set<State>(["done", "declined", "cancelled"]);
const WORDS: Readonly<Record<Part, string>> = {
  assigned: "the organisation it is assigned to",
  owner: "the case owner",
  member: "a member of the circle",
};

const STATE_ROWS: readonly Code[] = rows(table, "states").map(readCode);
const MOVE_ROWS: readonly MoveRow[] = rows(table, "moves").map(readMove);
requireAll(STATES, STATE_ROWS);
requireAll(MOVES, MOVE_ROWS);

function readMove(row: Row): MoveRow {
  const to = optionalText(row, "to");
  return {
    code: whole(row, "code"),
    key: oneOf(text(row, "key"), MOVES),
    by: texts(row, "by").map((part) => oneOf(part, PARTS)),
    origin: texts(row, "origin").map((state) => oneOf(state, STATES)),
    to: to === null ? null : oneOf(to, STATES),
    reasons: reasonList(optionalText(row, "reasons")),
    progress: flag(row, "progress"),
  };
}

function reasonList(name: string | null): CodeList | null {
  if (name === null) return null;
  const { actionDecline, actionCancel } = reasons();
  return oneOf(name, ["action_decline", "action_cancel"]) === "action_decline" ? actionDecline : actionCancel;
}

function requireAll(known: readonly string[], given: readonly { readonly key: string }[]): void {
  if (given.map((row) => row.key).join() !== known.join()) {
    throw new BadTable("states and moves must be the known ones, each once, in their order");
  }
}

/** The number that stands for `state`. */
export function stateCode(state: State): number {
  return stateRow(state).code;
}

/** The state a number from outside stands for. */
export function stateOf(code: number): State | null {
  const row = STATE_ROWS.find((each) => each.code === code);
  return row === undefined ? null : oneOf(row.key, STATES);
}

/** The words for `state` on a screen. */
export function stateLabel(state: State): string {
  return stateRow(state).label;
}

/** The number that stands for `move` in signed facts. */
export function moveCode(move: Move): number {
  return moveRow(move).code;
}

/** The move a number from outside stands for. */
export function moveOf(code: number): Move | null {
  return MOVE_ROWS.find((row) => row.code === code)?.key ?? null;
}

/** Whether a word from outside is a move. */
export function isMove(word: string): word is Move {
  return MOVES.some((move) => move === word);
}

/** The reasons that `move` must choose from, or null when it takes none. */
export function reasonsOf(move: Move): CodeList | null {
  return moveRow(move).reasons;
}

/** Nothing more is expected. A declined action can still be reassigned by the owner. */
export function isFinished(state: State): boolean {
  return FINISHED.has(state);
}

/** Does this move count as work on the action, and so stop its ladder? */
export function isProgress(move: Move): boolean {
  return moveRow(move).progress;
}

/**
 * The state `move` leads to, or why not. `state` is null before the action exists; no reason, null and 0 are
 * none.
 */
export function nextState(
  state: State | null,
  move: Move,
  mover: Mover,
  reason?: number | null,
): State | Denied {
  const row = moveRow(move);
  if (!row.by.some((part) => has(mover, part))) {
    const who = row.by.map((part) => WORDS[part]).join(" or ");
    return { code: "not_your_move", say: `Only ${who} can do this. Ask them in the thread.` };
  }
  const allowed = fits(row, state, reason ?? 0);
  if (isDenied(allowed)) return allowed;
  const settled = row.to ?? state;
  if (settled === null) throw new BadTable("a move without a target has origins");
  return settled;
}

/** The moves that `mover` could make now, reasons aside, in the table's order. */
export function movesFrom(state: State, mover: Mover): readonly Move[] {
  return MOVE_ROWS.filter((row) => row.origin.includes(state) && row.by.some((part) => has(mover, part))).map(
    (row) => row.key,
  );
}

/** Who has it after `move` by `author`. Whoever accepts or starts what nobody had takes it on. */
export function assigneeAfter(
  move: Move,
  before: Uint8Array | null,
  given: Uint8Array | null,
  author: Uint8Array,
): Uint8Array | null {
  if (move === "reassign" || move === "hand_over") return given;
  return given ?? before ?? (move === "accept" || move === "start" ? author : null);
}

/** Is a due time from outside one that can be kept, and within reason? */
export function mayBeDue(due: number, now: number, limits: Limits): Decision {
  if (due <= now) return { code: "due_in_the_past", say: "Choose a due time that is still to come." };
  if (due - now > limits.dueAheadMs) {
    return { code: "due_too_far", say: "Choose an earlier due time; you can move it later." };
  }
  return ALLOWED;
}

function stateRow(state: State): Code {
  return found(STATE_ROWS.find((row) => row.key === state));
}

function moveRow(move: Move): MoveRow {
  return found(MOVE_ROWS.find((row) => row.key === move));
}

function found<T>(row: T | undefined): T {
  if (row === undefined) throw new BadTable("a state or move is missing");
  return row;
}

function has(mover: Mover, part: Part): boolean {
  return part === "member" || (part === "assigned" ? mover.assigned : mover.owner);
}

function fits(row: MoveRow, state: State | null, reason: number): Decision {
  if (state === null && row.origin.length > 0) {
    return { code: "no_such_action", say: "There is no such action in this circle." };
  }
  if (state !== null && !row.origin.includes(state)) {
    const where = stateLabel(state).toLowerCase();
    const say = `This cannot be done: the action is “${where}”. Reload to see why.`;
    return { code: "wrong_state", say };
  }
  if (row.reasons !== null) return row.reasons.check(reason);
  if (reason === 0) return ALLOWED;
  return { code: "reason_not_asked", say: "This step takes no reason. Leave it out." };
}
