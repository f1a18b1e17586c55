/** What every view is made of, and why something did not happen, in words for people. */

export type Hex = string;
export type Milliseconds = number;

/** What alarms of one worker left behind on this device. */
export interface KeptAlarms {
  readonly alarms: number;
  /** Whether they outlast this page, sealed. */
  readonly kept: boolean;
  /** All of it, to be saved as a file and handed on: what the hub served, sealed as it served it. */
  readonly text: string;
}

/** Why something did not happen, in words for people. */
export interface Trouble {
  /** "alarm": refused, somebody must be told. "away": no line to the hub. "stale": look again. */
  readonly kind:
    | "alarm"
    | "refused"
    | "away"
    | "locked"
    | "signed-out"
    | "input"
    | "not-ready"
    | "update-needed"
    | "fault";
  /** A stable word: the hub's problem code, an alarm's code, or "wrong-words", "code-needed", ... */
  readonly code: string;
  /** What happened, then what to do next. */
  readonly say: string;
  /** Alarms only: what is safe, and whom to tell. */
  readonly safe?: string;
  readonly tell?: string;
  /** Alarms only: the number in PROTOCOL, and what was kept as evidence (shown under "Security details"). */
  readonly item?: number;
  readonly evidence?: string;
  /** "wrong-pin" only. */
  readonly triesLeft?: number;
  /** "code-needed" only: a new code was mailed. */
  readonly retryAfterMs?: number;
}
