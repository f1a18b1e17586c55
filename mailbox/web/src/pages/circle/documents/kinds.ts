/** What a document is, in words. */
import type { DocumentView } from "@/vault/api";

export const KIND_WORDS: Record<DocumentView["preview"], string> = {
  image: "picture",
  pdf: "PDF",
  video: "video",
  audio: "sound",
  text: "text",
  none: "file",
};

const OTHERS: readonly (readonly [RegExp, string])[] = [
  [/wordprocessingml|opendocument\.text/, "Word document"],
  [/spreadsheetml|opendocument\.spreadsheet/, "spreadsheet"],
  [/presentationml/, "presentation"],
  [/rfc822/, "saved email"],
  [/csv/, "table"],
];

/** "PDF", "Picture", "Word document". */
export function mediaWords(view: Pick<DocumentView, "preview" | "mediaType">): string {
  const other = OTHERS.find(([pattern]) => pattern.test(view.mediaType))?.[1];
  const words = other ?? KIND_WORDS[view.preview];
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The newest version of each document, latest first, with all its versions beside it. */
export interface Stack {
  readonly newest: DocumentView;
  readonly versions: readonly DocumentView[];
}

export function stacked(documents: readonly DocumentView[]): readonly Stack[] {
  const byDocument = new Map<string, DocumentView[]>();
  for (const one of documents) byDocument.set(one.document, [...(byDocument.get(one.document) ?? []), one]);
  const stacks: Stack[] = [];
  for (const rows of byDocument.values()) {
    const versions = rows.toSorted((a, b) => b.number - a.number);
    const [newest] = versions;
    if (newest) stacks.push({ newest, versions });
  }
  return stacks.toSorted((a, b) => b.newest.receivedAt - a.newest.receivedAt);
}
