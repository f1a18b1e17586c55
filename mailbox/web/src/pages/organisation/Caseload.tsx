/** What a colleague works on, and handing all of it over: also what somebody who left was on. */
import { useState } from "preact/hooks";
import type { ColleagueView, WorkedOnView } from "@/vault/api";
import { useAsked, useDoing } from "@/app/asked";
import { circlePath, navigate } from "@/app/router";
import { count } from "@/app/time";
import { useVault } from "@/app/vault";
import { Button, Link } from "@/components/Button";
import { EmptyLine } from "@/components/Empty";
import { Select } from "@/components/Field";
import { Page } from "@/components/Page";
import { Tag } from "@/components/Tag";
import { Answer, TroubleNote } from "@/components/TroubleNote";
import { back } from "@/pages/organisation/back";

export interface CaseloadProps {
  readonly colleague: ColleagueView;
  /** Whom it may be handed to. */
  readonly others: readonly ColleagueView[];
}

function circlesIn(number: number): string {
  return count(number, "circle", "circles");
}

/** The circles of one colleague, for `Answer`. */
export function useCaseload(worker: string) {
  const vault = useVault();
  return useAsked(`circles:of-${worker}`, () => vault.caseload(worker));
}

export function Caseload({ colleague, others }: CaseloadProps) {
  const asked = useCaseload(colleague.worker);
  const whose = colleague.me ? "Your circles" : `Circles of ${colleague.name}`;
  return (
    <Page heading={whose} tab="Circles of a colleague" before={back}>
      <Answer asked={asked} words="Looking at their circles">
        {(rows) => (
          <>
            <Rows rows={rows} gone={colleague.state === "removed"} />
            {rows.length > 0 && others.length > 0 ? (
              <HandOver colleague={colleague} others={others} rows={rows} />
            ) : null}
          </>
        )}
      </Answer>
    </Page>
  );
}

function Rows({ rows, gone }: { readonly rows: readonly WorkedOnView[]; readonly gone: boolean }) {
  if (rows.length === 0)
    return (
      <EmptyLine>
        {gone
          ? "None. Everything they worked on is handed over."
          : "None. Under a circle's People, you can put them on it."}
      </EmptyLine>
    );
  return (
    <ul class="kith-rows">
      {rows.map((row) => (
        <li class="kith-row" key={row.circle}>
          <div class="kith-row__main">
            <p class="kith-row__title">
              <Link to={circlePath(row.circle)}>{row.title || "A circle not opened yet"}</Link>
            </p>
          </div>
          {row.closed ? (
            <div class="kith-row__side">
              <Tag colour="grey">Closed</Tag>
            </div>
          ) : null}
        </li>
      ))}
    </ul>
  );
}

interface HandOverProps extends CaseloadProps {
  readonly rows: readonly WorkedOnView[];
}

function HandOver({ colleague, others, rows }: HandOverProps) {
  const vault = useVault();
  const { busy, trouble, run } = useDoing();
  const [to, setTo] = useState("");
  const heir = others.find((one) => one.worker === to);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!heir || !(await run(() => vault.handOver(colleague.worker, heir.worker)))) return;
    navigate("/organisation", { note: `${heir.name} now works on ${circlesIn(rows.length)} more.` });
  };
  return (
    <form class="kith-section" onSubmit={submit} noValidate>
      <h2 class="govuk-heading-m">Hand over</h2>
      <TroubleNote trouble={trouble} />
      <ColleagueChoice
        label={`Who takes on ${rows.length === 1 ? "this circle" : `all ${rows.length} circles`}?`}
        hint={`They come on, and ${colleague.me ? "you come" : `${colleague.name} comes`} off. Nothing that was written changes.`}
        none="Choose a colleague"
        others={others}
        value={to}
        onInput={setTo}
      />
      <Button type="submit" disabled={!heir} busy={busy} busyWords="Handing over">
        Hand over {circlesIn(rows.length)}
      </Button>
    </form>
  );
}

export interface ColleagueChoiceProps {
  readonly label: string;
  readonly hint: string;
  readonly none: string;
  readonly others: readonly ColleagueView[];
  readonly value: string;
  readonly onInput: (worker: string) => void;
}

/** One colleague out of those who stay, or none. */
export function ColleagueChoice({ label, hint, none, others, value, onInput }: ColleagueChoiceProps) {
  const people = others.map((one) => ({ value: one.worker, label: one.name }));
  return (
    <Select
      label={label}
      hint={hint}
      value={value}
      onInput={onInput}
      options={[{ value: "", label: none }, ...people]}
    />
  );
}
