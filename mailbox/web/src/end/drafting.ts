/**
 * Drafts on their way to being kept: the newest words of each slot wait a moment for more. When keys are about to
 * be forgotten nothing waits any longer: it is sealed with the keys as they are.
 *
 * Each tab has words of its own in a slot, and sees those of the others. Whoever comes to a slot goes on with what a
 * tab that is closed by now left there.
 */
import type { Context } from "@/end/context";
import type { Desk } from "@/end/desk";
import { forgetCopy, placeOf } from "@/end/drafts";
import { readSlot, saveSlot, type Written } from "@/end/slots";
import { channel, openTabs, type Line } from "@/end/tabs";
import type { Connection } from "@/hub/connection";
import { randomBytes, toHex } from "@/protocol/bytes";
import type { OtherDraft, VaultApi } from "@/vault/api";

const PAUSE_MS = 400;
const CHANNEL = "kith-drafts";

interface Waiting {
  readonly desk: Desk;
  readonly text: string;
  readonly timer: ReturnType<typeof setTimeout>;
  readonly heard: readonly ((kept: Promise<void>) => void)[];
}

/** The other tabs. */
export interface Others {
  /** Tells them which slot's place has changed, and hears it from them. */
  readonly line: Line | null;
  /** The tabs that are open; `own` shows itself as one from now on. */
  open(own: string): Promise<ReadonlySet<string>>;
}

/** What was written and is not kept yet. */
export class Drafting {
  readonly #own = toHex(randomBytes(8));
  readonly #waiting = new Map<string, Waiting>();
  /** Other tabs speak of a slot's place, which leads to its name. */
  readonly #names = new Map<string, string>();
  /** Slots of which this page's copies may be older than what another tab kept at the hub. */
  readonly #old = new Set<string>();
  readonly #others: Others;
  readonly #changed: (slot: string) => void;
  #before: Promise<unknown> = Promise.resolve();

  /** `changed`: what other tabs wrote in that slot is to be looked at again. */
  constructor(changed: (slot: string) => void, others: Others) {
    this.#changed = changed;
    this.#others = others;
    others.line?.addEventListener("message", ({ data }) => this.#hear(data));
  }

  /** Resolves once these words, or newer ones of the same slot, are kept. Throws as `saveDraft` does. */
  write(desk: Desk, slot: string, text: string): Promise<void> {
    const earlier = this.#take(slot)?.heard ?? [];
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#keep(slot), PAUSE_MS);
      this.#waiting.set(slot, { desk, text, timer, heard: [...earlier, resolve] });
    });
  }

  /** What this tab wrote there, or what a tab that is closed by now left. */
  async read(desk: Desk, slot: string): Promise<string> {
    this.#names.set(placeOf(desk, slot), slot);
    const waiting = this.#waiting.get(slot);
    if (waiting?.desk === desk) return waiting.text;
    const open = await this.#others.open(this.#own);
    return await desk.state.locked(async () => {
      const all = await this.#all(desk, slot);
      const mine = all.find((each) => each.tab === this.#own);
      const left = all.find((each) => !open.has(each.tab));
      if (mine !== undefined || left === undefined) return mine?.text ?? "";
      const rest = all.filter((each) => each !== left);
      await saveSlot(desk, slot, [this.#by(left.text), ...rest]).catch(() => undefined); // it is kept as it was
      this.#say(desk, slot);
      return left.text;
    });
  }

  /** What stands there beside this tab's words. */
  async others(desk: Desk, slot: string): Promise<readonly OtherDraft[]> {
    const all = (await this.#all(desk, slot)).filter((each) => each.tab !== this.#own);
    const open = await this.#others.open(this.#own);
    return all.map(({ tab, text }) => ({ text, open: open.has(tab) }));
  }

  async drop(desk: Desk, slot: string): Promise<void> {
    for (const heard of this.#take(slot)?.heard ?? []) heard(Promise.resolve());
    await this.#inTurn(() => this.#put(desk, slot, (others) => others));
  }

  /** Go on with these words of another tab; what this one had stands beside them from now on. */
  async use(desk: Desk, slot: string, text: string): Promise<void> {
    const waiting = this.#take(slot);
    for (const heard of waiting?.heard ?? []) heard(Promise.resolve());
    await this.#inTurn(() =>
      this.#put(desk, slot, (others, open, mine) => {
        const had = waiting?.text ?? mine[0]?.text ?? "";
        const rest = others.filter((each) => open.has(each.tab) || each.text !== text);
        return [this.#by(text), ...(had === text ? [] : [{ tab: "", text: had }]), ...rest];
      }),
    );
    this.#changed(slot);
  }

  /** Words of a closed tab are not wanted. */
  async forgetOther(desk: Desk, slot: string, text: string): Promise<void> {
    await this.keepAll();
    await this.#inTurn(() =>
      this.#put(desk, slot, (others, open, mine) => [
        ...mine,
        ...others.filter((each) => open.has(each.tab) || each.text !== text),
      ]),
    );
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
      const saving = this.#save(waiting, slot, parting);
      for (const heard of waiting.heard) heard(saving);
      return saving;
    });
    await Promise.allSettled(kept);
  }

  /** Keys are forgotten, and with them what was looked at. */
  forget(): void {
    this.#names.clear();
    this.#old.clear();
  }

  #keep(slot: string): void {
    const waiting = this.#take(slot);
    if (waiting === undefined) return;
    const saving = this.#inTurn(() => this.#save(waiting, slot));
    for (const heard of waiting.heard) heard(saving);
  }

  async #save({ desk, text }: Waiting, slot: string, by?: Connection): Promise<void> {
    await this.#put(desk, slot, (others) => [this.#by(text), ...others], by);
  }

  /** Change what stands in a slot, knowing what other tabs have there and which of them are open. */
  async #put(
    desk: Desk,
    slot: string,
    change: (
      others: readonly Written[],
      open: ReadonlySet<string>,
      mine: readonly Written[],
    ) => readonly Written[],
    by?: Connection,
  ): Promise<void> {
    const open = await this.#others.open(this.#own);
    await desk.state.locked(async () => {
      const all = await this.#all(desk, slot, by);
      const others = all.filter((each) => each.tab !== this.#own);
      const mine = all.filter((each) => each.tab === this.#own);
      await saveSlot(desk, slot, change(others, open, mine), by);
    });
    this.#say(desk, slot);
  }

  async #all(desk: Desk, slot: string, by?: Connection): Promise<readonly Written[]> {
    if (this.#old.delete(slot)) await forgetCopy(desk, slot);
    return await readSlot(desk, slot, by);
  }

  #by(text: string): Written {
    return { tab: this.#own, text };
  }

  /** Only the place is told, which says nothing to who cannot name the slot. */
  #say(desk: Desk, slot: string): void {
    this.#others.line?.postMessage(placeOf(desk, slot));
  }

  #hear(place: unknown): void {
    const slot = typeof place === "string" ? this.#names.get(place) : undefined;
    if (slot === undefined) return;
    this.#old.add(slot);
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
  "draft" | "saveDraft" | "keepDrafts" | "dropDraft" | "otherDrafts" | "takeOther" | "dropOther"
>;

function otherTabs(): Others {
  return { line: channel(CHANNEL), open: openTabs };
}

/** What pages may ask about drafts. */
export function draftMethods(context: Context, others: Others = otherTabs()): DraftApi {
  const drafting = new Drafting((slot) => context.emit({ type: "draft", slot }), others);
  context.onParting((parting) => drafting.part(parting));
  context.onForget(() => drafting.forget());
  return {
    draft: async (slot) => await drafting.read(context.desk(), slot),
    saveDraft: async (slot, text) => await drafting.write(context.desk(), slot, text),
    keepDrafts: () => drafting.keepAll(),
    dropDraft: async (slot) => await drafting.drop(context.desk(), slot),
    otherDrafts: async (slot) => await drafting.others(context.desk(), slot),
    takeOther: async (slot, text) => await drafting.use(context.desk(), slot, text),
    dropOther: async (slot, text) => await drafting.forgetOther(context.desk(), slot, text),
  };
}
