/** What one tab hands another, sealed on the way by `tabs`: everything to go on with the same session. */
import type { WorkerSecret } from "@/protocol/private/secrets";
import * as encoding from "@/protocol/encoding";

/** One session, with the secret it works with. */
export interface Handed {
  readonly version: number;
  readonly worker: Uint8Array;
  readonly organisation: Uint8Array;
  readonly address: string;
  readonly secret: Uint8Array;
  readonly token: Uint8Array;
  readonly idleMs: number;
  readonly sharedDevice: boolean;
}
const Handed = encoding.struct<Handed>({
  version: encoding.VERSION_FIELD,
  worker: encoding.ID,
  organisation: encoding.ID,
  address: encoding.SHORT_TEXT,
  secret: encoding.KEY32,
  token: encoding.HASH,
  idleMs: encoding.UINT,
  sharedDevice: encoding.BOOL,
});

/** As bytes. */
export function packHanded(
  session: Omit<Handed, "version" | "secret"> & { readonly secret: WorkerSecret },
): Uint8Array {
  return encoding.pack(Handed, { ...session, version: 1, secret: session.secret.raw });
}

/** From bytes; null when another version of this program made them. */
export function unpackHanded(packed: Uint8Array): Handed | null {
  try {
    return encoding.unpack(Handed, packed);
  } catch {
    return null;
  }
}
