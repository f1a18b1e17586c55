/**
 * Live events: wake-ups only (keyholder/live.py). They carry no content and are never believed; they say "look
 * again". Where a network swallows streams, this end looks again by itself.
 */
import { KeyholderError, Refused } from "@/end/errors";
import type { Connection } from "@/hub/connection";
import { fromHex } from "@/protocol/bytes";

const HELLO_MS = 6_000;
const SILENCE_MS = 50_000;
const POLL_MS = 15_000;
const STREAM_AGAIN_MS = 5 * 60_000;
const PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** A stream that breaks sooner is waited for ever longer: everything is looked at again after each. */
const SHORT_MS = 20_000;
const LONGEST_LINE = 4096;
/** Plainly, and then padded for networks that pass on only what is large. */
export const PATHS = ["/v1/live", "/v1/live?pad=1"] as const;

/** Something changed. "resync": look at everything again. */
export interface Wake {
  readonly kind: string;
  readonly topic: Uint8Array;
  readonly seq: number | null;
}

export type LineState = "live" | "polling" | "offline";

/** Who hears it. */
export interface Listener {
  wake(wake: Wake): void;
  line(state: LineState): void;
}

const RESYNC: Wake = { kind: "resync", topic: new Uint8Array(0), seq: null };

/** Listens until it is stopped. Nothing here throws. */
export class Live {
  readonly #connection: Connection;
  readonly #listener: Listener;
  readonly #stop = new AbortController();
  #state: LineState | null = null;
  #nudge: () => void = () => undefined;

  constructor(connection: Connection, listener: Listener) {
    this.#connection = connection;
    this.#listener = listener;
    void this.#run();
  }

  stop(): void {
    this.#stop.abort();
    this.#nudge();
  }

  /** The line may be back: try now instead of later. */
  retry(): void {
    this.#nudge();
  }

  async #run(): Promise<void> {
    let pause = PAUSE_MS;
    while (!this.#stop.signal.aborted) {
      const begun = performance.now();
      const heard = await this.#streams();
      if (this.#stop.signal.aborted) return;
      const lasted = heard === "heard" && performance.now() - begun > SHORT_MS;
      if (heard === "silent") await this.#poll();
      else await this.#rest(lasted ? PAUSE_MS : pause);
      pause = heard === "silent" || lasted ? PAUSE_MS : Math.min(pause * 2, LONGEST_PAUSE_MS);
      if (!this.#stop.signal.aborted && heard !== "away") this.#listener.wake(RESYNC);
    }
  }

  /** Stream, plainly and then padded. "silent": nothing came through though the hub is there. */
  async #streams(): Promise<"heard" | "silent" | "away"> {
    let found: "heard" | "silent" | "away" = "silent";
    for (const path of PATHS) {
      found = await this.#stream(path);
      if (found !== "silent" || this.#stop.signal.aborted) return found;
    }
    return found;
  }

  async #stream(path: string): Promise<"heard" | "silent" | "away"> {
    let heard = false;
    const reader = new EventReader((wake) => this.#listener.wake(wake));
    const silence = (): number => (heard ? SILENCE_MS : HELLO_MS);
    const own = new AbortController();
    const signal = AbortSignal.any([own.signal, this.#stop.signal]);
    const late = setTimeout(() => own.abort(), HELLO_MS);
    try {
      for await (const piece of this.#connection.events(path, signal, silence)) {
        clearTimeout(late);
        if (!heard) this.#say("live");
        heard = true;
        reader.take(piece);
      }
    } catch (error) {
      if (!heard && error instanceof Refused) return "silent"; // too many windows, or not yet admitted
      if (!heard && !own.signal.aborted && error instanceof KeyholderError) {
        this.#say("offline");
        return "away";
      }
    } finally {
      clearTimeout(late);
      own.abort();
    }
    return heard ? "heard" : "silent";
  }

  /** Look again every so often, then give streams another chance. */
  async #poll(): Promise<void> {
    this.#say("polling");
    for (let waited = 0; waited < STREAM_AGAIN_MS && !this.#stop.signal.aborted; waited += POLL_MS) {
      await this.#rest(POLL_MS);
      if (!this.#stop.signal.aborted) this.#listener.wake(RESYNC);
    }
  }

  async #rest(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#nudge = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #say(state: LineState): void {
    if (state === this.#state || this.#stop.signal.aborted) return;
    this.#state = state;
    this.#listener.line(state);
  }
}

/** Text of a stream to wake-ups. What cannot be understood is passed over. */
export class EventReader {
  readonly #wake: (wake: Wake) => void;
  #left = "";
  #kind = "";
  #data = "";

  constructor(wake: (wake: Wake) => void) {
    this.#wake = wake;
  }

  take(text: string): void {
    const lines = (this.#left + text).split(/\r\n|\n|\r/);
    this.#left = (lines.pop() ?? "").slice(0, LONGEST_LINE);
    for (const line of lines) this.#line(line);
  }

  #line(line: string): void {
    if (line.startsWith("event:")) this.#kind = line.slice(6).trim().slice(0, 64);
    else if (line.startsWith("data:")) this.#data = line.slice(5).trim().slice(0, LONGEST_LINE);
    else if (line === "") {
      const wake = wakeOf(this.#kind, this.#data);
      if (wake !== null) this.#wake(wake);
      this.#kind = this.#data = "";
    }
  }
}

function wakeOf(kind: string, data: string): Wake | null {
  if (kind === "") return null;
  if (kind === "resync") return RESYNC;
  try {
    const said: unknown = JSON.parse(data);
    if (typeof said !== "object" || said === null) return null;
    const topic = "topic" in said && typeof said.topic === "string" ? fromHex(said.topic) : null;
    const seq = "seq" in said && typeof said.seq === "number" ? said.seq : null;
    return topic === null || topic.length > 32 ? null : { kind, topic, seq };
  } catch {
    return null;
  }
}
