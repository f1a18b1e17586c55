/** One action, and the steps that are safe to take from a list: those that ask for nothing more. */
import type { ActionView, MoveChoice } from "@/vault/api";
import { useDoing } from "@/app/asked";
import { circlePath } from "@/app/router";
import { useSession, useVault } from "@/app/vault";
import { Alarm } from "@/components/Alarm";
import { announce } from "@/components/Announce";
import { Button, Link } from "@/components/Button";
import { Tag } from "@/components/Tag";
import { TimeText } from "@/components/TimeText";
import { TroubleNote } from "@/components/TroubleNote";

export interface ActionRowProps {
  readonly action: ActionView;
  readonly now: number;
  readonly onChange: () => void;
  /** Nobody has it: "I'll do this". */
  readonly free?: boolean;
}

const FROM_A_LIST = new Set(["accept", "start", "complete"]);
const TAKE = ["accept", "hand_over", "hand-over", "handover"];
const URGENT = 2;

function simple(move: MoveChoice): boolean {
  return FROM_A_LIST.has(move.move) && !move.needsReason && !move.needsDue && !move.needsOrganisation;
}

/** Taking it on: accepting it, or having it handed to oneself. */
function taking(action: ActionView): MoveChoice | undefined {
  return TAKE.map((name) => action.moves.find((one) => one.move === name)).find(Boolean);
}

function Priority({ priority }: { readonly priority: number }) {
  if (priority < 1) return null;
  return priority >= URGENT ? <Tag colour="red">At once</Tag> : <Tag colour="orange">Soon</Tag>;
}

export function ActionRow({ action, now, onChange, free = false }: ActionRowProps) {
  const vault = useVault();
  const session = useSession();
  const { busy, trouble, run } = useDoing();
  const title = action.title || "An action that cannot be opened here";
  const take = free ? taking(action) : undefined;
  const moves = free ? [] : action.moves.filter(simple).slice(0, 2);

  const move = async (choice: MoveChoice, said: string) => {
    const change = choice.move === "accept" || !free ? { text: "" } : { text: "", assignee: session.worker };
    if (!(await run(() => vault.moveAction(action.circle, action.action, choice.move, change)))) return;
    announce(said);
    onChange();
  };

  return (
    <li class="kith-row">
      <div class="kith-row__main">
        <p class="kith-row__title">
          <Link to={circlePath(action.circle, "plan")}>{title}</Link>
        </p>
        <p class="kith-row__facts">
          <TimeText at={action.dueAt} now={now} as="due" />
          <span>{action.circleTitle || "A circle not opened yet"}</span>
          <span>{action.stateLabel}</span>
          <Priority priority={action.priority} />
        </p>
        {action.alarm ? <Alarm trouble={action.alarm} small /> : null}
        <TroubleNote trouble={trouble} />
      </div>
      <div class="kith-row__side">
        {take ? (
          <Button
            kind="secondary"
            small
            busy={busy}
            label={`I'll do this: ${title}`}
            onClick={() => void move(take, "It is yours now.")}
          >
            I'll do this
          </Button>
        ) : null}
        {moves.map((choice) => (
          <Button
            key={choice.move}
            kind="secondary"
            small
            busy={busy}
            label={`${choice.label}: ${title}`}
            onClick={() => void move(choice, "Saved.")}
          >
            {choice.label}
          </Button>
        ))}
      </div>
    </li>
  );
}
