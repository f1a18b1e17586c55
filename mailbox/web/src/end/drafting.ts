/**
 * Drafts on their way to being kept: the newest words of each slot wait a moment for more. When keys are about to
 * be forgotten nothing waits any longer: it is sealed with the keys as they are.
 *
 * Tabs share each slot: what one keeps, the others read again. Words that this tab has not seen are never written
 * over: they are put aside first, and offered.
 */
import { asidesOf, dropAside, forgetAsideCopy, putAside } from "@/end/asides";
import type { Context } from "@/end/context";
import type { Desk } from "@/end/desk";
import { dropDraft, forgetCopy, placeOf, readDraft, saveDraft } from "@/end/drafts";
import { channel, type Line } from "@/end/tabs";
import type { Connection } from "@/hub/connection";
import type { VaultApi } from "@/vault/api";

const PAUSE_MS = 400;
const CHANNEL = "kith-drafts";

interface Waiting {
  readonly desk: Desk;
  readonly text: string;
  readonly timer: ReturnType<typeof setTimeout>;
  readonly heard: readonly ((kept: Promise<void>) => void)[];
}

/** A slot as this tab knows it. */
interface Slot {
  /** What was kept there, as this tab last read or wrote it. */
  readonly seen: string;
  /** Another tab has kept something there since. */
  readonly changed: boolean;
  /** This page's own copies may be older than that. */
  readonly old: boolean;
}

/** What was written and is not kept yet. */
export class Drafting {
  readonly #waiting = new Map<string, Waiting>();
  /** By name; a slot's place, which other tabs speak of, leads to its name. */
  readonly #slots = new Map<string, Slot>();
  readonly #names = new Map<string, string>();
  readonly #line: Line | null;
  readonly #changed: (slot: string) => void;
  #before: Promise<unknown> = Promise.resolve();

  /** `changed`: a slot is to be read again. */
  constructor(changed: (slot: string) => void, line: Line | null) {
    this.#changed = changed;
    this.#line = line;
    line?.addEventListener("message", ({ data }) => this.#hear(data));
  }

  /** Resolves once these words, or newer ones of the same slot, are kept. Throws as `saveDraft` does. */
  write(desk: Desk, slot: string, text: string): Promise<void> {
    const earlier = this.#take(slot)?.heard ?? [];
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#keep(slot), PAUSE_MS);
      this.#waiting.set(slot, { desk, text, timer, heard: [...earlier, resolve] });
    });
  }

  async read(desk: Desk, slot: string): Promise<string> {
    this.#names.set(placeOf(desk, slot), slot);
    const waiting = this.#waiting.get(slot);
    if (waiting?.desk === desk) return waiting.text;
    await this.#refresh(desk, slot);
    const text = await readDraft(desk, slot);
    this.#see(slot, text);
    return text;
  }

  async drop(desk: Desk, slot: string): Promise<void> {
    for (const heard of this.#take(slot)?.heard ?? []) heard(Promise.resolve());
    await this.#inTurn(() =>
      desk.state.locked(async () => {
        if ((await this.#unseen(desk, slot)) !== "") return this.#changed(slot);
        await dropDraft(desk, slot);
        this.#see(slot, "");
        this.#say(desk, slot);
      }),
    );
  }

  /** What was put aside becomes the draft, and the draft is put aside. */
  async use(desk: Desk, slot: string, words: string): Promise<void> {
    await this.keepAll();
    await this.#inTurn(() =>
      desk.state.locked(async () => {
        const now = await readDraft(desk, slot);
        if (now !== "" && now !== words) await putAside(desk, slot, now);
        await saveDraft(desk, slot, words);
        await dropAside(desk, slot, words);
        this.#see(slot, words);
        this.#say(desk, slot);
      }),
    );
    this.#changed(slot);
  }

  async asides(desk: Desk, slot: string): Promise<readonly string[]> {
    await this.#refresh(desk, slot);
    return await asidesOf(desk, slot);
  }

  async forgetAside(desk: Desk, slot: string, words: string): Promise<void> {
    await this.#inTurn(() => desk.state.locked(() => dropAside(desk, slot, words)));
    this.#say(desk, slot);
    this.#changed(slot);
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
      const saving = this.#save(waiting.desk, slot, waiting.text, parting);
      for (const heard of waiting.heard) heard(saving);
      return saving;
    });
    await Promise.allSettled(kept);
  }

  /** Keys are forgotten, and with them what was read. */
  forget(): void {
    this.#slots.clear();
    this.#names.clear();
  }

  #keep(slot: string): void {
    const waiting = this.#take(slot);
    if (waiting === undefined) return;
    const saving = this.#inTurn(() => this.#save(waiting.desk, slot, waiting.text));
    for (const heard of waiting.heard) heard(saving);
  }

  async #save(desk: Desk, slot: string, text: string, by?: Connection): Promise<void> {
    const known = this.#slots.get(slot);
    await desk.state.locked(async () => {
      const unseen = await this.#unseen(desk, slot, known, by);
      const other = unseen !== "" && unseen !== text;
      if (other) await putAside(desk, slot, unseen, by);
      await saveDraft(desk, slot, text, by);
      this.#see(slot, text);
      this.#say(desk, slot);
      if (other) this.#changed(slot);
    });
  }

  /** Words kept there that this tab has not seen. The hub's copy is asked for only when another tab wrote one. */
  async #unseen(desk: Desk, slot: string, known = this.#slots.get(slot), by?: Connection): Promise<string> {
    if (!desk.state.kept && known?.changed !== true) return "";
    await this.#refresh(desk, slot);
    const there = await readDraft(desk, slot, by);
    return there === known?.seen ? "" : there;
  }

  async #refresh(desk: Desk, slot: string): Promise<void> {
    const known = this.#slots.get(slot);
    if (known?.old !== true) return;
    this.#slots.set(slot, { ...known, old: false });
    await forgetCopy(desk, slot);
    await forgetAsideCopy(desk, slot);
  }

  #see(slot: string, seen: string): void {
    this.#slots.set(slot, { seen, changed: false, old: false });
  }

  /** Only the place is told, which says nothing to who cannot name the slot. */
  #say(desk: Desk, slot: string): void {
    this.#line?.postMessage(placeOf(desk, slot));
  }

  #hear(place: unknown): void {
    const slot = typeof place === "string" ? this.#names.get(place) : undefined;
    if (slot === undefined) return;
    this.#slots.set(slot, { seen: this.#slots.get(slot)?.seen ?? "", changed: true, old: true });
    this.#changed(slot);
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

type DraftApi = Pick<
  VaultApi,
  "draft" | "saveDraft" | "keepDrafts" | "dropDraft" | "draftsAside" | "takeAside" | "dropAside"
>;

/** What pages may ask about drafts. */
export function draftMethods(context: Context, line: Line | null = channel(CHANNEL)): DraftApi {
  const drafting = new Drafting((slot) => context.emit({ type: "draft", slot }), line);
  context.onParting((parting) => drafting.part(parting));
  context.onForget(() => drafting.forget());
  return {
    draft: async (slot) => await drafting.read(context.desk(), slot),
    saveDraft: async (slot, text) => await drafting.write(context.desk(), slot, text),
    keepDrafts: () => drafting.keepAll(),
    dropDraft: async (slot) => await drafting.drop(context.desk(), slot),
    draftsAside: async (slot) => await drafting.asides(context.desk(), slot),
    takeAside: async (slot, words) => await drafting.use(context.desk(), slot, words),
    dropAside: async (slot, words) => await drafting.forgetAside(context.desk(), slot, words),
  };
}
