/** A message as it is kept while it is written: its words, and who may read them. A note meant for some must
 * never come back from a draft as one for all. */

export interface MessageDraft {
  readonly text: string;
  /** Null: everyone in the circle. */
  readonly only: readonly string[] | null;
}

export const NO_DRAFT: MessageDraft = { text: "", only: null };

export function packDraft(draft: MessageDraft): string {
  if (draft.text === "" && draft.only === null) return "";
  return JSON.stringify({ text: draft.text, only: draft.only });
}

/** What was kept; anything unreadable is taken as plain text for nobody yet, so that no word is lost. */
export function unpackDraft(kept: string): MessageDraft {
  if (kept === "") return NO_DRAFT;
  try {
    const found: unknown = JSON.parse(kept);
    if (isDraft(found)) return { text: found.text, only: found.only };
  } catch {
    // Not ours: shown as it is.
  }
  return { text: kept, only: [] };
}

function isDraft(found: unknown): found is MessageDraft {
  if (typeof found !== "object" || found === null || !("text" in found) || !("only" in found)) return false;
  const { text, only } = found;
  const named = Array.isArray(only) && only.every((one) => typeof one === "string");
  return typeof text === "string" && (only === null || named);
}
