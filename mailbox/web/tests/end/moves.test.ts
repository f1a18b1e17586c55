/** The next steps of an action, in plain words for this person. */
import { describe, expect, it } from "vitest";
import type { Worded } from "@/end/actions";
import { type Surrounding, actionView, movesFor } from "@/end/moves";
import type { State } from "@/policies/actions";

const OURS = new Uint8Array(16).fill(1);
const THEIRS = new Uint8Array(16).fill(2);
const ME = new Uint8Array(16).fill(3);

function action(state: State, organisation: Uint8Array, assignee: Uint8Array | null = null): Worded {
  return {
    action: new Uint8Array(16),
    seq: 4,
    organisation,
    assignee,
    state,
    dueAt: 1000,
    priority: 0,
    history: [{ seq: 4, move: "propose", organisation: OURS, worker: ME, at: 5, reason: 0 }],
    title: "Call her",
    text: "",
    alarm: null,
  };
}

function around(owner: Uint8Array, mayWrite = true): Surrounding {
  return {
    circle: new Uint8Array(32),
    circleTitle: "Circle for J",
    owner,
    mayWrite,
    me: { organisation: OURS, worker: ME },
    legalName: (organisation) => (organisation === OURS ? "Harbour" : "Shelter"),
    nameOf: () => "Robin",
    wordsOf: () => "",
    now: 2000,
  };
}

const labels = (worded: Worded, place: Surrounding) => movesFor(worded, place).map((move) => move.label);

describe("the steps that may be taken", () => {
  it("are accepting, starting, declining or taking on for whom it is asked of", () => {
    expect(labels(action("proposed", OURS), around(THEIRS))).toEqual([
      "Accept",
      "Accept and start",
      "Decline",
      "Take it on",
    ]);
  });

  it("go on with one's own work", () => {
    expect(labels(action("in_progress", OURS, ME), around(THEIRS))).toEqual([
      "Mark as done",
      "We cannot do this after all",
      "Hand it to a colleague",
      "Note what was done so far",
    ]);
  });

  it("are the owner's where another organisation does it", () => {
    const moves = movesFor(action("declined", THEIRS), around(OURS));
    expect(moves.map((move) => move.label)).toEqual(["Cancel this action", "Ask another organisation"]);
    expect(moves.map((move) => move.needsReason)).toEqual([true, false]);
    expect(moves[0]?.reasons?.[0]).toEqual({ code: 1, label: "No longer needed" });
    expect(moves[1]?.needsOrganisation).toBe(true);
  });

  it("are none for who may not write here, or when it is finished", () => {
    expect(labels(action("proposed", OURS), around(THEIRS, false))).toEqual([]);
    expect(labels(action("done", OURS), around(OURS))).toEqual([]);
  });
});

describe("an action on a page", () => {
  it("is overdue when its time has passed and it is not finished", () => {
    expect(actionView(action("accepted", OURS), around(OURS)).overdue).toBe(true);
    expect(actionView(action("done", OURS), around(OURS)).overdue).toBe(false);
  });

  it("names its state in words and its steps by what the authority vouches for", () => {
    const shown = actionView(action("in_progress", OURS, ME), around(OURS));
    expect([shown.state, shown.stateLabel, shown.mine]).toEqual(["started", "In progress", true]);
    expect(shown.history).toEqual([
      { seq: 4, label: "Asked for it", who: "Robin", legalName: "Harbour", at: 5, reason: "" },
    ]);
  });
});
