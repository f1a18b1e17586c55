/** What a policy answers: null for "yes", or why not, with a sentence a person can act on. */

/** No. `code` is stable, lower_snake_case; `say` tells what to do next, and holds no case content. */
export interface Denied {
  readonly code: string;
  readonly say: string;
}

/** Allowed (null), or denied. */
export type Decision = Denied | null;
export const ALLOWED = null;

/** Whether an answer is a refusal. */
export function isDenied(answer: unknown): answer is Denied {
  return typeof answer === "object" && answer !== null && "code" in answer && "say" in answer;
}
