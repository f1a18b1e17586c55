/**
 * Which documents may be attached, and opened again: what the name and the bytes say must agree
 * (policies/documents.py, over the same table).
 *
 * The hub sees ciphertext alone, so these rules are run by the ends. This is no virus scan. It refuses what can
 * act by itself. What the bytes look like, `sniffing` says.
 */
import table from "@policies/documents.toml";
import { ALLOWED, type Decision, type Denied, isDenied } from "./decisions";
import type { Limits } from "./limits";
import { ending, safeName } from "./names";
import { type Row, optionalText, rows, section, text, texts, whole } from "./tables";

/** One accepted type: its media type, the endings it may have, what its bytes may look like. */
export interface AcceptedType {
  readonly media: string;
  readonly label: string;
  readonly extensions: readonly string[];
  readonly detected: readonly string[];
  readonly inside: string | null;
}

interface RefusedType extends Denied {
  readonly extensions: readonly string[];
  readonly detected: readonly string[];
}

/**
 * A file somebody wants to attach: its name, its size in bytes, and the media type its bytes look like.
 * `inside` lists the names in a container; null if the caller did not or could not look.
 */
export interface Found {
  readonly name: string;
  readonly size: number;
  readonly detected: string;
  readonly inside: readonly string[] | null;
}

const ACCEPTED: readonly AcceptedType[] = rows(table, "accepted").map((row: Row) => ({
  media: text(row, "media"),
  label: text(row, "label"),
  extensions: texts(row, "extensions"),
  detected: texts(row, "detected"),
  inside: optionalText(row, "inside"),
}));
const REFUSED: readonly RefusedType[] = rows(table, "refused").map((row: Row) => ({
  code: text(row, "code"),
  say: text(row, "say"),
  extensions: texts(row, "extensions"),
  detected: texts(row, "detected"),
}));
const MACROS = texts(section(table, "containers"), "macros");
const ENTRIES_MAX = whole(section(table, "containers"), "entries_max");

const EMPTY: Denied = { code: "empty_document", say: "This file is empty. Choose another." };
const UNSAFE_NAME: Denied = {
  code: "unsafe_name",
  say: "The name holds characters that are not safe, or is too long. Rename the file and try again.",
};
const UNKNOWN_TYPE: Denied = {
  code: "unknown_type",
  say: "Files of this kind are not accepted. Save it as PDF and attach that.",
};
const DISGUISED: Denied = {
  code: "disguised_type",
  say: "The file is not what its name says. Save it again from the program that made it.",
};
const NOT_LOOKED_INTO: Denied = {
  code: "unreadable_container",
  say: "This office file cannot be looked into. Save it as PDF instead.",
};

/** Every accepted type, for a file chooser and for what a person is told. */
export function acceptedTypes(): readonly AcceptedType[] {
  return ACCEPTED;
}

/** May this file be sealed and sent? */
export function mayAttach(found: Found, limits: Limits): Decision {
  for (const decision of [ofSize(found.size, limits), ofName(found.name, limits), ofType(found)]) {
    if (isDenied(decision)) return decision;
  }
  return ALLOWED;
}

/** The accepted type a name's ending stands for. */
export function typeOf(name: string): AcceptedType | null {
  const suffix = ending(name);
  return ACCEPTED.find((row) => row.extensions.includes(suffix)) ?? null;
}

/** A reader's own look: whether the manifest's name and media type agree with the bytes that came out. */
export function mayOpen(name: string, media: string, detected: string): boolean {
  const row = typeOf(name);
  return row !== null && row.media === media && row.detected.includes(detected);
}

function ofSize(size: number, { documents: { sizeMax } }: Limits): Decision {
  if (size < 1) return EMPTY;
  if (size <= sizeMax) return ALLOWED;
  const largest = Math.floor(sizeMax / 2 ** 30);
  return {
    code: "document_too_large",
    say: `The largest document is ${largest} GiB. Split it into parts.`,
  };
}

function ofName(name: string, { documents }: Limits): Decision {
  return safeName(name, documents.nameMaxCharacters) === name ? ALLOWED : UNSAFE_NAME;
}

/** What the bytes look like speaks first: a program called letter.pdf is a program. */
function ofType(found: Found): Decision {
  const suffix = ending(found.name);
  for (const { code, say, detected, extensions } of REFUSED) {
    if (detected.includes(found.detected) || extensions.includes(suffix)) return { code, say };
  }
  const kind = typeOf(found.name);
  if (kind === null) return UNKNOWN_TYPE;
  if (!kind.detected.includes(found.detected)) return DISGUISED;
  return kind.inside === null ? ALLOWED : ofContainer(found.inside, kind.inside);
}

function ofContainer(names: readonly string[] | null, needed: string): Decision {
  if (names === null || names.length > ENTRIES_MAX) return NOT_LOOKED_INTO;
  if (!names.includes(needed)) return DISGUISED;
  const runs = names.some((name) => MACROS.some((part) => `/${name.toLowerCase()}`.includes(part)));
  return runs ? refused("macros") : ALLOWED;
}

function refused(named: string): Decision {
  const row = REFUSED.find(({ code }) => code === named);
  return row === undefined ? DISGUISED : { code: row.code, say: row.say };
}
