/** Which authority this device trusts: the first root that it was shown, from then on; only succession moves it. */
import { AlarmKind, type EvidenceKeeper } from "@/end/alarms";
import { Trust } from "@/end/authority";
import type { Device } from "@/end/device";
import { NotReady } from "@/end/errors";
import { Roots } from "@/hub/answers";
import type { Connection } from "@/hub/connection";
import { CryptoError } from "@/protocol/errors";

/** The pinned root, or the hub's first. Throws NotReady while the hub has none; Alarm. */
export async function trusted(
  device: Device,
  connection: Connection,
  keeper: EvidenceKeeper,
): Promise<Trust> {
  const packed = (await device.root()) ?? (await firstRoot(connection));
  try {
    return Trust.read(packed);
  } catch (error) {
    if (!(error instanceof CryptoError)) throw error;
    throw keeper.alarm(AlarmKind.AUTHORITY_CHANGED, { shown: packed });
  }
}

async function firstRoot(connection: Connection): Promise<Uint8Array> {
  const { roots } = await connection.get("/v1/authority", Roots, { query: { after: 0 } });
  if (roots[0] !== undefined) return roots[0];
  throw new NotReady("This hub is not set up yet. Tell the people who run it.", "no-authority");
}
