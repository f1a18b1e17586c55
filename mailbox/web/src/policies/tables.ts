/**
 * Reads the hub's own tables (policies/data) as the build bundles them. A table that does not fit its shape
 * stops the start: it is the package that is broken, not what a person did.
 */

export type Row = Readonly<Record<string, unknown>>;

/** A data file is malformed or contradicts itself. */
export class BadTable extends Error {
  override readonly name = "BadTable";
}

/** The field of a row, as `read` takes it; `read` gives undefined for what does not fit. */
function field<T>(row: Row, name: string, read: (value: unknown) => T | undefined): T {
  const value = read(row[name]);
  if (value === undefined) throw new BadTable(`the field ${name} is missing or does not fit`);
  return value;
}

const asText = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const asRow = (value: unknown): Row | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;

function asList<T>(value: unknown, read: (item: unknown) => T | undefined): readonly T[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const items = value.map(read);
  const fitting = items.filter((item) => item !== undefined);
  return fitting.length === items.length ? fitting : undefined;
}

/** A text. */
export function text(row: Row, name: string): string {
  return field(row, name, asText);
}

/** A text, or null where there is none. */
export function optionalText(row: Row, name: string): string | null {
  return row[name] === undefined ? null : text(row, name);
}

/** A whole number of at least `least`. */
export function whole(row: Row, name: string, least = 0): number {
  return field(row, name, (value) =>
    typeof value === "number" && Number.isSafeInteger(value) && value >= least ? value : undefined,
  );
}

/** True or false; false where it is not said. */
export function flag(row: Row, name: string): boolean {
  return field(row, name, (value) => (typeof (value ?? false) === "boolean" ? value === true : undefined));
}

/** A list of texts. */
export function texts(row: Row, name: string): readonly string[] {
  return field(row, name, (value) => asList(value, asText));
}

/** A list of whole numbers. */
export function wholes(row: Row, name: string): readonly number[] {
  return field(row, name, (value) =>
    asList(value, (item) => (Number.isSafeInteger(item) ? Number(item) : undefined)),
  );
}

/** A table within a table. */
export function section(row: Row, name: string): Row {
  return field(row, name, asRow);
}

/** A list of tables. */
export function rows(row: Row, name: string): readonly Row[] {
  return field(row, name, (value) => asList(value, asRow));
}

/** One of the words of an enumeration. */
export function oneOf<T extends string>(word: string, known: readonly T[]): T {
  const found = known.find((each) => each === word);
  if (found === undefined) throw new BadTable(`${word} is not one of ${known.join(", ")}`);
  return found;
}
