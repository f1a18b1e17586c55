/**
 * Tabs of one browser share one session. A new tab asks the others by way of the service worker, which serves
 * vaults alone and can tell them from pages (docs/decisions/0008). The answer travels sealed to a key that the
 * asking tab made for that one question.
 *
 * Locking and signing out reach every tab over a channel; so does that somebody is there. Any page of this origin
 * may speak and listen there: nothing secret is said, and what is heard gives nothing away.
 */
import * as neighbours from "@/hub/neighbours";
import { concat, randomBytes, toHex, utf8 } from "@/protocol/bytes";
import { BoxSecret, sealBox } from "@/protocol/private/boxes";
import { type Asked, CHANNEL, isQuestion } from "@/vault/handover";

/** Questions that one tab answers at a time: a page could name any number. */
const MOST = 16;
const OPEN = "kith-open";
const TAB = "kith-tab-";
const INFO = utf8("kith/1/tab\0");

/** A channel between tabs: BroadcastChannel, or one for tests. */
export interface Line {
  postMessage(message: unknown): void;
  addEventListener(type: "message", heard: (event: MessageEvent<unknown>) => void): void;
  close(): void;
}

/** The service worker, as vaults reach it: `hub/neighbours`, or one for tests. */
export interface Between {
  askOthers(question: string, key: Uint8Array): Promise<Uint8Array | null>;
  keyOf(question: string): Promise<Uint8Array | null>;
  give(question: string, box: Uint8Array): Promise<void>;
}

/** What a tab does when another one speaks. */
export interface Neighbour {
  /** The bytes of the session to hand over; null when there is none. */
  session(): Uint8Array | null;
  /** Somebody has signed in elsewhere. */
  opened(): void;
  /** Keys are to be forgotten. `signedOut`: by choice, else because nobody was there. */
  closed(signedOut: boolean, say: string): void;
  touched(): void;
  /** What the one tab that listens to the hub heard. */
  heard(news: unknown): void;
}

type Said =
  | Asked
  | { readonly type: "opened" }
  | { readonly type: "closed"; readonly signedOut: boolean; readonly say: string }
  | { readonly type: "touched" }
  | { readonly type: "news"; readonly news: unknown };

/** The other tabs. */
export class Tabs {
  #line: Line | null;
  readonly #neighbour: Neighbour;
  readonly #between: Between;
  #giving = 0;

  constructor(neighbour: Neighbour, line: Line | null = channel(CHANNEL), between: Between = neighbours) {
    this.#line = line;
    this.#neighbour = neighbour;
    this.#between = between;
    line?.addEventListener("message", ({ data }) => void this.#hear(data));
  }

  /** The session of another tab; null when there is none, or no service worker to bring it. */
  async ask(): Promise<Uint8Array | null> {
    const secret = new BoxSecret(randomBytes(32));
    const question = toHex(randomBytes(16));
    const box = await this.#between.askOthers(question, secret.public);
    if (box === null) return null;
    return await secret.open(box, infoOf(question)).catch(() => null);
  }

  /** Somebody signed in here. */
  opened(): void {
    this.#say({ type: "opened" });
  }

  /** Keys were forgotten here. */
  closed(signedOut: boolean, say: string): void {
    this.#say({ type: "closed", signedOut, say });
  }

  /** Somebody is there. */
  touched(): void {
    this.#say({ type: "touched" });
  }

  /** What the hub told this tab. */
  tell(news: unknown): void {
    this.#say({ type: "news", news });
  }

  close(): void {
    this.#line?.close();
    this.#line = null;
  }

  #say(said: Said): void {
    this.#line?.postMessage(said);
  }

  async #hear(data: unknown): Promise<void> {
    const said = understood(data);
    if (said?.type === "asked") await this.#answer(said.question);
    else if (said?.type === "opened") this.#neighbour.opened();
    else if (said?.type === "closed") this.#neighbour.closed(said.signedOut, said.say);
    else if (said?.type === "touched") this.#neighbour.touched();
    else if (said?.type === "news") this.#neighbour.heard(said.news);
  }

  async #answer(question: string): Promise<void> {
    if (this.#giving >= MOST || this.#neighbour.session() === null) return;
    this.#giving++;
    try {
      await this.#give(question);
    } finally {
      this.#giving--;
    }
  }

  /** The key comes from the service worker alone, and the session is looked at last: it may be over by then. */
  async #give(question: string): Promise<void> {
    const key = await this.#between.keyOf(question);
    const session = key === null ? null : this.#neighbour.session();
    if (key === null || session === null) return;
    const box = await sealBox(key, session, infoOf(question)).catch(() => null);
    if (box !== null) await this.#between.give(question, box);
  }
}

/** Show other tabs that a session is open here, until the answer is called. */
export function holdOpen(): () => void {
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  locks()
    ?.request(OPEN, { mode: "shared" }, () => held)
    .catch(() => undefined);
  return letGo;
}

/** Whether it is worth asking: some tab may have a session. */
export async function anyTabOpen(): Promise<boolean> {
  const known = await locks()
    ?.query()
    .catch(() => null);
  return known?.held?.some((lock) => lock.name === OPEN) ?? true;
}

let shown = false;

/** The names of the tabs that are open, where the browser can tell; `own` shows itself from now on. */
export async function openTabs(own: string): Promise<ReadonlySet<string>> {
  const all = locks();
  if (all === undefined) return new Set();
  if (!shown) {
    shown = true;
    const held = new Promise<void>(() => undefined); // for as long as this tab lives
    await new Promise<void>((resolve) => {
      const hold = () => {
        resolve();
        return held;
      };
      all.request(TAB + own, { mode: "shared" }, hold).catch(() => resolve());
    });
  }
  const known = await all.query().catch(() => null);
  const names = known?.held?.map((lock) => lock.name ?? "") ?? [];
  return new Set(names.filter((name) => name.startsWith(TAB)).map((name) => name.slice(TAB.length)));
}

function locks(): LockManager | undefined {
  return globalThis.navigator?.locks;
}

function infoOf(question: string): Uint8Array {
  return concat(INFO, utf8(question));
}

/** A channel to the other tabs of this browser; null where there are none. */
export function channel(name: string): Line | null {
  return typeof BroadcastChannel === "function" ? new BroadcastChannel(name) : null;
}

/** Any page of this origin may speak here: nothing is taken as it comes. */
function understood(data: unknown): Said | null {
  if (typeof data !== "object" || data === null || !("type" in data)) return null;
  // An object may be asked for any name; each is checked below before it is used.
  const said = data as { readonly [name: string]: unknown };
  const { type, question, signedOut, say, news } = said;
  if (type === "asked" && isQuestion(question)) return { type, question };
  if (type === "opened" || type === "touched") return { type };
  if (type === "news") return { type, news };
  if (type !== "closed" || typeof signedOut !== "boolean" || typeof say !== "string") return null;
  return { type, signedOut, say: say.slice(0, 500) };
}
