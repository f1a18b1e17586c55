/** One action at a glance: what, who, until when, how it stands. */
import { circlePath } from "@/app/router";
import { sayExact } from "@/app/time";
import { Link } from "@/components/Button";
import { Tag, type TagColour } from "@/components/Tag";
import { InPlace, When } from "@/pages/circle/inside";
import type { ActionState, ActionView } from "@/vault/api";

const COLOURS: Record<ActionState, TagColour> = {
  proposed: "yellow",
  accepted: "blue",
  started: "blue",
  completed: "green",
  declined: "grey",
  cancelled: "grey",
  "handed-over": "grey",
};

export function StateTag({ action }: { readonly action: ActionView }) {
  return (
    <>
      <Tag colour={COLOURS[action.state]}>{action.stateLabel}</Tag>
      {action.overdue && !action.finished && (
        <>
          {" "}
          <Tag colour="red">Overdue</Tag>
        </>
      )}
    </>
  );
}

export function ActionCard({ action }: { readonly action: ActionView }) {
  const who = action.assigneeName ? `${action.assigneeName}, ${action.legalName}` : action.legalName;
  return (
    <article class={`kith-action${action.overdue && !action.finished ? " kith-action--late" : ""}`}>
      <div class="kith-action__main">
        <h4 class="kith-action__title">
          <Link to={`${circlePath(action.circle, "plan")}/${action.action}`}>{action.title}</Link>
        </h4>
        <p class="kith-action__who">
          {who}
          {action.mine && <strong> (you)</strong>}
        </p>
      </div>
      <p class="kith-action__due">
        {!action.finished && (
          <>
            <When at={action.dueAt} as="due" />
            <span class="kith-print-only">{sayExact(action.dueAt)}</span>
          </>
        )}
      </p>
      <p class="kith-action__state">
        <StateTag action={action} />
      </p>
      <InPlace trouble={action.alarm} />
    </article>
  );
}
