/**
 * What is there to do today. The hub says where to look; what is shown was verified in each circle, and what
 * the hub names and no circle holds is not shown.
 */
import { Alarm } from "@/end/alarms";
import { KeyholderError, NotReady, Refused } from "@/end/errors";
import { aboutOrAlarm, invitationOf } from "@/end/heads";
import { lettersWaiting } from "@/end/letters";
import type { Room } from "@/end/room";
import { notAssigned } from "@/end/thread";
import { troubleOf } from "@/end/trouble";
import { sideBySide } from "@/end/turns";
import * as answers from "@/hub/answers";
import { toHex } from "@/protocol/bytes";
import type { ActionView, Hex, InvitationView, TodayView } from "@/vault/api";

const AT_ONCE = 4;
const FIRST = 20;
const MORE = 100;
const UNREAD = 20;

/** Everything for today's page. */
export async function todayOf(room: Room): Promise<TodayView> {
  const { desk } = room;
  const [today, letters, unread] = await Promise.all([
    desk.connection.get("/v1/today", answers.Today),
    lettersWaiting(desk),
    room.circles.unread(UNREAD),
    room.people.ready(),
  ]);
  const rows = today.actions.length < FIRST ? today.actions : await moreOfMine(room, today.actions);
  const [actions, invitations] = await Promise.all([
    actionsOf(room, [...rows, ...today.unassigned]),
    sideBySide(today.invitations, AT_ONCE, (each) => invitation(room, each)),
  ]);
  await room.keep();
  const waiting = invitations.flatMap((each) => each.view);
  const { standing, coming } = apart(actions, waiting);
  const shown = (wanted: readonly answers.ActionRow[]) => {
    const ids = new Set(wanted.map((row) => toHex(row.action)));
    return standing.filter((action) => ids.has(action.action)).sort((one, other) => one.dueAt - other.dueAt);
  };
  return {
    mine: shown(rows).filter((action) => !action.finished),
    unassigned: shown(today.unassigned).filter((action) => !action.finished && action.assignee === null),
    invitations: waiting.map((each) => ({ ...each, actionsDue: coming(each.circle) })),
    unread: unread.filter((row) => row.standing !== "invited"), // they stand among the invitations
    letters,
    checkedAt: desk.clock(),
  };
}

/** What comes with an invitation that nobody has answered is part of it: nobody can take it on before. */
function apart(actions: readonly ActionView[], invitations: readonly InvitationView[]) {
  const invited = new Set(invitations.map((each) => each.circle));
  const comes = (action: ActionView) => invited.has(action.circle) && action.alarm === undefined;
  const dueIn = (circle: Hex) =>
    actions.filter((action) => action.circle === circle && comes(action)).map((action) => action.dueAt);
  return {
    standing: actions.filter((action) => !comes(action)),
    coming: (circle: Hex) => dueIn(circle).sort((one, other) => one - other),
  };
}

async function moreOfMine(
  room: Room,
  first: readonly answers.ActionRow[],
): Promise<readonly answers.ActionRow[]> {
  const query = { scope: "mine", state: "open", limit: MORE };
  const page = await room.desk.connection.get("/v1/actions", answers.page(answers.ActionRow), { query });
  return page.items.length > first.length ? page.items : first;
}

/** The verified actions behind the hub's rows, circle by circle. */
async function actionsOf(room: Room, rows: readonly answers.ActionRow[]): Promise<ActionView[]> {
  const byCircle = new Map<Hex, Set<Hex>>();
  for (const row of rows) {
    const circle = toHex(row.circle);
    byCircle.set(circle, (byCircle.get(circle) ?? new Set()).add(toHex(row.action)));
  }
  const found = await sideBySide([...byCircle], AT_ONCE, ([circle, wanted]) =>
    actionsIn(room, circle, wanted, rows),
  );
  return found.flat();
}

async function actionsIn(
  room: Room,
  circle: Hex,
  wanted: ReadonlySet<Hex>,
  rows: readonly answers.ActionRow[],
): Promise<ActionView[]> {
  try {
    const view = await room.synced(circle);
    const about = room.circles.titleOf(view.id) === "" ? await aboutOrAlarm(view) : null;
    if (about !== null && !(about instanceof Alarm)) room.learn(view, about);
    return await room.actionViews(view, wanted);
  } catch (error) {
    if (error instanceof KeyholderError && error.code === "not-found") return [];
    // One circle that cannot be read, or not yet, never hides the others.
    if (!(error instanceof Refused || error instanceof NotReady || error instanceof Alarm)) throw error;
    return rows.flatMap((row) => bare(room, circle, row, error));
  }
}

/** An action of a circle that this worker may not read yet, or whose history does not hold. */
function bare(room: Room, circle: Hex, row: answers.ActionRow, why: unknown): ActionView[] {
  if (toHex(row.circle) !== circle) return [];
  const organisation = toHex(row.organisation);
  const alarm = why instanceof Alarm ? { alarm: troubleOf(why) } : {};
  return [
    {
      circle,
      circleTitle: "",
      action: toHex(row.action),
      seq: row.seq,
      title: why instanceof Alarm ? "" : "Something asked of your organisation",
      text: why instanceof Alarm ? "" : toldOf(why),
      organisation,
      legalName: room.desk.directory.legalName(row.organisation),
      assignee: row.assignee === null ? null : toHex(row.assignee),
      assigneeName: "",
      mine: false,
      state: "proposed",
      stateLabel: "Waiting for an answer",
      finished: false,
      dueAt: row.dueAt,
      overdue: row.dueAt < room.desk.clock(),
      priority: row.priority,
      history: [],
      moves: [],
      ...alarm,
    },
  ];
}

/** Why it cannot be read, and what to do about it. */
function toldOf(why: unknown): string {
  return notAssigned(why)
    ? "Take on this circle, or ask your manager, to read what it is."
    : "Answer the invitation to this circle to read what it is.";
}

async function invitation(
  room: Room,
  waiting: answers.TodayInvite,
): Promise<{ readonly view: readonly InvitationView[] }> {
  const circle = toHex(waiting.circle);
  try {
    const view = await room.synced(circle);
    const found = await invitationOf(view);
    return { view: found === null ? [] : [found] };
  } catch (error) {
    if (!(error instanceof Refused || error instanceof NotReady || error instanceof Alarm)) throw error;
    const alarm = troubleOf(error);
    return { view: [{ circle, from: "", title: "", text: "", answerDue: waiting.answerDue, alarm }] };
  }
}
