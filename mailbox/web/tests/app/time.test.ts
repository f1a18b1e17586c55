/** Time as people say it: London's clock, whatever the device's; days counted by the calendar. */
import { describe, expect, test } from "vitest";
import { fromLocalInput, sayClock, sayDay, sayDue, sayExact, saySize, saySpan, sayWhen } from "@/app/time";

const at = (text: string) => Date.parse(text);
const now = at("2026-11-18T10:30:00Z"); // a Wednesday

describe("a clock", () => {
  test.each([
    ["2026-11-18T18:00:00Z", "6pm"],
    ["2026-11-18T09:05:00Z", "9:05am"],
    ["2026-11-18T00:00:00Z", "midnight"],
    ["2026-11-18T00:20:00Z", "12:20am"],
    ["2026-11-18T12:00:00Z", "midday"],
    ["2026-07-18T11:30:00Z", "12:30pm"],
  ])("at %s says %s", (moment, said) => expect(sayClock(at(moment))).toBe(said));
});

describe("a day", () => {
  test.each([
    ["2026-11-18T23:59:00Z", "today"],
    ["2026-11-19T00:01:00Z", "tomorrow"],
    ["2026-11-17T23:59:00Z", "yesterday"],
    ["2026-11-20T12:00:00Z", "Friday"],
    ["2026-11-24T12:00:00Z", "Tuesday"],
    ["2026-11-25T12:00:00Z", "25 November"],
    ["2026-11-16T12:00:00Z", "last Monday"],
    ["2026-10-01T12:00:00Z", "1 October"],
    ["2027-01-04T12:00:00Z", "4 January 2027"],
  ])("%s is %s", (moment, said) => expect(sayDay(at(moment), now)).toBe(said));

  test("begins at midnight in London, also in summer", () => {
    expect(sayDay(at("2026-07-02T23:30:00Z"), at("2026-07-02T20:00:00Z"))).toBe("tomorrow");
  });

  test("is one step each over the night the clocks change", () => {
    expect(sayDay(at("2026-10-25T12:00:00Z"), at("2026-10-24T22:30:00Z"))).toBe("tomorrow");
  });
});

describe("a promise", () => {
  test.each([
    ["2026-11-19T18:00:00Z", "due tomorrow, 6pm"],
    ["2026-11-18T09:00:00Z", "overdue since 9am today"],
    ["2026-11-17T18:00:00Z", "overdue since yesterday, 6pm"],
    ["2026-11-16T09:00:00Z", "overdue by 2 days"],
  ])("for %s is %s", (moment, said) => expect(sayDue(at(moment), now)).toBe(said));
});

describe("what happened", () => {
  test.each([
    [now - 20_000, "just now"],
    [now - 60_000, "1 minute ago"],
    [now - 59 * 60_000, "59 minutes ago"],
    [now - 90 * 60_000, "today, 9am"],
  ])("%d was %s", (moment, said) => expect(sayWhen(moment, now)).toBe(said));

  test("a little in the future is said as it stands, not as the past", () => {
    expect(sayWhen(now + 5 * 60_000, now)).toBe("today, 10:35am");
  });
});

test("the exact time has the weekday, the year and the minute", () => {
  expect(sayExact(at("2026-07-18T11:05:00Z"))).toMatch(/^Saturday,? 18 July 2026 at 12:05$/);
});

test("sizes and spans are short", () => {
  expect([0, 999, 1500, 4_240_000, 1_100_000_000].map(saySize)).toEqual([
    "0 bytes",
    "999 bytes",
    "1.5 KB",
    "4.2 MB",
    "1.1 GB",
  ]);
  expect([0.4, 1, 65, 120].map(saySpan)).toEqual([
    "0 seconds",
    "1 second",
    "1 minute 5 seconds",
    "2 minutes",
  ]);
});

test("a typed moment that is none is null", () => {
  expect(fromLocalInput("tomorrow-ish")).toBeNull();
});
