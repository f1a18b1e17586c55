/**
 * Uploads whose page went before they were done. What they sent can never be gone on with (its key went too), so
 * the hub is told to drop it: otherwise a person whose phone reloads often could soon begin no more.
 *
 * Kept sealed on the device: the hub's ids of uploads. Each is held by a lock for as long as its page works on
 * it, so that one tab never drops what another is sending.
 */
import type { Desk } from "@/end/desk";
import { hold, whenFree } from "@/end/holding";

const PREFIX = "upload-";
const NOTHING = new Uint8Array(0);

/** An upload that this page works on. */
export interface Held {
  /** It is no longer worked on here; the hub may still hold it. */
  letGo(): void;
  /** The hub holds nothing of it, or an entry names it. */
  forget(): Promise<void>;
}

/** Note an upload (hex) of this page. */
export async function holdUpload(desk: Desk, upload: string): Promise<Held> {
  await desk.state.write(PREFIX + upload, NOTHING);
  const letGo = (await hold(lockOf(upload))) ?? (() => undefined);
  return { letGo, forget: () => desk.state.remove(PREFIX + upload).then(letGo) };
}

/** Have the hub drop what nobody works on any more. */
export async function dropLeftovers(desk: Desk): Promise<void> {
  for (const name of await desk.state.names(PREFIX)) {
    const upload = name.slice(PREFIX.length);
    if (!/^[0-9a-f]{32}$/.test(upload)) continue;
    await whenFree(lockOf(upload), async () => {
      await desk.connection.delete(`/v1/uploads/${upload}`).catch(() => undefined); // shared by now, or gone
      await desk.state.remove(name);
    });
  }
}

function lockOf(upload: string): string {
  return `kith-upload-${upload}`;
}
