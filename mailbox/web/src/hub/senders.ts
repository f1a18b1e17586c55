/**
 * Sending large bodies from a worker beside, which is let go after a while. Chromium keeps every body that a worker
 * sent until that worker collects its garbage, and nothing tells it how much those are: a file of 1 GiB would be held
 * whole. What a worker held is free when it ends.
 *
 * A sender is given the session's token with each body, and keeps nothing.
 */
import { SEND_WORKER, startBeside } from "@/end/scripts";
import { type Left, sendWatched } from "@/hub/sending";

/** Bytes that one sender sends at most, but for its last body. */
const MOST = 16 * 1024 * 1024;
/** A sender that has nothing to do for so long (ms) is let go. */
const RESTS_MS = 5000;

/** One body for a sender. */
export interface Errand {
  readonly url: string;
  readonly method: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array<ArrayBuffer>;
}

/** What a sender tells: bytes that have left, then the answer, or that there is none. */
export type News =
  | { readonly left: number }
  | { readonly lost: string }
  | {
      readonly status: number;
      readonly headers: readonly (readonly [string, string])[];
      readonly body: ArrayBuffer;
    };

interface Sender {
  readonly worker: Worker;
  sent: number;
}

let resting: Sender | null = null;
let restsUntil: ReturnType<typeof setTimeout> | undefined;

/** As `sendWatched`, but nothing of the body stays in this worker's memory. */
export function sendBeside(
  url: string,
  init: RequestInit,
  body: Uint8Array<ArrayBuffer>,
  left: Left,
): Promise<Response> {
  const sender = taken();
  if (sender === null) return sendWatched(url, init, body, left);
  const { signal } = init;
  return new Promise<Response>((resolve, reject) => {
    const end = (settle: () => void, keep: boolean): void => {
      signal?.removeEventListener("abort", stop);
      if (keep && sender.sent < MOST) rest(sender);
      else sender.worker.terminate();
      settle();
    };
    const stop = (): void => end(() => reject(signal?.reason), false);

    if (signal?.aborted === true) return stop();
    signal?.addEventListener("abort", stop);
    sender.worker.onerror = () => end(() => reject(new TypeError("the sender did not start")), false);
    sender.worker.onmessage = ({ data }: MessageEvent<News>) => {
      if ("left" in data) left(data.left);
      else if ("lost" in data) end(() => reject(new TypeError(data.lost)), false);
      else end(() => resolve(answerOf(data)), true);
    };
    sender.sent += body.length;
    const headers = [...new Headers(init.headers)];
    sender.worker.postMessage({ url, method: init.method ?? "PUT", headers, body } satisfies Errand);
  });
}

/** The sender that rests, or a new one; null where a worker cannot start another. */
function taken(): Sender | null {
  clearTimeout(restsUntil);
  const known = resting;
  resting = null;
  if (known !== null || typeof Worker === "undefined") return known;
  return { worker: startBeside(SEND_WORKER, "send"), sent: 0 };
}

function rest(sender: Sender): void {
  resting?.worker.terminate();
  resting = sender;
  clearTimeout(restsUntil);
  restsUntil = setTimeout(() => {
    resting?.worker.terminate();
    resting = null;
  }, RESTS_MS);
}

function answerOf({ status, headers, body }: Extract<News, { status: number }>): Response {
  const bare = status === 204 || status === 205 || status === 304;
  return new Response(bare ? null : body, { status, headers: headers.map(([name, value]) => [name, value]) });
}
