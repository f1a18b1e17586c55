/** The one clock of this end, and whether it can be relied on: every other room is told the time. */
import { NotReady } from "@/end/errors";

export const TOLERANCE_MS = 10 * 60_000;
const UNITS = [
  { name: "day", ms: 86_400_000 },
  { name: "hour", ms: 3_600_000 },
  { name: "minute", ms: 60_000 },
] as const;

/** UTC milliseconds. */
export function now(): number {
  return Date.now();
}

/**
 * Throws NotReady "clock-wrong" when this device is too far off the hub: dates would seem wrong that are right.
 * `ahead` in ms, null when the hub has not said its time.
 */
export function checkClock(ahead: number | null): void {
  if (ahead === null || Math.abs(ahead) <= TOLERANCE_MS) return;
  const way = ahead > 0 ? "ahead of" : "behind";
  throw new NotReady(
    `The clock of this device is ${spoken(Math.abs(ahead))} ${way} the hub's. ` +
      "Set the device's date and time, then try again.",
    "clock-wrong",
  );
}

function spoken(ms: number): string {
  const unit = UNITS.find((each) => ms >= each.ms) ?? UNITS[2];
  const count = Math.round(ms / unit.ms);
  return `${count} ${unit.name}${count === 1 ? "" : "s"}`;
}
