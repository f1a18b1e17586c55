/** What every answer of the hub is made of: kinds of value, each with a bound, and pages of rows. */
import { answer, bytes, type Decode, listOf, maybe, number, word as text } from "@/hub/decoding";
import { MAX_BODY } from "@/protocol/entries";

export const ID = bytes(16);
export const HASH = bytes(32);
export const SIGNATURE = bytes(64);
export const BOX_KEY = bytes(1216);
export const NUMBER = number();
export const TEXT = text(320);
export const NOTE = text(4096);
export const PACKED = bytes(0, 64 * 1024);
export const BOX = bytes(1, 2048);
export const BOXES = listOf(BOX, 2048);
export const BODY = bytes(0, MAX_BODY);
export const WORD = text(64);

/** A number, or the word for it. */
export const NUMBER_OR_WORD: Decode<number | string> = (json) =>
  typeof json === "number" ? NUMBER(json) : WORD(json);

/** One page of a list; `next` is what to give as `after`. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | number | null;
}

/** A page of what `decode` reads. */
export function page<T>(decode: Decode<T>): Decode<Page<T>> {
  const cursor: Decode<string | number> = (json) => (typeof json === "number" ? NUMBER(json) : NOTE(json));
  return answer<Page<T>>({ items: listOf(decode, 500), next: maybe(cursor) });
}

/** An answer nobody needs to read. */
export const Nothing: Decode<void> = () => undefined;
