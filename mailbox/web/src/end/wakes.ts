/**
 * What the hub says has changed, told to rooms and pages. One tab of a browser listens to the hub and tells the
 * others; when it goes, another takes over.
 */
import type { WakeHeard } from "@/end/context";
import type { Tabs } from "@/end/tabs";
import type { Connection } from "@/hub/connection";
import { type LineState, Live } from "@/hub/live";
import { toHex } from "@/protocol/bytes";
import type { VaultEvent } from "@/vault/api";

const LOCK = "kith-live";
const RECENT = 8;
/** The same news again within this time (ms) is told once, at its end: a flood is not looked up piece by piece. */
const GATHER_MS = 500;
/** So many different news at once are one: look at everything. */
const MANY = 64;
const RESYNC: WakeHeard = { kind: "resync", topic: new Uint8Array(0), seq: null };

/** What the listening tab tells the others. */
type News = { readonly wake: WakeHeard } | { readonly line: LineState };

export class Wakes {
  readonly #connection: Connection;
  readonly #tabs: () => Tabs;
  readonly #emit: (event: VaultEvent) => void;
  readonly #listeners: ((wake: WakeHeard) => void)[] = [];
  readonly #back: (() => void)[] = [];
  readonly #looked: string[] = [];
  /** What was told a moment ago, and what has come of the same since. */
  readonly #gathering = new Map<string, WakeHeard | null>();
  #live: Live | null = null;
  #leave: AbortController | null = null;
  #state: LineState = "live";
  #before: LineState = "live";

  constructor(connection: Connection, tabs: () => Tabs, emit: (event: VaultEvent) => void) {
    this.#connection = connection;
    this.#tabs = tabs;
    this.#emit = emit;
  }

  /** Rooms hear before pages do. */
  listen(call: (wake: WakeHeard) => void): void {
    this.#listeners.push(call);
  }

  /** What waited for the line may go on. */
  onBack(call: () => void): void {
    this.#back.push(call);
  }

  /** A page looks at that circle (hex): it is told to look again after a gap. */
  looksAt(circle: string): void {
    const place = this.#looked.indexOf(circle);
    if (place >= 0) this.#looked.splice(place, 1);
    this.#looked.push(circle);
    if (this.#looked.length > RECENT) this.#looked.shift();
  }

  /** Listen from now on, here or in whichever tab does so already. */
  start(): void {
    if (this.#leave !== null) return;
    const leave = new AbortController();
    this.#leave = leave;
    const { locks } = globalThis.navigator;
    if (locks === undefined) this.#lead();
    else
      void locks
        .request(LOCK, { signal: leave.signal }, () => this.#leadUntil(leave.signal))
        .catch(() => undefined);
  }

  /** Listen no longer, and forget what was looked at. */
  stop(): void {
    this.#leave?.abort();
    this.#leave = null;
    this.#live?.stop();
    this.#live = null;
    this.#looked.length = 0;
    this.#gathering.clear();
  }

  /** A request went through, or did not: the line may be back, or gone. */
  reached(yes: boolean): void {
    if (this.#leave === null || yes === (this.#state !== "offline")) return;
    if (yes) this.#live?.retry();
    this.#line(yes ? this.#before : "offline");
  }

  /** From the tab that listens. */
  heardOf(news: unknown): void {
    if (this.#leave === null || this.#live !== null || typeof news !== "object" || news === null) return;
    if ("line" in news && isLine(news.line)) this.#line(news.line);
    if ("wake" in news && isWake(news.wake)) this.#wake(news.wake);
  }

  async #leadUntil(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.#lead();
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  }

  #lead(): void {
    const tell = (news: News): void => this.#tabs().tell(news);
    this.#live = new Live(this.#connection, {
      wake: (wake) => {
        tell({ wake });
        this.#wake(wake);
      },
      line: (line) => {
        tell({ line });
        this.#line(line);
      },
    });
  }

  #line(state: LineState): void {
    if (state === this.#state) return;
    const back = this.#state === "offline";
    if (state !== "offline") this.#before = state;
    this.#state = state;
    this.#emit({ type: "line", state });
    if (back) for (const call of this.#back) call();
  }

  /** At once when it is new; the same again is gathered. */
  #wake(wake: WakeHeard): void {
    const about = `${wake.kind}/${toHex(wake.topic)}`;
    const came = this.#gathering.get(about);
    if (came !== undefined) this.#gathering.set(about, (came?.seq ?? 0) > (wake.seq ?? 0) ? came : wake);
    else if (this.#gathering.size >= MANY && wake.kind !== RESYNC.kind) this.#wake(RESYNC);
    else {
      this.#gathering.set(about, null);
      setTimeout(() => this.#gathered(about), GATHER_MS);
      this.#tell(wake);
    }
  }

  #gathered(about: string): void {
    const came = this.#gathering.get(about);
    this.#gathering.delete(about);
    if (came !== undefined && came !== null) this.#wake(came);
  }

  #tell(wake: WakeHeard): void {
    if (wake.kind === "read") return this.#read(toHex(wake.topic));
    for (const listener of this.#listeners) listener(wake);
    if (wake.kind === "circle" && wake.topic.length === 32) this.#circle(toHex(wake.topic), wake.seq ?? 0);
    else if (wake.kind === "resync") for (const circle of this.#looked) this.#circle(circle, 0);
    if (wake.kind !== "circle") this.#emit({ type: "changed", what: "organisation" });
    this.#emit({ type: "changed", what: "circles" });
    this.#emit({ type: "changed", what: "today" });
  }

  /** Somebody has read on: nothing else changed, and only who looks at that circle asks who it was. */
  #read(circle: string): void {
    this.#emit({ type: "changed", what: "readers", circle });
  }

  #circle(circle: string, seq: number): void {
    this.#emit({ type: "changed", what: "circle", circle, seq });
  }
}

function isLine(line: unknown): line is LineState {
  return line === "live" || line === "polling" || line === "offline";
}

function isWake(wake: unknown): wake is WakeHeard {
  if (typeof wake !== "object" || wake === null) return false;
  if (!("kind" in wake) || !("topic" in wake) || !("seq" in wake)) return false;
  const number = wake.seq === null || typeof wake.seq === "number";
  return typeof wake.kind === "string" && wake.topic instanceof Uint8Array && number;
}
