/**
 * The list of circles. The hub lists them page by page; names come from sealed bodies of verified circles, and
 * beside a name stands what the verified history says. What the hub leaves out of a whole list is looked for.
 *
 * Ten thousand circles are not verified before the first screen: what this device verified before is shown at
 * once, then what is in sight is looked at first, then the rest, a few at a time. A name that was served and
 * not yet verified is not shown, and not searched.
 */
import { Alarm, AlarmKind } from "@/end/alarms";
import { CircleView } from "@/end/circle";
import type { Desk } from "@/end/desk";
import { Away, KeyholderError, Locked } from "@/end/errors";
import { lookFor } from "@/end/gone";
import { askTogether } from "@/end/histories";
import { type Parts, type Row, emptyRow, headOf, namedBy, rowOf, shownRow } from "@/end/listrows";
import { found } from "@/end/listsearch";
import { CopyBook, KeptNames, type Named, releaseNames, verifiedName } from "@/end/names";
import { breathe, sideBySide } from "@/end/turns";
import * as answers from "@/hub/answers";
import { toHex } from "@/protocol/bytes";
import { Role } from "@/protocol/organisation";
import type { CircleRow, CircleSearch, CirclesView } from "@/vault/api";

const LIST_PAGE = 100;
/** After the first page, which somebody waits for. */
const LATER_PAGE = 500;
const AT_ONCE = 6;
const FIRST_BATCH = 50;
const BATCH = 200;
const COPIES = 100;
const LOOKED_FOR = 100;
const TELL_EVERY_MS = 700;
const WRITE_EVERY_MS = 4000;
const SEARCH_MOST = 200;
const MOST_LISTED = 100_000;
const UNREAD = { text: "", show: "unread", sort: "latest", offset: 0, limit: SEARCH_MOST } as const;

type ListPage = answers.Page<answers.CircleListed>;

/** A circle to look at, and what came of it: its name, null where it was not asked for or held back. */
interface Served {
  readonly row: Row;
  readonly view: CircleView;
  readonly name: answers.NameRow | null;
}

/** Circles to look at, and what was asked for them. */
interface Batch {
  readonly rows: readonly Row[];
  readonly served: Promise<readonly Served[]>;
}

/** What the list needs of the rooms around it. */
export interface Surroundings {
  readonly desk: Desk;
  /** The circle as it is open on a page; null when it is not. */
  readonly open: (circle: string) => CircleView | null;
  /** Rows have changed: pages may ask again. `today`: also what Today showed of them. */
  readonly changed: (today: boolean) => void;
}

/** The circles of the own organisation. */
export class Circles {
  readonly #desk: Desk;
  readonly #around: Surroundings;
  readonly #rows = new Map<string, Row>();
  readonly #kept: KeptNames;
  readonly #copies: CopyBook;
  #inSight: readonly string[] = [];
  #listed = false;
  #began: Promise<void> | null = null;
  #listing: Promise<void> | null = null;
  #naming: Promise<void> | null = null;
  /** A look waits for the one under way; whether at everything. */
  #looksNext = false;
  #lookAtAll = false;
  #dirty = false;
  #stopped = false;
  /** What Today was given last: how many rows at most, and how they looked. */
  #today: { readonly most: number; readonly seen: string } | null = null;
  #toldAt = 0;
  #telling: ReturnType<typeof setTimeout> | null = null;
  #wroteAt = 0;
  readonly #left = new Set<string>();

  constructor(around: Surroundings) {
    this.#around = around;
    this.#desk = around.desk;
    this.#kept = new KeptNames(around.desk);
    this.#copies = new CopyBook(around.desk);
  }

  /** One page of what matches, sorted: from what is known now; it goes on being looked at meanwhile. */
  async search(search: CircleSearch): Promise<CirclesView> {
    await this.#begin();
    const matching = found(this.#rows.values(), search);
    const offset = Math.max(0, search.offset);
    const page = matching.slice(offset, offset + Math.min(Math.max(1, search.limit), SEARCH_MOST));
    this.#inSight = page.map((row) => toHex(row.circle));
    this.#nameMore();
    const [opened, waiting] = this.#progress();
    return {
      rows: page.map((row) => shownRow(this.#desk, row)),
      matching: matching.length,
      total: this.#rows.size,
      opened,
      complete: this.#listed && waiting === 0,
    };
  }

  /** What this device had kept, or the first page, is there. */
  ready(): Promise<void> {
    return this.#begin();
  }

  /** For Today: the rows with something unread, latest first. When they look different, it is told. */
  async unread(most: number): Promise<CircleRow[]> {
    const { rows } = await this.search({ ...UNREAD, limit: most });
    this.#today = { most, seen: JSON.stringify(rows) };
    return [...rows];
  }

  /** The verified name of a circle, if it is known already; else empty. */
  titleOf(circle: Uint8Array): string {
    return this.#rows.get(toHex(circle))?.named?.title ?? "";
  }

  /** What the hub's list says of a circle; null when it is not in it (yet). */
  listedAs(circle: Uint8Array): answers.CircleListed | null {
    return this.#rows.get(toHex(circle))?.listed ?? null;
  }

  /** A circle was opened or read on a page: what was verified there counts here. */
  learn(named: Named): void {
    const row = this.#rows.get(toHex(named.circle));
    this.#take({ ...(row ?? emptyRow(named.circle)), named, alarm: null, tried: toHex(named.head) });
    this.#tell();
  }

  /** This worker has read on. */
  noteRead(circle: Uint8Array, seq: number): void {
    const row = this.#rows.get(toHex(circle));
    if (row === undefined || row.listed === null) return;
    const unread = Math.max(0, Math.min(row.listed.unread, row.listed.seq - seq));
    this.#take({ ...row, listed: { ...row.listed, unread, readSeq: Math.max(row.listed.readSeq, seq) } });
    this.#tell();
  }

  /** The hub says that something changed: look at the newest page, or at everything. */
  look(everything: boolean): void {
    if (this.#began === null) return;
    this.#lookAtAll ||= everything;
    if (this.#looksNext) return;
    this.#looksNext = true; // whatever else is said until then is seen by the same look
    const before = this.#listing ?? Promise.resolve();
    this.#listing = before.then(() => this.#lookNow()).catch(quiet);
  }

  #lookNow(): Promise<void> {
    const everything = this.#lookAtAll;
    [this.#looksNext, this.#lookAtAll] = [false, false];
    return this.#list(everything);
  }

  /** Keys are forgotten: stop. */
  stop(): void {
    this.#stopped = true;
    if (this.#telling !== null) clearTimeout(this.#telling);
  }

  #begin(): Promise<void> {
    this.#began ??= this.#restore().catch((error: unknown) => {
      this.#began = null;
      throw error;
    });
    return this.#began;
  }

  /** What this device had kept, or else the first page; the rest comes by and by. */
  async #restore(): Promise<void> {
    for (const named of await this.#kept.read()) {
      this.#take({ ...emptyRow(named.circle), named, tried: toHex(named.head) });
    }
    this.#dirty = false;
    const first = this.#rows.size === 0 ? await this.#page(null) : null;
    this.#listing = this.#list(true, first).catch(quiet);
  }

  async #list(everything: boolean, first: ListPage | null = null): Promise<void> {
    const seen = new Set<string>();
    let [after, page, before]: [string | number | null, ListPage | null, number] = [null, first, 0];
    do {
      before = seen.size;
      page ??= await this.#page(after);
      if (this.#stopped) return;
      for (const listed of page.items) {
        seen.add(toHex(listed.circle));
        const row = this.#rows.get(toHex(listed.circle)) ?? emptyRow(listed.circle);
        this.#take({ ...row, listed, gone: false });
      }
      this.#tell();
      this.#nameMore();
      after = page.next;
      page = null;
    } while (everything && after !== null && seen.size > before && seen.size < MOST_LISTED);
    if (!everything && after !== null) return;
    this.#listed = true;
    await this.#lookForHidden(seen);
    this.#tell();
    this.#nameMore();
  }

  #page(after: string | number | null): Promise<ListPage> {
    const query = { after, limit: after === null ? LIST_PAGE : LATER_PAGE };
    return this.#desk.connection.get("/v1/circles", answers.page(answers.CircleListed), { query });
  }

  /**
   * Circles that this worker verified, whose newest history still has the own organisation as a member, and
   * that no page had. What moved to the front between two pages is on the first one now. A circle whose headers
   * are refused too looks as one does that the organisation left: unless it is known to have left, that is told,
   * once on each device.
   */
  async #lookForHidden(seen: Set<string>): Promise<void> {
    const known = new Map(this.#desk.pins.circles().map((circle) => [toHex(circle), circle]));
    for (const row of this.#rows.values()) known.set(toHex(row.circle), row.circle);
    const missing = () => [...known].filter(([id]) => !seen.has(id) && !this.#left.has(id));
    if (missing().length > 0) {
      for (const listed of (await this.#page(null)).items) seen.add(toHex(listed.circle));
    }
    for (const [id, circle] of missing().sort().slice(0, LOOKED_FOR)) await this.#lookFor(id, circle);
  }

  async #lookFor(id: string, circle: Uint8Array): Promise<void> {
    const found = await lookFor(this.#around.open(id) ?? new CircleView(this.#desk, circle, false));
    const row = this.#rows.get(id) ?? emptyRow(circle);
    if (found instanceof Alarm) return this.#take({ ...row, alarm: found });
    this.#left.add(id);
    if (found === "gone") return this.#take({ ...row, listed: null, gone: true });
    this.#rows.delete(id);
    this.#kept.touch(id);
    this.#dirty = true;
  }

  /** Go on opening names, unless that is under way. */
  #nameMore(): void {
    this.#naming ??= this.#nameAll()
      .catch(quiet)
      .finally(() => {
        this.#naming = null;
      });
  }

  async #nameAll(): Promise<void> {
    let batch = this.#ask(FIRST_BATCH);
    if (batch.rows.length === 0) return await this.#write(true); // what a page has learnt
    while (batch.rows.length > 0 && !this.#stopped) {
      const { rows, served } = batch;
      const came = await served; // the hub answers the next questions while this device computes
      batch = this.#ask(BATCH, rows);
      await this.#nameSome(came);
    }
    await this.#copies.keep(1);
    await this.#write(true);
    this.#tell();
  }

  /** Ask for the histories and names of the circles to be looked at next, but those under way. */
  #ask(most: number, underWay: readonly Row[] = []): Batch {
    const rows = this.#next(most, new Set(underWay.map((row) => toHex(row.circle))));
    const served = this.#served(rows);
    served.catch(() => undefined); // met when it is waited for
    return { rows, served };
  }

  async #served(rows: readonly Row[]): Promise<Served[]> {
    if (rows.length === 0) return [];
    const anew = rows.filter((row) => row.named === null).map((row) => row.circle);
    const views = rows.map((row) => this.#around.open(toHex(row.circle)));
    const fresh = rows.map((row, at) => views[at] ?? new CircleView(this.#desk, row.circle, false));
    const books = fresh.filter((_, at) => views[at] === null).map((view) => view.book);
    const [released] = await Promise.all([
      anew.length === 0 ? new Map<string, answers.NameRow>() : releaseNames(this.#desk, anew),
      askTogether(this.#desk, books),
    ]);
    return fresh.flatMap((view, at) => {
      const row = rows[at];
      return row === undefined ? [] : [{ row, view, name: released.get(toHex(row.circle)) ?? null }];
    });
  }

  /** The next circles to look at: what is in sight first. */
  #next(most: number, underWay: ReadonlySet<string>): Row[] {
    const due = (row: Row) => this.#isDue(row) && !underWay.has(toHex(row.circle));
    const sight = this.#inSight.flatMap((id) => this.#rows.get(id) ?? []).filter(due);
    if (sight.length > 0) return sight.slice(0, most);
    const found: Row[] = [];
    for (const row of this.#rows.values()) {
      if (due(row)) found.push(row);
      if (found.length >= most) break;
    }
    return found;
  }

  async #nameSome(batch: readonly Served[]): Promise<void> {
    await sideBySide(batch, AT_ONCE, async (served) => {
      if (this.#stopped) return;
      await this.#nameOne(served);
      this.#tell();
      await breathe();
    });
    await this.#copies.keep(COPIES);
    await this.#write(false);
  }

  async #nameOne({ row, view, name }: Served): Promise<void> {
    const id = toHex(row.circle);
    const now = () => this.#rows.get(id) ?? row;
    try {
      if (row.named === null && name === null)
        throw this.#desk.keeper.alarm(AlarmKind.CIRCLE_HIDDEN, { circle: row.circle });
      await view.sync();
      const about = await verifiedName(view, name, row.named);
      const named = namedBy(view, about, now().listed);
      await this.#copies.take(view);
      this.#take({ ...now(), named, alarm: null, tried: headOf(row) });
    } catch (error) {
      if (error instanceof Away || error instanceof Locked) throw error;
      if (!(error instanceof KeyholderError)) throw error;
      const alarm = error instanceof Alarm ? error : null;
      const named = alarm === null ? null : now().named;
      this.#take({ ...now(), named, alarm, tried: headOf(row) });
    }
  }

  /** Is there something to verify: a name not known yet, or a history that went on since? */
  #isDue(row: Row): boolean {
    const { listed } = row;
    if (listed === null || listed.standing === "invited") return false;
    const works = listed.assigned || listed.standing === "owner" || this.#isManager();
    return works && row.tried !== row.listedHead;
  }

  #isManager(): boolean {
    return this.#desk.member.role === Role.MANAGER;
  }

  #take(parts: Parts): void {
    const id = toHex(parts.circle);
    const before = this.#rows.get(id);
    this.#rows.set(id, rowOf(parts, before));
    if (parts.named === before?.named) return;
    this.#kept.touch(id);
    this.#dirty = true;
  }

  /** How many names are open, and how many are still to be looked at. */
  #progress(): [opened: number, waiting: number] {
    let opened = 0;
    let waiting = 0;
    for (const row of this.#rows.values()) {
      if (row.named !== null) opened += 1;
      if (this.#isDue(row)) waiting += 1;
    }
    return [opened, waiting];
  }

  /** Tell pages, now and then. */
  #tell(): void {
    if (this.#telling !== null || this.#stopped) return;
    const wait = Math.max(0, this.#toldAt + TELL_EVERY_MS - Date.now());
    this.#telling = setTimeout(() => {
      this.#telling = null;
      this.#toldAt = Date.now();
      if (!this.#stopped) this.#around.changed(this.#differsForToday());
    }, wait);
  }

  /** Would Today be shown other rows than it was given? */
  #differsForToday(): boolean {
    if (this.#today === null) return false;
    const { most, seen } = this.#today;
    const rows = found(this.#rows.values(), UNREAD).slice(0, most);
    return JSON.stringify(rows.map((row) => shownRow(this.#desk, row))) !== seen;
  }

  async #write(now: boolean): Promise<void> {
    if (!this.#dirty || (!now && Date.now() - this.#wroteAt < WRITE_EVERY_MS)) return;
    this.#dirty = false;
    this.#wroteAt = Date.now();
    const names = [...this.#rows.values()].flatMap((row) => row.named ?? []);
    await this.#kept.write(names);
    await this.#desk.pins.keepHere();
  }
}

/** What goes wrong while nobody waits for it is met again when somebody asks. */
function quiet(error: unknown): void {
  if (!(error instanceof KeyholderError)) throw error;
}
