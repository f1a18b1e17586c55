/** The service worker without a browser: its own questions, and vaults that reach it as the browser lets them. */
import type { Between } from "@/end/tabs";
import { Questions, type Who } from "@/handover/questions";
import { plain } from "@/protocol/bytes";
import { ASK, GIVE, KEY } from "@/vault/handover";

export const ORIGIN = "https://hub.example";
export const VAULT: Who = { type: "worker", url: `${ORIGIN}/assets/vault.worker-AbC_12-x.js` };

/** One service worker; `announce` tells every tab. */
export function serviceWorker(announce: (question: string) => void, patience = 500): Questions {
  return new Questions(ORIGIN, announce, patience);
}

/** A request as a vault makes it. */
export function request(
  path: string,
  body: Uint8Array = new Uint8Array(),
  change: RequestInit = {},
): Request {
  const asked = { method: "POST", mode: "same-origin", cache: "only-if-cached", body: plain(body) } as const;
  return new Request(ORIGIN + path, { ...asked, ...change });
}

/** That service worker, as `who` reaches it. */
export function reached(questions: Questions, who: Who | undefined = VAULT): Between {
  const sent = async (path: string, body?: Uint8Array): Promise<Uint8Array | null> => {
    const answer = await questions.answer(request(path, body), who);
    return answer.status === 200 ? new Uint8Array(await answer.arrayBuffer()) : null;
  };
  return {
    askOthers: (question, key) => sent(ASK + question, key),
    keyOf: (question) => sent(KEY + question),
    give: async (question, box) => void (await sent(GIVE + question, box)),
  };
}
