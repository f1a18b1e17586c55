/** Actions in the order people need them: what is late, what is due next, then what is finished. */
import type { ActionView } from "@/vault/api";

export interface ActionGroup {
  readonly key: "overdue" | "waiting" | "working" | "finished";
  readonly title: string;
  readonly actions: readonly ActionView[];
}

function keyOf(action: ActionView): ActionGroup["key"] {
  if (action.finished) return "finished";
  if (action.overdue) return "overdue";
  return action.state === "proposed" ? "waiting" : "working";
}

const TITLES: readonly (readonly [ActionGroup["key"], string])[] = [
  ["overdue", "Overdue"],
  ["waiting", "Waiting for an answer"],
  ["working", "Being done"],
  ["finished", "Finished"],
];

/** Groups that hold something, each by due time; finished ones latest first. */
export function grouped(actions: readonly ActionView[]): readonly ActionGroup[] {
  return TITLES.map(([key, title]) => ({
    key,
    title,
    actions: actions
      .filter((action) => keyOf(action) === key)
      .toSorted((a, b) => (key === "finished" ? b.dueAt - a.dueAt : a.dueAt - b.dueAt)),
  })).filter((group) => group.actions.length > 0);
}
