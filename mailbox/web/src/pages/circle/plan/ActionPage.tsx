/** One action whole: its words, its history, and the steps this person may take now. */
import { useState } from "preact/hooks";
import { circlePath } from "@/app/router";
import { BackLink, Button, ButtonGroup } from "@/components/Button";
import { Notice } from "@/components/Notice";
import { SummaryList } from "@/components/SummaryList";
import { InPlace, useInside, When } from "@/pages/circle/inside";
import { StateTag } from "@/pages/circle/plan/ActionCard";
import { MoveForm } from "@/pages/circle/plan/MoveForm";
import type { ActionView, MoveChoice } from "@/vault/api";

interface ActionPageProps {
  readonly actions: readonly ActionView[];
  readonly action: string;
  readonly again: () => void;
}

export function ActionPage({ actions, action, again }: ActionPageProps) {
  const { head } = useInside();
  const found = actions.find((one) => one.action === action);
  return (
    <div class="kith-page--reading">
      <BackLink to={circlePath(head.circle, "plan")}>Care plan</BackLink>
      {found ? (
        <OneAction action={found} again={again} />
      ) : (
        <Notice title="This action is not here">
          <p class="govuk-body">The link may be wrong. All actions are in the care plan.</p>
        </Notice>
      )}
    </div>
  );
}

function OneAction({ action, again }: { readonly action: ActionView; readonly again: () => void }) {
  const [chosen, setChosen] = useState<MoveChoice | undefined>(undefined);
  return (
    <>
      <h2 class="govuk-heading-m">{action.title}</h2>
      <InPlace trouble={action.alarm} />
      {action.text && <p class="govuk-body kith-plain-text">{action.text}</p>}
      <SummaryList
        facts={[
          { name: "Where it stands", value: <StateTag action={action} /> },
          { name: "Organisation", value: action.legalName },
          { name: "Person", value: action.assigneeName || "Nobody has picked it up yet" },
          { name: "Due", value: <When at={action.dueAt} as={action.finished ? "when" : "due"} /> },
        ]}
      />
      {chosen ? (
        <MoveForm
          key={chosen.move}
          action={action}
          move={chosen}
          onBack={() => setChosen(undefined)}
          onDone={() => {
            setChosen(undefined);
            again();
          }}
        />
      ) : (
        <Moves action={action} onChoose={setChosen} />
      )}
      <History action={action} />
    </>
  );
}

function Moves({
  action,
  onChoose,
}: {
  readonly action: ActionView;
  readonly onChoose: (move: MoveChoice) => void;
}) {
  if (action.moves.length === 0)
    return (
      <p class="govuk-body">
        {action.finished
          ? "This action is finished."
          : `There is nothing for you to do here: ${action.legalName} has it.`}
      </p>
    );
  return (
    <ButtonGroup>
      {action.moves.map((move, index) => (
        <Button
          key={move.move}
          kind={index === 0 ? "primary" : "secondary"}
          onClick={() => onChoose(move)}
          label={`${move.label}: ${action.title}`}
        >
          {move.label}
        </Button>
      ))}
    </ButtonGroup>
  );
}

function History({ action }: { readonly action: ActionView }) {
  if (action.history.length === 0) return null;
  return (
    <section>
      <h3 class="govuk-heading-s">What happened so far</h3>
      <ol class="kith-steps">
        {action.history.map((step) => (
          <li key={step.seq} class="kith-steps__item">
            <p class="kith-steps__what">
              <strong>{step.label}</strong>
            </p>
            <p class="kith-steps__who">
              {step.who}, {step.legalName}, <When at={step.at} />
            </p>
            {step.reason && <p class="kith-steps__reason kith-plain-text">{step.reason}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}
