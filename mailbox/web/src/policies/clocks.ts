/**
 * How long people have: versioned clocks in working days (policies/data/clocks.toml), and how a due time is
 * said (policies/clocks.py). A case keeps the version that was in force when it began.
 */
import table from "@policies/clocks.toml";
import { type Calendar, daysBetween } from "./calendar";
import { BadTable, type Row, rows, section, text, whole } from "./tables";

/** What is being waited for. */
export const CLOCKS = ["referral", "first_contact", "key_event", "invitation", "action"] as const;
export type Clock = (typeof CLOCKS)[number];

/** Working days, for everyone and for people with enhanced rights. */
export interface Span {
  readonly standard: number;
  readonly enhanced: number;
  readonly label: string;
}

/** All clocks as they stood from the start of a day on. */
export interface ClockVersion {
  readonly version: number;
  readonly validFrom: string;
  readonly clocks: Readonly<Record<Clock, Span>>;
}

const HISTORY: readonly ClockVersion[] = rows(table, "version").map(readVersion);

function readVersion(row: Row): ClockVersion {
  const clocks = section(row, "clocks");
  const span = (clock: Clock): Span => readSpan(section(clocks, clock));
  return {
    version: whole(row, "version", 1),
    validFrom: text(row, "valid_from"),
    clocks: {
      referral: span("referral"),
      first_contact: span("first_contact"),
      key_event: span("key_event"),
      invitation: span("invitation"),
      action: span("action"),
    },
  };
}

function readSpan(row: Row): Span {
  return {
    standard: whole(row, "standard", 1),
    enhanced: whole(row, "enhanced", 1),
    label: text(row, "label"),
  };
}

/** Every version, oldest first. */
export function history(): readonly ClockVersion[] {
  return HISTORY;
}

/** The version a case that begins at `at` stays under; the first one, if that was earlier still. */
export function inForce(
  at: number,
  calendar: Calendar,
  known: readonly ClockVersion[] = HISTORY,
): ClockVersion {
  const { day } = calendar.local(at);
  const row = known.findLast(({ validFrom }) => validFrom <= day) ?? known[0];
  if (row === undefined) throw new BadTable("clocks have a version");
  return row;
}

/** The version a case began under. Throws a RangeError if it never was. */
export function version(number: number, known: readonly ClockVersion[] = HISTORY): ClockVersion {
  const row = known.find((each) => each.version === number);
  if (row === undefined) throw new RangeError(`clocks have no version ${number}`);
  return row;
}

/** When `clock` runs out: the close of the last working day of its span. */
export function dueTime(
  clocks: ClockVersion,
  clock: Clock,
  start: number,
  enhanced: boolean,
  calendar: Calendar,
): number {
  const span = clocks.clocks[clock];
  return calendar.closeOfWorkingDay(start, enhanced ? span.enhanced : span.standard);
}

/** A due time as people say it: "due tomorrow, 6pm", "overdue since Friday, 6pm". */
export function sayDue(due: number, now: number, calendar: Calendar): string {
  const start = now <= due ? "due" : "overdue since";
  return `${start} ${sayMoment(due, now, calendar)}`;
}

/** A moment as people say it: "tomorrow, 6pm". */
export function sayMoment(at: number, now: number, calendar: Calendar): string {
  const when = calendar.local(at);
  return `${sayDay(when.day, calendar.local(now).day)}, ${sayTime(when.minutes)}`;
}

function sayDay(day: string, today: string): string {
  const distance = daysBetween(today, day);
  const near = new Map([
    [-1, "yesterday"],
    [0, "today"],
    [1, "tomorrow"],
  ]).get(distance);
  if (near !== undefined) return near;
  const said = (options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options }).format(new Date(day));
  if (Math.abs(distance) < 7) return said({ weekday: "long" });
  const sameYear = day.slice(0, 4) === today.slice(0, 4);
  return said(
    sameYear ? { day: "numeric", month: "long" } : { day: "numeric", month: "long", year: "numeric" },
  );
}

function sayTime(minutes: number): string {
  if (minutes === 0) return "midnight";
  if (minutes === 12 * 60) return "midday";
  const [hour, rest] = [Math.floor(minutes / 60), minutes % 60];
  const past = rest === 0 ? "" : `:${String(rest).padStart(2, "0")}`;
  return `${hour % 12 || 12}${past}${hour < 12 ? "am" : "pm"}`;
}
