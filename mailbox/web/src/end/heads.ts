/** A circle's identity bar and its people, as the verified history has them. */
import { Alarm } from "@/end/alarms";
import type { CircleView } from "@/end/circle";
import { NotReady } from "@/end/errors";
import { listings } from "@/end/logbook";
import type { People } from "@/end/people";
import { plainName } from "@/end/profile";
import { kindOf } from "@/end/showing";
import { troubleOf } from "@/end/trouble";
import type * as answers from "@/hub/answers";
import { equal, toHex } from "@/protocol/bytes";
import { accredited } from "@/protocol/circle";
import { type Listing, Kind } from "@/protocol/facts";
import { Role } from "@/protocol/organisation";
import type { About } from "@/protocol/private/bodies";
import type { CircleHead, InvitationView, MemberView, PersonView, Trouble } from "@/vault/api";

/** What is shown where the safe-contact words do not open: silence would be taken for "nothing to mind". */
const UNKNOWN_CONTACT =
  "How to reach this person safely could not be opened. Do not contact them before you have asked the owner.";

/** Whether this worker may write in a circle, and if not, why. */
export function mayWrite(view: CircleView, assigned: boolean): string {
  const { circle, desk } = view.book;
  const { role } = desk.member;
  const own = desk.me.organisation;
  if (!circle.members.has(own)) return "Your organisation is not a member of this circle.";
  if (circle.closed) return "This circle is closed. Its owner can open it again.";
  if (role !== Role.WORKER && role !== Role.MANAGER) return "Your role reads other things, not circles.";
  if (desk.standing() === null)
    return "The people who run this network no longer confirm your organisation. Ask your manager.";
  if (assigned || role === Role.MANAGER || equal(circle.owner, own)) return "";
  return "You are not assigned to this circle. Ask your manager, or take it on under People.";
}

/** What the head is made of. */
export interface HeadParts {
  readonly view: CircleView;
  readonly people: People;
  readonly about: About | Alarm | null;
  readonly invitation: InvitationView | null;
  readonly listed: answers.CircleListed | null;
  readonly assigned: readonly Uint8Array[];
}

/** The head of a circle whose history holds. */
export function headOf(parts: HeadParts): CircleHead {
  const { view, invitation, listed, assigned } = parts;
  const [about, alarm] = parts.about instanceof Alarm ? [null, parts.about] : [parts.about, null];
  const { circle, log, desk } = view.book;
  const own = desk.me.organisation;
  const standing = equal(circle.owner, own) ? "owner" : circle.members.has(own) ? "member" : "invited";
  const mine = assigned.some((worker) => equal(worker, desk.me.worker));
  const whyNot = mayWrite(view, mine);
  return {
    circle: toHex(view.id),
    title: plainName(about?.title ?? invitation?.title ?? ""),
    reference: plainName(about?.reference ?? ""),
    safeContact: about?.safeContact ?? (standing === "invited" ? "" : UNKNOWN_CONTACT),
    safeContactBy: about === null ? "" : describedBy(view),
    contactPerson: plainName(about?.contactPerson ?? ""),
    standing,
    ownerName: desk.directory.legalName(circle.owner),
    closed: circle.closed,
    held: circle.holds.size > 0,
    members: membersOf(parts),
    seq: log.seq,
    readSeq: Math.max(view.thread.readSeq, listed?.readSeq ?? 0),
    assigned: mine,
    mayWrite: whyNot === "",
    whyNot,
    ...(invitation === null ? {} : { invitation }),
    ...(alarm === null ? {} : { aboutAlarm: troubleOf(alarm) }),
  };
}

/** The head of a circle whose history does not hold: the alarm, and nothing else. */
export function alarmedHead(circle: string, alarm: Trouble): CircleHead {
  return {
    circle,
    title: "",
    reference: "",
    safeContact: "",
    safeContactBy: "",
    contactPerson: "",
    standing: "member",
    ownerName: "",
    closed: false,
    held: false,
    members: [],
    seq: 0,
    readSeq: 0,
    assigned: false,
    mayWrite: false,
    whyNot: alarm.say,
    alarm,
  };
}

/** Words of whoever owned the circle before stand until the new owner says them: whose they are is shown then. */
function describedBy({ book }: CircleView): string {
  const { circle, desk } = book;
  for (const { header, placed } of book.describing()) {
    if (circle.erased.has(placed.hash)) continue;
    return equal(header.organisation, circle.owner) ? "" : desk.directory.legalName(header.organisation);
  }
  return "";
}

/** What the circle is called; the alarm instead when that was changed or held back, which stops nothing else. */
export async function aboutOrAlarm(view: CircleView): Promise<About | Alarm | null> {
  try {
    return await view.thread.about();
  } catch (error) {
    if (error instanceof Alarm) return error;
    if (error instanceof NotReady) return null;
    throw error;
  }
}

/** The invitation that waits for the own organisation; null when none does. */
export async function invitationOf(view: CircleView): Promise<InvitationView | null> {
  const { circle, desk } = view.book;
  const waiting = circle.pending.get(desk.me.organisation);
  if (waiting === undefined) return null;
  const from = desk.directory.legalName(view.book.byHash(waiting.hash)?.header.organisation ?? circle.owner);
  const shared = { circle: toHex(view.id), from, answerDue: waiting.answerDue };
  try {
    const { asked } = await view.invitation();
    return { ...shared, title: plainName(asked.title), text: asked.text };
  } catch (error) {
    if (!(error instanceof Alarm || error instanceof NotReady)) throw error;
    return { ...shared, title: "", text: "", alarm: troubleOf(error) };
  }
}

function membersOf(parts: HeadParts): MemberView[] {
  const { circle } = parts.view.book;
  const members = [...circle.members].map(([, listing]) => memberOf(parts, listing, null));
  const invited = [...circle.pending].map(([, { listing, answerDue }]) =>
    memberOf(parts, listing, answerDue),
  );
  const rank = { owner: 0, member: 1, invited: 2 };
  return [...members, ...invited].sort(
    (one, other) =>
      rank[one.standing] - rank[other.standing] || one.legalName.localeCompare(other.legalName, "en-GB"),
  );
}

function memberOf(parts: HeadParts, listing: Listing, answerDue: number | null): MemberView {
  const { view, people, assigned } = parts;
  const { circle, desk } = view.book;
  const { organisation } = listing;
  const person = (worker: Uint8Array): PersonView => {
    return { worker: toHex(worker), name: people.nameOf(organisation, worker) };
  };
  const own = equal(organisation, desk.me.organisation);
  const owner = equal(organisation, circle.owner);
  return {
    organisation: toHex(organisation),
    legalName: desk.directory.legalName(organisation),
    kind: kindOf(desk.directory.said(organisation)?.kind ?? 0),
    standing: answerDue !== null ? "invited" : owner ? "owner" : "member",
    since: sinceOf(view, organisation, answerDue !== null),
    answerDue,
    lapsed: !accredited(listing, desk.directory, desk.clock()),
    assigned: own ? assigned.map(person) : [],
  };
}

/** When an organisation came in, or was invited, for the last time. */
function sinceOf(view: CircleView, organisation: Uint8Array, invited: boolean): number {
  for (const { header, facts, placed } of view.book.backwards(Kind.OPEN, Kind.ACCEPT, Kind.INVITE)) {
    if (header.kind === Kind.INVITE) {
      if (invited && listings(facts).some((each) => equal(each.organisation, organisation))) {
        return placed.receivedAt;
      }
    } else if (!invited && equal(header.organisation, organisation)) return placed.receivedAt;
  }
  return 0;
}
