/** What a circle's pages work out by themselves: who has read, where new begins, what a draft keeps. */
import { describe, expect, it } from "vitest";
import { stacked } from "@/pages/circle/documents/kinds";
import { checkWish, newWish } from "@/pages/circle/asking";
import { grouped as groupedActions } from "@/pages/circle/plan/order";
import { packDraft, unpackDraft } from "@/pages/circle/thread/draft";
import { arrivedAfter, grouped, seenThrough } from "@/pages/circle/thread/grouping";
import { listed, reading, readingLine } from "@/pages/circle/thread/readby";
import { merged, startBefore } from "@/pages/circle/thread/useThread";
import type { ActionView, DocumentView, EntryView, MemberView, ReaderView } from "@/vault/api";

const NOON = Date.UTC(2026, 10, 20, 12);
const HOUR = 3_600_000;

function entry(seq: number, change: Partial<EntryView> = {}): EntryView {
  const at = NOON + seq * HOUR;
  return {
    seq,
    kind: "message",
    mine: false,
    author: "Ben",
    worker: "b1",
    organisation: "housing",
    legalName: "Harbour Housing",
    sentAt: at,
    receivedAt: at,
    late: false,
    state: "open",
    text: `Line ${seq}`,
    summary: "",
    onlyFor: [],
    restricted: false,
    documents: [],
    ...change,
  };
}

function member(
  organisation: string,
  legalName: string,
  standing: MemberView["standing"] = "member",
): MemberView {
  return {
    organisation,
    legalName,
    kind: "other",
    standing,
    since: NOON,
    answerDue: null,
    lapsed: false,
    assigned: [],
  };
}

function reader(organisation: string, worker: string, seq: number): ReaderView {
  return { organisation, legalName: organisation, worker, name: worker, seq, at: NOON + seq };
}

const MEMBERS = [
  member("vcu", "The Unit", "owner"),
  member("housing", "Harbour Housing"),
  member("police", "Police"),
  member("health", "Counselling", "invited"),
];

describe("who has read an entry", () => {
  it("names each organisation with how many, and those of whom nobody has", () => {
    const readers = [reader("vcu", "a1", 9), reader("vcu", "a2", 4), reader("police", "c1", 3)];
    expect(readingLine(reading(entry(4), MEMBERS, readers))).toBe("Read by The Unit (2), not yet by Police");
  });

  it("counts neither the author nor a receipt that does not hold", () => {
    const broken = { ...reader("vcu", "a1", 9), alarm: { kind: "alarm", code: "x", say: "x" } as const };
    const line = readingLine(reading(entry(4), MEMBERS, [reader("housing", "b1", 9), broken]));
    expect(line).toBe("Not read yet by The Unit and Police");
  });

  it("leaves out whoever may not open a restricted note", () => {
    const note = entry(4, { restricted: true, onlyFor: ["Harbour Housing", "The Unit"] });
    expect(readingLine(reading(note, MEMBERS, []))).toBe("Not read yet by The Unit");
  });

  it("lists names as people do", () => {
    expect([listed([]), listed(["A"]), listed(["A", "B"]), listed(["A", "B", "C"])]).toEqual([
      "",
      "A",
      "A and B",
      "A, B and C",
    ]);
  });
});

describe("a thread on the page", () => {
  it("has a heading for each day and one line where the unread of others begin", () => {
    const entries = [entry(1), entry(2, { mine: true }), entry(30)];
    expect(grouped(entries, 1).map(({ key }) => key)).toEqual([
      "day-1",
      "entry-1",
      "entry-2",
      "day-30",
      "new",
      "entry-30",
    ]);
  });

  it("is read as far as everything was in sight without a gap", () => {
    const entries = [entry(3), entry(4), entry(5, { mine: true }), entry(6), entry(7)];
    expect(seenThrough(entries, new Set([3, 4, 7]), 2)).toBe(5);
    expect(seenThrough(entries, new Set([7]), 2)).toBe(2);
  });

  it("counts what arrived with words of others", () => {
    expect(arrivedAfter([entry(1), entry(2, { mine: true }), entry(3, { kind: "rekey" }), entry(4)], 1)).toBe(
      1,
    );
  });

  it("opens at the newest when little is unread, else where the unread begin", () => {
    expect(startBefore(98, 100)).toBeNull();
    expect(startBefore(100, 1_000)).toBe(141);
  });

  it("takes what is said again for what was said before", () => {
    const page = { entries: [entry(2, { state: "erased" }), entry(3)], first: 2, last: 3, seq: 3 };
    expect(merged([entry(1), entry(2)], page).map(({ seq, state }) => [seq, state])).toEqual([
      [1, "open"],
      [2, "erased"],
      [3, "open"],
    ]);
  });
});

describe("a draft", () => {
  it("keeps for whom it is meant", () => {
    expect(unpackDraft(packDraft({ text: "hush", only: ["police"] }))).toEqual({
      text: "hush",
      only: ["police"],
    });
  });

  it("of an unknown form keeps every word and is for nobody until readers are chosen", () => {
    expect(unpackDraft("plain words")).toEqual({ text: "plain words", only: [] });
    expect(unpackDraft('{"text":1,"only":null}').only).toEqual([]);
  });

  it("that holds nothing is nothing", () => {
    expect(packDraft({ text: "", only: null })).toBe("");
    expect(unpackDraft("")).toEqual({ text: "", only: null });
  });
});

describe("actions and documents", () => {
  it("come overdue first, each group by its due time, without empty groups", () => {
    const base = { state: "accepted", finished: false, overdue: false, dueAt: 5 };
    // Only what the order looks at.
    const action = (change: object) => ({ ...base, ...change }) as unknown as ActionView;
    const groups = groupedActions([action({}), action({ dueAt: 2 }), action({ overdue: true, dueAt: 1 })]);
    expect(groups.map((group) => [group.key, group.actions.map(({ dueAt }) => dueAt)])).toEqual([
      ["overdue", [1]],
      ["working", [2, 5]],
    ]);
  });

  it("asked for need a title and a time to come", () => {
    expect(checkWish({ ...newWish(NOON), due: "2020-01-01T10:00" }, NOON).map(({ id }) => id)).toEqual([
      "action-title",
      "action-due",
    ]);
  });

  it("of several versions stand together, the newest on top", () => {
    // Only what the order looks at.
    const version = (document: string, number: number) =>
      ({ document, number, receivedAt: number }) as unknown as DocumentView;
    const stacks = stacked([version("a", 1), version("b", 3), version("a", 2)]);
    expect(stacks.map(({ newest, versions }) => [newest.document, newest.number, versions.length])).toEqual([
      ["b", 3, 1],
      ["a", 2, 2],
    ]);
  });
});
