/** Time as people say it, in London's clock wherever the device is. `now` is always passed in. */

const ZONE = "Europe/London";
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const format = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, ...options });

const CLOCK = format({ hour: "numeric", minute: "2-digit", hourCycle: "h23" });
const WEEKDAY = format({ weekday: "long" });
const DAY_MONTH = format({ day: "numeric", month: "long" });
const DAY_MONTH_YEAR = format({ day: "numeric", month: "long", year: "numeric" });
const EXACT = format({ dateStyle: "full", timeStyle: "short", hourCycle: "h23" });
const NUMBERS = format({ year: "numeric", month: "2-digit", day: "2-digit" });

function part(parts: readonly Intl.DateTimeFormatPart[], type: string): number {
  return Number(parts.find((one) => one.type === type)?.value ?? 0);
}

/** Days since 1970 by London's calendar, so that "tomorrow" is right at night and when clocks change. */
function dayNumber(at: number): number {
  const parts = NUMBERS.formatToParts(at);
  return Date.UTC(part(parts, "year"), part(parts, "month") - 1, part(parts, "day")) / DAY;
}

/** "6pm", "9:05am", "midday", "midnight". */
export function sayClock(at: number): string {
  const parts = CLOCK.formatToParts(at);
  const hour = part(parts, "hour");
  const minute = part(parts, "minute");
  if (minute === 0 && hour === 0) return "midnight";
  if (minute === 0 && hour === 12) return "midday";
  const past = minute === 0 ? "" : `:${String(minute).padStart(2, "0")}`;
  return `${hour % 12 === 0 ? 12 : hour % 12}${past}${hour < 12 ? "am" : "pm"}`;
}

/** "today", "tomorrow", "yesterday", "Friday", "3 December", "3 December 2027". */
export function sayDay(at: number, now: number): string {
  const days = dayNumber(at) - dayNumber(now);
  if (days === 0) return "today";
  if (days === 1) return "tomorrow";
  if (days === -1) return "yesterday";
  if (days > 1 && days < 7) return WEEKDAY.format(at);
  if (days < -1 && days > -7) return `last ${WEEKDAY.format(at)}`;
  return sayDate(at, now);
}

/** "3 December", with the year when it is not this one. */
export function sayDate(at: number, now: number): string {
  const sameYear = part(NUMBERS.formatToParts(at), "year") === part(NUMBERS.formatToParts(now), "year");
  return (sameYear ? DAY_MONTH : DAY_MONTH_YEAR).format(at);
}

/** "just now", "5 minutes ago", "today, 9:05am", "yesterday, 6pm", "3 December, 6pm". */
export function sayWhen(at: number, now: number): string {
  const ago = now - at;
  if (ago >= 0 && ago < MINUTE) return "just now";
  if (ago >= 0 && ago < HOUR) return `${count(Math.floor(ago / MINUTE), "minute")} ago`;
  return `${sayDay(at, now)}, ${sayClock(at)}`;
}

/** "due today, 6pm", "due tomorrow, 6pm", "overdue since 9am today", "overdue by 2 days". */
export function sayDue(at: number, now: number): string {
  if (at >= now) return `due ${sayDay(at, now)}, ${sayClock(at)}`;
  const days = dayNumber(now) - dayNumber(at);
  if (days === 0) return `overdue since ${sayClock(at)} today`;
  return days === 1 ? `overdue since yesterday, ${sayClock(at)}` : `overdue by ${count(days, "day")}`;
}

/** The whole truth, for a title: "Friday, 3 December 2027 at 18:00". */
export function sayExact(at: number): string {
  return EXACT.format(at);
}

/** For `<time datetime>`. */
export function machineTime(at: number): string {
  return new Date(at).toISOString();
}

/** "1 day", "3 days". */
export function count(number: number, noun: string, many = `${noun}s`): string {
  return `${number.toLocaleString("en-GB")} ${number === 1 ? noun : many}`;
}

/** "2 minutes", "1 minute 5 seconds", "40 seconds". */
export function saySpan(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  const left = whole % 60;
  if (minutes === 0) return count(left, "second");
  return left === 0 ? count(minutes, "minute") : `${count(minutes, "minute")} ${count(left, "second")}`;
}

/** "340 KB", "4.2 MB", "1.1 GB". */
export function saySize(bytes: number): string {
  const units = ["bytes", "KB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const shown = unit === 0 || value >= 100 ? Math.round(value) : Math.round(value * 10) / 10;
  return `${shown} ${units[unit]}`;
}

/** What `<input type="datetime-local">` shows, in the device's own clock. */
export function toLocalInput(at: number): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * MINUTE);
  return local.toISOString().slice(0, 16);
}

/** The moment typed into `<input type="datetime-local">`, or null. */
export function fromLocalInput(text: string): number | null {
  const at = new Date(text).getTime();
  return Number.isNaN(at) ? null : at;
}
