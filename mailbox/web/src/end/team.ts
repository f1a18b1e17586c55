/**
 * A manager's work in their own organisation: inviting, admitting by spoken words, roles, leavers, keys, the
 * printed kit (keyholder/team.py).
 */
import { AlarmKind, type EvidenceKeeper } from "@/end/alarms";
import type { Desk } from "@/end/desk";
import { type Boxes, boxesFor, boxHashes, introduced, memberOf, postEvent, signEvent } from "@/end/enrolment";
import { BadInput, NotReady, WrongWords } from "@/end/errors";
import { Invited, page, Waiting, WorkerRow } from "@/hub/answers";
import { compare, equal, randomBytes, toHex } from "@/protocol/bytes";
import { type Codec, pack } from "@/protocol/encoding";
import { Malformed } from "@/protocol/errors";
import type { ByteMap } from "@/protocol/keyed";
import {
  Admit,
  boxHash,
  Event,
  type Member,
  type Organisation,
  Role,
  RoleChange,
  Rotate,
} from "@/protocol/organisation";
import { kitSecret, OrganisationSecret } from "@/protocol/private/secrets";
import { generateWords, KIT_WORDS, normaliseWords, SPOKEN_WORDS } from "@/protocol/private/words";

const MOST_WAITING = 100;
const PAGES = 20;

/** A printed kit that was drawn. */
export interface NewKit {
  readonly words: string;
  readonly member: Member;
}

/** Admissions that were handed to the hub, by the words they were for: an answer may be lost. */
export type HandedOver = Map<string, Pick<Member, "worker" | "signingKey" | "boxKey">>;

/** The own organisation. */
export class Team {
  readonly #desk: Desk;
  readonly #handed: HandedOver;
  readonly #path: string;

  /** `handed`: what this worker's earlier tries handed over. */
  constructor(desk: Desk, handed: HandedOver = new Map()) {
    this.#desk = desk;
    this.#handed = handed;
    this.#path = `/v1/organisations/${toHex(desk.me.organisation)}`;
  }

  /** Colleagues, as the hub has them. */
  async workers(): Promise<readonly WorkerRow[]> {
    const found: WorkerRow[] = [];
    let after: string | number | null = null;
    for (let turn = 0; turn < PAGES; turn++) {
      const query: { limit: number; after: string | number | null } = { limit: 100, after };
      const rows = await this.#desk.connection.get(`${this.#path}/workers`, page(WorkerRow), { query });
      found.push(...rows.items);
      after = rows.next;
      if (after === null) break;
    }
    return found;
  }

  /** Who wants to be admitted. */
  async waiting(): Promise<readonly Waiting[]> {
    const query = { limit: MOST_WAITING };
    const rows = await this.#desk.connection.get(`${this.#path}/waiting`, page(Waiting), { query });
    return rows.items.slice(0, MOST_WAITING);
  }

  /** Have an enrolment link mailed. `replaces`: new words for that colleague. */
  async invite(mail: string, role: string, replaces: Uint8Array | null): Promise<void> {
    const typed = mail.trim();
    if (!/^[^\s@<>,;"]{1,64}@[^\s@<>,;"]{1,189}$/.test(typed)) {
      throw new BadInput("Type one whole mail address, such as sam@example.org.", "mail");
    }
    const body = { mail: typed, role, worker: replaces };
    await this.#desk.connection.post(`${this.#path}/invitations`, body, Invited);
  }

  /**
   * Admit the one person whose keys these five words stand for. `role` is the manager's own decision, never the
   * hub's. `replaces`: whose new words the manager was told these are; they keep the role that was signed for.
   * About 0.2 s for each who waits. Asked for again after a lost answer, it is looked whether they are in.
   *
   * Throws Alarm: nobody who waits has keys that fit the words, or they are not who the manager was told.
   */
  async admit(spoken: string, role: Role, replaces: Uint8Array | null): Promise<void> {
    const typed = spokenOf(spoken);
    const waiting = await this.waiting();
    await this.#know();
    if (this.#isIn(typed)) return;
    const found = await this.#match(typed, waiting);
    if (found === null) {
      const material = Object.fromEntries(waiting.map((row, place) => [`shown${place}`, row.signingKey]));
      throw this.#desk.keeper.alarm(AlarmKind.ADMISSION_DIFFERS, material);
    }
    const { worker, signingKey, boxKey } = found;
    const as = admittedAs(this.#chain.members, worker, role, replaces, this.#desk.keeper);
    this.#handed.set(typed, found);
    await this.#admit({ worker, signingKey, boxKey, role: as });
  }

  /** Give a colleague another role. */
  async changeRole(worker: Uint8Array, role: Role): Promise<void> {
    await this.#know();
    this.#member(worker);
    await this.#post(Event.ROLE, RoleChange, { ...this.#begin(), worker, role }, []);
  }

  /** New keys for everyone who stays; `removed` colleagues get none. */
  async rotate(removed: readonly Uint8Array[] = []): Promise<void> {
    await this.#know();
    const chain = this.#chain;
    for (const worker of removed) this.#member(worker);
    const current = await this.#desk.keys.current();
    const secret = OrganisationSecret.generate(chain.generation.number + 1);
    const stay = [...chain.members.values()].filter(
      (member) => !removed.some((gone) => equal(gone, member.worker)),
    );
    const boxes = await boxesFor(secret, chain.id, stay);
    const archive = await secret.archive(chain.id, current);
    const event = {
      ...this.#begin(),
      generation: secret.generation,
      boxKey: secret.box.public,
      archiveHash: boxHash(archive),
      removed: removed.toSorted(compare),
      boxes: boxHashes(boxes),
    };
    await this.#post(Event.ROTATE, Rotate, event, boxes, archive);
  }

  /** Words of a new printed kit. Nothing is changed by it. About 0.2 s. */
  drawKit(): NewKit {
    const words = generateWords(KIT_WORDS);
    return { words, member: memberOf(randomBytes(16), kitSecret(words, this.#chain.id), Role.KIT) };
  }

  /**
   * Let a kit that was kept count: it is admitted, then every older one removed with a rotation, so that one kit
   * opens everything whenever this stops. The same may be done again.
   */
  async replaceKit({ member: kit }: NewKit): Promise<void> {
    await this.#know();
    if (!this.#chain.members.has(kit.worker)) await this.#admit(kit);
    const kits = [...this.#chain.members.values()].filter((member) => member.role === Role.KIT);
    const old = kits.map(({ worker }) => worker).filter((worker) => !equal(worker, kit.worker));
    if (old.length > 0) await this.rotate(old);
  }

  get #chain(): Organisation {
    return this.#desk.directory.organisation(this.#desk.me.organisation);
  }

  async #know(): Promise<void> {
    await this.#desk.directory.know([this.#desk.me.organisation], 0);
  }

  #member(worker: Uint8Array): Member {
    const member = this.#chain.members.get(worker);
    if (member === undefined) throw new NotReady("They are not in your organisation any more.");
    return member;
  }

  /** What every event begins with. Its time never runs backwards, whatever this device's clock says. */
  #begin(): {
    version: number;
    organisation: Uint8Array;
    previous: Uint8Array;
    at: number;
    author: Uint8Array;
  } {
    const chain = this.#chain;
    const at = Math.max(this.#desk.clock(), chain.at);
    return { version: 1, organisation: chain.id, previous: chain.head, at, author: this.#desk.me.worker };
  }

  /** Whether an earlier try with these words has let in the one whose keys they stood for. */
  #isIn(typed: string): boolean {
    const handed = this.#handed.get(typed);
    const member = handed === undefined ? undefined : this.#chain.members.get(handed.worker);
    if (handed === undefined || member === undefined) return false;
    return equal(member.signingKey, handed.signingKey) && equal(member.boxKey, handed.boxKey);
  }

  async #match(typed: string, waiting: readonly Waiting[]): Promise<Waiting | null> {
    const { hub } = this.#desk.authority.root;
    for (const row of waiting) {
      const spoken = introduced(hub, row.invitation, this.#chain.id, this.#chain.genesis, row);
      if (spoken === typed) return row;
      await new Promise((resolve) => setTimeout(resolve, 0)); // let other questions through in between
    }
    return null;
  }

  async #admit(member: Member): Promise<void> {
    const secret = await this.#desk.keys.current();
    const boxes = await boxesFor(secret, this.#chain.id, [member]);
    const [first] = boxHashes(boxes);
    if (first === undefined) throw new NotReady();
    const event = { ...this.#begin(), member, generation: secret.generation, boxHash: first.boxHash };
    await this.#post(Event.ADMIT, Admit, event, boxes);
  }

  async #post<T>(
    kind: Event,
    codec: Codec<T>,
    event: T,
    boxes: Boxes,
    archive: Uint8Array | null = null,
  ): Promise<void> {
    const signed = signEvent(kind, pack(codec, event), this.#desk.me.secret);
    await postEvent(this.#desk.connection, this.#chain.id, signed, boxes, archive);
    await this.#know();
    await this.#desk.pins.save(this.#desk.connection);
  }
}

/**
 * What somebody will be: `chosen` by the manager, or with new words what they were by the signed records.
 *
 * Throws Alarm: `replaces`, which the manager was shown, is not them. NotReady: it was not said that they are
 * here already.
 */
export function admittedAs(
  members: Pick<ByteMap<Pick<Member, "role">>, "get">,
  worker: Uint8Array,
  chosen: number,
  replaces: Uint8Array | null,
  keeper: EvidenceKeeper,
): number {
  const listed = members.get(worker);
  if (replaces !== null && (listed === undefined || !equal(replaces, worker))) {
    throw keeper.alarm(AlarmKind.KEY_SUBSTITUTED, { worker, replaces });
  }
  if (listed === undefined) return chosen;
  if (replaces !== null) return listed.role;
  const say = "This would replace a colleague's words. Say whose, if that is meant.";
  throw new NotReady(say, "replaces-somebody");
}

function spokenOf(typed: string): string {
  try {
    return normaliseWords(typed, SPOKEN_WORDS);
  } catch (error) {
    if (error instanceof Malformed) throw new WrongWords(`Check the five words: ${error.message}.`);
    throw error;
  }
}
