/** What pages may ask about circles (`VaultApi`), from today to colleagues. */
import type { Asking } from "@/end/actions";
import { Alarm } from "@/end/alarms";
import type { CircleView } from "@/end/circle";
import type { Context } from "@/end/context";
import { REASON_MAX } from "@/end/desk";
import { BadInput, NotReady } from "@/end/errors";
import type { ShowDocument } from "@/end/entryviews";
import { aboutOrAlarm, alarmedHead, headOf, invitationOf, mayWrite } from "@/end/heads";
import { answerBy, checkedAsking, inviteWith } from "@/end/inviting";
import { Openings } from "@/end/openings";
import { planOf } from "@/end/plan";
import { readersOf } from "@/end/readers";
import { Room } from "@/end/room";
import { learnAuthors, timelineOf } from "@/end/timeline";
import { todayOf } from "@/end/today";
import { troubleOf } from "@/end/trouble";
import { isMove } from "@/policies/actions";
import { purposes, reasons } from "@/policies/codes";
import { equal, fromHex, toHex } from "@/protocol/bytes";
import type { About as AboutBody } from "@/protocol/private/bodies";
import type { About, BreakGlass, CircleHead, Hex, VaultApi } from "@/vault/api";

const THREAD_PAGE = 100;
const MESSAGE_MOST = 32_000;
const REASON_LEAST = 10;

type CircleApi = Pick<
  VaultApi,
  | "today"
  | "circles"
  | "openCircle"
  | "partners"
  | "circle"
  | "thread"
  | "post"
  | "markRead"
  | "readers"
  | "describe"
  | "plan"
  | "writePlan"
  | "propose"
  | "moveAction"
  | "timeline"
  | "invite"
  | "accept"
  | "decline"
  | "answered"
  | "removeMember"
  | "leave"
  | "close"
  | "reopen"
  | "erase"
  | "grantHistory"
  | "assign"
  | "colleagues"
>;

/** The circle side of the vault. */
export interface CircleSide {
  readonly methods: CircleApi;
  /** The rooms of one circle, for the document side. */
  rooms(circle: Hex): CircleView;
  /** The verified name of a circle of the list; empty while it is not known. */
  titleOf(circle: Hex): Promise<string>;
  /** How the thread shows documents: the document side's way. */
  showDocuments(show: ShowDocument): void;
}

/** The circle side, for whoever is signed in. */
export function circleSide(context: Context): CircleSide {
  let room: Room | null = null;
  const openings = new Openings();
  let show: ShowDocument | null = null;

  /** The rooms of the signed-in worker. Throws Locked. */
  function here(): Room {
    const desk = context.desk();
    if (room === null || room.desk !== desk) {
      room?.stop();
      room = new Room(context, desk);
    }
    room.showDocument = show;
    return room;
  }

  context.onForget(() => {
    room?.stop();
    room = null;
    openings.forget();
  });
  context.onWake((wake) => {
    room?.circles.look(wake.kind === "resync");
  });

  const methods: CircleApi = {
    today: () => todayOf(here()),

    circles: (search) => here().circles.search(search),

    async openCircle(about) {
      const at = here();
      const { desk } = at;
      await desk.directory.know([desk.me.organisation], 0);
      const body = aboutBody(desk.me.name, about);
      const made = await openings.open(desk, body);
      const circle = toHex(made.circle);
      const view = at.view(circle);
      await view.sync();
      if (!equal(view.book.at(1).placed.hash, made.entryHash)) {
        throw new NotReady("The circle was not opened. Try again.");
      }
      view.keys.keep(1, made.epochKey);
      view.keys.uncopied.add(1);
      at.learn(view, body);
      at.circles.look(false);
      return circle;
    },

    partners: (text) => here().partners.matching(text),

    async circle(circle, reason) {
      const at = here();
      const view = at.view(circle);
      if (reason === undefined) return await opened(at, view, circle);
      const before = view.thread.glass;
      view.thread.glass = glassOf(reason);
      try {
        return await opened(at, view, circle);
      } catch (error) {
        view.thread.glass = before; // nothing was opened under it
        throw error;
      }
    },

    async thread(circle, before, limit) {
      const at = here();
      const view = await at.synced(circle);
      const { seq } = view.book.log;
      const stop = Math.min(before ?? seq + 1, seq + 1);
      const start = Math.max(1, stop - Math.min(Math.max(1, limit), THREAD_PAGE));
      const items = await at.asked(view.thread.openRange(start, Math.max(start, stop)));
      const teller = at.teller(view);
      for (const wanted of teller.wordless(view.book.entries.slice(start - 1, stop - 1))) {
        await view.thread.openRange(wanted, wanted + 1);
      }
      void at.keep();
      const entries = items.map((item) => teller.entry(item));
      return { entries, first: items[0]?.seq ?? 0, last: items.at(-1)?.seq ?? 0, seq };
    },

    async post(circle, text, only, press) {
      const at = here();
      const words = text.normalize("NFC").trim();
      if (words === "") throw new BadInput("Write something first.");
      if ([...words].length > MESSAGE_MOST) throw new BadInput("That is too long for one message.");
      const view = at.view(circle);
      const receipt = await view.thread.post(words, only === null ? null : only.map(fromHex), [], press);
      at.told(view);
      return receipt.seq;
    },

    async markRead(circle, seq) {
      const at = here();
      const view = at.view(circle);
      if (view.book.log.seq < seq) await view.sync();
      const upTo = Math.min(seq, view.book.log.seq);
      await at.asked(view.thread.sayRead(upTo));
      at.circles.noteRead(view.id, upTo);
    },

    async readers(circle) {
      const at = here();
      const view = await at.synced(circle);
      const found = await at.asked(readersOf(view.book));
      return found.map((reader) => ({
        organisation: toHex(reader.organisation),
        legalName: at.desk.directory.legalName(reader.organisation),
        worker: toHex(reader.worker),
        name: at.people.nameOf(reader.organisation, reader.worker),
        seq: reader.seq,
        at: reader.at,
        ...(reader.alarm === null ? {} : { alarm: troubleOf(reader.alarm) }),
      }));
    },

    async describe(circle, about) {
      const at = here();
      const view = at.view(circle);
      const body = aboutBody(at.desk.me.name, about);
      await view.thread.describe(body);
      at.learn(view, body);
      at.told(view);
    },

    async plan(circle) {
      const at = here();
      const view = await at.synced(circle);
      const actions = await at.asked(at.actionViews(view, null));
      const assigned = await at.assigned(view, false);
      const mine = assigned.some((worker) => equal(worker, at.desk.me.worker));
      return planOf(view, actions, mayWrite(view, mine) === "");
    },

    async writePlan(circle, summary, needs) {
      const at = here();
      const view = at.view(circle);
      const rows = needs.map(({ category, text, gap }) => ({ category, text: text.normalize("NFC"), gap }));
      await view.thread.plan(summary.normalize("NFC"), rows);
      at.told(view);
    },

    async propose(circle, organisation, action, press) {
      const at = here();
      const view = at.view(circle);
      const asking = checkedAsking(action, at.desk.clock());
      const made = await view.actions.propose(fromHex(organisation), asking, press);
      at.told(view);
      return toHex(made);
    },

    async moveAction(circle, action, move, change) {
      const at = here();
      const view = at.view(circle);
      if (!isMove(move) || move === "propose") throw new BadInput("There is no such step.");
      await view.actions.move(fromHex(action), move, {
        text: change.text.normalize("NFC"),
        press: change.press,
        reason: change.reason,
        dueAt: change.dueAt,
        organisation: change.organisation === undefined ? undefined : fromHex(change.organisation),
        assignee: change.assignee === undefined ? undefined : fromHex(change.assignee),
      });
      at.told(view);
    },

    async timeline(circle) {
      const at = here();
      const view = await at.synced(circle);
      await at.asked(view.actions.all());
      await learnAuthors(view, at.people);
      const readers = await readersOf(view.book);
      void at.keep();
      return timelineOf(view, at.teller(view), readers, at.people);
    },

    async invite(circle, invite) {
      const at = here();
      const view = at.view(circle);
      const now = at.desk.clock();
      const asked: Asking[] = invite.actions.map((action) => checkedAsking(action, now));
      const due = invite.answerBy ?? answerBy(now);
      if (due <= now) throw new BadInput("Choose a time to answer that is still to come.");
      const words = { title: invite.title.normalize("NFC"), text: invite.text.normalize("NFC") };
      const organisation = fromHex(invite.organisation);
      await inviteWith(view, { organisation, ...words, due, history: invite.history }, asked);
      at.told(view);
    },

    accept: (circle, text) => answering(circle, 0, text),
    decline: async (circle, reason, text) => {
      require(reasons().invitationDecline.check(reason));
      await answering(circle, reason, text);
    },
    answered: (circle, declining) => here().view(circle).answered(declining),
    removeMember: (circle, organisation, reason, text) => {
      require(reasons().removal.check(reason));
      return doing(circle, (view) => view.remove(fromHex(organisation), reason, text.normalize("NFC")));
    },
    async leave(circle, reason, text) {
      require(reasons().removal.check(reason));
      await doing(circle, (view) => view.leave(reason, text.normalize("NFC")));
      here().circles.look(true); // it is in the list no longer
    },
    close: (circle, reason, text) => {
      require(reasons().closing.check(reason));
      return doing(circle, (view) => view.close(reason, text.normalize("NFC")));
    },
    reopen: (circle, reason, text) => doing(circle, (view) => view.reopen(reason, text.normalize("NFC"))),
    erase: (circle, seq, reason) => {
      require(reasons().erase.check(reason));
      return doing(circle, (view) => view.erase(seq, reason));
    },
    grantHistory: (circle, organisation) => doing(circle, (view) => view.grant(fromHex(organisation), "all")),

    async assign(circle, worker, on) {
      const at = here();
      const view = at.view(circle);
      await view.assign(fromHex(worker), on);
      await at.assigned(view, true);
      at.told(view);
    },

    colleagues: () => here().people.colleagues(),
  };

  /** The head of a circle, brought up to date. */
  async function opened(at: Room, view: CircleView, circle: Hex): Promise<CircleHead> {
    const working = at.assigned(view, true);
    working.catch(() => undefined); // met below
    try {
      await at.asked(Promise.all([at.synced(circle), at.circles.ready()]));
    } catch (error) {
      if (error instanceof Alarm) return alarmedHead(circle, troubleOf(error));
      throw error;
    }
    const listed = at.circles.listedAs(view.id);
    const [assigned, invitation] = await Promise.all([working, invitationOf(view)]);
    const about = invitation === null ? await at.asked(aboutOrAlarm(view)) : null;
    if (about !== null && !(about instanceof Alarm)) at.learn(view, about);
    if (assigned.some((worker) => at.people.unnamed(worker))) await at.people.readAddresses();
    return headOf({ view, people: at.people, about, invitation, listed, assigned });
  }

  /** Change the circle, and tell pages. */
  async function doing(circle: Hex, change: (view: CircleView) => Promise<unknown>): Promise<void> {
    const at = here();
    const view = await at.synced(circle);
    await at.asked(change(view));
    at.told(view);
  }

  /** Accept (reason 0) or decline, unless the hub took that answer before and did not say so. */
  async function answering(circle: Hex, reason: number, text: string): Promise<void> {
    if (
      await here()
        .view(circle)
        .answered(reason !== 0)
    )
      return;
    await doing(circle, (view) => view.answer(text.normalize("NFC"), reason));
  }

  return {
    methods,
    rooms: (circle) => here().view(circle),
    async titleOf(circle) {
      const { circles } = here();
      await circles.ready();
      return circles.titleOf(fromHex(circle));
    },
    showDocuments: (chosen) => {
      show = chosen;
    },
  };
}

/** Throws BadInput for a policy's no. */
function require(decision: { readonly say: string; readonly code: string } | null): void {
  if (decision !== null) throw new BadInput(decision.say, decision.code);
}

/** A reason to look without being assigned, as the hub takes it. Throws BadInput. */
function glassOf({ purpose, reason }: BreakGlass) {
  const text = reason.normalize("NFC").trim();
  if (text.length < REASON_LEAST) throw new BadInput("Say in a few more words why you must look now.");
  if (text.length > REASON_MAX) throw new BadInput("Say the reason in fewer words.", "too-long");
  require(purposes().check(purpose));
  const code = reasons().breakGlass.byKey("other")?.code;
  if (code === undefined) throw new BadInput("There is no list of reasons.");
  return { code, text, purpose };
}

/** The body that names a circle. Throws BadInput. */
function aboutBody(author: string, about: About): AboutBody {
  const title = about.title.normalize("NFC").trim();
  if (title === "") throw new BadInput("Give the circle a name.");
  return {
    version: 1,
    author,
    title,
    reference: about.reference.normalize("NFC").trim(),
    safeContact: about.safeContact.normalize("NFC").trim(),
    contactPerson: about.contactPerson.normalize("NFC").trim(),
  };
}
