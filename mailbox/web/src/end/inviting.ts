/**
 * Asking an organisation in: the invitation, and the actions that travel with it. What was done of it before is
 * not done again, so that a person may simply try once more.
 */
import type { Asking } from "@/end/actions";
import type { CircleView, Inviting } from "@/end/circle";
import type { Desk } from "@/end/desk";
import { BadInput, CannotSend } from "@/end/errors";
import { kindOf } from "@/end/showing";
import { plainText } from "@/end/listsearch";
import { sideBySide } from "@/end/turns";
import { mayBeDue } from "@/policies/actions";
import { calendar } from "@/policies/calendar";
import { dueTime, inForce } from "@/policies/clocks";
import { limits } from "@/policies/limits";
import { equal, toHex } from "@/protocol/bytes";
import type { DirectoryRow } from "@/hub/answers";
import type { PartnerView } from "@/vault/api";

const SHOWN = 30;
const PAGES = 20;
const PAGE = 100;
const FRESH_MS = 5 * 60 * 1000;

/** When an invitation made now is to be answered, by the invitation clock. */
export function answerBy(now: number): number {
  const days = calendar();
  return dueTime(inForce(now, days), "invitation", now, false, days);
}

/** An action as it may be asked for. Throws BadInput. */
export function checkedAsking(asking: Asking, now: number): Asking {
  const title = asking.title.normalize("NFC").trim();
  const text = asking.text.normalize("NFC").trim();
  if (title === "") throw new BadInput("Say in a few words what is asked for.");
  if (title.length > 200) throw new BadInput("Use a shorter title; the rest goes below it.");
  const due = mayBeDue(asking.dueAt, now, limits());
  if (due !== null) throw new BadInput(due.say, due.code);
  return { title, text, dueAt: asking.dueAt, priority: asking.priority > 0 ? 1 : 0 };
}

/** Invite, then ask for each action. What stands there already is passed over. */
export async function inviteWith(
  view: CircleView,
  inviting: Inviting,
  actions: readonly Asking[],
): Promise<void> {
  await view.sync();
  if (view.book.circle.members.has(inviting.organisation)) {
    throw new CannotSend("That organisation is in this circle already.");
  }
  if (view.book.circle.listing(inviting.organisation) === null) await view.invite(inviting);
  const there = await view.actions.all();
  for (const asking of actions) {
    const known = there.some(
      (action) =>
        equal(action.organisation, inviting.organisation) &&
        action.title === asking.title &&
        action.dueAt === asking.dueAt &&
        action.state === "proposed",
    );
    if (!known) await view.actions.propose(inviting.organisation, asking);
  }
}

/** The accredited organisations, for choosing one: what is shown was verified here. */
export class Partners {
  readonly #desk: Desk;
  #rows: Promise<readonly DirectoryRow[]> | null = null;
  #readAt = 0;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Those whose name or domain holds the words of `text`, by name; the own one is left out. */
  async matching(text: string): Promise<PartnerView[]> {
    const words = plainText(text).split(" ").filter(Boolean);
    const rows = (await this.#all()).filter((row) => {
      const said = plainText(`${row.legalName} ${row.domain}`);
      return (
        words.every((word) => said.includes(word)) && !equal(row.organisation, this.#desk.me.organisation)
      );
    });
    rows.sort((one, other) => one.legalName.localeCompare(other.legalName, "en-GB"));
    const found = await sideBySide(rows.slice(0, SHOWN), 4, (row) => this.#verified(row));
    return found.flatMap((partner) => partner.view);
  }

  /** Which organisations match is the hub's word; who each is, is the authority's. */
  async #verified(row: DirectoryRow): Promise<{ readonly view: readonly PartnerView[] }> {
    const { directory } = this.#desk;
    await directory.know([row.organisation]);
    const standing = directory.standing(row.organisation, this.#desk.clock());
    if (standing === null) return { view: [] };
    const { legalName, domain, kind } = standing.accreditation;
    return { view: [{ organisation: toHex(row.organisation), legalName, domain, kind: kindOf(kind) }] };
  }

  #all(): Promise<readonly DirectoryRow[]> {
    const now = this.#desk.clock();
    if (this.#rows !== null && now - this.#readAt < FRESH_MS) return this.#rows;
    this.#readAt = now;
    const rows = this.#read();
    this.#rows = rows;
    rows.catch(() => {
      this.#rows = null;
    });
    return rows;
  }

  async #read(): Promise<readonly DirectoryRow[]> {
    const rows: DirectoryRow[] = [];
    let after: Uint8Array | null = null;
    for (let page = 0; page < PAGES; page++) {
      const found = await this.#desk.directory.page(after, PAGE);
      rows.push(...found.items);
      after = found.items.at(-1)?.organisation ?? null;
      if (found.next === null || after === null) break;
    }
    return rows;
  }
}
