/** Working days and service hours: weekends, bank holidays, half days, daylight saving; as the hub counts. */
import { describe, expect, it } from "vitest";
import { Calendar, OffCalendar, calendar, daysBetween } from "@/policies/calendar";
import { at, words } from "./moments";

const CALENDAR = calendar();
const RULES = {
  zone: "Europe/London",
  opens: "10:00:00.000",
  closes: "18:00:00.000",
  weekdays: [1, 2, 3, 4, 5],
  extra_holidays: [],
  worked_holidays: [],
  early_closing: [],
};

it("a wall-clock time is the moment that the zone says", () => {
  expect(at("2026-11-23 10:00")).toBe(Date.UTC(2026, 10, 23, 10));
  expect(at("2026-07-01 10:00")).toBe(Date.UTC(2026, 6, 1, 9));
  expect(at("2026-10-25 01:30"), "repeated: its first turn").toBe(Date.UTC(2026, 9, 25, 0, 30));
  expect(at("2026-03-29 01:30"), "skipped").toBe(Date.UTC(2026, 2, 29, 1, 30));
});

it.each([
  ["2026-11-20", true],
  ["2026-11-21", false],
  ["2026-11-22", false],
  ["2026-12-25", false],
  ["2026-12-28", false],
  ["2026-12-29", true],
  ["2027-01-01", false],
  ["2026-04-03", false],
  ["2026-04-06", false],
  ["2026-05-04", false],
  ["2026-08-31", false],
  ["2026-11-30", true],
  ["2026-07-13", true],
])("%s is worked: %s", (day, worked) => {
  expect(CALENDAR.isWorkingDay(day)).toBe(worked);
});

it("a proclaimed holiday can be added and a bank holiday worked", () => {
  const changed = new Calendar({
    ...RULES,
    extra_holidays: ["2026-11-23"],
    worked_holidays: ["2026-12-28"],
  });
  expect(changed.isWorkingDay("2026-11-23")).toBe(false);
  expect(changed.isWorkingDay("2026-12-28")).toBe(true);
  expect(words(changed.addWorkingDays(at("2026-11-20 12:00"), 1))).toBe("2026-11-24 12:00");
});

it.each([
  ["2026-11-23 15:00", 1, "2026-11-24 15:00"],
  ["2026-11-20 15:00", 1, "2026-11-23 15:00"],
  ["2026-11-20 15:00", 0, "2026-11-20 15:00"],
  ["2026-11-23 08:00", 1, "2026-11-24 10:00"],
  ["2026-11-23 20:00", 1, "2026-11-24 18:00"],
  ["2026-11-21 09:00", 1, "2026-11-23 18:00"],
  ["2026-11-22 23:59", 0, "2026-11-20 18:00"],
  ["2026-12-23 11:00", 2, "2026-12-29 11:00"],
  ["2026-12-31 11:00", 1, "2027-01-04 11:00"],
  ["2026-04-02 17:30", 1, "2026-04-07 17:30"],
  ["2026-03-27 12:00", 1, "2026-03-30 12:00"],
  ["2026-10-23 12:00", 1, "2026-10-26 12:00"],
  ["2026-03-29 01:30", 1, "2026-03-30 18:00"],
  ["2026-10-25 01:30", 1, "2026-10-26 18:00"],
])("%s and %i working days is %s", (start, days, expected) => {
  expect(words(CALENDAR.addWorkingDays(at(start), days))).toBe(expected);
});

it.each([
  ["2026-11-23 10:00", "2026-11-23 10:00"],
  ["2026-11-23 17:59", "2026-11-23 17:59"],
  ["2026-11-23 09:59", "2026-11-23 10:00"],
  ["2026-11-23 18:00", "2026-11-24 10:00"],
  ["2026-11-20 18:00", "2026-11-23 10:00"],
  ["2026-12-24 18:30", "2026-12-29 10:00"],
  ["2026-03-28 12:00", "2026-03-30 10:00"],
])("after %s the next service moment is %s", (now, expected) => {
  expect(words(CALENDAR.nextServiceMoment(at(now)))).toBe(expected);
});

it("a half day ends early", () => {
  const eve = new Calendar({ ...RULES, early_closing: [{ day: "2026-12-24", closes: "13:00:00.000" }] });
  expect(words(eve.closing("2026-12-24"))).toBe("2026-12-24 13:00");
  expect(words(eve.addWorkingDays(at("2026-12-23 16:00"), 1))).toBe("2026-12-24 13:00");
  expect(eve.inService(at("2026-12-24 13:00"))).toBe(false);
});

it.each([
  ["2026-11-23", 0, "2026-11-23"],
  ["2026-11-23", 1, "2026-11-20"],
  ["2026-11-22", 0, "2026-11-20"],
  ["2026-12-29", 1, "2026-12-24"],
])("%s and %i working days back is %s", (day, days, expected) => {
  expect(CALENDAR.workingDayBefore(day, days)).toBe(expected);
});

describe("what lies outside", () => {
  it("is refused: years without known holidays, and moments outside the calendar", () => {
    expect(() => CALENDAR.isWorkingDay("2024-12-31")).toThrow(OffCalendar);
    expect(() => CALENDAR.workingDayAfter("2031-12-31", 1)).toThrow(OffCalendar);
    for (const moment of [-1, Date.UTC(2100, 0, 1), 2 ** 53, Number.NaN]) {
      expect(() => CALENDAR.nextServiceMoment(moment)).toThrow(OffCalendar);
    }
    for (const days of [-1, 1001, 0.5]) {
      expect(() => CALENDAR.addWorkingDays(at("2026-11-23 10:00"), days)).toThrow(RangeError);
    }
  });

  it("a table that does not fit stops the start", () => {
    expect(() => new Calendar({ ...RULES, opens: "ten" })).toThrow(/no time of day/);
    expect(() => new Calendar({ ...RULES, weekdays: "all" })).toThrow(/weekdays/);
  });
});

it("over five years, what starts later never falls due earlier, and falls in worked hours", () => {
  let [last, lastClose] = [0, 0];
  for (let start = at("2026-01-02 00:00"); start < at("2031-01-01 00:00"); start += 11 * 60 * 60 * 1000) {
    const due = CALENDAR.addWorkingDays(start, 2);
    const close = CALENDAR.closeOfWorkingDay(start, 2);
    const { day } = CALENDAR.local(due);
    expect(CALENDAR.isWorkingDay(day)).toBe(true);
    expect(CALENDAR.opening(day) <= due && due <= CALENDAR.closing(day)).toBe(true);
    expect(due >= last && close >= lastClose).toBe(true);
    [last, lastClose] = [due, close];
  }
});

it("days between are whole, whatever the clocks do", () => {
  expect(daysBetween("2026-03-28", "2026-03-30")).toBe(2);
  expect(daysBetween("2026-10-26", "2026-10-24")).toBe(-2);
});
