/** Words that may be long, in a circle's forms: how many are left is said in time, what is wrong stands beside them. */
import { errorOf, type FieldError } from "@/components/ErrorSummary";
import { TextArea, type TextAreaProps } from "@/components/Field";

/** Source: the longest text that goes with a step. */
export const LONGEST_WORDS = 4_000;

interface LongTextProps extends Omit<TextAreaProps, "id" | "error"> {
  readonly id: string;
  /** Of the whole form: this field's is found by its id. */
  readonly errors?: readonly FieldError[];
}

export function LongText({ errors = [], ...field }: LongTextProps) {
  return <TextArea limit={LONGEST_WORDS} rows={3} {...field} error={errorOf(errors, field.id)} />;
}
