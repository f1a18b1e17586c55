/** Facts with names beside them. */
import type { ComponentChildren } from "preact";

export interface Fact {
  readonly name: string;
  readonly value: ComponentChildren;
  readonly action?: ComponentChildren;
}

export function SummaryList({ facts }: { readonly facts: readonly Fact[] }) {
  const actions = facts.some((fact) => fact.action);
  return (
    <dl class="govuk-summary-list">
      {facts.map((fact) => (
        <div
          class={`govuk-summary-list__row${actions && !fact.action ? " govuk-summary-list__row--no-actions" : ""}`}
          key={fact.name}
        >
          <dt class="govuk-summary-list__key">{fact.name}</dt>
          <dd class="govuk-summary-list__value">{fact.value}</dd>
          {fact.action ? <dd class="govuk-summary-list__actions">{fact.action}</dd> : null}
        </div>
      ))}
    </dl>
  );
}
