/**
 * What workers call themselves, as their own sealed and signed words said: no list of names is believed.
 * Beside a name always stands the organisation, which the authority vouches for.
 */
import type { Desk } from "@/end/desk";
import type { Item } from "@/end/opening";
import { nameOf, plainName } from "@/end/profile";
import { Team } from "@/end/team";
import { equal, toHex } from "@/protocol/bytes";
import { Role } from "@/protocol/organisation";
import type { PersonView } from "@/vault/api";

const KEPT = "people";
const MOST = 5000;
const SHOWN = 100;

interface Known {
  readonly name: string;
  readonly seq: number;
}

/** Names of workers, learnt from opened bodies and kept on this device. */
export class People {
  readonly #desk: Desk;
  readonly #names = new Map<string, Known>();
  #addresses: ReadonlyMap<string, string> | null = null;
  #restored: Promise<void> | null = null;
  #changed = false;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Take up what this device knew. */
  ready(): Promise<void> {
    this.#restored ??= this.#restore();
    return this.#restored;
  }

  /** Learn who wrote these. */
  learn(items: Iterable<Item>): void {
    for (const { author, organisation, worker, receivedAt } of items) {
      if (author === "") continue;
      const place = placeOf(organisation, worker);
      const known = this.#names.get(place);
      if (known !== undefined && (known.seq > receivedAt || known.name === author)) continue;
      this.#names.set(place, { name: author, seq: receivedAt });
      this.#changed = true;
    }
  }

  /** What a worker calls themselves; a colleague's sign-in name, or "a worker", when that is not known. */
  nameOf(organisation: Uint8Array, worker: Uint8Array): string {
    const { me } = this.#desk;
    const own = equal(organisation, me.organisation);
    if (own && equal(worker, me.worker)) return me.name;
    const known = this.#names.get(placeOf(organisation, worker))?.name;
    return known ?? (own ? this.#addresses?.get(toHex(worker)) : undefined) ?? "A worker";
  }

  /** Whether a name was learnt. */
  knows(organisation: Uint8Array, worker: Uint8Array): boolean {
    return this.#names.has(placeOf(organisation, worker)) || equal(worker, this.#desk.me.worker);
  }

  /** Whether nothing says yet what a colleague is called. */
  unnamed(worker: Uint8Array): boolean {
    return !this.knows(this.#desk.me.organisation, worker) && this.#addresses === null;
  }

  /** Everyone who works for the own organisation, by its signed records. */
  async colleagues(): Promise<readonly PersonView[]> {
    await this.ready();
    const { directory, me } = this.#desk;
    await directory.know([me.organisation]);
    await this.readAddresses();
    return [...directory.organisation(me.organisation).members.values()]
      .filter((member) => member.role === Role.WORKER || member.role === Role.MANAGER)
      .map((member) => ({
        worker: toHex(member.worker),
        name: this.nameOf(me.organisation, member.worker),
      }))
      .sort((one, other) => one.name.localeCompare(other.name, "en-GB"));
  }

  /** Colleagues' own names, or else their sign-in names, for those who have not written anything yet. */
  async readAddresses(): Promise<void> {
    if (this.#addresses !== null) return;
    const found = new Map<string, string>();
    for (const row of await new Team(this.#desk).workers()) {
      const name = await nameOf(this.#desk, row.worker, row.profileBox);
      found.set(toHex(row.worker), name || plainName(row.address ?? ""));
    }
    this.#addresses = found;
  }

  /** Keep what was learnt on this device. */
  async keep(): Promise<void> {
    if (!this.#changed) return;
    this.#changed = false;
    const rows = [...this.#names].slice(-MOST).map(([place, { name, seq }]) => [place, name, seq]);
    await this.#desk.state.write(KEPT, new TextEncoder().encode(JSON.stringify(rows)));
  }

  async #restore(): Promise<void> {
    const data = await this.#desk.state.read(KEPT);
    if (data === null) return;
    const rows: unknown = JSON.parse(new TextDecoder().decode(data));
    for (const row of Array.isArray(rows) ? rows : []) {
      const [place, name, seq]: unknown[] = Array.isArray(row) ? row : [];
      if (typeof place !== "string" || typeof name !== "string" || typeof seq !== "number") continue;
      if (!this.#names.has(place)) this.#names.set(place, { name: name.slice(0, SHOWN), seq });
    }
  }
}

function placeOf(organisation: Uint8Array, worker: Uint8Array): string {
  return toHex(organisation) + toHex(worker);
}
