/** Asking a member for something to be done: the questions are the same in an invitation and in a plan. */
import { fromLocalInput, toLocalInput } from "@/app/time";
import { errorOf, type FieldError } from "@/components/ErrorSummary";
import { Radios, TextField } from "@/components/Field";
import { isRecord, textOf } from "@/pages/circle/kept";
import { LongText, LONGEST_WORDS } from "@/pages/circle/LongText";
import type { AskedAction } from "@/vault/api";

/** One wish as it is typed. */
export interface Wish {
  readonly title: string;
  readonly text: string;
  readonly due: string;
  readonly priority: string;
}

/** Source: the longest title of an action. */
const LONGEST_TITLE = 200;
const DAY_MS = 86_400_000;
/** How far ahead an action may be due. Source: policies, limits. */
const AHEAD_DAYS = 732;

const PRIORITIES = [
  { value: "0", label: "Standard" },
  { value: "1", label: "Enhanced rights" },
] as const;

/** A new wish: due at 5pm, five working days ahead or so. */
export function newWish(now: number): Wish {
  const due = new Date(now + 7 * DAY_MS);
  due.setHours(17, 0, 0, 0);
  return { title: "", text: "", due: toLocalInput(due.getTime()), priority: "0" };
}

export function readWish(found: unknown): Wish | undefined {
  if (!isRecord(found)) return undefined;
  return {
    title: textOf(found, "title"),
    text: textOf(found, "text"),
    due: textOf(found, "due"),
    priority: textOf(found, "priority") || "0",
  };
}

export function checkWish(wish: Wish, now: number, prefix = "action"): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (wish.title.trim() === "") errors.push({ id: `${prefix}-title`, say: "Say what should be done" });
  if (wish.title.length > LONGEST_TITLE)
    errors.push({ id: `${prefix}-title`, say: "Make the title shorter" });
  if (wish.text.length > LONGEST_WORDS)
    errors.push({ id: `${prefix}-text`, say: "Make the details shorter" });
  const due = fromLocalInput(wish.due);
  if (due === null || due <= now)
    errors.push({ id: `${prefix}-due`, say: "Give a day and time that is still to come" });
  else if (due > now + AHEAD_DAYS * DAY_MS)
    errors.push({ id: `${prefix}-due`, say: "Give a day within the next two years" });
  return errors;
}

/** Only for wishes that were checked. */
export function askedOf(wish: Wish): AskedAction {
  return {
    title: wish.title.trim(),
    text: wish.text.trim(),
    dueAt: fromLocalInput(wish.due) ?? 0,
    priority: Number(wish.priority),
  };
}

interface WishFieldsProps {
  readonly wish: Wish;
  readonly errors: readonly FieldError[];
  readonly prefix?: string;
  readonly onChange: (change: Partial<Wish>) => void;
}

export function WishFields({ wish, errors, prefix = "action", onChange }: WishFieldsProps) {
  return (
    <>
      <TextField
        id={`${prefix}-title`}
        label="What should be done?"
        hint="Short, and without the person's name. For example: change the locks"
        value={wish.title}
        onInput={(title) => onChange({ title })}
        maxLength={LONGEST_TITLE}
        error={errorOf(errors, `${prefix}-title`)}
      />
      <LongText
        id={`${prefix}-text`}
        label="Details (optional)"
        value={wish.text}
        onInput={(text) => onChange({ text })}
        errors={errors}
      />
      <TextField
        id={`${prefix}-due`}
        type="datetime-local"
        label="Done by"
        value={wish.due}
        onInput={(due) => onChange({ due })}
        width={20}
        error={errorOf(errors, `${prefix}-due`)}
      />
      <Radios
        id={`${prefix}-priority`}
        legend="Which clock counts?"
        hint="Enhanced rights: serious crime, targeted again and again, or vulnerable or intimidated."
        inline
        small
        choices={PRIORITIES}
        value={wish.priority}
        onChange={(priority) => onChange({ priority })}
      />
    </>
  );
}
