/** The line between a page and the vault: numbered questions, answers or troubles, and events. */
import type { Trouble, VaultEvent } from "@/vault/api";

export interface Question {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

export type Answer =
  { readonly id: number; readonly value: unknown } | { readonly id: number; readonly trouble: Trouble };

/** From the page: a question, or the other end of a line to the service worker that serves opened documents. */
export type ToVault = { readonly question: Question } | { readonly documents: MessagePort };

/** From the vault. "ready" comes once, when questions may be asked. */
export type FromVault =
  { readonly ready: true } | { readonly answer: Answer } | { readonly event: VaultEvent };

/** A failed question. Pages show `trouble`; its message is for developers only. */
export class Failed extends Error {
  constructor(readonly trouble: Trouble) {
    super(trouble.code);
    this.name = "Failed";
  }
}
