/** The personal link in a mail: it leads to a place, after signing in (keyholder/links.py). */
import { BadInput } from "@/end/errors";
import { NUMBER, WORD } from "@/hub/answers";
import type { Connection } from "@/hub/connection";
import { answer, bytes, flag, maybe, or } from "@/hub/decoding";
import { fromHex, toHex } from "@/protocol/bytes";

/** Where a link leads. `kind` is circle, organisation, settings or today. */
interface Place {
  readonly kind: string;
  readonly id: Uint8Array | null;
  readonly seq: number | null;
}
const Place = answer<Place>({ kind: WORD, id: maybe(bytes(0, 32)), seq: maybe(NUMBER) });

interface Followed {
  readonly place: Place;
  readonly expired: boolean;
}
const Followed = answer<Followed>({ place: Place, expired: or(flag, false) });

/** The path in this app to which a link's token leads; that it was followed is recorded now, not before. */
export async function follow(connection: Connection, token: string): Promise<string> {
  if (!/^[0-9a-f]{64}$/.test(token)) {
    throw new BadInput("That is not a whole link. Copy all of it from the mail.", "link");
  }
  const { place } = await connection.post("/v1/links/follow", { token: fromHex(token) }, Followed);
  if (place.kind === "circle" && place.id?.length === 32) return `/circles/${toHex(place.id)}`;
  return place.kind === "organisation" || place.kind === "settings" ? `/${place.kind}` : "/today";
}
