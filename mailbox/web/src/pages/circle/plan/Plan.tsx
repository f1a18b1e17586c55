/** The care plan: what this person needs, what nobody can meet yet, and who does what until when. Printable. */
import { useAsked } from "@/app/asked";
import { circlePath } from "@/app/router";
import { sayExact } from "@/app/time";
import { useVault } from "@/app/vault";
import { Button, ButtonGroup, ButtonLink } from "@/components/Button";
import { Empty } from "@/components/Empty";
import { Tag } from "@/components/Tag";
import { Answer } from "@/components/TroubleNote";
import { InPlace, useInside, When } from "@/pages/circle/inside";
import { ActionCard } from "@/pages/circle/plan/ActionCard";
import { ActionPage } from "@/pages/circle/plan/ActionPage";
import { grouped } from "@/pages/circle/plan/order";
import { EditPlan } from "@/pages/circle/plan/EditPlan";
import { Propose } from "@/pages/circle/plan/Propose";
import type { NeedView, PlanView } from "@/vault/api";

export function Plan({ rest }: { readonly rest: readonly string[] }) {
  const { head } = useInside();
  const vault = useVault();
  const asked = useAsked(`circle:${head.circle}:plan`, () => vault.plan(head.circle));
  const [place] = rest;
  return (
    <Answer asked={asked} words="Opening the care plan">
      {(plan) => {
        if (place === "edit") return <EditPlan plan={plan} />;
        if (place === "propose") return <Propose />;
        if (place) return <ActionPage actions={plan.actions} action={place} again={asked.again} />;
        return <WholePlan plan={plan} />;
      }}
    </Answer>
  );
}

function WholePlan({ plan }: { readonly plan: PlanView }) {
  const { head, now } = useInside();
  const path = circlePath(head.circle, "plan");
  const written = plan.summary !== "" || plan.needs.length > 0;
  return (
    <div class="kith-plan">
      <div class="kith-heading-row">
        <h2 class="govuk-heading-m">Care plan</h2>
        <ButtonGroup>
          {plan.mayWrite && (
            <ButtonLink to={`${path}/edit`} kind="secondary">
              {written ? "Change the plan" : "Write the plan"}
            </ButtonLink>
          )}
          <Button kind="secondary" onClick={() => print()}>
            Print
          </Button>
        </ButtonGroup>
      </div>
      <InPlace trouble={plan.alarm} />
      {written ? <Written plan={plan} /> : <Unwritten />}
      <div class="kith-heading-row">
        <h2 class="govuk-heading-m">Actions</h2>
        {head.mayWrite && (
          <ButtonGroup>
            <ButtonLink to={`${path}/propose`}>Ask for an action</ButtonLink>
          </ButtonGroup>
        )}
      </div>
      <Actions plan={plan} />
      <p class="kith-print-only">
        Printed on {sayExact(now)}. Keep it safe: it names how to reach the person.
      </p>
    </div>
  );
}

function Unwritten() {
  return (
    <Empty title="No plan is written yet">
      <p class="govuk-body">
        The case owner writes here what this person needs, once it was talked about with them.
      </p>
    </Empty>
  );
}

function Written({ plan }: { readonly plan: PlanView }) {
  return (
    <section aria-label="The plan">
      {plan.summary && <p class="govuk-body kith-plain-text">{plan.summary}</p>}
      {plan.needs.length > 0 && (
        <>
          <h3 class="govuk-heading-s">Needs</h3>
          <ul class="kith-needs">
            {plan.needs.map((need) => (
              <Need key={`${need.category}-${need.text}`} need={need} />
            ))}
          </ul>
        </>
      )}
      <p class="kith-plan__by">
        Written by {plan.author || "the case owner"}, <When at={plan.at} />
      </p>
    </section>
  );
}

function Need({ need }: { readonly need: NeedView }) {
  return (
    <li class={`kith-needs__item${need.gap ? " kith-needs__item--gap" : ""}`}>
      <p class="kith-needs__label">
        <strong>{need.label}</strong> {need.gap && <Tag colour="orange">Gap</Tag>}
      </p>
      {need.text && <p class="kith-needs__text">{need.text}</p>}
      {need.gap && <p class="kith-needs__text">Nobody in the network can meet this need at the moment.</p>}
    </li>
  );
}

function Actions({ plan }: { readonly plan: PlanView }) {
  const groups = grouped(plan.actions);
  if (groups.length === 0)
    return (
      <Empty title="No actions yet">
        <p class="govuk-body">An action is one thing that one member does by a set time.</p>
      </Empty>
    );
  return (
    <>
      {groups.map((group) => (
        <section key={group.key} class={`kith-actions kith-actions--${group.key}`}>
          <h3 class="govuk-heading-s">
            {group.title} ({group.actions.length})
          </h3>
          <ul class="kith-actions__list">
            {group.actions.map((action) => (
              <li key={action.action}>
                <ActionCard action={action} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}
