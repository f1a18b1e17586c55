/** Somebody who has enrolled and whom no manager has admitted yet: their secret is here, their desk is not. */
import type { Me } from "@/end/desk";
import type { Prepared } from "@/end/enrolment";
import { NotReady, WrongWords } from "@/end/errors";
import { nameForOneself } from "@/end/profile";
import { type Beside, roleNamed } from "@/end/showing";
import { WhoAmI } from "@/end/signinanswers";
import type { Connection } from "@/hub/connection";
import { toHex } from "@/protocol/bytes";
import { unpack } from "@/protocol/encoding";
import { OWN_KEY, SealedProfile } from "@/protocol/profiles";
import type { Session } from "@/vault/api";

/** Whether this failure means no more than that nobody has admitted them yet. */
export function notAdmitted(reason: unknown): boolean {
  if (reason instanceof NotReady) return reason.code === "not-admitted";
  return reason instanceof WrongWords; // new words open nothing before they are admitted
}

/** Somebody who waits, as pages show them. `prepared`: what they have just enrolled with, if that was here. */
export async function waitingSession(
  connection: Connection,
  me: Me,
  prepared: Prepared | null,
  hubName: string,
  beside: Beside,
): Promise<Session> {
  const told = connection.token === null ? null : await connection.get("/v1/me", WhoAmI);
  return {
    ...beside,
    worker: toHex(me.worker),
    organisation: toHex(me.organisation),
    name: prepared?.name ?? (await ownName(me, told?.profileBox ?? null)),
    address: me.address,
    role: roleNamed(prepared?.looked.role ?? told?.role ?? ""),
    standing: "waiting",
    legalName: prepared?.looked.legalName ?? "",
    kind: "other",
    accredited: false,
    hubName,
    holders: 0,
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
