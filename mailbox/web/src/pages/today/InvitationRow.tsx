/** An invitation: who asks, until when. It is answered in the circle, where all of it can be read first. */
import type { InvitationView } from "@/vault/api";
import { circlePath } from "@/app/router";
import { count } from "@/app/time";
import { Alarm } from "@/components/Alarm";
import { ButtonLink, Link } from "@/components/Button";
import { TimeText } from "@/components/TimeText";
import { invitationName } from "@/pages/today/invitationname";

export function InvitationRow({
  invitation,
  now,
}: {
  readonly invitation: InvitationView;
  readonly now: number;
}) {
  const to = circlePath(invitation.circle);
  const due = invitation.actionsDue ?? [];
  const [first] = due;
  const title = invitationName(invitation);
  return (
    <li class="kith-row">
      <div class="kith-row__main">
        <p class="kith-row__title">
          <Link to={to}>{title}</Link>
        </p>
        <p class="kith-row__facts">
          <span>From {invitation.from}</span>
          <span>
            Answer <TimeText at={invitation.answerDue} now={now} as="due" />
          </span>
          {first === undefined ? null : (
            <span>
              {count(due.length, "action comes", "actions come")} with it,{" "}
              {due.length > 1 ? "the first " : ""}
              <TimeText at={first} now={now} as="due" />
            </span>
          )}
        </p>
        {invitation.alarm ? <Alarm trouble={invitation.alarm} small /> : null}
      </div>
      <div class="kith-row__side">
        <ButtonLink to={to} kind="secondary" label={`Read and answer: ${title}`}>
          Read and answer
        </ButtonLink>
      </div>
    </li>
  );
}
