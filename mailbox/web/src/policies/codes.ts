/**
 * Code lists: the small numbers that stand for reasons and purposes in signed facts, and their words.
 *
 * Once published a code keeps its meaning for good: entries signed years ago carry it. A retired one is still
 * read in old entries, no longer offered or accepted in new ones.
 */
import needTable from "@policies/needs.toml";
import purposeTable from "@policies/purposes.toml";
import reasonTable from "@policies/reasons.toml";
import { ALLOWED, type Decision } from "./decisions";
import { type Row, flag, rows, section, text, whole } from "./tables";

/** One row: `code` goes into signed facts, `key` into programs, `label` onto screens. */
export interface Code {
  readonly code: number;
  readonly key: string;
  readonly label: string;
  /** The person must add words, which travel sealed, never in the facts. */
  readonly needsText: boolean;
  readonly retired: boolean;
}

/** A named list, looked up both ways. Unknown codes and keys give null: they come from outside. */
export class CodeList {
  readonly title: string;
  readonly codes: readonly Code[];

  constructor(table: Row) {
    this.title = text(table, "title");
    this.codes = rows(table, "codes").map(readCode);
  }

  /** The row with this number, retired or not. */
  byCode(code: number): Code | null {
    return this.codes.find((row) => row.code === code) ?? null;
  }

  /** The row with this key, retired or not. */
  byKey(key: string): Code | null {
    return this.codes.find((row) => row.key === key) ?? null;
  }

  /** The rows a person may choose from today. */
  offered(): readonly Code[] {
    return this.codes.filter((row) => !row.retired);
  }

  /** May a new entry or statement carry this code? */
  check(code: number | null | undefined): Decision {
    const row = this.byCode(code ?? -1);
    if (row !== null && !row.retired) return ALLOWED;
    return { code: "unknown_reason", say: `Choose one of the reasons listed under “${this.title}”.` };
  }
}

/** One row of a list of codes. */
export function readCode(row: Row): Code {
  return {
    code: whole(row, "code"),
    key: text(row, "key"),
    label: text(row, "label"),
    needsText: flag(row, "needs_text"),
    retired: flag(row, "retired"),
  };
}

const list = (name: string): CodeList => new CodeList(section(reasonTable, name));

const REASONS = {
  invitationDecline: list("invitation_decline"),
  actionDecline: list("action_decline"),
  actionCancel: list("action_cancel"),
  removal: list("removal"),
  closing: list("closing"),
  erase: list("erase"),
  breakGlass: list("break_glass"),
};
const PURPOSES = new CodeList(purposeTable);
const NEEDS = new CodeList(needTable);

/** Every list of reasons. */
export function reasons(): typeof REASONS {
  return REASONS;
}

/** The purposes a statement in the access log may name. */
export function purposes(): CodeList {
  return PURPOSES;
}

/** The categories of a need in a care plan. */
export function needs(): CodeList {
  return NEEDS;
}
