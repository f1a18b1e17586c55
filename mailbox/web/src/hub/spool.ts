/**
 * Large bodies lie in a file of this browser while they are sent. Chromium holds every body of plain bytes in the
 * worker's memory until long after it was sent: a file of 1 GiB would be held whole. A file it reads from the disk.
 *
 * What lies there is sealed as the hub will hold it. It goes when it was sent; what a page left that died goes when
 * the next one begins. Where the browser has no such place (private windows, old browsers), bytes are sent as they are.
 */
import { hold, whenFree } from "@/end/holding";
import { type Left, sendWatched } from "@/hub/sending";
import { randomBytes, toHex } from "@/protocol/bytes";

const LARGE = 1024 * 1024;
const FOLDER = "kith-sending";

/** A body in a file, until it is dropped. */
interface Lent {
  readonly file: Blob;
  drop(): Promise<void>;
}

/** As `sendWatched`, with no more of the body in memory than is given. */
export async function sendSpooled(
  url: string,
  init: RequestInit,
  body: Uint8Array<ArrayBuffer>,
  left: Left,
): Promise<Response> {
  const lent = body.length < LARGE ? null : await lend(body);
  try {
    return await sendWatched(url, init, lent?.file ?? body, left);
  } finally {
    await lent?.drop().catch(() => undefined); // the next page takes it away
  }
}

/** Null where it cannot be: no such place, or no room in it. */
async function lend(body: Uint8Array<ArrayBuffer>): Promise<Lent | null> {
  try {
    const folder = await ownFolder();
    const name = toHex(randomBytes(8));
    const handle = await folder.getFileHandle(name, { create: true });
    const drop = (): Promise<void> => folder.removeEntry(name);
    if (await written(handle, body)) return { file: await handle.getFile(), drop };
    await drop();
  } catch {
    // sent from memory
  }
  return null;
}

/** Whether all of it found room. */
async function written(handle: FileSystemFileHandle, body: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const access = await handle.createSyncAccessHandle();
  try {
    return access.write(body) === body.length;
  } catch {
    return false;
  } finally {
    access.close();
  }
}

let own: Promise<FileSystemDirectoryHandle> | null = null;

/** A folder for this worker alone, for as long as it lives: it holds the lock of that name. */
function ownFolder(): Promise<FileSystemDirectoryHandle> {
  own ??= begin().catch((error: unknown) => {
    own = null;
    throw error;
  });
  return own;
}

async function begin(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle(FOLDER, { create: true });
  const name = `${FOLDER}-${toHex(randomBytes(8))}`;
  if ((await hold(name)) === null) throw new TypeError("nothing would tell that it is ours");
  const mine = await folder.getDirectoryHandle(name, { create: true });
  await removeLeft(folder).catch(() => undefined); // another page is at it
  return mine;
}

/** Take away the folders that no living worker holds. */
async function removeLeft(folder: FileSystemDirectoryHandle): Promise<void> {
  const names: string[] = [];
  for await (const name of folder.keys()) names.push(name);
  for (const name of names) await whenFree(name, () => folder.removeEntry(name, { recursive: true }));
}
