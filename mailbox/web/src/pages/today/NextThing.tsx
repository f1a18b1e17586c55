/** The one next thing: what is overdue, then an invitation, then what is due first, then what is new to read. */
import type { ComponentChildren } from "preact";
import type { TodayView } from "@/vault/api";
import { circlePath } from "@/app/router";
import { ButtonLink } from "@/components/Button";
import { TimeText } from "@/components/TimeText";
import { invitationName } from "@/pages/today/invitationname";

interface NextProps {
  readonly today: TodayView;
  readonly now: number;
}

interface Thing {
  readonly label: string;
  readonly title: string;
  readonly about: ComponentChildren;
  readonly to: string;
  readonly go: string;
}

/** Which thing comes first. */
export function nextThing({ today, now }: NextProps): Thing | null {
  const [first] = today.mine;
  const [invitation] = today.invitations;
  const [free] = today.unassigned;
  const [unread] = today.unread;
  const due = (at: number) => <TimeText at={at} now={now} as="due" />;
  if (first && (first.dueAt < now || !invitation || first.dueAt <= invitation.answerDue))
    return {
      label: "Your next thing",
      title: first.title || "An action",
      about: [first.circleTitle || "A circle", ", ", due(first.dueAt)],
      to: circlePath(first.circle, "plan"),
      go: "Open it",
    };
  if (invitation)
    return {
      label: "Your next thing: answer an invitation",
      title: invitationName(invitation),
      about: [`${invitation.from} asks for an answer, `, due(invitation.answerDue)],
      to: circlePath(invitation.circle),
      go: "Read it and answer",
    };
  if (free)
    return {
      label: "Somebody should pick this up",
      title: free.title || "An action",
      about: [free.circleTitle || "A circle", ", ", due(free.dueAt)],
      to: circlePath(free.circle, "plan"),
      go: "Open it",
    };
  if (unread)
    return {
      label: "New to read",
      title: unread.title || unread.reference || "A circle",
      about: unread.owner,
      to: circlePath(unread.circle),
      go: "Read it",
    };
  return null;
}

export function NextThing(props: NextProps) {
  const thing = nextThing(props);
  if (!thing)
    return (
      <section class="kith-next" aria-label="Your next thing">
        <p class="kith-next__title">Nothing waits for you</p>
        <p class="govuk-body">
          You are up to date. When somebody needs you, it appears here, and a mail tells you.
        </p>
        <ButtonLink to="/circles" kind="secondary">
          Look at your circles
        </ButtonLink>
      </section>
    );
  return (
    <section class="kith-next" aria-label="Your next thing">
      <p class="kith-next__label">{thing.label}</p>
      <p class="kith-next__title">{thing.title}</p>
      <p class="govuk-body">{thing.about}</p>
      <ButtonLink to={thing.to}>{thing.go}</ButtonLink>
    </section>
  );
}
