/**
 * To the service worker of this browser, and never to the hub: what a session is handed over by.
 *
 * A browser looks for the answer to such a request (`only-if-cached`) in its cache and goes nowhere else, and no
 * cache holds answers to a POST. So where no service worker stands in between, the request fails: a hub hears
 * nothing and can answer nothing, least of all with a key of its own. Nothing about a response itself would tell:
 * browsers show a service worker's and a hub's alike (docs/decisions/0008).
 */
import { whole } from "@/hub/reading";
import { plain } from "@/protocol/bytes";
import { ASK, GIVE, KEY, LARGEST, PATIENCE_MS } from "@/vault/handover";

const NONE = new Uint8Array(0);
/** Beyond the time that a question is open: for starting the service worker. */
const STARTING_MS = 1000;

/** The sealed session that some tab answered with; null when none did. */
export async function askOthers(question: string, key: Uint8Array): Promise<Uint8Array | null> {
  return await sent(ASK + question, key);
}

/** The key of whoever asks; null when nobody does any more. */
export async function keyOf(question: string): Promise<Uint8Array | null> {
  return await sent(KEY + question, NONE);
}

/** Hand the sealed session to whoever asked. */
export async function give(question: string, box: Uint8Array): Promise<void> {
  await sent(GIVE + question, box);
}

async function sent(path: string, body: Uint8Array): Promise<Uint8Array | null> {
  try {
    const response = await fetch(path, {
      method: "POST",
      body: plain(body),
      mode: "same-origin",
      cache: "only-if-cached",
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
      signal: AbortSignal.timeout(PATIENCE_MS + STARTING_MS),
    });
    return response.status === 200 ? await whole(response, LARGEST) : null;
  } catch {
    return null; // no service worker here, or it was stopped: then nobody answers
  }
}
