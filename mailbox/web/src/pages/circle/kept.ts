/** A form whose answers are kept as a sealed draft while it is filled in, and come back after a reload. */
import { useDraft } from "@/app/draft";
import type { OtherDraft } from "@/vault/api";

export interface Kept<T> {
  readonly answers: T;
  /** False until an earlier draft was looked for. */
  readonly ready: boolean;
  readonly set: (change: Partial<T>) => void;
  /** Sent: forget it. */
  readonly drop: () => void;
  /** The same for every try to send these answers. */
  readonly press: () => string;
  /** As in `Draft`. */
  readonly others: readonly OtherDraft[];
  readonly take: (words: string) => void;
  readonly forget: (words: string) => void;
}

/** `read` takes what was kept, and answers undefined for anything that is not such a form. */
export function useKept<T extends object>(
  slot: string,
  start: T,
  read: (found: Readonly<Record<string, unknown>>) => T | undefined,
): Kept<T> {
  const { text, write, ...draft } = useDraft(slot);
  const answers = unpacked(text, read) ?? start;
  return { ...draft, answers, set: (change) => write(JSON.stringify({ ...answers, ...change })) };
}

function unpacked<T>(text: string, read: (found: Readonly<Record<string, unknown>>) => T | undefined) {
  if (text === "") return undefined;
  try {
    const found: unknown = JSON.parse(text);
    return isRecord(found) ? read(found) : undefined;
  } catch {
    return undefined;
  }
}

export function isRecord(found: unknown): found is Readonly<Record<string, unknown>> {
  return typeof found === "object" && found !== null && !Array.isArray(found);
}

/** The text under `name`, or nothing. */
export function textOf(found: Readonly<Record<string, unknown>>, name: string): string {
  const value = found[name];
  return typeof value === "string" ? value : "";
}
