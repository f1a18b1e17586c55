/**
 * Names of circles: asked for many at once, and shown only once the entry they stand in was verified in its
 * place. Verified names are kept on this device, sealed, with the head they were verified at, so that the next
 * start needs no hub to show them, and only what changed since is looked at again.
 */
import { AlarmKind } from "@/end/alarms";
import type { CircleView } from "@/end/circle";
import type { Desk } from "@/end/desk";
import { Refused } from "@/end/errors";
import { type Copy, keepCopies, makeCopy } from "@/end/rewraps";
import { aboutOf } from "@/end/thread";
import * as answers from "@/hub/answers";
import { equal, fromHex, toHex } from "@/protocol/bytes";
import type { About } from "@/protocol/private/bodies";
import { Act, ObjectKind } from "@/protocol/statements";

export type Standing = "owner" | "member" | "invited";

/** A circle's name and people, as its verified history had them up to `seq` and `head`. */
export interface Named {
  readonly circle: Uint8Array;
  readonly title: string;
  readonly reference: string;
  readonly owner: Uint8Array;
  readonly standing: Standing;
  readonly closed: boolean;
  readonly seq: number;
  readonly head: Uint8Array;
  /** The entry that says the name. */
  readonly aboutSeq: number;
  readonly lastAt: number;
  readonly nextDue: number | null;
  readonly assigned: boolean;
}

const STATEMENT = 100;
const MOST = 64 * 1024 * 1024;

/** What opens to the names of these circles, by id in hex, after statements that name them all. */
export async function releaseNames(
  desk: Desk,
  circles: readonly Uint8Array[],
): Promise<Map<string, answers.NameRow>> {
  try {
    return await release(desk, circles);
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== "too-much" || circles.length < 2) throw error;
    const half = Math.ceil(circles.length / 2);
    const first = await releaseNames(desk, circles.slice(0, half));
    return new Map([...first, ...(await releaseNames(desk, circles.slice(half)))]);
  }
}

async function release(desk: Desk, circles: readonly Uint8Array[]): Promise<Map<string, answers.NameRow>> {
  const signed = [];
  for (let start = 0; start < circles.length; start += STATEMENT) {
    const named = circles.slice(start, start + STATEMENT);
    const objects = named.map((id) => ({ kind: ObjectKind.CIRCLE, id, start: 0, stop: 0 }));
    signed.push(desk.stateThat(Act.LISTED, objects));
  }
  const statements = signed.map(({ payload, signature }) => ({ payload, signature }));
  const answer = await desk.connection.post(
    "/v1/circles/names",
    { circles, statements },
    answers.NamesAnswer,
    { most: MOST },
  );
  desk.log.heard(answer, signed);
  return new Map(answer.items.map((row) => [toHex(row.circle), row]));
}

/**
 * The name of a circle, once its history and the entry the name stands in were verified. `released` may be what
 * came with a list, or null: then it is asked for. `known`: what was verified before, still good when the
 * history's newest description is the one it came from.
 * Throws Alarm, NewerVersion, NotReady, Refused.
 */
export async function verifiedName(
  view: CircleView,
  released: answers.NameRow | null,
  known: Named | null,
): Promise<About> {
  if (known !== null) checkLeadsOn(view, known);
  const described = [...view.book.describing()].map((verified) => verified.placed.seq);
  if (known !== null && known.aboutSeq === described[0] && !isErased(view, known)) return aboutKept(known);
  if (released === null) return view.thread.about();
  if (!described.includes(released.seq)) {
    throw view.book.alarm(AlarmKind.CONTENT_CHANGED, { header: released.header });
  }
  // Said meanwhile, or an old name: the newest counts.
  if (released.seq !== described[0]) return view.thread.about();
  const verified = view.book.at(released.seq);
  const epochs = [verified.header.epoch];
  await view.keys.takeCopies(released.wraps, epochs);
  if (view.keys.withheld(released.boxes, epochs).length > 0) return view.thread.about();
  await view.keys.take(released.boxes, epochs);
  const about = aboutOf(await view.thread.takeServed(verified, released.body, released.boxes));
  return about ?? view.thread.about();
}

/** What this device verified stays: pins are of the latest circles alone, names are of all. Throws Alarm. */
function checkLeadsOn(view: CircleView, known: Named): void {
  const head = view.book.log.heads[known.seq];
  if (head === undefined || !equal(head, known.head)) {
    throw view.book.alarm(AlarmKind.HISTORY_CHANGED, { pinned: known.head });
  }
}

function isErased(view: CircleView, known: Named): boolean {
  return view.book.circle.erased.has(view.book.at(known.aboutSeq).placed.hash);
}

function aboutKept({ title, reference }: Named): About {
  return { version: 1, author: "", title, reference, safeContact: "", contactPerson: "" };
}

/** Copies of keys that were opened from boxes, gathered and given to the hub many at a time. */
export class CopyBook {
  readonly #desk: Desk;
  #waiting: Copy[] = [];

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Copy what `view` has opened from boxes. */
  async take(view: CircleView): Promise<void> {
    for (const epoch of view.keys.uncopied) {
      const key = view.keys.get(epoch);
      if (key !== null) this.#waiting.push(await makeCopy(this.#desk, view.id, epoch, key));
    }
    view.keys.uncopied.clear();
  }

  /** Give them to the hub, once there are `least`. */
  async keep(least: number): Promise<void> {
    if (this.#waiting.length < Math.max(1, least)) return;
    const copies = this.#waiting;
    this.#waiting = [];
    await keepCopies(this.#desk, copies);
  }
}

const SHARDS = "0123456789abcdef";
type Packed = readonly [
  circle: string,
  title: string,
  reference: string,
  owner: string,
  standing: string,
  closed: boolean,
  seq: number,
  head: string,
  aboutSeq: number,
  lastAt: number,
  nextDue: number | null,
  assigned: boolean,
];

/** Verified names on this device, in sixteen sealed pieces, by the first digit of the circle's id. */
export class KeptNames {
  readonly #desk: Desk;
  readonly #changed = new Set<string>();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** What this device had kept. */
  async read(): Promise<Named[]> {
    const pieces = await Promise.all([...SHARDS].map((shard) => this.#desk.state.read(`names-${shard}`)));
    return pieces.flatMap((data) => (data === null ? [] : unpacked(data)));
  }

  /** Something of this circle is to be written next time. */
  touch(circle: string): void {
    this.#changed.add(circle[0] ?? "0");
  }

  /** Write the pieces that changed. */
  async write(all: Iterable<Named>): Promise<void> {
    const changed = new Set(this.#changed);
    this.#changed.clear();
    if (changed.size === 0 || !this.#desk.state.kept) return;
    const rows = new Map([...changed].map((shard) => [shard, [] as Packed[]]));
    for (const named of all) {
      const circle = toHex(named.circle);
      rows.get(circle[0] ?? "0")?.push(packed(circle, named));
    }
    for (const [shard, held] of rows) {
      await this.#desk.state.write(`names-${shard}`, new TextEncoder().encode(JSON.stringify(held)));
    }
  }
}

function packed(circle: string, named: Named): Packed {
  const { title, reference, owner, standing, closed, seq, head, aboutSeq, lastAt, nextDue, assigned } = named;
  const [ownerHex, headHex] = [toHex(owner), toHex(head)];
  return [
    circle,
    title,
    reference,
    ownerHex,
    standing,
    closed,
    seq,
    headHex,
    aboutSeq,
    lastAt,
    nextDue,
    assigned,
  ];
}

function unpacked(data: Uint8Array): Named[] {
  try {
    const rows: unknown = JSON.parse(new TextDecoder().decode(data));
    // Only this program writes these, under a key of this worker alone; another shape is thrown away below.
    return (rows as Packed[]).map(named);
  } catch {
    return [];
  }
}

function named(row: Packed): Named {
  const [circle, title, reference, owner, standing, closed, seq, head, aboutSeq, lastAt, nextDue, assigned] =
    row;
  const here: Standing = standing === "owner" || standing === "invited" ? standing : "member";
  return {
    circle: fromHex(circle),
    title,
    reference,
    owner: fromHex(owner),
    standing: here,
    closed,
    seq,
    head: fromHex(head),
    aboutSeq,
    lastAt,
    nextDue,
    assigned,
  };
}
