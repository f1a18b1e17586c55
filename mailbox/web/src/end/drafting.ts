/**
 * Drafts on their way to being kept: the newest words of each slot wait a moment for more. When keys are about to
 * be forgotten nothing waits any longer: it is sealed with the keys as they are.
 */
import type { Context } from "@/end/context";
import type { Desk } from "@/end/desk";
import { dropDraft, readDraft, saveDraft } from "@/end/drafts";
import type { Connection } from "@/hub/connection";
import type { VaultApi } from "@/vault/api";

const PAUSE_MS = 400;

interface Waiting {
  readonly desk: Desk;
  readonly text: string;
  readonly timer: ReturnType<typeof setTimeout>;
  readonly heard: readonly ((kept: Promise<void>) => void)[];
}

/** What was written and is not kept yet. */
export class Drafting {
  readonly #waiting = new Map<string, Waiting>();
  #before: Promise<unknown> = Promise.resolve();

  /** Resolves once these words, or newer ones of the same slot, are kept. Throws as `saveDraft` does. */
  write(desk: Desk, slot: string, text: string): Promise<void> {
    const earlier = this.#take(slot)?.heard ?? [];
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#keep(slot), PAUSE_MS);
      this.#waiting.set(slot, { desk, text, timer, heard: [...earlier, resolve] });
    });
  }

  async read(desk: Desk, slot: string): Promise<string> {
    const waiting = this.#waiting.get(slot);
    return waiting?.desk === desk ? waiting.text : await readDraft(desk, slot);
  }

  async drop(desk: Desk, slot: string): Promise<void> {
    for (const heard of this.#take(slot)?.heard ?? []) heard(Promise.resolve());
    await this.#inTurn(() => dropDraft(desk, slot));
  }

  /** Keep everything now. */
  async keepAll(): Promise<void> {
    for (const slot of this.#waiting.keys()) this.#keep(slot);
    await this.#before;
  }

  /** Keys are about to be forgotten: keep everything, by a line that still has the session. */
  async part(parting: Connection): Promise<void> {
    const kept = [...this.#waiting.keys()].map((slot) => {
      const waiting = this.#take(slot);
      if (waiting === undefined) return undefined;
      const saving = saveDraft(waiting.desk, slot, waiting.text, parting);
      for (const heard of waiting.heard) heard(saving);
      return saving;
    });
    await Promise.allSettled(kept);
  }

  #keep(slot: string): void {
    const waiting = this.#take(slot);
    if (waiting === undefined) return;
    const saving = this.#inTurn(() => saveDraft(waiting.desk, slot, waiting.text));
    for (const heard of waiting.heard) heard(saving);
  }

  #take(slot: string): Waiting | undefined {
    const waiting = this.#waiting.get(slot);
    clearTimeout(waiting?.timer);
    this.#waiting.delete(slot);
    return waiting;
  }

  /** One after the other: older words never arrive after newer ones. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#before.then(work);
    this.#before = done.catch(() => undefined);
    return done;
  }
}

/** What pages may ask about drafts. */
export function draftMethods(
  context: Context,
): Pick<VaultApi, "draft" | "saveDraft" | "keepDrafts" | "dropDraft"> {
  const drafting = new Drafting();
  context.onParting((parting) => drafting.part(parting));
  return {
    draft: async (slot) => await drafting.read(context.desk(), slot),
    saveDraft: async (slot, text) => await drafting.write(context.desk(), slot, text),
    keepDrafts: () => drafting.keepAll(),
    dropDraft: async (slot) => await drafting.drop(context.desk(), slot),
  };
}
