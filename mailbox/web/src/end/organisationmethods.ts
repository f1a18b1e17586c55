/** What pages may ask about the own organisation. */
import type { Context } from "@/end/context";
import type { Desk } from "@/end/desk";
import { Away, NotReady } from "@/end/errors";
import { People } from "@/end/people";
import { nameOf, plainName } from "@/end/profile";
import { chainedRole, holdersOf, kindOf, roleNamed, roleOf } from "@/end/showing";
import { type HandedOver, type NewKit, Team } from "@/end/team";
import type { Waiting, WorkerRow } from "@/hub/answers";
import { equal, fromHex, toHex } from "@/protocol/bytes";
import { type Member, Role as Chained } from "@/protocol/organisation";
import { spokenWords } from "@/protocol/private/words";
import type { ColleagueView, Hex, OrganisationView, Role, VaultApi, WaitingView } from "@/vault/api";

type Names =
  | "organisation"
  | "inviteWorker"
  | "admit"
  | "changeRole"
  | "removeWorker"
  | "rotate"
  | "newKit"
  | "confirmKit";

const LEFT = "Somebody who left";
const KEEP_BOTH =
  "The hub could not be reached in time. Keep both kits, the old and the new, and press again in a moment.";

/** `tell`: who is signed in may have changed too, such as how many hold the organisation's keys. */
export function organisationMethods(context: Context, tell: () => Promise<void>): Pick<VaultApi, Names> {
  const changed = async (): Promise<void> => {
    context.emit({ type: "changed", what: "organisation" });
    await tell();
  };
  const admissions = new WeakMap<Desk, HandedOver>(); // forgotten with the keys
  const team = (): Team => {
    const desk = context.desk();
    const handed: HandedOver = admissions.get(desk) ?? new Map();
    admissions.set(desk, handed);
    return new Team(desk, handed);
  };
  const kits = new WeakMap<Desk, NewKit>(); // forgotten with the keys

  return {
    async organisation() {
      return await organisationView(context.desk());
    },

    async inviteWorker(mail, role, replaces) {
      await team().invite(mail, role, idOf(replaces));
      await changed();
    },

    async admit(spoken, role, replaces) {
      await team().admit(spoken, chainedRole(role), idOf(replaces));
      await changed();
    },

    async changeRole(worker, role) {
      await team().changeRole(fromHex(worker), chainedRole(role));
      await changed();
    },

    async removeWorker(worker) {
      const gone = fromHex(worker);
      if (equal(gone, context.desk().me.worker)) {
        throw new NotReady("You cannot remove yourself. Ask another manager.", "yourself");
      }
      await team().rotate([gone]);
      await changed();
    },

    async rotate() {
      await team().rotate();
      await changed();
    },

    async newKit() {
      const drawn = team().drawKit();
      kits.set(context.desk(), drawn);
      return drawn.words.split(" ");
    },

    async confirmKit() {
      const drawn = kits.get(context.desk());
      if (drawn === undefined) throw new NotReady("Begin again: make a new kit.", "start-again");
      try {
        await team().replaceKit(drawn);
      } catch (error) {
        throw error instanceof Away ? new Away(KEEP_BOTH) : error;
      }
      kits.delete(context.desk());
      await changed();
    },
  };
}

/** The own organisation as its signed records have it; names and addresses beside them are only shown. */
async function organisationView(desk: Desk): Promise<OrganisationView> {
  const team = new Team(desk);
  await desk.directory.know([desk.me.organisation], 0);
  const rows = new Map((await team.workers()).map((row) => [toHex(row.worker), row]));
  const manages = desk.member.role === Chained.MANAGER;
  const waiting = manages ? await team.waiting() : [];
  const chain = desk.directory.organisation(desk.me.organisation);
  const members = [...chain.members.values()];
  const said = desk.directory.said(chain.id);
  return {
    legalName: said?.legalName ?? "",
    kind: kindOf(said?.kind ?? 0),
    domain: said?.domain ?? "",
    accreditedUntil: desk.directory.standing(chain.id, desk.clock())?.accreditation.validTo ?? null,
    colleagues: [...(await colleaguesOf(desk, members, rows)), ...(await goneOf(desk))],
    waiting: waiting.map(waitingView),
    managers: members.filter((member) => member.role === Chained.MANAGER).length,
    hasKit: holdersOf(chain) > members.filter((member) => member.role === Chained.MANAGER).length,
    generation: chain.generation.number,
    fingerprint: spokenWords(chain.genesis),
  };
}

async function colleaguesOf(
  desk: Desk,
  members: readonly Member[],
  rows: ReadonlyMap<Hex, WorkerRow>,
): Promise<ColleagueView[]> {
  const found: ColleagueView[] = [];
  for (const member of members) {
    if (member.role === Chained.KIT) continue;
    const worker = toHex(member.worker);
    const row = rows.get(worker);
    const me = equal(member.worker, desk.me.worker);
    const address = plainName(row?.address ?? "");
    const name = me ? desk.me.name : await nameOf(desk, member.worker, row?.profileBox ?? null);
    const role: Role = roleOf(member.role);
    const tenure = desk.directory.organisation(desk.me.organisation).tenures.get(member.worker)?.at(-1);
    const since = desk.directory.timeOf(desk.me.organisation, tenure?.since ?? 0);
    found.push({ worker, name: name || address, address, role, state: "member", since, me });
  }
  return found;
}

/**
 * Who was in the organisation and is no more, by its signed records; the last to leave first. The hub forgets
 * what they were called: here that is what they signed in circles that were opened on this device.
 */
async function goneOf(desk: Desk): Promise<ColleagueView[]> {
  const people = new People(desk);
  await people.ready();
  const chain = desk.directory.organisation(desk.me.organisation);
  const last = [...chain.tenures.values()].flatMap((tenures) => tenures.at(-1) ?? []);
  return last
    .filter(({ member, until }) => until !== null && member.role !== Chained.KIT)
    .sort((one, other) => (other.until ?? 0) - (one.until ?? 0))
    .map(({ member, untilAt }) => ({
      worker: toHex(member.worker),
      name: people.knows(chain.id, member.worker) ? people.nameOf(chain.id, member.worker) : LEFT,
      address: "",
      role: roleOf(member.role),
      state: "removed",
      since: untilAt ?? 0,
      me: false,
    }));
}

function waitingView(row: Waiting): WaitingView {
  return {
    invitation: toHex(row.invitation),
    worker: toHex(row.worker),
    address: plainName(row.address),
    role: roleNamed(row.role),
    replaces: row.replaces === null ? null : toHex(row.replaces),
  };
}

function idOf(worker: Hex | null): Uint8Array | null {
  return worker === null ? null : fromHex(worker);
}
