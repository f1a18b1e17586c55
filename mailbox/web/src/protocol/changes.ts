/**
 * What each later event changes in an organisation, and what it may not (PROTOCOL, Keys 3).
 *
 * That the event follows the chain, is by a manager or the kit, and is signed, `organisation` has checked.
 */
import { equal } from "./bytes";
import { NotAllowed, Stale } from "./errors";
import {
  type Admit,
  MAX_MEMBERS,
  type Member,
  Role,
  type RoleChange,
  type Rotate,
  type WorkerBox,
  keyHash,
} from "./events";
import { ByteMap, ByteSet, sameOrder } from "./keyed";
import { checkBoxKey, checkSigningKey } from "./keys";
import type { Organisation, OrganisationFields, Tenure } from "./organisation";

/** The fields that an event replaces. */
export type Changes = Partial<OrganisationFields>;

/** Require keys that can be used. Throws Malformed. */
export function checkKeys(member: Member): void {
  checkSigningKey(member.signingKey);
  checkBoxKey(member.boxKey);
}

/** worker -> box hash, for exactly `members`, in order. Throws NotAllowed. */
export function boxesFor(members: ByteMap<Member>, boxes: readonly WorkerBox[]): ByteMap<Uint8Array> {
  const workers = boxes.map((box) => box.worker);
  if (!sameOrder(workers, members.sorted())) {
    throw new NotAllowed("the new secret is not boxed to exactly the members, in order");
  }
  return new ByteMap(boxes.map((box) => [box.worker, box.boxHash]));
}

/** A worker joins, or comes back with a new secret. Throws NotAllowed, Stale, Malformed. */
export function admitted(before: Organisation, payload: Admit, author: Member): Changes {
  const { member } = payload;
  checkRole(before, member, author);
  if (payload.generation !== before.generation.number) {
    throw new Stale("the admission is for another generation");
  }
  checkKeys(member);
  if (before.keys.has(member.signingKey) || before.keys.has(member.boxKey)) {
    throw new NotAllowed("an admission brings new keys");
  }
  if (!before.members.has(member.worker) && before.members.size >= MAX_MEMBERS) {
    throw new NotAllowed("the organisation is full");
  }
  keepsManager(before, member);
  const length = before.length + 1;
  return {
    members: before.members.with(member.worker, member),
    tenures: start(end(before.tenures, [member.worker], length, payload.at), member, length),
    keys: before.keys.with(member.signingKey).with(member.boxKey),
    boxes: before.boxes.with(member.worker, payload.boxHash),
  };
}

const ROLES: ReadonlySet<number> = new Set(Object.values(Role));

function checkRole(before: Organisation, member: Member, author: Member): void {
  if (!ROLES.has(member.role) || (author.role === Role.KIT && member.role !== Role.MANAGER)) {
    throw new NotAllowed("the kit only brings back a manager");
  }
  const earlier = before.tenures.get(member.worker)?.at(-1);
  if (earlier !== undefined && (earlier.member.role === Role.KIT) !== (member.role === Role.KIT)) {
    throw new NotAllowed("a worker never becomes a kit, nor a kit a worker");
  }
}

/** A member gets another role. Throws NotAllowed. */
export function roleChanged(before: Organisation, payload: RoleChange, author: Member): Changes {
  const old = before.members.get(payload.worker);
  if (author.role === Role.KIT || old === undefined || old.role === Role.KIT) {
    throw new NotAllowed("that role cannot be changed");
  }
  const member = { ...old, role: payload.role };
  keepsManager(before, member);
  // A reviewer no longer writes, so that change ends a standing as a removal does; any other leaves earlier
  // signatures good.
  const untilAt = payload.role === Role.REVIEWER ? payload.at : null;
  const length = before.length + 1;
  return {
    members: before.members.with(member.worker, member),
    tenures: start(end(before.tenures, [member.worker], length, untilAt), member, length),
  };
}

/** A new generation, and nobody who was removed among its holders. Throws NotAllowed, Malformed. */
export function rotated(before: Organisation, payload: Rotate): Changes {
  const { generation: number, boxKey, archiveHash, removed } = payload;
  if (number !== before.generation.number + 1) throw new NotAllowed("generations go up by one");
  if (before.generations.some((earlier) => equal(earlier.boxKey, boxKey))) {
    throw new NotAllowed("a rotation brings a new key");
  }
  checkBoxKey(boxKey);
  checkRemoved(before, payload);
  const members = before.members.without(removed);
  if (!hasManager(members.values())) throw new NotAllowed(NO_MANAGER);
  const boxes = boxesFor(members, payload.boxes);
  const since = before.length + 1;
  return {
    members,
    tenures: end(before.tenures, removed, since, payload.at),
    generations: [...before.generations, { number, boxKey, since, archiveHash, keyHash: keyHash(boxKey) }],
    boxes,
  };
}

function checkRemoved(before: Organisation, { removed, author }: Rotate): void {
  const gone = new ByteSet(removed);
  if (!sameOrder(removed, gone.sorted()) || !removed.every((worker) => before.members.has(worker))) {
    throw new NotAllowed("a removal names members, each once, in order");
  }
  if (gone.has(author)) {
    throw new NotAllowed("whoever makes a new secret holds it, so nobody removes themselves");
  }
}

type Tenures = ByteMap<readonly Tenure[]>;

function end(tenures: Tenures, workers: Iterable<Uint8Array>, length: number, at: number | null): Tenures {
  let ended = tenures;
  for (const worker of workers) {
    const stretches = ended.get(worker) ?? [];
    const last = stretches.at(-1);
    if (last === undefined || last.until !== null) continue;
    ended = ended.with(worker, [...stretches.slice(0, -1), { ...last, until: length, untilAt: at }]);
  }
  return ended;
}

function start(tenures: Tenures, member: Member, length: number): Tenures {
  const stretches = tenures.get(member.worker) ?? [];
  return tenures.with(member.worker, [...stretches, { member, since: length, until: null, untilAt: null }]);
}

const NO_MANAGER = "an organisation keeps at least one manager";

/** Require a manager among the members once `member` stands as given. */
function keepsManager(before: Organisation, member: Member): void {
  if (member.role === Role.MANAGER) return;
  for (const [worker, other] of before.members) {
    if (other.role === Role.MANAGER && !equal(worker, member.worker)) return;
  }
  throw new NotAllowed(NO_MANAGER);
}

function hasManager(members: Iterable<Member>): boolean {
  for (const member of members) if (member.role === Role.MANAGER) return true;
  return false;
}
