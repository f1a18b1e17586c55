/**
 * How long keys stay when nobody is there. Browsers slow the timers of hidden pages down, and devices sleep:
 * so at every step both clocks are asked how long it has really been, and the longer answer counts.
 */
import { limits } from "@/policies/limits";

const { sessions } = limits();
export const OWN_DEVICE_MS = sessions.browserIdleMs;
export const SHARED_DEVICE_MS = sessions.sharedIdleMs;
export const WARNING_MS = sessions.warningMs;
/** Bytes that move keep keys this long at most after somebody was last there. */
export const MOVING_MS = 60 * 60_000;
const STEP_MS = 10_000;

/** UTC milliseconds, and milliseconds that never run backwards. */
export interface Clocks {
  wall(): number;
  steady(): number;
}

/** What happens when nobody is there. */
export interface Waking {
  warn(secondsLeft: number): void;
  /** Nobody is there any more. Said once; then it has stopped. */
  gone(): void;
  /** Whether bytes are moving: for an hour at most, that counts as somebody being there. */
  busy?(): boolean;
}

const SYSTEM: Clocks = { wall: () => Date.now(), steady: () => performance.now() };

/** The shorter of what the hub and this device allow. */
export function idleTime(hubMs: number, sharedDevice: boolean): number {
  return Math.min(hubMs, sharedDevice ? SHARED_DEVICE_MS : OWN_DEVICE_MS);
}

/** Watches one session. */
export class Idle {
  readonly #limit: number;
  readonly #waking: Waking;
  readonly #clocks: Clocks;
  #wall: number;
  #steady: number;
  /** When somebody was really there. */
  #seen: { readonly wall: number; readonly steady: number };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #over = false;

  /** `limit` in ms: that long without `touch`, and it is over. */
  constructor(limit: number, waking: Waking, clocks: Clocks = SYSTEM) {
    this.#limit = limit;
    this.#waking = waking;
    this.#clocks = clocks;
    this.#wall = clocks.wall();
    this.#steady = clocks.steady();
    this.#seen = { wall: this.#wall, steady: this.#steady };
    this.#next();
  }

  /** Somebody is there: unless it was over already. Whether it goes on. */
  touch(): boolean {
    if (!this.check()) return false;
    this.#begin();
    this.#seen = { wall: this.#wall, steady: this.#steady };
    return true;
  }

  /** Look at the clocks now. Whether it goes on. */
  check(): boolean {
    if (!this.#over && this.#waking.busy?.() === true && this.#away() < MOVING_MS) this.#begin();
    if (!this.#over && this.#left() <= 0) {
      this.stop();
      this.#waking.gone();
    }
    return !this.#over;
  }

  /** Watch no longer. */
  stop(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }

  #begin(): void {
    this.#wall = this.#clocks.wall();
    this.#steady = this.#clocks.steady();
  }

  #away(): number {
    const { wall, steady } = this.#seen;
    return Math.max(this.#clocks.wall() - wall, this.#clocks.steady() - steady);
  }

  #left(): number {
    const passed = Math.max(this.#clocks.wall() - this.#wall, this.#clocks.steady() - this.#steady);
    return this.#limit - passed;
  }

  #next(): void {
    const left = this.#left();
    const wait = left > WARNING_MS ? Math.min(left - WARNING_MS, 6 * STEP_MS) : Math.min(left, STEP_MS);
    this.#timer = setTimeout(() => this.#step(), Math.max(wait, 0));
  }

  #step(): void {
    if (!this.check()) return;
    const left = this.#left();
    if (left <= WARNING_MS) this.#waking.warn(Math.ceil(left / 1000));
    this.#next();
  }
}
