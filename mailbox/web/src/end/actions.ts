/**
 * Actions: what is asked of whom, by when. Their state is replayed from verified entries, never taken from the
 * hub's lists; titles and words come from sealed bodies.
 */
import type { Alarm } from "@/end/alarms";
import { CannotSend, NotReady } from "@/end/errors";
import type { Logbook } from "@/end/logbook";
import { Owners } from "@/end/ownership";
import type { Sealer } from "@/end/sealing";
import type { Thread } from "@/end/thread";
import { type Write, factsOf } from "@/end/writing";
import {
  type Move,
  type State,
  assigneeAfter,
  isDenied,
  isFinished,
  moveCode,
  moveOf,
  nextState,
} from "@/policies/actions";
import { equal, randomBytes, toHex } from "@/protocol/bytes";
import type { Receipt } from "@/protocol/entries";
import { type Action as ActionFacts, type ActionChange, Kind, factsAs } from "@/protocol/facts";
import type { Verified } from "@/protocol/log";
import { type Asked, isAsked } from "@/protocol/private/bodies";

const WHOLE = 100;

/** One step in an action's life, and where its words stand. */
export interface Step {
  readonly seq: number;
  readonly move: Move;
  readonly organisation: Uint8Array;
  readonly worker: Uint8Array;
  readonly at: number;
  readonly reason: number;
}

/** One action, as the verified entries have it. */
export interface Action {
  readonly action: Uint8Array;
  readonly seq: number;
  readonly organisation: Uint8Array;
  readonly assignee: Uint8Array | null;
  readonly state: State;
  readonly dueAt: number;
  readonly priority: number;
  readonly history: readonly Step[];
}

/** An action with its words; they are empty when they cannot be opened here, and `alarm` may say why. */
export interface Worded extends Action {
  readonly title: string;
  readonly text: string;
  readonly alarm: Alarm | null;
}

/** A step to take. */
export interface Change {
  readonly text: string;
  /** The same for every try of one step: a lost answer is looked for under it alone. */
  readonly press?: string | undefined;
  readonly reason?: number | undefined;
  readonly organisation?: Uint8Array | undefined;
  readonly assignee?: Uint8Array | undefined;
  readonly dueAt?: number | undefined;
}

/** What to ask of an organisation. */
export interface Asking {
  readonly title: string;
  readonly text: string;
  readonly dueAt: number;
  readonly priority: number;
}

/** The actions of one circle. */
export class Actions {
  readonly #book: Logbook;
  readonly #sealer: Sealer;
  readonly #thread: Thread;

  constructor(book: Logbook, sealer: Sealer, thread: Thread) {
    this.#book = book;
    this.#sealer = sealer;
    this.#thread = thread;
  }

  /** Every action with its words, oldest first. */
  async all(): Promise<Worded[]> {
    await this.#book.sync();
    const found = [...replay(this.#book).values()];
    return this.withWords(found);
  }

  /** The words of these. */
  async withWords(actions: readonly Action[]): Promise<Worded[]> {
    await this.#open(actions.map((action) => action.seq));
    return actions.map((action) => this.#worded(action));
  }

  /** Open the words that went with each step of these. */
  async openSteps(actions: readonly Action[]): Promise<void> {
    await this.#open(actions.flatMap((action) => action.history.map((step) => step.seq)));
  }

  async #open(seqs: readonly number[]): Promise<void> {
    const wanted = [...new Set(seqs)]
      .filter((seq) => this.#thread.opened(seq)?.state !== "open")
      .sort((one, other) => one - other);
    for (let at = 0; at < wanted.length; at += 1) {
      const start = wanted[at] ?? 0;
      while ((wanted[at + 1] ?? Infinity) < start + WHOLE) at += 1;
      await this.#thread.openRange(start, (wanted[at] ?? start) + 1);
    }
  }

  /** Ask an organisation that is in the circle or invited to it. Answers with the action's id. */
  async propose(organisation: Uint8Array, asking: Asking, press = ""): Promise<Uint8Array> {
    const { title, text, dueAt, priority } = asking;
    const action = randomBytes(16);
    const write: Write = async ({ circle, desk }) => {
      if (circle.listing(organisation) === null) {
        throw new CannotSend("Invite that organisation to the circle first, then give it the action.");
      }
      const facts = factsOf(Kind.ACTION, { restricted: null, action, organisation, dueAt, priority });
      return { kind: Kind.ACTION, facts, body: { version: 1, author: desk.me.name, title, text } };
    };
    const intent = `action\n${toHex(organisation)}\n${JSON.stringify([press, title, text, dueAt, priority])}`;
    const receipt = await this.#sealer.post(write, { intent });
    return factsAs(Kind.ACTION, this.#book.at(receipt.seq))?.action ?? action;
  }

  /** Take a step: accept, start, complete, decline, cancel, reassign, hand over, reschedule, note. */
  move(action: Uint8Array, move: Move, change: Change): Promise<Receipt> {
    const write: Write = async ({ book, circle, desk }) => {
      const current = replay(book).get(toHex(action));
      if (current === undefined) throw new NotReady("There is no such action in this circle.");
      const me = desk.me.organisation;
      const mover = { assigned: equal(current.organisation, me), owner: equal(circle.owner, me) };
      const allowed = nextState(current.state, move, mover, change.reason);
      if (isDenied(allowed)) throw new CannotSend(allowed.say);
      const facts = factsOf(Kind.ACTION_CHANGE, {
        restricted: null,
        action,
        state: moveCode(move),
        organisation: change.organisation ?? null,
        assignee: change.assignee ?? null,
        dueAt: change.dueAt ?? null,
        reason: change.reason ?? 0,
      });
      const body = { version: 1, author: desk.me.name, title: "", text: change.text };
      return { kind: Kind.ACTION_CHANGE, facts, body };
    };
    const given = [change.organisation, change.assignee].map((each) => (each ? toHex(each) : ""));
    const said = JSON.stringify([change.press, move, change.text, change.reason, change.dueAt, given]);
    return this.#sealer.post(write, { intent: `move\n${toHex(action)}\n${said}` });
  }

  #worded(action: Action): Worded {
    const item = this.#thread.opened(action.seq);
    const words: Asked | null = item?.body && isAsked(item.body) ? item.body : null;
    return { ...action, title: words?.title ?? "", text: words?.text ?? "", alarm: item?.alarm ?? null };
  }
}

/** Whether an action is late. Derived, never stored. */
export function isOverdue(action: Action, now: number): boolean {
  return !isFinished(action.state) && now > action.dueAt;
}

/** Every action (by id in hex) as the verified entries have it. A step that policies refuse changes nothing. */
export function replay(book: Logbook): Map<string, Action> {
  const found = new Map<string, Action>();
  const owners = new Owners();
  for (const verified of book.entries) {
    owners.take(verified);
    const asked = factsAs(Kind.ACTION, verified);
    if (asked !== null && !found.has(toHex(asked.action)))
      found.set(toHex(asked.action), begun(verified, asked));
    const change = factsAs(Kind.ACTION_CHANGE, verified);
    const before = change === null ? undefined : found.get(toHex(change.action));
    if (change !== null && before !== undefined) {
      found.set(toHex(change.action), changed(owners.owner, before, verified, change));
    }
  }
  return found;
}

function begun(verified: Verified, facts: ActionFacts): Action {
  return {
    action: facts.action,
    seq: verified.placed.seq,
    organisation: facts.organisation,
    assignee: null,
    state: "proposed",
    dueAt: facts.dueAt,
    priority: facts.priority,
    history: [step(verified, "propose", 0)],
  };
}

/** Where a step leads: what the hub's projection makes of it too. It carries only what it may change. */
function changed(owner: Uint8Array, before: Action, verified: Verified, facts: ActionChange): Action {
  const move = moveOf(facts.state);
  const { organisation: author, worker } = verified.header;
  if (move === null || !carriesItsOwn(move, facts)) return before;
  const mover = { assigned: equal(before.organisation, author), owner: equal(owner, author) };
  const state = nextState(before.state, move, mover, facts.reason || undefined);
  if (isDenied(state)) return before;
  return {
    ...before,
    state,
    organisation: facts.organisation ?? before.organisation,
    assignee: assigneeAfter(move, before.assignee, facts.assignee, worker),
    dueAt: facts.dueAt || before.dueAt,
    history: [...before.history, step(verified, move, facts.reason)],
  };
}

/** Only a reassignment names an organisation; only it and a new due time, which must say it, carry one. */
function carriesItsOwn(move: Move, facts: ActionChange): boolean {
  if (facts.organisation !== null && move !== "reassign") return false;
  if (move === "reschedule") return facts.dueAt !== null;
  return facts.dueAt === null || move === "reassign";
}

function step({ header, placed }: Verified, move: Move, reason: number): Step {
  const { organisation, worker } = header;
  return { seq: placed.seq, move, organisation, worker, at: placed.receivedAt, reason };
}
