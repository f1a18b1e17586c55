/** One circle, as the vault's methods use it. Every call verifies what is new first. */
import { Actions } from "@/end/actions";
import type { Desk } from "@/end/desk";
import { EpochKeys } from "@/end/epochs";
import { CannotSend, NotReady, Refused } from "@/end/errors";
import { fetchRange } from "@/end/fetching";
import { FreshEpoch, SpokenMeanwhile } from "@/end/freshness";
import { Logbook } from "@/end/logbook";
import * as membership from "@/end/membership";
import { BodyOpener } from "@/end/opening";
import { newEpoch } from "@/end/rekeying";
import { Sealer, TRIES } from "@/end/sealing";
import { Thread, askedOf } from "@/end/thread";
import type { Position, Write, Writing } from "@/end/writing";
import * as answers from "@/hub/answers";
import { equal, toHex } from "@/protocol/bytes";
import type { Receipt } from "@/protocol/entries";
import type { Log } from "@/protocol/log";
import type { Asked } from "@/protocol/private/bodies";

/** What the own organisation is asked, and until when. */
export interface Invitation {
  readonly hash: Uint8Array;
  readonly seq: number;
  readonly from: Uint8Array;
  readonly due: number;
  readonly asked: Asked;
}

/** An invitation to be made. `due` is when the answer is expected, UTC milliseconds. */
export interface Inviting {
  readonly organisation: Uint8Array;
  readonly title: string;
  readonly text: string;
  readonly due: number;
  readonly history: "none" | "all";
}

/** An answer that was sent; whether the hub took it may not be known yet. */
interface Answering {
  readonly write: Write;
  readonly reason: number;
  readonly intent: string;
}

/** A circle. Nothing is fetched before the first call. */
export class CircleView {
  readonly id: Uint8Array;
  readonly book: Logbook;
  readonly keys: EpochKeys;
  readonly sealer: Sealer;
  readonly opener: BodyOpener;
  readonly thread: Thread;
  readonly actions: Actions;
  readonly #desk: Desk;
  readonly #fresh: FreshEpoch;
  #answering: Answering | null = null;

  /** `keeping`: what was verified is kept on this device. */
  constructor(desk: Desk, circle: Uint8Array, keeping = true) {
    this.id = circle;
    this.#desk = desk;
    this.book = new Logbook(desk, circle, keeping);
    this.keys = new EpochKeys(this.book);
    this.sealer = new Sealer(this.book, this.keys);
    this.opener = new BodyOpener(this.book, this.keys);
    this.thread = new Thread(this.book, this.keys, this.sealer, this.opener);
    this.actions = new Actions(this.book, this.sealer, this.thread);
    this.#fresh = new FreshEpoch(this.book, this.opener, this.thread);
  }

  /** Verify everything that is new. */
  sync(): Promise<Log> {
    return this.book.sync();
  }

  /** Ask an organisation in. `history` says whether it may read what was said before. */
  async invite(inviting: Inviting): Promise<Receipt> {
    const { organisation, title, text, due, history } = inviting;
    await this.#desk.directory.know([organisation], 0);
    const write: Write = async (position) => {
      if (history === "none" && !(await this.#fresh.holds())) throw new SpokenMeanwhile();
      const earlier = history === "all" ? numbersBefore(position.circle.epoch.number) : [];
      await this.#openEpochs(earlier);
      const held = earlier.filter((epoch) => this.keys.get(epoch) !== null);
      return membership.invite(position, organisation, title, text, due, held);
    };
    const intent = `invite\n${toHex(organisation)}\n${JSON.stringify([title, text, history])}`;
    for (let attempt = 0; attempt < TRIES; attempt++) {
      if (history === "none") await this.#freshEpoch();
      try {
        return await this.sealer.post(write, { intent });
      } catch (error) {
        if (!(error instanceof SpokenMeanwhile)) throw error;
      }
    }
    throw new CannotSend("Too many people are writing here at once. Try again in a moment.");
  }

  /** What the own organisation is asked. Throws NotReady when nothing waits; Alarm. */
  async invitation(): Promise<Invitation> {
    await this.book.sync();
    const waiting = this.book.circle.pending.get(this.#desk.me.organisation);
    const verified = waiting === undefined ? null : this.book.byHash(waiting.hash);
    if (waiting === undefined || verified === null) {
      throw new NotReady("No invitation waits for your organisation here.");
    }
    const item = await this.thread.openOne(verified.placed.seq);
    if (item.alarm !== null) throw item.alarm;
    const from = verified.header.organisation;
    return { hash: waiting.hash, seq: item.seq, from, due: waiting.answerDue, asked: askedOf(item) };
  }

  /** Join (reason 0), or take over a circle that was handed to the own organisation; or decline. */
  async answer(text: string, reason: number): Promise<Receipt> {
    await this.book.sync();
    const offered = this.book.circle.handover;
    if (offered !== null && equal(offered[1], this.#desk.me.organisation)) {
      return this.#control((position) => membership.answer(position, offered[0], null, text, reason), "");
    }
    const waits = this.book.circle.pending.has(this.#desk.me.organisation);
    const before = this.#answering;
    if (!waits && before?.reason === reason) return await this.#sendAnswer(before);
    const asked = await this.invitation();
    const own = await this.opener.ownKey(this.book.at(asked.seq), []);
    if (own === null) throw new CannotSend("The invitation could not be opened here.");
    const write: Write = async (position) => membership.answer(position, asked.hash, own, text, reason);
    return await this.#sendAnswer({ write, reason, intent: `answer\n${toHex(asked.hash)}\n${reason}` });
  }

  /** Whether the answer that was sent last, to accept (reason 0) or to decline, arrived though nobody said so. */
  async answered(declining: boolean): Promise<boolean> {
    const sent = this.#answering;
    if (sent === null || (sent.reason !== 0) !== declining) return false;
    try {
      if ((await this.sealer.heard(sent.intent)) === null) return false;
    } catch (error) {
      // Whoever has declined is told of the circle no longer.
      if (!(declining && error instanceof Refused && error.code === "not-found")) throw error;
    }
    this.#answering = null;
    return true;
  }

  /** Sent again while nobody heard of it, it is found in the history instead. */
  async #sendAnswer(answering: Answering): Promise<Receipt> {
    this.#answering = answering;
    const receipt = await this.sealer.post(answering.write, { outside: true, intent: answering.intent });
    this.#answering = null;
    return receipt;
  }

  /** Give a member history: whole epochs ("all"), or single entries by seq. */
  grant(organisation: Uint8Array, epochs: "all" | readonly number[], entries: readonly number[] = []) {
    const write: Write = async (position) => {
      const whole = epochs === "all" ? numbersBefore(position.circle.epoch.number + 1) : epochs;
      await this.#openEpochs([...whole, ...entries.map((seq) => this.book.at(seq).header.epoch)]);
      return membership.grant(position, organisation, whole, entries);
    };
    return this.sealer.post(write, { intent: said("grant", toHex(organisation), epochs, entries) });
  }

  /** Give everyone here a new key. */
  rekey(reason = 0): Promise<Receipt> {
    return this.#remove([], reason, "");
  }

  /** Take a member or an invited organisation out: from here on it opens nothing new. */
  remove(organisation: Uint8Array, reason: number, text: string): Promise<Receipt> {
    return this.#remove([organisation], reason, text);
  }

  /** The own organisation leaves. */
  leave(reason: number, text: string): Promise<Receipt> {
    return this.#remove([this.#desk.me.organisation], reason, text);
  }

  /** Support here has ended. */
  close(reason: number, text: string): Promise<Receipt> {
    return this.#control((position) => membership.close(position, reason, text), said("close", reason, text));
  }

  /** It goes on. */
  reopen(reason: number, text: string): Promise<Receipt> {
    return this.#control(
      (position) => membership.reopen(position, reason, text),
      said("reopen", reason, text),
    );
  }

  /** Erase the content of one entry; its place in the history stays. */
  erase(seq: number, reason: number): Promise<Receipt> {
    return this.#control((position) => membership.erase(position, seq, reason), said("erase", seq, reason));
  }

  /** Put a colleague on this circle, or take them off. */
  async assign(worker: Uint8Array, on: boolean): Promise<void> {
    const path = `/v1/circles/${toHex(this.id)}/assignments/${toHex(worker)}`;
    await this.#desk.connection.put(path, { on }, answers.Nothing);
  }

  /** The colleagues who work on this circle. */
  async assigned(): Promise<readonly answers.AssignmentRow[]> {
    const path = `/v1/circles/${toHex(this.id)}/assignments`;
    return (await this.#desk.connection.get(path, answers.page(answers.AssignmentRow))).items;
  }

  #control(make: (position: Position) => Writing, intent: string): Promise<Receipt> {
    return this.sealer.post(async (position) => make(position), { intent });
  }

  #remove(removed: readonly Uint8Array[], reason: number, text: string): Promise<Receipt> {
    const write: Write = (position) => newEpoch(position, removed, reason, text);
    const intent = removed.length === 0 ? "" : said("remove", removed.map(toHex), reason, text);
    return this.sealer.post(write, { settle: false, intent });
  }

  async #openEpochs(epochs: readonly number[]): Promise<void> {
    const wanted = this.keys.missing(epochs);
    if (wanted.length > 0) await fetchRange(this.book, this.keys, { epochs: wanted }, this.thread.glass);
  }

  /**
   * A joiner is given the key in force; so that it opens nothing said before, there is a new one, and the
   * circle's name is said again under it.
   */
  async #freshEpoch(): Promise<void> {
    await this.book.sync();
    if (await this.#fresh.holds()) return;
    const about = await this.thread.about();
    if (!(await this.#fresh.isUnused())) await this.rekey();
    await this.thread.describe(about);
  }
}

/** Everything that is asked for, so that nothing else is taken for the same. */
function said(...all: readonly unknown[]): string {
  return JSON.stringify(all);
}

/** 1, 2, ... up to but without `stop`. */
function numbersBefore(stop: number): number[] {
  return Array.from({ length: stop - 1 }, (_, at) => at + 1);
}
