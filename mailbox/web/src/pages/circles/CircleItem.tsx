/** One circle in the list: its name, what is new, what is due. */
import { memo } from "@/components/memo";
import type { CircleRow } from "@/vault/api";
import { circlePath } from "@/app/router";
import { Alarm } from "@/components/Alarm";
import { Link } from "@/components/Button";
import { Tag } from "@/components/Tag";
import { Count } from "@/components/Tabs";
import { TimeText } from "@/components/TimeText";

interface ItemProps {
  readonly row: CircleRow;
  readonly now: number;
}

export const CircleItem = memo(function CircleItem({ row, now }: ItemProps) {
  const title = row.title || (row.reference ? `Reference ${row.reference}` : "A circle not opened yet");
  return (
    <li class="kith-row">
      <div class="kith-row__main">
        <p class="kith-row__title">
          <Link to={circlePath(row.circle)}>{title}</Link>
          {row.unread > 0 ? <Count number={row.unread} noun="unread" /> : null}
        </p>
        <p class="kith-row__facts">
          {row.reference && row.title ? <span>{row.reference}</span> : null}
          <span>{row.standing === "owner" ? "Yours" : row.owner}</span>
          <span>
            Last entry <TimeText at={row.lastAt} now={now} />
          </span>
        </p>
        {row.alarm ? <Alarm trouble={row.alarm} small /> : null}
        {row.gone ? (
          <p class="govuk-body">
            <strong>The service no longer shows this circle.</strong> If your organisation did not leave it
            and was not removed, tell your manager and the circle’s owner, by telephone. Kith says this once.
          </p>
        ) : null}
      </div>
      <div class="kith-row__side">
        {row.nextDue !== null ? <TimeText at={row.nextDue} now={now} as="due" /> : null}
        {row.standing === "invited" ? <Tag colour="purple">Invited</Tag> : null}
        {row.assigned ? <Tag colour="teal">Assigned to you</Tag> : null}
        {row.closed ? <Tag colour="grey">Closed</Tag> : null}
      </div>
    </li>
  );
});
