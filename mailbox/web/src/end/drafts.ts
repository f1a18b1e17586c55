/**
 * Drafts: sealed as they are written, kept on this device; where it keeps nothing, or is shared, at the hub for
 * two weeks. Readable after the next sign-in by their writer alone.
 */
import type { Desk } from "@/end/desk";
import { BadInput, NotReady, Refused } from "@/end/errors";
import type { Connection } from "@/hub/connection";
import { Nothing } from "@/hub/answers";
import { toHex, utf8 } from "@/protocol/bytes";
import { MAX_ENCODED, pack, text, unpack } from "@/protocol/encoding";
import { lock, unlock } from "@/protocol/private/secrets";
import { hmac256 } from "@/protocol/private/ciphers";

const LARGEST = 48 * 1024;
/** Room for four tabs that each write as much. */
const LARGEST_HERE = 4 * LARGEST;
const SLOT_MAX = 200;
const LOCAL = "draft-";
const WORDS = text(0, MAX_ENCODED);

/** What was written in that slot; empty when nothing was. */
export async function readDraft(
  desk: Desk,
  slot: string,
  connection: Connection = desk.connection,
): Promise<string> {
  const place = placeOf(desk, slot);
  const local = await desk.state.read(LOCAL + place);
  if (local !== null) return words(local);
  if (desk.state.kept) return "";
  const sealed = await connection.getBytes(`/v1/me/drafts/${place}`, 64 * 1024);
  if (sealed === null) return "";
  const opened = await unlock(desk.me.secret.pins, sealed, contextOf(place)).catch(() => null);
  return opened === null ? "" : words(opened);
}

/** Whether words are short enough to be kept: the hub takes less than this device does. */
export function fits(desk: Desk, written: string): boolean {
  return pack(WORDS, written).length <= (desk.state.kept ? LARGEST_HERE : LARGEST);
}

/** Keep it. Throws NotReady when it can be kept nowhere; Away when only the hub could. */
export async function saveDraft(
  desk: Desk,
  slot: string,
  written: string,
  connection: Connection = desk.connection,
): Promise<void> {
  const place = placeOf(desk, slot);
  if (written === "") return await dropDraft(desk, slot, connection);
  const packed = pack(WORDS, written);
  if (!fits(desk, written)) {
    throw new NotReady("This is too long to be kept as a draft. Send it, or shorten it.", "draft-not-kept");
  }
  if (await desk.state.write(LOCAL + place, packed)) return;
  const sealed = await lock(desk.me.secret.pins, packed, contextOf(place));
  await atHub(() => connection.putBytes(`/v1/me/drafts/${place}`, sealed, Nothing));
}

/** Keep nothing in that slot. */
export async function dropDraft(
  desk: Desk,
  slot: string,
  connection: Connection = desk.connection,
): Promise<void> {
  const place = placeOf(desk, slot);
  await desk.state.remove(LOCAL + place);
  if (!desk.state.kept) await connection.delete(`/v1/me/drafts/${place}`);
}

/** Another tab kept something there: where the hub keeps drafts, this page's own copy is old. */
export async function forgetCopy(desk: Desk, slot: string): Promise<void> {
  if (!desk.state.kept) await desk.state.remove(LOCAL + placeOf(desk, slot));
}

/** A slot's name as this device and the hub know it: it says nothing to them. */
export function placeOf(desk: Desk, slot: string): string {
  if (slot.length === 0 || slot.length > SLOT_MAX) throw new BadInput("That is no place for a draft.");
  return toHex(hmac256(desk.me.secret.pins, utf8(`kith/1/draft-slot\0${slot}`)));
}

function contextOf(place: string): Uint8Array {
  return utf8(`kith/1/draft\0${place}`);
}

function words(packed: Uint8Array): string {
  try {
    return unpack(WORDS, packed);
  } catch {
    return "";
  }
}

async function atHub(keep: () => Promise<void>): Promise<void> {
  try {
    await keep();
  } catch (error) {
    if (!(error instanceof Refused) || error.status === 401) throw error;
    const say = "This draft could not be kept. Send one of your other drafts, or copy this one.";
    throw new NotReady(say, "draft-not-kept");
  }
}
