/**
 * HTTP to the hub: checked answers with a bound on every size, typed errors, no redirects, no cookies, nothing
 * kept by the browser (keyholder/connection.py). The session's token leaves this file with a large body alone, for
 * the worker that sends it.
 *
 * A request that may have been lost on the way is sent again only where the hub takes identical bytes twice
 * without harm. Nothing here opens anything; a failure to open is never a reason to ask again.
 */
import { Away, KeyholderError, Refused } from "@/end/errors";
import type { Decode } from "@/hub/decoding";
import { packed, type Sendable } from "@/hub/encoding";
import { pieces, read, refusal, within } from "@/hub/reading";
import { sendSpooled } from "@/hub/spool";
import type { Left } from "@/hub/sending";
import { plain, toBase64 } from "@/protocol/bytes";

export const LIMIT = 4 * 1024 * 1024;
const TRIES = 3;
const PAUSES = [200, 800] as const;
const LONGEST_PAUSE = 5000;
const TIMEOUT = 30_000;
/** Bytes a millisecond on the slowest line that the hub still waits for. */
const SLOWEST = 32;
const JSON_TYPE = "application/json";
const BYTES_TYPE = "application/octet-stream";

export type Query = Readonly<Record<string, string | number | null | undefined>>;

/** How one request is made. */
export interface Options {
  readonly query?: Query;
  /** The hub takes the same bytes twice without harm. `get`, `put` and `delete` are so by themselves. */
  readonly again?: boolean;
  /** The most bytes an answer may have. */
  readonly most?: number;
  readonly signal?: AbortSignal;
  /** How long one try may take, in ms. */
  readonly timeout?: number;
  /** Told how many bytes of the body have left, again from 0 when it is sent again. For `putBytes`. */
  readonly left?: Left;
}

/** What a connection tells the one who watches it. */
export interface Watcher {
  /** The hub no longer knows this session. */
  expired(): void;
  /** The hub answered, or could not be reached. */
  reached(yes: boolean): void;
}

interface Sending {
  readonly method: string;
  readonly path: string;
  readonly query?: Query | undefined;
  readonly data?: string | Uint8Array | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  readonly left?: Left | undefined;
}

/** One hub, and at most one session with it. */
export class Connection {
  #token: string | null = null;
  #raw: Uint8Array | null = null;
  /** Milliseconds that this device's clock is ahead of the hub's, as last seen; null before any answer. */
  clockAhead: number | null = null;
  watcher: Watcher | null = null;

  /** `origin`: of the hub, such as "https://hub.example". */
  constructor(
    readonly origin: string,
    private readonly send: typeof fetch = (...asked) => fetch(...asked),
  ) {}

  /** Speak with this session from now on, or with none. 32 bytes. */
  use(token: Uint8Array | null): void {
    this.#raw = token;
    this.#token = token === null ? null : toBase64(token);
  }

  /** The session it speaks with: for handing it, sealed, to another tab. */
  get token(): Uint8Array | null {
    return this.#raw;
  }

  /** A second connection to the same hub, without a session. */
  another(): Connection {
    return new Connection(this.origin, this.send);
  }

  /** Read something; repeated when the way was lost. */
  async get<T>(path: string, decode: Decode<T>, options: Options = {}): Promise<T> {
    return await this.#ask({ method: "GET", path }, decode, { again: true, ...options });
  }

  /** Send something. Repeated only with `again`. */
  async post<T>(path: string, body: Sendable, decode: Decode<T>, options: Options = {}): Promise<T> {
    return await this.#ask({ method: "POST", path, ...asJson(body) }, decode, options);
  }

  /** Set something. */
  async put<T>(path: string, body: Sendable, decode: Decode<T>, options: Options = {}): Promise<T> {
    return await this.#ask({ method: "PUT", path, ...asJson(body) }, decode, { again: true, ...options });
  }

  /** Send bytes as they are, such as one part of an upload; the same may be sent twice. */
  async putBytes<T>(path: string, data: Uint8Array, decode: Decode<T>, options: Options = {}): Promise<T> {
    const sending = { method: "PUT", path, data, headers: { "Content-Type": BYTES_TYPE } };
    const timeout = TIMEOUT + data.length / SLOWEST;
    return await this.#ask(sending, decode, { again: true, timeout, ...options });
  }

  /** Remove something. */
  async delete(path: string, options: Options = {}): Promise<void> {
    await this.#ask({ method: "DELETE", path }, () => undefined, { again: true, ...options });
  }

  /** A whole answer of bytes, of at most `most`; null when the hub has nothing there. */
  async getBytes(path: string, most: number, signal?: AbortSignal): Promise<Uint8Array | null> {
    try {
      const found: Uint8Array[] = [];
      const response = await this.#open({ method: "GET", path, signal });
      for await (const piece of pieces(response, most)) found.push(piece);
      return new Uint8Array(await new Blob(found.map(plain)).arrayBuffer());
    } catch (error) {
      if (error instanceof Refused && error.status === 404) return null;
      throw lost(error, signal);
    }
  }

  /** The bytes `start` to `stop` (excluded) of a stored object, at most that many. */
  async *stream(path: string, start: number, stop: number, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const headers = { Range: `bytes=${start}-${stop - 1}` };
    try {
      yield* pieces(await this.#open({ method: "GET", path, headers, signal }), stop - start);
    } catch (error) {
      throw lost(error, signal);
    }
  }

  /** An open stream of live events, raw, for as long as the caller reads. */
  async *events(path: string, signal: AbortSignal, silenceMs: () => number): AsyncGenerator<string> {
    const headers = { Accept: "text/event-stream" };
    try {
      const response = await this.#open({ method: "GET", path, headers, signal });
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      if (reader === undefined) return;
      try {
        for (;;) {
          const { done, value } = await within(reader.read(), silenceMs());
          if (done) return;
          yield value;
        }
      } finally {
        reader.cancel().catch(() => undefined);
      }
    } catch (error) {
      throw lost(error, signal);
    }
  }

  async #ask<T>(sending: Sending, decode: Decode<T>, options: Options): Promise<T> {
    const tries = options.again === true ? TRIES : 1;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once(sending, decode, options);
      } catch (error) {
        const pause = pauseAfter(lost(error, options.signal), attempt, tries);
        if (pause === null) throw lost(error, options.signal);
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }

  async #once<T>(sending: Sending, decode: Decode<T>, options: Options): Promise<T> {
    const limit = AbortSignal.timeout(Math.ceil(options.timeout ?? TIMEOUT));
    const signal = options.signal === undefined ? limit : AbortSignal.any([options.signal, limit]);
    const response = await this.#open({ ...sending, query: options.query, left: options.left, signal });
    return await read(response, decode, options.most ?? LIMIT);
  }

  /** Send, and answer with a response that went well. */
  async #open(sending: Sending): Promise<Response> {
    const asked = this.#token;
    let response: Response;
    try {
      response = await this.#sent(sending, asked);
    } catch (error) {
      const stopped = error instanceof DOMException && error.name === "AbortError";
      if (!stopped) this.watcher?.reached(false); // whoever stops a request knows why it ended
      throw error;
    }
    this.#noteClock(response);
    if (response.ok) {
      this.watcher?.reached(true);
      return response;
    }
    const refused = await refusal(response);
    const ended = refused instanceof Refused && refused.code === "not-signed-in";
    if (ended && asked !== null && asked === this.#token) this.watcher?.expired();
    throw refused;
  }

  #sent(sending: Sending, token: string | null): Promise<Response> {
    const { data, left } = sending;
    const [url, init] = [this.#url(sending), this.#init(sending, token)];
    if (left === undefined || !(data instanceof Uint8Array)) return this.send(url, init);
    return sendSpooled(url, init, plain(data), left);
  }

  #url({ path, query }: Sending): string {
    const url = new URL(path, this.origin);
    for (const [name, value] of Object.entries(query ?? {})) {
      if (value !== null && value !== undefined) url.searchParams.set(name, String(value));
    }
    return url.href;
  }

  #init({ method, data, headers, signal }: Sending, token: string | null): RequestInit {
    const sent: Record<string, string> = { Accept: JSON_TYPE, ...headers };
    if (token !== null) sent["Authorization"] = `Bearer ${token}`;
    return {
      method,
      headers: sent,
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      referrerPolicy: "no-referrer",
      ...(data === undefined ? {} : { body: typeof data === "string" ? data : plain(data) }),
      ...(signal === undefined ? {} : { signal }),
    };
  }

  #noteClock(response: Response): void {
    const said = Date.parse(response.headers.get("Date") ?? "");
    if (!Number.isNaN(said)) this.clockAhead = Date.now() - said;
  }
}

function asJson(body: Sendable): Pick<Sending, "data" | "headers"> {
  return { data: packed(body), headers: { "Content-Type": JSON_TYPE } };
}

/** What a failed request is to the caller: Away when the way was lost, else what it was. */
function lost(error: unknown, signal?: AbortSignal): unknown {
  if (error instanceof KeyholderError || signal?.aborted === true) return error;
  return error instanceof TypeError || error instanceof DOMException
    ? new Away(undefined, { cause: error })
    : error;
}

/** How long to wait before trying again, in ms; null when not to. */
function pauseAfter(error: unknown, attempt: number, tries: number): number | null {
  if (attempt >= tries) return null;
  if (error instanceof Refused) {
    if (error.status !== 503) return null;
    const asked = error.facts["retry_after"];
    return typeof asked === "number" ? Math.min(Math.max(asked, 0) * 1000, LONGEST_PAUSE) : 1000;
  }
  return error instanceof Away && error.code === "away" ? (PAUSES[attempt - 1] ?? 800) : null;
}
