/**
 * The rooms of one signed-in worker: circles that are open, the list of all, and who is called what. Everything
 * is dropped when keys are forgotten.
 */
import { replay } from "@/end/actions";
import { CircleView } from "@/end/circle";
import { Circles } from "@/end/circles";
import { namedBy } from "@/end/listrows";
import type { Context } from "@/end/context";
import type { Desk } from "@/end/desk";
import { NotReady, Refused } from "@/end/errors";
import { EntryTeller, type ShowDocument, wordsOf } from "@/end/entryviews";
import { mayWrite } from "@/end/heads";
import { Partners } from "@/end/inviting";
import { type Surrounding, actionView } from "@/end/moves";
import { People } from "@/end/people";
import { notAssigned } from "@/end/thread";
import { fromHex, toHex } from "@/protocol/bytes";
import type { About } from "@/protocol/private/bodies";
import type { ActionView, Hex } from "@/vault/api";

/** How many circles stay open in memory. */
const OPEN = 24;

/** This worker is not assigned to the circle: a reason opens it, and the manager is told. */
export class NotAssigned extends NotReady {
  constructor() {
    super(
      "You are not assigned to this circle. If you must look now, say why: your manager is told.",
      "not-assigned",
    );
  }
}

/** The rooms of one worker. */
export class Room {
  readonly desk: Desk;
  readonly circles: Circles;
  readonly people: People;
  readonly partners: Partners;
  showDocument: ShowDocument | null = null;
  readonly #context: Context;
  readonly #views = new Map<Hex, CircleView>();
  readonly #assigned = new Map<Hex, readonly Uint8Array[]>();

  constructor(context: Context, desk: Desk) {
    this.#context = context;
    this.desk = desk;
    this.people = new People(desk);
    this.partners = new Partners(desk);
    this.circles = new Circles({
      desk,
      open: (circle) => this.#views.get(circle) ?? null,
      changed: (today) => {
        context.emit({ type: "changed", what: "circles" });
        if (today) context.emit({ type: "changed", what: "today" });
      },
    });
  }

  /** One circle; nothing is fetched yet. */
  view(circle: Hex): CircleView {
    const view = this.#views.get(circle) ?? new CircleView(this.desk, checkedId(circle));
    this.#views.delete(circle);
    this.#views.set(circle, view);
    this.#letGo(view);
    const listed = this.circles.listedAs(view.id);
    if (listed !== null) {
      view.book.expected = listed.seq;
      view.thread.noteRead(listed.readSeq);
    }
    return view;
  }

  /** One circle, its history verified up to now. Throws Alarm. */
  async synced(circle: Hex): Promise<CircleView> {
    const view = this.view(circle);
    await Promise.all([view.sync(), this.people.ready()]);
    return view;
  }

  /** Run `job`; the hub's refusal of who is not assigned becomes the question for a reason. */
  async asked<T>(job: Promise<T>): Promise<T> {
    try {
      return await job;
    } catch (error) {
      if (notAssigned(error)) throw new NotAssigned();
      throw error;
    }
  }

  /** Colleagues who work on a circle, as last read; `fresh` asks again. */
  async assigned(view: CircleView, fresh: boolean): Promise<readonly Uint8Array[]> {
    const circle = toHex(view.id);
    const known = this.#assigned.get(circle);
    if (known !== undefined && !fresh) return known;
    const found = await this.#readAssigned(view);
    this.#assigned.set(circle, found);
    return found;
  }

  /** What a circle is called, and that it was verified so. */
  learn(view: CircleView, about: About): void {
    this.circles.learn(namedBy(view, about, this.circles.listedAs(view.id)));
  }

  /** A circle changed by this worker's doing: pages look again. */
  told(view: CircleView): void {
    const circle = toHex(view.id);
    this.#context.emit({ type: "changed", what: "circle", circle, seq: view.book.log.seq });
    this.circles.look(false);
  }

  /** Entries as pages show them. */
  teller(view: CircleView): EntryTeller {
    this.people.learn(view.thread.allOpened());
    return new EntryTeller({
      view,
      me: this.desk.me,
      legalName: (organisation) => this.desk.directory.legalName(organisation),
      nameOf: (organisation, worker) => this.people.nameOf(organisation, worker),
      now: this.desk.clock(),
      showDocument: this.showDocument,
    });
  }

  /** Actions of a circle as pages show them, of those in `only` (hex) when it is given. */
  async actionViews(view: CircleView, only: ReadonlySet<Hex> | null): Promise<ActionView[]> {
    const chosen = [...replay(view.book)].filter(([id]) => only?.has(id) ?? true).map(([, action]) => action);
    const actions = await view.actions.withWords(chosen);
    await view.actions.openSteps(chosen);
    this.people.learn(view.thread.allOpened());
    const around = await this.#surrounding(view);
    return actions.map((action) => actionView(action, around));
  }

  /** Keep what was learnt. */
  async keep(): Promise<void> {
    await this.people.keep();
  }

  /** Keys are forgotten. */
  stop(): void {
    this.circles.stop();
    this.#views.clear();
  }

  /** Of the oldest, all but those that hold what nobody else knows: a reason to look, or a post in doubt. */
  #letGo(asked: CircleView): void {
    for (const [oldest, held] of this.#views) {
      if (this.#views.size <= OPEN || held === asked) return;
      if (held.thread.glass === null && !held.sealer.unsettled) this.#views.delete(oldest);
    }
  }

  async #surrounding(view: CircleView): Promise<Surrounding> {
    const assigned = await this.assigned(view, false);
    const me = this.desk.me;
    const mine = assigned.some((worker) => toHex(worker) === toHex(me.worker));
    return {
      circle: view.id,
      circleTitle: this.circles.titleOf(view.id),
      owner: view.book.circle.owner,
      mayWrite: mayWrite(view, mine) === "",
      me,
      legalName: (organisation) => this.desk.directory.legalName(organisation),
      nameOf: (organisation, worker) => this.people.nameOf(organisation, worker),
      wordsOf: (seq) => {
        const item = view.thread.opened(seq);
        return item === null ? "" : wordsOf(item);
      },
      now: this.desk.clock(),
    };
  }

  async #readAssigned(view: CircleView): Promise<readonly Uint8Array[]> {
    try {
      return (await view.assigned()).map((row) => row.worker);
    } catch (error) {
      if (error instanceof Refused) return []; // an organisation that is only invited assigns nobody yet
      throw error;
    }
  }
}

/** The id of a circle as a page gives it. Throws NotReady for what is none. */
function checkedId(circle: Hex): Uint8Array {
  if (!/^[0-9a-f]{64}$/.test(circle)) throw new NotReady("There is no such circle.", "not-found");
  return fromHex(circle);
}
