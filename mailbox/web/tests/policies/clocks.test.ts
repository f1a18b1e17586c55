/** How long people have, under which version of the Code, and how it is said; as the hub says it. */
import { expect, it } from "vitest";
import { calendar } from "@/policies/calendar";
import { dueTime, history, inForce, sayDue, version } from "@/policies/clocks";
import { at, words } from "./moments";

const CALENDAR = calendar();
const NOW = at("2026-11-23 11:00");
const CLOSES = new Map([
  [1, "2026-11-24 18:00"],
  [2, "2026-11-25 18:00"],
  [5, "2026-11-30 18:00"],
]);

it.each([
  ["referral", 2, 2],
  ["first_contact", 2, 1],
  ["key_event", 5, 1],
  ["invitation", 2, 1],
  ["action", 5, 2],
] as const)("%s: %i working days, %i with enhanced rights", (clock, standard, enhanced) => {
  const clocks = inForce(NOW, CALENDAR);
  expect(words(dueTime(clocks, clock, NOW, false, CALENDAR))).toBe(CLOSES.get(standard));
  expect(words(dueTime(clocks, clock, NOW, true, CALENDAR))).toBe(CLOSES.get(enhanced));
});

it.each([
  ["2026-11-27 17:59", "2026-12-01 18:00"],
  ["2026-11-28 12:00", "2026-12-01 18:00"],
  ["2026-11-30 00:01", "2026-12-02 18:00"],
  ["2026-12-23 12:00", "2026-12-29 18:00"],
])("an invitation of %s waits until %s", (start, due) => {
  const clocks = inForce(at(start), CALENDAR);
  expect(words(dueTime(clocks, "invitation", at(start), false, CALENDAR))).toBe(due);
});

it("a case keeps the version it began under", () => {
  const first = version(1);
  const known = [first, { ...first, version: 2, validFrom: "2027-04-01" }];
  expect(inForce(at("2027-03-31 23:59"), CALENDAR, known)).toBe(first);
  expect(inForce(at("2027-04-01 00:00"), CALENDAR, known)).toBe(known[1]);
  expect(inForce(at("2001-01-01 12:00"), CALENDAR)).toBe(history()[0]);
  expect(() => version(99)).toThrow(/no version 99/);
});

it.each([
  ["2026-11-23 18:00", "due today, 6pm"],
  ["2026-11-24 18:00", "due tomorrow, 6pm"],
  ["2026-11-24 09:05", "due tomorrow, 9:05am"],
  ["2026-11-25 12:00", "due Wednesday, midday"],
  ["2026-11-25 00:00", "due Wednesday, midnight"],
  ["2026-11-25 12:30", "due Wednesday, 12:30pm"],
  ["2026-11-29 18:00", "due Sunday, 6pm"],
  ["2026-11-30 18:00", "due 30 November, 6pm"],
  ["2027-01-04 18:00", "due 4 January 2027, 6pm"],
  ["2026-11-23 11:00", "due today, 11am"],
  ["2026-11-23 10:59", "overdue since today, 10:59am"],
  ["2026-11-22 18:00", "overdue since yesterday, 6pm"],
  ["2026-11-20 18:00", "overdue since Friday, 6pm"],
  ["2026-11-16 18:00", "overdue since 16 November, 6pm"],
  ["2025-11-20 18:00", "overdue since 20 November 2025, 6pm"],
])("%s is said as %s", (due, said) => {
  expect(sayDue(at(due), NOW, CALENDAR)).toBe(said);
});
