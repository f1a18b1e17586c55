/**
 * Working days and service hours, in one zone, safe across daylight saving (policies/calendar.py).
 *
 * A day is written as in ISO 8601 ("2026-11-23"), a moment is UTC milliseconds. Counting days in years whose
 * bank holidays are not known throws OffCalendar. The day something happens is day 0, and a day off counts as
 * the close of the last working day, so what starts later never falls due earlier.
 */
import holidayTable from "@policies/bank_holidays.toml";
import table from "@policies/calendar.toml";
import { BadTable, type Row, rows, text, texts, whole, wholes } from "./tables";

const DAY_MS = 24 * 60 * 60 * 1000;
const LAST_MOMENT = Date.UTC(2100, 0, 1) - 1;
const MOST_DAYS = 1000;
const TIME = /^([01]\d|2[0-3]):([0-5]\d):00(\.0+)?$/;
const FIRST_YEAR = whole(holidayTable, "first_year");
const LAST_YEAR = whole(holidayTable, "last_year");
const BANK_HOLIDAYS: ReadonlySet<string> = new Set(texts(holidayTable, "days"));

/** A day in a year whose bank holidays are not known here, or a moment before 1970 or after 2099. */
export class OffCalendar extends Error {
  override readonly name = "OffCalendar";
}

/** A moment on the wall: its day, and the minutes since midnight; `rest` is what is left, in milliseconds. */
export interface Local {
  readonly day: string;
  readonly minutes: number;
  readonly rest: number;
}

/** Which days and hours count (policies/data/calendar.toml). Times are minutes since midnight. */
export class Calendar {
  readonly zone: string;
  readonly opens: number;
  readonly closes: number;
  readonly #weekdays: ReadonlySet<number>;
  readonly #extra: ReadonlySet<string>;
  readonly #worked: ReadonlySet<string>;
  readonly #early: ReadonlyMap<string, number>;
  readonly #wall: Intl.DateTimeFormat;

  constructor(rules: Row) {
    this.zone = text(rules, "zone");
    this.opens = minutesOf(text(rules, "opens"));
    this.closes = minutesOf(text(rules, "closes"));
    this.#weekdays = new Set(wholes(rules, "weekdays"));
    this.#extra = new Set(texts(rules, "extra_holidays"));
    this.#worked = new Set(texts(rules, "worked_holidays"));
    const early = rows(rules, "early_closing");
    this.#early = new Map(early.map((row) => [text(row, "day"), minutesOf(text(row, "closes"))]));
    this.#wall = wallClock(this.zone);
  }

  /** Is `day` worked at all? */
  isWorkingDay(day: string): boolean {
    const year = Number(day.slice(0, 4));
    if (!(year >= FIRST_YEAR && year <= LAST_YEAR)) {
      throw new OffCalendar(`${day} is outside the years bank holidays are known for`);
    }
    if (!this.#weekdays.has(weekday(day)) || this.#extra.has(day)) return false;
    return this.#worked.has(day) || !BANK_HOLIDAYS.has(day);
  }

  /** The `days`-th working day after `day`; with 0, the last working day up to and including `day`. */
  workingDayAfter(day: string, days: number): string {
    return this.#counted(day, days, 1);
  }

  /** The `days`-th working day before `day`; with 0, the last working day up to and including `day`. */
  workingDayBefore(day: string, days: number): string {
    return this.#counted(day, days, -1);
  }

  /** `moment` on this calendar's wall clock. */
  local(moment: number): Local {
    if (!(moment >= 0 && moment <= LAST_MOMENT))
      throw new OffCalendar(`${moment} is before 1970 or after 2099`);
    const shifted = moment + this.#offset(moment);
    const day = isoDay(shifted);
    const since = shifted - Date.parse(day);
    return { day, minutes: Math.floor(since / 60_000), rest: since % 60_000 };
  }

  /** The moment of a wall-clock time. A time that daylight saving repeats means its first turn. */
  moment(day: string, minutes: number, rest = 0): number {
    const wall = Date.parse(day) + minutes * 60_000 + rest;
    const earlier = wall - this.#offset(wall - DAY_MS);
    const later = wall - this.#offset(wall + DAY_MS);
    const fits = (moment: number): boolean => moment + this.#offset(moment) === wall;
    return fits(earlier) || !fits(later) ? earlier : later;
  }

  /** When service opens on `day`. */
  opening(day: string): number {
    return this.moment(day, this.opens);
  }

  /** When service closes on `day`: earlier on a half day. */
  closing(day: string): number {
    return this.moment(day, this.#early.get(day) ?? this.closes);
  }

  /** Is `moment` on a working day, from opening up to but not including closing? */
  inService(moment: number): boolean {
    const { day } = this.local(moment);
    return this.isWorkingDay(day) && this.opening(day) <= moment && moment < this.closing(day);
  }

  /** `now` if service is open, else the next opening. */
  nextServiceMoment(now: number): number {
    if (this.inService(now)) return now;
    const { day } = this.local(now);
    if (this.isWorkingDay(day) && now < this.opening(day)) return this.opening(day);
    return this.opening(this.workingDayAfter(day, 1));
  }

  /**
   * `start` moved on by working days, its time of day kept but held within service hours. What starts on a day
   * off counts as the close of the last working day.
   */
  addWorkingDays(start: number, days: number): number {
    const begun = this.local(start);
    const day = this.workingDayAfter(begun.day, days);
    if (!this.isWorkingDay(begun.day)) return this.closing(day);
    const kept = this.moment(day, begun.minutes, begun.rest);
    return Math.min(Math.max(kept, this.opening(day)), this.closing(day));
  }

  /** The close of service on the `days`-th working day after the day of `start`. */
  closeOfWorkingDay(start: number, days: number): number {
    return this.closing(this.workingDayAfter(this.local(start).day, days));
  }

  /** From the last working day up to `day`, so many working days in one direction. */
  #counted(day: string, days: number, direction: 1 | -1): string {
    if (!Number.isInteger(days) || days < 0 || days > MOST_DAYS) {
      throw new RangeError(`count between 0 and ${MOST_DAYS} working days`);
    }
    let at = day;
    while (!this.isWorkingDay(at)) at = dayBeside(at, -1);
    for (let counted = 0; counted < days; counted++) {
      do at = dayBeside(at, direction);
      while (!this.isWorkingDay(at));
    }
    return at;
  }

  /** How far the wall clock is ahead of UTC, in milliseconds. */
  #offset(moment: number): number {
    if (!(moment >= -DAY_MS && moment <= LAST_MOMENT + DAY_MS)) {
      throw new OffCalendar(`${moment} is before 1970 or after 2099`);
    }
    const parts = new Map(this.#wall.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    const [year, month, day] = [part("year"), part("month") - 1, part("day")];
    const wall = Date.UTC(year, month, day, part("hour"), part("minute"), part("second"));
    return wall - Math.floor(moment / 1000) * 1000;
  }
}

const CALENDAR = new Calendar(table);

/** The calendar the product ships with. */
export function calendar(): Calendar {
  return CALENDAR;
}

/** Whole days from one day to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}

function wallClock(timeZone: string): Intl.DateTimeFormat {
  const numeric = { year: "numeric", month: "numeric", day: "numeric" } as const;
  const clock = { hour: "numeric", minute: "numeric", second: "numeric", hourCycle: "h23" } as const;
  return new Intl.DateTimeFormat("en-GB", { timeZone, ...numeric, ...clock });
}

function minutesOf(time: string): number {
  const [, hours, minutes] = TIME.exec(time) ?? [];
  if (hours === undefined || minutes === undefined) throw new BadTable(`${time} is no time of day`);
  return Number(hours) * 60 + Number(minutes);
}

function isoDay(moment: number): string {
  return new Date(moment).toISOString().slice(0, 10);
}

function dayBeside(day: string, step: number): string {
  return isoDay(Date.parse(day) + step * DAY_MS);
}

/** 1 is Monday. */
function weekday(day: string): number {
  return new Date(day).getUTCDay() || 7;
}
