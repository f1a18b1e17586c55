/** Six new words for the same keys; the old ones open nothing any more. Shown once. */
import type { Desk } from "@/end/desk";
import { stretchWords, unlock } from "@/end/session";
import { Nothing } from "@/hub/answers";
import { SignInKeys } from "@/protocol/private/secrets";
import { generateWords } from "@/protocol/private/words";

/** Prove the old words on a line of their own, then put new ones in their place. About 0.6 s. */
export async function replaceWords(
  desk: Desk,
  oldWords: string,
  device: Uint8Array,
): Promise<readonly string[]> {
  const { trust } = desk.authority;
  const { address, organisation, worker, secret } = desk.me;
  const other = desk.connection.another();
  const old = await stretchWords(other, trust, address, oldWords, desk.keeper);
  const { wrapVersion } = await unlock(other, trust, old, { device, code: null }, desk.keeper, desk.me);
  const words = generateWords();
  const keys = SignInKeys.derive(words, old.keys.salt);
  const version = wrapVersion + 1;
  const place = { hub: trust.hub, organisation, worker, address, version };
  const wrapped = await keys.lock(secret, place);
  const fresh = { salt: keys.salt, auth: keys.auth, wrapped, wrapVersion: version };
  await desk.connection.put("/v1/me/words", { oldAuth: old.keys.auth, ...fresh }, Nothing, { again: false });
  return words.split(" ");
}
