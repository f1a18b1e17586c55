/**
 * What this end has verified about organisations: their chains, accreditations and withdrawals
 * (keyholder/directory.py).
 *
 * Nothing is believed: every event is replayed, every accreditation checked under the trusted root, and a
 * chain never gets shorter or different than the pins say. `protocol/circle` reads from here.
 */
import { AlarmKind, type EvidenceKeeper } from "@/end/alarms";
import type { Authority } from "@/end/authority";
import type { Pins, Place } from "@/end/pins";
import { ChainPage, DirectoryRow, type EventRow, page, type Page } from "@/hub/answers";
import type { Connection } from "@/hub/connection";
import {
  type Accreditation,
  digest as digestOf,
  inForce,
  type Root,
  Signed,
  verifyAccreditation,
  verifyWithdrawal,
  type Withdrawal,
} from "@/protocol/accreditation";
import { compare, concat, equal, toHex } from "@/protocol/bytes";
import { unpack } from "@/protocol/encoding";
import { CryptoError, Forged, NotAllowed } from "@/protocol/errors";
import { begin, Event, type Organisation } from "@/protocol/organisation";
import type { Directory as Reads } from "@/protocol/state";

export const FRESH_MS = 60_000;
const PAGE = 200;
const PAGES = 100;
const NONE = new Uint8Array(0);

/** An accreditation in force, and what names it. */
export interface Standing {
  readonly digest: Uint8Array;
  readonly accreditation: Accreditation;
}

interface Withdrawn {
  readonly digest: Uint8Array;
  readonly said: Withdrawal;
}

interface Seen<T> {
  readonly digest: Uint8Array;
  readonly said: T;
  /** The newest root signed it; else it waits to be signed again, under the same digest. */
  readonly newest: boolean;
}

/** Verified organisations. `know` fetches; the rest answers from what was verified. */
export class Directory implements Reads {
  readonly #connection: Connection;
  readonly #authority: Authority;
  readonly #pins: Pins | null;
  readonly #keeper: EvidenceKeeper;
  readonly #clock: () => number;
  readonly #chains = new Map<string, Organisation>();
  readonly #accreditations = new Map<string, Standing>();
  readonly #withdrawals = new Map<string, Map<string, Withdrawn>>();
  readonly #vouchedFor = new Set<string>();
  readonly #times = new Map<string, number>();
  readonly #checked = new Map<string, number>();
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(
    connection: Connection,
    authority: Authority,
    pins: Pins | null,
    keeper: EvidenceKeeper,
    clock: () => number,
  ) {
    this.#connection = connection;
    this.#authority = authority;
    this.#pins = pins;
    this.#keeper = keeper;
    this.#clock = clock;
  }

  /** The verified chain. Throws NotAllowed. */
  organisation(organisation: Uint8Array): Organisation {
    const chain = this.#chains.get(toHex(organisation));
    if (chain === undefined) throw new NotAllowed("that organisation is not known here");
    return chain;
  }

  /** The verified accreditation with that digest. Throws NotAllowed. */
  accreditation(digest: Uint8Array): Accreditation {
    const found = this.#accreditations.get(toHex(digest));
    if (found === undefined) throw new NotAllowed("that accreditation is not known here");
    return found.accreditation;
  }

  /** All verified withdrawals for that organisation. */
  withdrawals(organisation: Uint8Array): readonly Withdrawal[] {
    const known = this.#withdrawals.get(toHex(organisation));
    return [...(known?.values() ?? [])].map(({ said }) => said);
  }

  /**
   * Whether the authority, under its newest root or a former one, ever accredited this organisation with the
   * beginning that its chain has. False while its founder waits for it, and for what a hub made up.
   */
  vouched(organisation: Uint8Array): boolean {
    return this.#vouchedFor.has(toHex(concat(organisation, this.organisation(organisation).genesis)));
  }

  /** When the event was made (ms) with which that chain had `length` events; 0 when that is not known. */
  timeOf(organisation: Uint8Array, length: number): number {
    return this.#times.get(`${toHex(organisation)}/${length}`) ?? 0;
  }

  /** Whether anything was verified of it. */
  knows(organisation: Uint8Array): boolean {
    return this.#chains.has(toHex(organisation));
  }

  /** The accreditation that stands at `at` (ms) and lasts longest. */
  standing(organisation: Uint8Array, at: number): Standing | null {
    const chain = this.organisation(organisation);
    const good = [...this.#accreditations.values()].filter(
      ({ digest, accreditation }) =>
        equal(accreditation.organisation, chain.id) &&
        equal(accreditation.genesis, chain.genesis) &&
        inForce(accreditation, this.withdrawals(chain.id), digest, at),
    );
    good.sort(
      (one, other) =>
        other.accreditation.validTo - one.accreditation.validTo || compare(other.digest, one.digest),
    );
    return good[0] ?? null;
  }

  /** The name the authority vouches for, now or formerly; empty when there is none. */
  legalName(organisation: Uint8Array): string {
    return this.said(organisation)?.legalName ?? "";
  }

  /** What the authority said of it last, in force or not. */
  said(organisation: Uint8Array): Accreditation | null {
    let last: Accreditation | null = null;
    for (const { accreditation } of this.#accreditations.values()) {
      if (!equal(accreditation.organisation, organisation)) continue;
      if (last === null || accreditation.validTo > last.validTo) last = accreditation;
    }
    return last;
  }

  /**
   * Verify these organisations' newest state, unless that was done less than `maxAge` ms ago.
   *
   * Throws Alarm: a chain or an accreditation that does not hold, or goes back.
   */
  async know(organisations: Iterable<Uint8Array>, maxAge = FRESH_MS): Promise<void> {
    const now = this.#clock();
    const asked = new Map([...organisations].map((each) => [toHex(each), each]));
    for (const [name, organisation] of asked) {
      const age = now - (this.#checked.get(name) ?? -Infinity);
      if (age >= 0 && age < maxAge) continue;
      await this.#once(name, organisation);
      this.#checked.set(name, now);
    }
  }

  /** One page of the hub's directory, as the hub tells it: verify by `know` before use. */
  async page(after: Uint8Array | null, limit: number): Promise<Page<DirectoryRow>> {
    const query = { after: after === null ? null : toHex(after), limit };
    return await this.#connection.get("/v1/organisations", page(DirectoryRow), { query });
  }

  /** Two that ask at the same moment are answered by one look, unless it began before the second asked. */
  async #once(name: string, organisation: Uint8Array): Promise<void> {
    const before = this.#underWay.get(name);
    if (before !== undefined) await before.catch(() => undefined);
    const run = this.#refresh(organisation);
    this.#underWay.set(name, run);
    try {
      await run;
    } finally {
      if (this.#underWay.get(name) === run) this.#underWay.delete(name);
    }
  }

  async #refresh(organisation: Uint8Array): Promise<void> {
    let chain = this.#chains.get(toHex(organisation)) ?? null;
    const pin = this.#pins?.organisation(organisation) ?? null; // as it stands before the hub is asked
    for (let turn = 0; turn < PAGES; turn++) {
      const path = `/v1/organisations/${toHex(organisation)}/chain`;
      const query = { after: chain?.length ?? 0, limit: PAGE };
      const answer = await this.#connection.get(path, ChainPage, { query });
      chain = this.#extend(organisation, chain, answer.events);
      this.#takeAuthority(organisation, answer);
      if (chain.length >= answer.length || answer.events.length === 0) {
        return this.#settle(chain, answer, pin);
      }
    }
    throw this.#keeper.alarm(AlarmKind.CHAIN_CHANGED, { organisation });
  }

  #settle(chain: Organisation, answer: ChainPage, pin: Place | null): void {
    if (chain.length !== answer.length || !equal(chain.head, answer.head)) {
      const material = { organisation: chain.id, shown: answer.head };
      throw this.#keeper.alarm(AlarmKind.CHAIN_CHANGED, material);
    }
    this.#checkPin(chain, pin);
    this.#checkGenesis(chain);
    this.#checkWithdrawals(chain.id);
    this.#chains.set(toHex(chain.id), chain);
  }

  #extend(organisation: Uint8Array, known: Organisation | null, events: readonly EventRow[]): Organisation {
    let [chain, last] = [known, undefined as EventRow | undefined]; // the event that is being looked at
    try {
      for (const row of events) {
        last = row;
        chain = chain === null ? begin(row) : chain.extend(row);
        this.#times.set(`${toHex(chain.id)}/${chain.length}`, chain.at);
      }
      if (chain === null || !equal(chain.id, organisation)) {
        throw new NotAllowed("another organisation's chain");
      }
      return chain;
    } catch (error) {
      if (!(error instanceof CryptoError)) throw error;
      const forged = error instanceof Forged && last?.kind === Event.ADMIT;
      const kind = forged ? AlarmKind.NOBODY_SIGNED : AlarmKind.CHAIN_CHANGED;
      throw this.#keeper.alarm(kind, { organisation, event: last?.payload ?? NONE });
    }
  }

  #checkPin(chain: Organisation, pin: Place | null): void {
    if (pin !== null && chain.heads.get(pin.head) !== pin.length) {
      const material = { organisation: chain.id, pinned: pin.head, shown: chain.head };
      throw this.#keeper.alarm(AlarmKind.CHAIN_CHANGED, material);
    }
    this.#pins?.pinOrganisation(chain.id, chain.length, chain.head);
  }

  /** The authority vouches for one beginning of an organisation; another is somebody else's. */
  #checkGenesis(chain: Organisation): void {
    for (const { accreditation } of this.#accreditations.values()) {
      if (!equal(accreditation.organisation, chain.id) || equal(accreditation.genesis, chain.genesis))
        continue;
      const material = { organisation: chain.id, shown: chain.genesis, vouched: accreditation.genesis };
      throw this.#keeper.alarm(AlarmKind.KEY_SUBSTITUTED, material);
    }
  }

  /** A withdrawal that was seen once is served for ever. */
  #checkWithdrawals(organisation: Uint8Array): void {
    if (this.#pins === null) return;
    const shown = this.#withdrawals.get(toHex(organisation)) ?? new Map<string, Withdrawn>();
    const missing = this.#pins.withdrawn(organisation).filter((digest) => !shown.has(toHex(digest)));
    if (missing.length > 0) {
      const material = { organisation, missing: concat(...missing) };
      throw this.#keeper.alarm(AlarmKind.WITHDRAWAL_WITHHELD, material);
    }
    for (const { digest } of shown.values()) this.#pins.pinWithdrawn(organisation, digest);
  }

  #takeAuthority(organisation: Uint8Array, answer: ChainPage): void {
    for (const packed of answer.accreditations) {
      const { digest, said, newest } = this.#read(organisation, packed, verifyAccreditation);
      this.#vouchedFor.add(toHex(concat(said.organisation, said.genesis)));
      if (newest) this.#accreditations.set(toHex(digest), { digest, accreditation: said });
    }
    for (const packed of answer.withdrawals) {
      const { digest, said, newest } = this.#read(organisation, packed, verifyWithdrawal);
      const known = this.#pins?.withdrawn(said.organisation).some((seen) => equal(seen, digest)) ?? false;
      if (newest || known) this.#takeWithdrawal(said, digest);
    }
  }

  #takeWithdrawal(said: Withdrawal, digest: Uint8Array): void {
    const owner = toHex(said.organisation);
    const all = this.#withdrawals.get(owner) ?? new Map<string, Withdrawn>();
    this.#withdrawals.set(owner, all.set(toHex(digest), { digest, said }));
  }

  #read<T>(organisation: Uint8Array, packed: Uint8Array, verify: (root: Root, signed: Signed) => T): Seen<T> {
    const newest = this.#authority.root;
    for (const root of [newest, ...this.#authority.earlier.toReversed()]) {
      try {
        const signed = unpack(Signed, packed);
        return { digest: digestOf(signed), said: verify(root, signed), newest: root === newest };
      } catch (error) {
        if (!(error instanceof CryptoError)) throw error;
      }
    }
    throw this.#keeper.alarm(AlarmKind.NOT_ACCREDITED, { organisation, shown: packed });
  }
}
