/** Who is signed in, as pages show it. */
import type { Desk } from "@/end/desk";
import { OrganisationKind as Kind } from "@/protocol/accreditation";
import { toHex } from "@/protocol/bytes";
import { type Organisation, Role as Chained } from "@/protocol/organisation";
import type { OrganisationKind, Role, Session } from "@/vault/api";

const KINDS: ReadonlyMap<number, OrganisationKind> = new Map([
  [Kind.VCU, "vcu"],
  [Kind.POLICE, "police"],
]);
const ROLES: ReadonlyMap<number, Role> = new Map([
  [Chained.WORKER, "worker"],
  [Chained.MANAGER, "manager"],
  [Chained.REVIEWER, "reviewer"],
]);

/** What the device and the session add to what the desk knows. */
export type Beside = Pick<Session, "sharedDevice" | "pin" | "idleMs">;

/** A member at their desk. */
export function memberSession(desk: Desk, beside: Beside): Session {
  const { me, directory } = desk;
  const accredited = directory.vouched(me.organisation);
  return {
    ...beside,
    worker: toHex(me.worker),
    organisation: toHex(me.organisation),
    name: me.name,
    address: me.address,
    role: roleOf(desk.member.role),
    standing: "member",
    legalName: directory.legalName(me.organisation),
    kind: kindOf(directory.said(me.organisation)?.kind ?? 0),
    accredited,
    hubName: desk.authority.root.hub,
    holders: holdersOf(directory.organisation(me.organisation)),
  };
}

/** As pages call what an organisation is accredited as. */
export function kindOf(kind: number): OrganisationKind {
  return KINDS.get(kind) ?? "other";
}

/** As pages call a member's role. */
export function roleOf(role: number): Role {
  return ROLES.get(role) ?? "worker";
}

/** A role as the hub words it; anything else is an ordinary worker. */
export function roleNamed(role: string): Role {
  return [...ROLES.values()].find((name) => name === role) ?? "worker";
}

/** The role of the chain. */
export function chainedRole(role: Role): Chained {
  return { worker: Chained.WORKER, manager: Chained.MANAGER, reviewer: Chained.REVIEWER }[role];
}

/** Managers and kits: who could bring the organisation's keys back. */
export function holdersOf(chain: Organisation): number {
  const holding: readonly number[] = [Chained.MANAGER, Chained.KIT];
  return [...chain.members.values()].filter((member) => holding.includes(member.role)).length;
}
