/** A moment as people say it; the exact time on hover. */
import { machineTime, sayDate, sayDay, sayDue, sayExact, sayWhen } from "@/app/time";

export interface TimeTextProps {
  readonly at: number;
  readonly now: number;
  /** "when": something that happened. "due": a promise, overdue in words. "day", "date": without the hour. */
  readonly as?: "when" | "due" | "day" | "date" | undefined;
}

const WAYS = { when: sayWhen, due: sayDue, day: sayDay, date: sayDate };

export function TimeText({ at, now, as = "when" }: TimeTextProps) {
  const late = as === "due" && at < now;
  return (
    <time dateTime={machineTime(at)} title={sayExact(at)} class={late ? "kith-overdue" : undefined}>
      {WAYS[as](at, now)}
    </time>
  );
}
