/** All that happened in a circle, day by day; filtered by what it is about; printable. */
import { useState } from "preact/hooks";
import { useAsked } from "@/app/asked";
import { count, sayClock, sayDate, sayExact, machineTime } from "@/app/time";
import { useVault } from "@/app/vault";
import { Button, ButtonGroup } from "@/components/Button";
import { Empty } from "@/components/Empty";
import { Checkboxes } from "@/components/Field";
import { Pagination } from "@/components/Table";
import { Answer } from "@/components/TroubleNote";
import { useInside, When } from "@/pages/circle/inside";
import type { TimelineRow } from "@/vault/api";

const GROUPS: Record<TimelineRow["group"], string> = {
  message: "Messages",
  document: "Documents",
  action: "Actions",
  people: "People",
  plan: "Care plan",
  circle: "Circle",
  read: "Who read",
};
const AT_A_TIME = 100;

export function Timeline() {
  const { head } = useInside();
  const vault = useVault();
  const asked = useAsked(`circle:${head.circle}:timeline`, () => vault.timeline(head.circle));
  return (
    <div class="kith-timeline">
      <div class="kith-heading-row">
        <h2 class="govuk-heading-m">Timeline</h2>
        <ButtonGroup>
          <Button kind="secondary" onClick={() => print()}>
            Print
          </Button>
        </ButtonGroup>
      </div>
      <Answer asked={asked} words="Putting together what happened">
        {(rows) => <Filtered rows={rows} />}
      </Answer>
    </div>
  );
}

function Filtered({ rows }: { readonly rows: readonly TimelineRow[] }) {
  const [groups, setGroups] = useState<readonly string[]>([]);
  const [shown, setShown] = useState(AT_A_TIME);
  const present = Object.entries(GROUPS).filter(([group]) => rows.some((row) => row.group === group));
  const found = rows
    .filter((row) => groups.length === 0 || groups.includes(row.group))
    .toSorted((a, b) => b.at - a.at || b.seq - a.seq);
  return (
    <>
      <div class="kith-timeline__filter kith-no-print">
        <Checkboxes
          legend="Show only"
          small
          choices={present.map(([group, label]) => ({ value: group, label }))}
          values={groups}
          onChange={setGroups}
        />
      </div>
      {found.length === 0 ? (
        <Empty title="Nothing happened yet">
          <p class="govuk-body">What members write, share and do is listed here as it happens.</p>
        </Empty>
      ) : (
        <>
          {days(found.slice(0, shown)).map(([day, ofDay]) => (
            <section key={day} class="kith-timeline__day">
              <h3 class="govuk-heading-s">{day}</h3>
              <ol class="kith-timeline__list">
                {ofDay.map((row, index) => (
                  <Row key={`${row.seq}-${row.group}-${index}`} row={row} />
                ))}
              </ol>
            </section>
          ))}
          <div class="kith-no-print">
            <Pagination
              shown={Math.min(shown, found.length)}
              total={found.length}
              noun="entry"
              many="entries"
              onMore={() => setShown(shown + AT_A_TIME)}
            />
          </div>
          {found.length > shown && (
            <p class="kith-print-only">
              {count(found.length - shown, "earlier entry", "earlier entries")} left out.
            </p>
          )}
        </>
      )}
    </>
  );
}

function Row({ row }: { readonly row: TimelineRow }) {
  return (
    <li class={`kith-timeline__row kith-timeline__row--${row.group}`}>
      <time class="kith-timeline__time" dateTime={machineTime(row.at)} title={sayExact(row.at)}>
        {sayClock(row.at)}
      </time>
      <div class="kith-timeline__what">
        <p class="kith-timeline__text">
          {row.text}
          {row.upTo !== undefined && (
            <>
              {" "}
              <When at={row.upTo} />
            </>
          )}
        </p>
        <p class="kith-timeline__who">
          <span class="kith-timeline__group">{GROUPS[row.group]}</span>{" "}
          {[row.who, row.legalName].filter(Boolean).join(", ")}
        </p>
      </div>
    </li>
  );
}

/** Rows under their day, in the order they come. */
function days(rows: readonly TimelineRow[]): readonly (readonly [string, readonly TimelineRow[]])[] {
  const byDay = new Map<string, TimelineRow[]>();
  for (const row of rows) {
    const day = sayDate(row.at, 0);
    byDay.set(day, [...(byDay.get(day) ?? []), row]);
  }
  return [...byDay.entries()];
}
