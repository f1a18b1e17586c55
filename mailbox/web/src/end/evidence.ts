/**
 * What was refused, kept for whoever looks into it: sealed on the worker's own device, so that neither a reload
 * nor a lock loses it. On a shared device, or where the browser keeps nothing, it lasts as long as the session.
 *
 * An alarm on the way in comes before there is a key to seal with: it waits in memory until somebody is in.
 */
import type { LocalState } from "@/end/state";

const NAME = "evidence";
/** The newest alone are kept, so that a hub that goes on lying fills no store. */
export const MOST = 50;
export const LARGEST = 1024 * 1024;

/** One alarm: when it was raised here, in UTC ms, and what `EvidenceKeeper` made of it. */
export interface Evidence {
  readonly at: number;
  readonly evidence: string;
}

/** The alarms of one worker on this device. */
export class EvidenceBook {
  readonly #now: () => number;
  #held: readonly Evidence[] = [];
  #place = "";
  #state: LocalState | null = null;
  #before: Promise<unknown> = Promise.resolve();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** An alarm was raised. The same one again is not noted twice. */
  note(evidence: string): void {
    this.#held = bounded([...this.#held, { at: this.#now(), evidence }]);
    void this.#keep();
  }

  /** Whoever came in, at their own `place`: what they had kept is taken in, and what was raised on the way kept. */
  async keepIn(place: string, state: LocalState): Promise<void> {
    if (this.#state !== null && place !== this.#place) this.#held = []; // somebody else's
    [this.#place, this.#state] = [place, state];
    await this.#keep();
  }

  /** Keys are forgotten: nothing of theirs is held any more. */
  leave(): void {
    this.#state = null;
    this.#held = [];
  }

  /** Every alarm kept, oldest first. */
  async all(): Promise<readonly Evidence[]> {
    await this.#keep();
    return this.#held;
  }

  /** Whether it outlasts this page. */
  get kept(): boolean {
    return this.#state?.kept ?? false;
  }

  /** Together with what other tabs have kept meanwhile; one writer at a time. */
  #keep(): Promise<void> {
    const state = this.#state;
    if (state === null) return Promise.resolve();
    const run = this.#before.then(() => state.locked(() => this.#merge(state)));
    this.#before = run.catch(() => undefined);
    return run;
  }

  async #merge(state: LocalState): Promise<void> {
    const before = read(await state.read(NAME));
    if (this.#state !== state) return; // whoever it was has gone
    const all = bounded([...before, ...this.#held].toSorted((one, other) => one.at - other.at));
    this.#held = all;
    if (all.length > before.length || all.at(-1)?.at !== before.at(-1)?.at)
      await state.write(NAME, new TextEncoder().encode(JSON.stringify(all)));
  }
}

/** Each once, the newest that have room. */
function bounded(all: readonly Evidence[]): readonly Evidence[] {
  const once = all.filter(
    ({ evidence }, place) => all.findIndex((other) => other.evidence === evidence) === place,
  );
  const kept: Evidence[] = [];
  let left = LARGEST;
  for (const one of once.toReversed()) {
    left -= one.evidence.length;
    if (left < 0 || kept.length === MOST) break;
    kept.unshift(one);
  }
  return kept;
}

/** Only this program writes it, under a key of this worker alone; another shape is thrown away. */
function read(data: Uint8Array | null): readonly Evidence[] {
  if (data === null) return [];
  try {
    const found: unknown = JSON.parse(new TextDecoder().decode(data));
    return Array.isArray(found) ? found.filter(isEvidence) : [];
  } catch {
    return [];
  }
}

function isEvidence(value: unknown): value is Evidence {
  if (typeof value !== "object" || value === null) return false;
  const { at, evidence } = value as Partial<Record<keyof Evidence, unknown>>; // any object may be asked for these
  return typeof at === "number" && typeof evidence === "string";
}
