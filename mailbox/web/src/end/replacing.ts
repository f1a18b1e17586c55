/**
 * Six new words for the same keys; the old ones open nothing any more. They are drawn and shown first, and sent
 * only once their owner has typed them back: a line that breaks, or a page that goes away, locks nobody out.
 */
import type { Desk } from "@/end/desk";
import { Away, Refused, WrongWords } from "@/end/errors";
import { stretchWords, unlock } from "@/end/session";
import { Nothing } from "@/hub/answers";
import { SignInKeys } from "@/protocol/private/secrets";
import { generateWords } from "@/protocol/private/words";

/** Words that were drawn. The hub knows nothing of them yet. */
export interface NewOwnWords {
  readonly words: string;
  readonly keys: SignInKeys;
  readonly oldAuth: Uint8Array;
  readonly wrapVersion: number;
}

/** Prove the old words on a line of their own, then draw new ones. About 0.6 s. Throws WrongWords, Alarm. */
export async function drawWords(desk: Desk, oldWords: string, device: Uint8Array): Promise<NewOwnWords> {
  const { trust } = desk.authority;
  const other = desk.connection.another();
  const old = await stretchWords(other, trust, desk.me.address, oldWords, desk.keeper);
  const { wrapVersion } = await unlock(other, trust, old, { device, code: null }, desk.keeper, desk.me);
  const words = generateWords();
  const keys = SignInKeys.derive(words, old.keys.salt);
  return { words, keys, oldAuth: old.keys.auth, wrapVersion: wrapVersion + 1 };
}

/**
 * Put them in the place of the old ones. Where the answer was lost, the hub is asked which words count.
 *
 * The same may be sent again. Throws Away, which says which words count, or that it is not known.
 */
export async function sendWords(desk: Desk, drawn: NewOwnWords, device: Uint8Array): Promise<void> {
  const { organisation, worker, address, secret } = desk.me;
  const { keys, oldAuth, wrapVersion } = drawn;
  const place = { hub: desk.authority.trust.hub, organisation, worker, address, version: wrapVersion };
  const fresh = { salt: keys.salt, auth: keys.auth, wrapped: await keys.lock(secret, place), wrapVersion };
  try {
    await desk.connection.put("/v1/me/words", { oldAuth, ...fresh }, Nothing, { again: false });
  } catch (error) {
    if (!(error instanceof Away || error instanceof Refused)) throw error;
    if (!(await count(desk, drawn, device))) throw error instanceof Away ? new Away(OLD_COUNT) : error;
  }
}

const OLD_COUNT =
  "The hub could not be reached in time. Your old words still count. Keep both, and press again to use the new ones.";
const NOT_KNOWN =
  "The line broke before the hub answered, so it is not known whether the old or the new words count. Keep both, and press again in a moment.";

/** Whether the hub opens this sign-in with the new words. Throws Away: nobody can tell now. */
async function count(desk: Desk, { keys }: NewOwnWords, device: Uint8Array): Promise<boolean> {
  const { trust } = desk.authority;
  const { address } = desk.me;
  try {
    const proof = { device, code: null };
    await unlock(desk.connection.another(), trust, { address, keys }, proof, desk.keeper, desk.me);
    return true;
  } catch (error) {
    if (error instanceof WrongWords) return false;
    if (error instanceof Refused && error.code === "code-needed") return true; // asked for once words were right
    if (error instanceof Refused || error instanceof Away) throw new Away(NOT_KNOWN);
    throw error;
  }
}
