/** All that happened in a circle, one plain line each: from its verified entries, and who has read how far. */
import type { CircleView } from "@/end/circle";
import type { EntryTeller } from "@/end/entryviews";
import type { People } from "@/end/people";
import { type Reader } from "@/end/readers";
import { Kind } from "@/protocol/facts";
import type { Verified } from "@/protocol/log";
import { toHex } from "@/protocol/bytes";
import type { TimelineRow } from "@/vault/api";

/** How many workers are looked up, each by opening one entry they wrote. */
const LOOKED_UP = 20;

const GROUPS: ReadonlyMap<number, TimelineRow["group"]> = new Map([
  [Kind.MESSAGE, "message"],
  [Kind.DOCUMENT, "document"],
  [Kind.PLAN, "plan"],
  [Kind.ACTION, "action"],
  [Kind.ACTION_CHANGE, "action"],
  [Kind.INVITE, "people"],
  [Kind.ACCEPT, "people"],
  [Kind.DECLINE, "people"],
  [Kind.GRANT, "people"],
  [Kind.HANDOVER, "people"],
  [Kind.REKEY, "people"],
]);

/** Learn the names of authors whom nothing opened has named yet. */
export async function learnAuthors(view: CircleView, people: People): Promise<void> {
  const unknown = new Map<string, number>();
  for (const { header, placed } of view.book.entries) {
    if (people.knows(header.organisation, header.worker)) continue;
    const erased = view.book.circle.erased.has(placed.hash);
    if (!erased) unknown.set(toHex(header.organisation) + toHex(header.worker), placed.seq);
  }
  for (const seq of [...unknown.values()].slice(0, LOOKED_UP)) {
    people.learn(await view.thread.openRange(seq, seq + 1));
  }
}

/** Every entry and every reader, newest first. */
export function timelineOf(
  view: CircleView,
  teller: EntryTeller,
  readers: readonly Reader[],
  people: People,
): TimelineRow[] {
  const { directory } = view.book.desk;
  const entries = view.book.entries.map((verified): TimelineRow => {
    const { header, placed } = verified;
    return {
      seq: placed.seq,
      at: placed.receivedAt,
      group: GROUPS.get(header.kind) ?? "circle",
      who: people.nameOf(header.organisation, header.worker),
      legalName: directory.legalName(header.organisation),
      text: lineOf(verified, teller),
    };
  });
  const placed = new Map(view.book.entries.map((verified) => [verified.placed.seq, verified]));
  const reads = readers
    .filter((reader) => reader.alarm === null)
    .map((reader): TimelineRow => {
      return {
        seq: reader.seq,
        at: reader.at,
        group: "read",
        who: people.nameOf(reader.organisation, reader.worker),
        legalName: directory.legalName(reader.organisation),
        ...readAs(placed.get(reader.seq), reader.seq === view.book.log.seq, people),
      };
    });
  return [...entries, ...reads].sort((one, other) => other.at - one.at || other.seq - one.seq);
}

/** How far somebody has read, by who sent the last of it and when: nobody counts entries. */
function readAs(
  last: Verified | undefined,
  everything: boolean,
  people: People,
): Pick<TimelineRow, "text" | "upTo"> {
  if (everything) return { text: "Has read everything" };
  if (last === undefined) return { text: "Has read a part" };
  const { header, placed } = last;
  const name = people.nameOf(header.organisation, header.worker);
  return { text: `Has read up to what ${name} sent`, upTo: placed.receivedAt };
}

function lineOf(verified: Verified, teller: EntryTeller): string {
  if (verified.header.kind !== Kind.MESSAGE) return teller.summary(verified);
  const { facts } = verified;
  const restricted = facts !== null && "restricted" in facts && facts.restricted !== null;
  return restricted ? "Wrote a note for some members only" : "Wrote a message";
}
