/** The JSON of a request: bytes become base64, camelCase names become snake_case. */
import { snake } from "@/hub/decoding";
import { toBase64 } from "@/protocol/bytes";

/** What a request may hold. */
export type Sendable =
  string | number | boolean | null | Uint8Array | readonly Sendable[] | { readonly [name: string]: Sendable };

/** The JSON text of `value`. */
export function packed(value: Sendable): string {
  return JSON.stringify(plain(value));
}

function plain(value: Sendable): unknown {
  if (value instanceof Uint8Array) return toBase64(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [snake(name), plain(held)]));
}
