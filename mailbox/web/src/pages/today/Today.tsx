/** "What do I have to do today?" One clear next thing first, then the rest by when it is due. */
import type { TodayView } from "@/vault/api";
import { useAsked } from "@/app/asked";
import { circlePath, useNote } from "@/app/router";
import { count } from "@/app/time";
import { useNow, useSession, useVault } from "@/app/vault";
import { ButtonLink, Link } from "@/components/Button";
import { EmptyLine } from "@/components/Empty";
import { Notice } from "@/components/Notice";
import { Page } from "@/components/Page";
import { Count } from "@/components/Tabs";
import { TimeText } from "@/components/TimeText";
import { Answer } from "@/components/TroubleNote";
import { ActionRow } from "@/pages/today/ActionRow";
import { InvitationRow } from "@/pages/today/InvitationRow";
import { NextThing } from "@/pages/today/NextThing";

const UNREAD_SHOWN = 10;

export function Today() {
  const vault = useVault();
  const note = useNote();
  const asked = useAsked("today", () => vault.today());
  return (
    <Page heading="Today" tab="Today" wide>
      {note ? <Notice title={note} /> : null}
      <Standing />
      <Answer asked={asked} words="Looking at what waits for you">
        {(today) => <Work today={today} onChange={asked.again} />}
      </Answer>
    </Page>
  );
}

/** What stands in the way of the organisation as a whole. */
function Standing() {
  const session = useSession();
  if (!session.accredited)
    return (
      <Notice kind="warning" title="Your organisation is not confirmed yet">
        <p class="govuk-body">
          The people who run this network ring a manager to confirm it. Until then partners cannot invite you,
          and nothing can be sent. <Link to="/organisation">What they ask for</Link>
        </p>
      </Notice>
    );
  if (session.role === "manager" && session.holders < 2)
    return (
      <Notice kind="warning" title="Only one person holds your organisation's keys">
        <p class="govuk-body">
          If you lose your words, everything here is lost. <Link to="/organisation">Add a second holder</Link>
        </p>
      </Notice>
    );
  return null;
}

interface WorkProps {
  readonly today: TodayView;
  readonly onChange: () => void;
}

function Work({ today, onChange }: WorkProps) {
  const now = useNow();
  const nothing =
    today.mine.length + today.unassigned.length + today.invitations.length + today.unread.length === 0;
  return (
    <>
      <NextThing today={today} now={now} />
      {today.letters > 0 ? (
        <Notice title={`${count(today.letters, "referral waits", "referrals wait")} for your organisation`}>
          Referrals cannot be read in the browser yet. Ask your manager, or whoever uses the program{" "}
          <code>kith</code> in your organisation.
        </Notice>
      ) : null}
      {nothing ? null : <Lists today={today} now={now} onChange={onChange} />}
      <p class="govuk-body-s">
        Looked at <TimeText at={today.checkedAt} now={now} />. New work appears by itself.
      </p>
    </>
  );
}

function Lists({ today, now, onChange }: WorkProps & { readonly now: number }) {
  return (
    <>
      <section class="kith-section" aria-labelledby="mine">
        <Heading id="mine" words="To do for me" number={today.mine.length} />
        {today.mine.length === 0 ? (
          <EmptyLine>Nothing. Actions you accept, or that a colleague hands to you, appear here.</EmptyLine>
        ) : (
          <ul class="kith-rows">
            {today.mine.map((action) => (
              <ActionRow key={action.action} action={action} now={now} onChange={onChange} />
            ))}
          </ul>
        )}
      </section>
      {today.invitations.length > 0 ? (
        <section class="kith-section" aria-labelledby="invitations">
          <Heading id="invitations" words="Invitations to answer" number={today.invitations.length} />
          <ul class="kith-rows">
            {today.invitations.map((one) => (
              <InvitationRow key={one.circle} invitation={one} now={now} />
            ))}
          </ul>
        </section>
      ) : null}
      {today.unassigned.length > 0 ? (
        <section class="kith-section" aria-labelledby="unassigned">
          <Heading id="unassigned" words="Nobody has picked these up" number={today.unassigned.length} />
          <ul class="kith-rows">
            {today.unassigned.map((action) => (
              <ActionRow key={action.action} action={action} now={now} onChange={onChange} free />
            ))}
          </ul>
        </section>
      ) : null}
      <Unread today={today} now={now} />
    </>
  );
}

function Heading(props: { readonly id: string; readonly words: string; readonly number: number }) {
  return (
    <h2 class="govuk-heading-m" id={props.id}>
      {props.words}
      {props.number > 0 ? <Count number={props.number} noun="waiting" /> : null}
    </h2>
  );
}

function Unread({ today, now }: { readonly today: TodayView; readonly now: number }) {
  return (
    <section class="kith-section" aria-labelledby="unread">
      <Heading id="unread" words="New to read" number={today.unread.length} />
      {today.unread.length === 0 ? (
        <EmptyLine>You have read everything.</EmptyLine>
      ) : (
        <ul class="kith-rows">
          {today.unread.slice(0, UNREAD_SHOWN).map((row) => (
            <li class="kith-row" key={row.circle}>
              <div class="kith-row__main">
                <p class="kith-row__title">
                  <Link to={circlePath(row.circle)}>
                    {row.title || row.reference || "A circle not opened yet"}
                  </Link>
                </p>
                <p class="kith-row__facts">
                  <span>{count(row.unread, "new entry", "new entries")}</span>
                  <span>{row.owner}</span>
                  <TimeText at={row.lastAt} now={now} />
                </p>
              </div>
            </li>
          ))}
        </ul>
      )}
      {today.unread.length > UNREAD_SHOWN ? (
        <ButtonLink to="/circles?show=unread" kind="secondary">
          All unread circles
        </ButtonLink>
      ) : null}
    </section>
  );
}
