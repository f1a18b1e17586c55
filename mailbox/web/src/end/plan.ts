/** The care plan: the owner's newest, whole, and the actions that carry it out. */
import type { CircleView } from "@/end/circle";
import { restrictedOf } from "@/end/logbook";
import type { Item } from "@/end/opening";
import { troubleOf } from "@/end/trouble";
import { needs as needList } from "@/policies/codes";
import { equal } from "@/protocol/bytes";
import { Kind } from "@/protocol/facts";
import { isCarePlan } from "@/protocol/private/bodies";
import type { ActionView, PlanView } from "@/vault/api";

/** The newest plan that was not erased; an older one never stands in for a newer that does not open. */
async function newestPlan(view: CircleView): Promise<Item | null> {
  for (const verified of view.book.backwards(Kind.PLAN)) {
    if (restrictedOf(verified.facts) !== null) continue;
    const item = await view.thread.openOne(verified.placed.seq);
    if (item.state !== "erased") return item;
  }
  return null;
}

/** The plan as a page shows it. `mayWrite`: this worker may write in this circle. */
export async function planOf(
  view: CircleView,
  actions: readonly ActionView[],
  mayWrite: boolean,
): Promise<PlanView> {
  const item = await newestPlan(view);
  const body = item !== null && item.body !== null && isCarePlan(item.body) ? item.body : null;
  const owner = equal(view.book.circle.owner, view.book.desk.me.organisation);
  return {
    summary: body?.summary ?? "",
    needs: (body?.needs ?? []).map(({ category, text, gap }) => ({
      category,
      label: needList().byCode(category)?.label ?? "Another need",
      text,
      gap,
    })),
    author: item?.author ?? "",
    at: item?.receivedAt ?? 0,
    actions,
    mayWrite: mayWrite && owner,
    ...(item?.alarm ? { alarm: troubleOf(item.alarm) } : {}),
  };
}
