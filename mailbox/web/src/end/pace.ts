/** How fast bytes move, for people: an even figure over the last few seconds. */
const SMOOTH = 0.3;
const LEAST_MS = 200;

export class Pace {
  #at: number;
  #done = 0;
  #rate = 0;

  constructor(private readonly now: () => number) {
    this.#at = now();
  }

  /** `done` bytes in all so far; the answer is bytes a second. */
  heard(done: number): number {
    const passed = this.now() - this.#at;
    if (passed < LEAST_MS) return Math.round(this.#rate);
    const rate = ((done - this.#done) * 1000) / passed;
    this.#rate = this.#rate === 0 ? rate : this.#rate + SMOOTH * (rate - this.#rate);
    this.#at += passed;
    this.#done = done;
    return Math.round(this.#rate);
  }
}
