/** Who has read an entry, in words: counted from signed read receipts, one organisation at a time. */
import type { EntryView, MemberView, ReaderView } from "@/vault/api";

export interface OrganisationReading {
  readonly organisation: string;
  readonly legalName: string;
  /** Those who have read as far as the entry, earliest first. */
  readonly people: readonly ReaderView[];
}

export interface Reading {
  readonly read: readonly OrganisationReading[];
  /** Legal names of those of whom nobody has read it yet. */
  readonly notYet: readonly string[];
}

/** Sorts members into those who have read `entry` and those who have not. Who may not open it is left out. */
export function reading(
  entry: Pick<EntryView, "seq" | "worker" | "onlyFor" | "restricted" | "organisation" | "receivedAt">,
  members: readonly MemberView[],
  readers: readonly ReaderView[],
): Reading {
  const may = members.filter((member) => mayOpen(entry, member));
  const rows = may.map((member) => ({
    organisation: member.organisation,
    legalName: member.legalName,
    people: peopleOf(entry, member.organisation, readers),
  }));
  const read = rows.filter((row) => row.people.length > 0);
  const notYet = rows
    .filter((row) => row.people.length === 0 && row.organisation !== entry.organisation)
    .map((row) => row.legalName);
  return { read, notYet };
}

/** "Read by Harbour Housing (2), not yet by Police". */
export function readingLine({ read, notYet }: Reading): string {
  const by = read.map(({ legalName, people }) => `${legalName} (${people.length})`);
  // Whom a restricted note is for is not always known by name: nothing is better than a guess.
  if (by.length === 0 && notYet.length === 0) return "";
  if (by.length === 0) return `Not read yet by ${listed(notYet)}`;
  if (notYet.length === 0) return `Read by ${listed(by)}`;
  return `Read by ${listed(by)}, not yet by ${listed(notYet)}`;
}

/** "A", "A and B", "A, B and C". */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
}

function mayOpen(entry: Pick<EntryView, "onlyFor" | "restricted">, member: MemberView): boolean {
  if (member.standing === "invited") return false;
  if (!entry.restricted || entry.onlyFor.length === 0) return !entry.restricted;
  return entry.onlyFor.includes(member.legalName);
}

function peopleOf(
  entry: Pick<EntryView, "seq" | "worker">,
  organisation: string,
  readers: readonly ReaderView[],
): readonly ReaderView[] {
  return readers
    .filter((reader) => reader.organisation === organisation && reader.worker !== entry.worker)
    .filter((reader) => reader.seq >= entry.seq && reader.alarm === undefined)
    .toSorted((a, b) => a.at - b.at);
}
