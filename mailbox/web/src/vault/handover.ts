/**
 * How a session passes from one tab to another: what the service worker and the vaults say to each other
 * (docs/decisions/0008). The service worker carries it because it alone can tell a vault from a page.
 *
 * POST ASK + id: the asker's one-time key; answered once, with the sealed session, or with nothing.
 * POST KEY + id: that key, for whoever has a session.  POST GIVE + id: the sealed session.
 */

/** What every tab hears: ids of questions, and what `end/tabs` says. No secret ever. */
export const CHANNEL = "kith";
export const HANDOVER_PATH = "/tabs/";
export const ASK = "/tabs/ask/";
export const KEY = "/tabs/key/";
export const GIVE = "/tabs/give/";
/** How long a question stays open, in ms. */
export const PATIENCE_MS = 2000;
/** The most bytes of a key, or of a sealed session. */
export const LARGEST = 8192;

/** What the service worker tells every tab: somebody asks. */
export interface Asked {
  readonly type: "asked";
  readonly question: string;
}

/** Whether `text` may name a question: 16 bytes in hex. */
export function isQuestion(text: unknown): text is string {
  return typeof text === "string" && /^[0-9a-f]{32}$/.test(text);
}
