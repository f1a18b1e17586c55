/** An invitation as it is typed, kept as a draft until it is sent. */
import { fromLocalInput } from "@/app/time";
import type { FieldError } from "@/components/ErrorSummary";
import { checkWish, readWish, type Wish } from "@/pages/circle/asking";
import { textOf } from "@/pages/circle/kept";
import { LONGEST_WORDS } from "@/pages/circle/LongText";

export interface Typed {
  readonly organisation: string;
  readonly legalName: string;
  readonly title: string;
  readonly text: string;
  readonly history: "none" | "all";
  readonly answerBy: string;
  readonly wishes: readonly Wish[];
}

/** Source: the longest title of an invitation. */
export const LONGEST_TITLE = 200;

export const NO_INVITE: Typed = {
  organisation: "",
  legalName: "",
  title: "",
  text: "",
  history: "none",
  answerBy: "",
  wishes: [],
};

export function readInvite(found: Readonly<Record<string, unknown>>): Typed {
  const wishes = Array.isArray(found["wishes"]) ? found["wishes"] : [];
  return {
    organisation: textOf(found, "organisation"),
    legalName: textOf(found, "legalName"),
    title: textOf(found, "title"),
    text: textOf(found, "text"),
    history: found["history"] === "all" ? "all" : "none",
    answerBy: textOf(found, "answerBy"),
    wishes: wishes.map(readWish).filter((wish) => wish !== undefined),
  };
}

export function checkInvite(typed: Typed, now: number): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (typed.organisation === "") errors.push({ id: "partner", say: "Choose an organisation" });
  if (typed.title.trim() === "") errors.push({ id: "invite-title", say: "Say what it is about" });
  if (typed.text.trim() === "") errors.push({ id: "invite-text", say: "Say what you ask of them" });
  if (typed.text.length > LONGEST_WORDS) errors.push({ id: "invite-text", say: "Make your words shorter" });
  const answerBy = fromLocalInput(typed.answerBy);
  if (typed.answerBy !== "" && (answerBy === null || answerBy <= now))
    errors.push({ id: "answer-by", say: "Give a day and time that is still to come" });
  return [...errors, ...typed.wishes.flatMap((wish, index) => checkWish(wish, now, `wish-${index}`))];
}
