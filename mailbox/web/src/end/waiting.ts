/** Somebody who has enrolled and whom no manager has admitted yet: their secret is here, their desk is not. */
import type { Me } from "@/end/desk";
import type { Prepared } from "@/end/enrolment";
import { NotReady, WrongWords } from "@/end/errors";
import { nameForOneself, plainName } from "@/end/profile";
import { type Beside, roleNamed } from "@/end/showing";
import { WhoAmI } from "@/end/signinanswers";
import type { Connection } from "@/hub/connection";
import { LocalState, placeOf } from "@/end/state";
import type { Store } from "@/end/store";
import { toHex, utf8 } from "@/protocol/bytes";
import { unpack } from "@/protocol/encoding";
import { OWN_KEY, SealedProfile } from "@/protocol/profiles";
import type { Session } from "@/vault/api";

const SPOKEN = "spoken";

/** Whether this failure means no more than that nobody has admitted them yet. */
export function notAdmitted(reason: unknown): boolean {
  if (reason instanceof NotReady) return reason.code === "not-admitted";
  return reason instanceof WrongWords; // new words open nothing before they are admitted
}

/** Keep the five words for as long as somebody waits: sealed, on this device. */
export async function keepSpoken(store: Store, hub: string, me: Me, spoken: string | null): Promise<void> {
  const state = stateOf(store, hub, me);
  if (spoken === null) await state.remove(SPOKEN);
  else await state.write(SPOKEN, utf8(spoken));
}

/** The five words that were kept; null when there are none. */
export async function readSpoken(store: Store, hub: string, me: Me): Promise<string | null> {
  const kept = await stateOf(store, hub, me).read(SPOKEN);
  return kept === null ? null : new TextDecoder().decode(kept);
}

function stateOf(store: Store, hub: string, me: Me): LocalState {
  return new LocalState(store, placeOf(hub, me.worker), me.secret.pins);
}

/** Somebody who waits, as pages show them. `prepared`: what they have just enrolled with, if that was here;
 * `kept`: their five words, if this device kept them. */
export async function waitingSession(
  connection: Connection,
  me: Me,
  prepared: Prepared | null,
  kept: string | null,
  hubName: string,
  beside: Beside,
): Promise<Session> {
  const spoken = prepared?.spoken ?? kept;
  const told = connection.token === null ? null : await connection.get("/v1/me", WhoAmI);
  return {
    ...beside,
    worker: toHex(me.worker),
    organisation: toHex(me.organisation),
    name: prepared?.name ?? (await ownName(me, told?.profileBox ?? null)),
    address: me.address,
    role: roleNamed(prepared?.looked.role ?? told?.role ?? ""),
    standing: "waiting",
    legalName: plainName(prepared?.looked.legalName ?? ""),
    kind: "other",
    accredited: false,
    hubName,
    holders: 0,
    ...(spoken === null ? {} : { spoken: spoken.split(" ") }),
  };
}

async function ownName(me: Me, profileBox: Uint8Array | null): Promise<string> {
  if (profileBox === null) return me.address;
  try {
    const { generation, box } = unpack(SealedProfile, profileBox);
    return generation === OWN_KEY ? await nameForOneself(me, box) : me.address;
  } catch {
    return me.address;
  }
}
