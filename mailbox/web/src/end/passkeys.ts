/**
 * Passkeys: what the device's own PRF gives takes the place of the words. The page speaks with the device; the
 * PRF's output comes here and leaves only as a proof and a wrap.
 */
import type { EvidenceKeeper } from "@/end/alarms";
import type { Trust } from "@/end/authority";
import { BadInput, Refused } from "@/end/errors";
import { opened, type Unlocked } from "@/end/session";
import { PasskeyProved, PasskeysKept } from "@/end/signinanswers";
import { Nothing } from "@/hub/answers";
import type { Connection } from "@/hub/connection";
import { toHex } from "@/protocol/bytes";
import { MAX_CREDENTIAL, PasskeyKeys, PRF_BYTES } from "@/protocol/private/unlocking";
import type { WorkerSecret, Wrapped } from "@/protocol/private/secrets";
import type { PasskeyRow } from "@/vault/api";

const WRAP_VERSION = 1;

/** Have the hub keep a wrap that this passkey opens. */
export async function addPasskey(
  connection: Connection,
  credential: Uint8Array,
  prf: Uint8Array,
  secret: WorkerSecret,
  place: Omit<Wrapped, "version">,
): Promise<void> {
  const keys = keysOf(credential, prf, place.hub);
  const wrapped = await keys.lock(secret, credential, { ...place, version: WRAP_VERSION });
  const body = { credential, auth: keys.auth, wrapped, wrapVersion: WRAP_VERSION };
  await connection.post("/v1/me/passkeys", body, Nothing, { again: true });
}

/** One's own passkeys, as the hub has them. */
export async function listPasskeys(connection: Connection): Promise<readonly PasskeyRow[]> {
  const { items } = await connection.get("/v1/me/passkeys", PasskeysKept);
  return items.map(({ credential, createdAt, usedAt }) => ({
    credential: toHex(credential),
    createdAt,
    usedAt: usedAt ?? createdAt,
  }));
}

/** Open the secret with a passkey. Throws Refused "unknown-passkey", Alarm. */
export async function unlockByPasskey(
  connection: Connection,
  trust: Trust,
  credential: Uint8Array,
  prf: Uint8Array,
  keeper: EvidenceKeeper,
): Promise<Unlocked> {
  const keys = keysOf(credential, prf, trust.hub);
  const proved = await prove(connection, credential, keys.auth);
  const { worker, organisation, address, wrapVersion } = proved;
  const place = { hub: trust.hub, organisation, worker, address, version: wrapVersion };
  const secret = await opened(() => keys.open(proved.wrapped, credential, place), proved.wrapped, keeper);
  return { challenge: proved, secret, address };
}

async function prove(
  connection: Connection,
  credential: Uint8Array,
  auth: Uint8Array,
): Promise<PasskeyProved> {
  try {
    return await connection.post("/v1/sign-in/passkey", { credential, auth }, PasskeyProved);
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 401) throw error;
    const say = "This passkey opens nothing here. Sign in with your words.";
    throw new Refused(401, "unknown-passkey", say);
  }
}

function keysOf(credential: Uint8Array, prf: Uint8Array, hub: string): PasskeyKeys {
  if (prf.length !== PRF_BYTES || credential.length === 0 || credential.length > MAX_CREDENTIAL) {
    throw new BadInput("This device's passkey cannot be used here. Sign in with your words.", "passkey");
  }
  return PasskeyKeys.derive(prf, hub);
}
