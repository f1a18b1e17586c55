/** One row of the list of circles: what the hub lists, what was verified, and how it is shown. */
import type { Alarm } from "@/end/alarms";
import type { CircleView } from "@/end/circle";
import type { Desk } from "@/end/desk";
import { type Searchable, plainText, searchText } from "@/end/listsearch";
import type { Named, Standing } from "@/end/names";
import { plainName } from "@/end/profile";
import { troubleOf } from "@/end/trouble";
import type * as answers from "@/hub/answers";
import { equal, toHex } from "@/protocol/bytes";
import type { CircleRow } from "@/vault/api";

/** One circle of the list. */
export interface Row extends Searchable {
  readonly circle: Uint8Array;
  readonly listed: answers.CircleListed | null;
  readonly named: Named | null;
  readonly alarm: Alarm | null;
  /** The hub shows it no longer, and nothing that was verified says that the own organisation left. */
  readonly gone: boolean;
  /** The head that the hub lists (hex); empty while it lists none. */
  readonly listedHead: string;
  /** The head at which everything was tried; whatever came of it stands until the circle changes. */
  readonly tried: string;
}

/** What may be said anew of a row; the rest follows from it. */
export type Parts = Pick<Row, "circle" | "listed" | "named" | "alarm" | "gone" | "tried">;

/** The row of these parts; `before` saves making its texts ready again. */
export function rowOf(parts: Parts, before: Row | undefined): Row {
  const { circle, listed, named, alarm, gone, tried } = parts;
  const same = before !== undefined && named === before.named;
  const sameList = before !== undefined && listed === before.listed;
  return {
    circle,
    listed,
    named,
    alarm,
    gone,
    tried,
    listedHead: sameList ? before.listedHead : listed === null ? "" : toHex(listed.head),
    words: same ? before.words : wordsOf(named),
    sortName: same ? before.sortName : plainText(named?.title ?? ""),
    closed: named?.closed ?? listed?.closed ?? false,
    assigned: listed?.assigned ?? named?.assigned ?? false,
    unread: listed?.unread ?? 0,
    nextDue: listed === null ? (named?.nextDue ?? null) : listed.nextDue,
    lastAt: listed?.receivedAt ?? named?.lastAt ?? 0,
  };
}

/** The row as a page gets it. */
export function shownRow(desk: Desk, row: Row): CircleRow {
  const { listed, named, alarm } = row;
  const owner = named?.owner ?? listed?.owner ?? new Uint8Array(0);
  const invited = listed?.standing === "invited";
  return {
    circle: toHex(row.circle),
    title: named?.title ?? "",
    reference: named?.reference ?? "",
    owner: desk.directory.legalName(owner),
    standing: invited ? "invited" : (named?.standing ?? standingOf(listed?.standing)),
    unread: row.unread,
    assigned: row.assigned,
    closed: row.closed,
    nextDue: row.nextDue,
    lastAt: row.lastAt,
    ...(alarm === null ? {} : { alarm: troubleOf(alarm) }),
    ...(row.gone ? { gone: true } : {}),
  };
}

/** A circle's name as its verified history has it. */
export function namedBy(
  view: CircleView,
  about: { readonly title: string; readonly reference: string },
  listed: answers.CircleListed | null,
): Named {
  const { circle, log, desk } = view.book;
  const own = desk.me.organisation;
  const [described] = view.book.describing();
  const standing = equal(circle.owner, own) ? "owner" : circle.members.has(own) ? "member" : "invited";
  return {
    circle: view.id,
    title: plainName(about.title),
    reference: plainName(about.reference),
    owner: circle.owner,
    standing,
    closed: circle.closed,
    seq: log.seq,
    head: log.head,
    aboutSeq: described?.placed.seq ?? 1,
    lastAt: log.receivedAt,
    nextDue: listed?.nextDue ?? null,
    assigned: listed?.assigned ?? false,
  };
}

/** A row of which nothing is known yet. */
export function emptyRow(circle: Uint8Array): Row {
  return rowOf({ circle, listed: null, named: null, alarm: null, gone: false, tried: "" }, undefined);
}

function wordsOf(named: Named | null): string {
  return named === null ? "" : searchText(named.title, named.reference);
}

/** The head that the hub lists. */
export function headOf(row: Row): string {
  return row.listed === null ? row.tried : row.listedHead;
}

function standingOf(word: string | undefined): Standing {
  return word === "owner" || word === "invited" ? word : "member";
}
