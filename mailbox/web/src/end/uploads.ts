/**
 * Files on their way into circles, as pages follow them: one job each, with progress, a way to stop, and going
 * on by itself once the line is back. Nothing is shared before every byte is at the hub and its entry is posted.
 */
import type { Context } from "@/end/context";
import { Away, KeyholderError, Locked, Refused } from "@/end/errors";
import { Pace } from "@/end/pace";
import { troubleOf } from "@/end/trouble";
import { randomBytes, toHex } from "@/protocol/bytes";
import type { UploadJob } from "@/vault/api";

/** How long to wait before going on after a lost line, in ms; the last one again and again. */
const RESTS = [2_000, 5_000, 15_000, 30_000] as const;
/** Finished jobs that are still told about. */
const REMEMBERED = 50;
/** Files that are sealed and sent at a time; the others wait for their turn. */
const AT_ONCE = 2;
/** How often pages are told, in ms. */
const TOLD_EVERY_MS = 200;

/** What one job does, step by step. `run` may be called again after Away, and goes on. */
export interface Work {
  readonly circle: string;
  readonly name: string;
  readonly size: number;
  run(told: Told, signal: AbortSignal): Promise<void>;
  /** Let go of everything here. */
  close(): Promise<void>;
  /** It failed: what cannot be gone on with is dropped, so that `run` begins anew. */
  again(): Promise<void>;
  /** Let go, and have the hub drop what it holds. */
  drop(): Promise<void>;
}

/** What a piece of work says of itself. */
export interface Told {
  state(state: UploadJob["state"]): void;
  progress(done: number, total: number): void;
}

interface Running {
  view: UploadJob;
  readonly work: Work;
  stop: AbortController;
  /** The hub is being told to drop what it holds of it. */
  dropping: Promise<void>;
  readonly pace: Pace;
  goOn: (() => void) | null;
  active: boolean;
  toldAt: number;
}

/** The uploads of this vault. */
export class Uploads {
  readonly #jobs = new Map<string, Running>();
  /** Those whose turn has not come. */
  readonly #queue: (() => void)[] = [];
  #running = 0;

  /** `moved` is called whenever bytes have left. */
  constructor(
    private readonly context: Context,
    private readonly moved: () => void,
  ) {
    context.onForget(() => this.#forget());
  }

  /** Begin. The job's id. */
  begin(work: Work): string {
    const id = toHex(randomBytes(8));
    const job: Running = {
      view: {
        job: id,
        circle: work.circle,
        name: work.name,
        size: work.size,
        done: 0,
        bytesPerSecond: 0,
        state: "checking",
      },
      work,
      stop: new AbortController(),
      dropping: Promise.resolve(),
      pace: new Pace(() => this.context.now()),
      goOn: null,
      active: false,
      toldAt: 0,
    };
    this.#jobs.set(id, job);
    this.#tidy();
    this.#say(job, {});
    void this.#run(job);
    return id;
  }

  /** The files of one circle (hex) that are on their way, or did not get there. */
  of(circle: string): UploadJob[] {
    const jobs = [...this.#jobs.values()].map(({ view }) => view);
    return jobs.filter((view) => view.circle === circle && view.state !== "shared");
  }

  /** Tell of it no longer, once it has ended. */
  dismiss(id: string): void {
    if (this.#jobs.get(id)?.active === false) this.#jobs.delete(id);
  }

  /** Stop, and have the hub drop what it holds. */
  async cancel(id: string): Promise<void> {
    const job = this.#jobs.get(id);
    if (job === undefined || job.view.state === "shared" || job.view.state === "posting") return;
    job.stop.abort();
    job.goOn?.();
    this.#say(job, { state: "stopped" });
    job.dropping = job.work.drop().catch(() => undefined); // the hub drops what nobody goes on with
    await job.dropping;
  }

  /** Go on now: the line is back, or a person asks for it; from the beginning, where it was stopped. */
  retry(id: string): void {
    const job = this.#jobs.get(id);
    if (job === undefined) return;
    if (job.view.state === "stopped") {
      if (!job.active) void this.#anew(job);
    } else if (job.goOn !== null) job.goOn();
    else if (!job.active && job.view.state === "failed") void this.#run(job);
  }

  /** The line is back: everything that waits goes on. */
  wake(): void {
    for (const job of this.#jobs.values()) job.goOn?.();
  }

  async #anew(job: Running): Promise<void> {
    job.stop = new AbortController();
    job.active = true;
    this.#say(job, { state: "checking", done: 0 });
    await job.dropping;
    await this.#run(job);
  }

  async #run(job: Running): Promise<void> {
    job.active = true;
    const told: Told = {
      state: (state) => this.#say(job, { state }),
      progress: (done, total) => this.#progress(job, done, total),
    };
    try {
      for (let attempt = 0; !job.stop.signal.aborted; attempt++) {
        try {
          await this.#inTurn(job, told);
          if (job.stop.signal.aborted) return;
          this.#say(job, { state: "shared", done: job.work.size, bytesPerSecond: 0 });
          return;
        } catch (error) {
          if (job.stop.signal.aborted) return;
          if (!isPassing(error)) throw error;
          this.#say(job, { state: "waiting", trouble: troubleOf(error), bytesPerSecond: 0 });
          await this.#rest(job, RESTS[Math.min(attempt, RESTS.length - 1)] ?? 30_000);
        }
      }
    } catch (error) {
      this.#say(job, { state: "failed", trouble: troubleOf(error), bytesPerSecond: 0 });
      await job.work.again().catch(() => undefined);
      if (!(error instanceof KeyholderError)) throw error;
    } finally {
      job.active = false;
    }
  }

  /** A few at a time: memory and a slow line are shared by all of them. */
  async #inTurn(job: Running, told: Told): Promise<void> {
    if (this.#running >= AT_ONCE) await new Promise<void>((turn) => this.#queue.push(turn));
    else this.#running += 1;
    try {
      if (!job.stop.signal.aborted) await job.work.run(told, job.stop.signal);
    } finally {
      const next = this.#queue.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  #rest(job: Running, ms: number): Promise<void> {
    return new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      job.goOn = () => {
        clearTimeout(timer);
        resolve();
      };
    }).then(() => {
      job.goOn = null;
    });
  }

  #progress(job: Running, done: number, total: number): void {
    const share = total === 0 ? 0 : done / total;
    const bytesPerSecond = job.pace.heard(done);
    this.moved();
    const now = this.context.now();
    if (done < total && now - job.toldAt < TOLD_EVERY_MS) return;
    job.toldAt = now;
    this.#say(job, { state: "sealing", done: Math.round(job.work.size * share), bytesPerSecond });
  }

  #say(job: Running, change: Partial<UploadJob>): void {
    const { trouble: _, ...before } = job.view;
    job.view = { ...before, ...change };
    this.context.emit({ type: "upload", job: job.view });
  }

  #tidy(): void {
    for (const [id, job] of this.#jobs) {
      if (this.#jobs.size <= REMEMBERED) return;
      if (!job.active) this.#jobs.delete(id);
    }
  }

  /** Keys are forgotten: what was on its way stops, and says so. */
  #forget(): void {
    for (const job of this.#jobs.values()) {
      if (!job.active) continue;
      job.stop.abort();
      job.goOn?.();
      this.#say(job, { state: "failed", trouble: troubleOf(new Locked()) });
      void job.work.close().catch(() => undefined);
    }
    this.#jobs.clear();
  }
}

/** A lost line, or a hub that is busy: it is gone on with by itself. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof Away || (error instanceof Refused && (error.status === 503 || error.status === 429))
  );
}
