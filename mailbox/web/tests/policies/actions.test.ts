/** The life of an action: every move from every state by every part, against one readable table. */
import { describe, expect, it } from "vitest";
import {
  MOVES,
  type Move,
  type Mover,
  STATES,
  type State,
  assigneeAfter,
  isDenied,
  isFinished,
  isMove,
  isProgress,
  mayBeDue,
  moveCode,
  moveOf,
  movesFrom,
  nextState,
  reasonsOf,
  stateCode,
  stateLabel,
  stateOf,
} from "@/policies/actions";
import { purposes, reasons } from "@/policies/codes";
import { DAY, limits } from "@/policies/limits";

const ASSIGNED: Mover = { assigned: true, owner: false };
const OWNER: Mover = { assigned: false, owner: true };
const MEMBER: Mover = { assigned: false, owner: false };
const EVERYONE = [ASSIGNED, OWNER, MEMBER];

/** move -> who may make it, and where it leads from each state it is open in. */
const LIFE: Readonly<Record<Move, readonly [readonly Mover[], ReadonlyMap<State | null, State>]>> = {
  propose: [EVERYONE, new Map([[null, "proposed"]])],
  accept: [[ASSIGNED], new Map([["proposed", "accepted"]])],
  start: [[ASSIGNED], leads(["proposed", "accepted"], "in_progress")],
  complete: [[ASSIGNED], leads(["accepted", "in_progress"], "done")],
  decline: [[ASSIGNED], leads(["proposed", "accepted", "in_progress"], "declined")],
  cancel: [[OWNER], leads(["proposed", "accepted", "in_progress", "declined"], "cancelled")],
  reassign: [[OWNER], leads(["proposed", "accepted", "in_progress", "declined"], "proposed")],
  hand_over: [[ASSIGNED], stays(["proposed", "accepted", "in_progress"])],
  reschedule: [[OWNER], stays(["proposed", "accepted", "in_progress"])],
  note: [[ASSIGNED], stays(["accepted", "in_progress"])],
};

function leads(from: readonly State[], to: State): ReadonlyMap<State | null, State> {
  return new Map(from.map((state) => [state, to]));
}

function stays(states: readonly State[]): ReadonlyMap<State | null, State> {
  return new Map(states.map((state) => [state, state]));
}

function codeOf(answer: unknown): unknown {
  return isDenied(answer) ? answer.code : answer;
}

describe.each(MOVES)("%s", (move) => {
  const [who, leading] = LIFE[move];
  const reason = reasonsOf(move) === null ? null : 1;

  it.each([null, ...STATES])("leads from %s where the domain says, and nowhere else", (state) => {
    for (const mover of EVERYONE) {
      const refused = state === null ? "no_such_action" : "wrong_state";
      const expected = who.includes(mover) ? (leading.get(state) ?? refused) : "not_your_move";
      expect(codeOf(nextState(state, move, mover, reason))).toBe(expected);
    }
  });

  it("keeps its code, and is offered where it can be made", () => {
    expect(moveOf(moveCode(move))).toBe(move);
    for (const state of STATES) {
      for (const mover of EVERYONE) {
        expect(movesFrom(state, mover).includes(move)).toBe(!isDenied(nextState(state, move, mover, reason)));
      }
    }
  });
});

it.each([
  ["decline", ASSIGNED, undefined, "unknown_reason"],
  ["decline", ASSIGNED, 0, "unknown_reason"],
  ["decline", ASSIGNED, 99, "unknown_reason"],
  ["cancel", OWNER, null, "unknown_reason"],
  ["accept", ASSIGNED, 1, "reason_not_asked"],
  ["accept", ASSIGNED, 0, "accepted"],
] as const)("%s with the reason %s answers %s", (move, mover, reason, expected) => {
  expect(codeOf(nextState("proposed", move, mover, reason))).toBe(expected);
});

it("codes, words and ends are the table's", () => {
  expect(STATES.map(stateCode)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(STATES.map((state) => stateOf(stateCode(state)))).toEqual([...STATES]);
  expect([stateOf(6), moveOf(10), isMove("accept"), isMove("vanish")]).toEqual([null, null, true, false]);
  expect(STATES.filter(isFinished)).toEqual(["done", "declined", "cancelled"]);
  expect(MOVES.filter(isProgress)).toEqual(["start", "note"]);
  const denied = nextState("in_progress", "accept", ASSIGNED);
  expect(isDenied(denied) && denied.say).toContain(stateLabel("in_progress").toLowerCase());
});

it.each([
  [1, null],
  [732 * DAY, null],
  [0, "due_in_the_past"],
  [-DAY, "due_in_the_past"],
  [732 * DAY + 1, "due_too_far"],
])("a due time %i milliseconds ahead: %s", (ahead, expected) => {
  const now = 1_795_000_000_000;
  expect(codeOf(mayBeDue(now + ahead, now, limits()))).toBe(expected);
});

it("whoever accepts what nobody had takes it on", () => {
  const [other, named, author] = [new Uint8Array([1]), new Uint8Array([2]), new Uint8Array([3])];
  expect(assigneeAfter("accept", null, null, author)).toBe(author);
  expect(assigneeAfter("start", null, null, author)).toBe(author);
  expect(assigneeAfter("accept", other, null, author)).toBe(other);
  expect(assigneeAfter("accept", other, named, author)).toBe(named);
  expect(assigneeAfter("complete", null, null, author)).toBeNull();
  expect(assigneeAfter("note", other, null, author)).toBe(other);
  expect(assigneeAfter("hand_over", other, null, author)).toBeNull();
  expect(assigneeAfter("reassign", other, named, author)).toBe(named);
});

it("lists of codes are found both ways and offer what is not retired", () => {
  const closing = reasons().closing;
  expect(closing.byKey("other")).toEqual(closing.byCode(14));
  expect(closing.byKey("other")?.needsText).toBe(true);
  expect([closing.byCode(99), closing.byKey("nothing")]).toEqual([null, null]);
  expect(closing.offered()).toHaveLength(closing.codes.length);
  expect(codeOf(closing.check(null))).toBe("unknown_reason");
  expect(closing.check(1)).toBeNull();
  expect(purposes().byKey("direct_support")?.code).toBe(1);
});
