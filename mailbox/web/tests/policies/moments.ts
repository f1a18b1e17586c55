/** Moments as people write them: `at("2026-11-23 10:00")` is UTC milliseconds of London time. */
import { calendar } from "@/policies/calendar";

/** UTC milliseconds of a London wall-clock time. */
export function at(words: string): number {
  const [day = "", time = ""] = words.split(" ");
  const [hours, minutes] = time.split(":").map(Number);
  return calendar().moment(day, (hours ?? 0) * 60 + (minutes ?? 0));
}

/** The London wall-clock time of a moment. */
export function words(moment: number): string {
  const { day, minutes } = calendar().local(moment);
  const two = (number: number): string => String(number).padStart(2, "0");
  return `${day} ${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
