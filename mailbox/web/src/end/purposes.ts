/** The purpose that goes without saying, by the hub's own table (policies/data/purposes.toml). */
import purposes from "@policies/purposes.toml";

interface Row {
  readonly code: number;
  readonly key: string;
}

function isRow(row: unknown): row is Row {
  if (typeof row !== "object" || row === null) return false;
  return "code" in row && typeof row.code === "number" && "key" in row && typeof row.key === "string";
}

/** The code of the purpose with that key. Throws an Error when the table has none: it is shipped with us. */
export function purposeCode(key: string): number {
  const rows: unknown = purposes["codes"];
  const found = Array.isArray(rows) ? rows.filter(isRow).find((row) => row.key === key) : undefined;
  if (found === undefined) throw new Error(`policies have no purpose ${key}`);
  return found.code;
}

/** The ordinary purpose. */
export const DIRECT_SUPPORT = purposeCode("direct_support");
