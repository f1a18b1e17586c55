/** What pages may ask about this browser and its line to the hub. */
import { TOLERANCE_MS } from "@/end/clock";
import { Away, KeyholderError, Refused } from "@/end/errors";
import type { Sitting } from "@/end/sitting";
import { Nothing, Roots } from "@/hub/answers";
import { PATHS } from "@/hub/live";
import { equal, fromHex, randomBytes, toHex } from "@/protocol/bytes";
import { sodium } from "@/protocol/sodium";
import { spokenWords } from "@/protocol/private/words";
import type { ConnectionCheck, KeptAlarms, SecurityDetails, VaultApi } from "@/vault/api";

const VERSION = "0.1.0";
const TOO_OLD = "This browser is too old. Bring it up to date, or use another one.";
const SERVING_MS = 3_000;
const LOOK_MS = 200;
const LIVE_MS = 6_000;
const TRIED_BYTES = 32 * 1024;

/** What the hub says when it keeps enough drafts already. */
const FULL = "not-allowed";
const ANOTHER_NETWORK =
  "Try another network, such as your phone's own. If that works, ask your IT team to let Kith's address through.";

type Step = ConnectionCheck["step"];

type Names = "checkConnection" | "securityDetails" | "keptAlarms";

/** `serving`: whether the service worker has a line to this vault. */
export function checkMethods(sitting: Sitting, serving: () => boolean): Pick<VaultApi, Names> {
  return {
    async keptAlarms(): Promise<KeptAlarms> {
      const all = await sitting.evidence.all();
      const alarms = all.map(({ at, evidence }) => {
        const found: unknown = JSON.parse(evidence); // as `EvidenceKeeper` wrote it
        return { at: new Date(at).toISOString(), evidence: found };
      });
      const text = `${JSON.stringify({ version: 1, program: VERSION, alarms }, null, 1)}\n`;
      return { alarms: all.length, kept: sitting.evidence.kept, text };
    },

    async checkConnection() {
      const reached = await reach(sitting);
      return [
        reached,
        ...(reached.ok ? [clock(sitting)] : []),
        ...(reached.ok && sitting.open ? [...(await bothWays(sitting)), await live(sitting)] : []),
        await storage(sitting),
        worker(),
        served(await inTime(serving)),
      ];
    },

    async securityDetails(circle): Promise<SecurityDetails> {
      const desk = sitting.desk();
      await desk.log.check();
      const chain = desk.directory.organisation(desk.me.organisation);
      const pinned = circle === undefined ? null : desk.pins.circle(fromHex(circle));
      return {
        hub: desk.authority.root.hub,
        authority: desk.authority.trust.fingerprint,
        organisation: spokenWords(chain.genesis),
        ...(pinned === null ? {} : { circle: spokenWords(pinned.head) }),
        logSize: desk.log.size,
        checkedAt: sitting.now(),
        version: VERSION,
      };
    },
  };
}

async function reach(sitting: Sitting): Promise<ConnectionCheck> {
  try {
    await sitting.connection.get("/v1/authority", Roots, { query: { after: 0 } });
    return said("reach", true, "The hub answers.");
  } catch (error) {
    return said("reach", false, `${whyOf(error)} ${ANOTHER_NETWORK}`);
  }
}

function clock({ connection }: Sitting): ConnectionCheck {
  const ahead = connection.clockAhead;
  if (ahead === null) return said("clock", false, "The hub has not said what time it is.");
  const right = Math.abs(ahead) <= TOLERANCE_MS;
  return said(
    "clock",
    right,
    right
      ? "This device's clock is right."
      : "This device's clock is wrong. Set its date and time, then try again.",
  );
}

/** Whether events come through at once, by either way; without them this page looks every 15 seconds. */
async function live({ connection }: Sitting): Promise<ConnectionCheck> {
  for (const path of PATHS)
    if (await heard(connection, path)) return said("live", true, "Changes show at once.");
  return said(
    "live",
    false,
    "This network holds changes back: they show within 15 seconds. Nothing is lost. Your IT team can mend it: ask " +
      "them to pass on what Kith sends at once, without collecting it first.",
  );
}

async function heard(connection: Sitting["connection"], path: string): Promise<boolean> {
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(), LIVE_MS);
  try {
    for await (const piece of connection.events(path, stop.signal, () => LIVE_MS))
      if (piece !== "") return true;
  } catch {
    // not heard
  } finally {
    clearTimeout(late);
    stop.abort();
  }
  return false;
}

/** Random bytes there and back, through a draft's place that nothing else uses; then it is emptied. */
async function bothWays({ connection }: Sitting): Promise<readonly ConnectionCheck[]> {
  const path = `/v1/me/drafts/${toHex(randomBytes(32))}`;
  const sent = randomBytes(TRIED_BYTES);
  const upload = said("upload", true, "What is sent from here arrives.");
  try {
    await connection.putBytes(path, sent, Nothing);
  } catch (error) {
    if (error instanceof Refused && error.code === FULL) return [upload]; // it came all the way to be refused
    const network = error instanceof Away ? ` ${ANOTHER_NETWORK}` : "";
    return [said("upload", false, `Sending did not work. ${whyOf(error)}${network}`)];
  }
  try {
    const found = await connection.getBytes(path, 2 * TRIED_BYTES);
    if (found !== null && equal(found, sent)) {
      return [upload, said("download", true, "What is fetched arrives as it was sent.")];
    }
    return [upload, said("download", false, "What came back is not what was sent. Tell your IT team.")];
  } catch (error) {
    return [upload, said("download", false, `Fetching did not work. ${whyOf(error)}`)];
  } finally {
    await connection.delete(path).catch(() => undefined);
  }
}

function whyOf(error: unknown): string {
  return error instanceof KeyholderError ? error.say : new Away().say;
}

async function storage({ store }: Sitting): Promise<ConnectionCheck> {
  const name = `tried/${toHex(randomBytes(8))}`;
  const kept = await store.write(name, 1);
  await store.remove(name);
  return said(
    "storage",
    kept,
    kept
      ? "This browser keeps drafts."
      : "This browser keeps nothing: drafts go to the hub, sealed, and you type your words each time. To change " +
          "that, use a window that is not private, and make room on this device.",
  );
}

function worker(): ConnectionCheck {
  const right = sodium().crypto_hash_sha256(new Uint8Array(0)).length === 32;
  return said("worker", right, right ? "This browser opens messages." : TOO_OLD);
}

/** It may still be starting. */
async function inTime(serving: () => boolean): Promise<boolean> {
  for (let waited = 0; waited < SERVING_MS && !serving(); waited += LOOK_MS) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return serving();
}

function served(yes: boolean): ConnectionCheck {
  return said(
    "serving",
    yes,
    yes
      ? "Videos play, and large files are saved."
      : "Large files cannot be opened or saved here; small ones can. Use a window that is not private, or another " +
          "browser.",
  );
}

function said(step: Step, ok: boolean, say: string): ConnectionCheck {
  return { step, ok, say };
}
