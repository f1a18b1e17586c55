/** The list of circles is searched and sorted in the vault, quickly, whatever the spelling. */
import { describe, expect, it } from "vitest";
import { type Searchable, found, plainText, searchText } from "@/end/listsearch";
import type { CircleSearch } from "@/vault/api";

const SEARCH: CircleSearch = { text: "", show: "open", sort: "latest", offset: 0, limit: 20 };

function row(
  title: string,
  reference: string,
  more: Partial<Searchable> = {},
): Searchable & { title: string } {
  return {
    title,
    words: searchText(title, reference),
    sortName: plainText(title),
    closed: false,
    assigned: false,
    unread: 0,
    nextDue: null,
    lastAt: 0,
    ...more,
  };
}

const titles = (rows: readonly { readonly title: string }[]) => rows.map((each) => each.title);

describe("searching", () => {
  const rows = [
    row("Zoë Müller", "R-1", { assigned: true, lastAt: 1 }),
    row("Ana Núñez", "r-2", { unread: 2, lastAt: 3, nextDue: 50 }),
    row("Łucja Straße", "Q-77", { closed: true, lastAt: 2 }),
    row("", "", { lastAt: 9, nextDue: 10 }),
  ];

  it("passes over case, accents and doubled spaces", () => {
    for (const text of ["zoe", "ZOË  muller", "müller zo"]) {
      expect(titles(found(rows, { ...SEARCH, text }))).toEqual(["Zoë Müller"]);
    }
    expect(titles(found(rows, { ...SEARCH, text: "NUNEZ R-2" }))).toEqual(["Ana Núñez"]);
  });

  it("finds every word or nothing", () => {
    expect(found(rows, { ...SEARCH, text: "zoe nunez" })).toEqual([]);
  });

  it("does not find what has no name yet, and lists it when nothing is searched for", () => {
    expect(titles(found(rows, SEARCH))).toContain("");
    expect(titles(found(rows, { ...SEARCH, text: "a" }))).not.toContain("");
  });

  it("shows open, own, unread or closed ones", () => {
    expect(titles(found(rows, { ...SEARCH, show: "mine" }))).toEqual(["Zoë Müller"]);
    expect(titles(found(rows, { ...SEARCH, show: "unread" }))).toEqual(["Ana Núñez"]);
    expect(titles(found(rows, { ...SEARCH, show: "closed" }))).toEqual(["Łucja Straße"]);
    expect(found(rows, { ...SEARCH, show: "all" })).toHaveLength(4);
  });

  it("sorts by what happened last, what is due first, or by name with the nameless last", () => {
    expect(titles(found(rows, SEARCH))).toEqual(["", "Ana Núñez", "Zoë Müller"]);
    expect(titles(found(rows, { ...SEARCH, sort: "due" }))).toEqual(["", "Ana Núñez", "Zoë Müller"]);
    expect(titles(found(rows, { ...SEARCH, sort: "name" }))).toEqual(["Ana Núñez", "Zoë Müller", ""]);
  });

  it("answers in well under the blink of an eye at ten thousand", () => {
    const many = Array.from({ length: 10_000 }, (_, at) =>
      row(`Circle for Pérson ${(at * 7919) % 10_000}`, `R-${at}`, { lastAt: (at * 31) % 9973 }),
    );
    for (const sort of ["latest", "due", "name"] as const) {
      const start = process.cpuUsage();
      expect(found(many, { ...SEARCH, text: "person 77", sort }).length).toBeGreaterThan(0);
      found(many, { ...SEARCH, sort });
      const { user } = process.cpuUsage(start);
      expect(user / 1000).toBeLessThan(300);
    }
  });
});
