/** The organisation: who is in it, who waits, what keeps it safe. Managers act; everybody may look. */
import type { ColleagueView, OrganisationView, Role, WaitingView } from "@/vault/api";
import { useAsked, useRefreshing } from "@/app/asked";
import { useNote } from "@/app/router";
import { count } from "@/app/time";
import { useNow, useSession, useVault } from "@/app/vault";
import { ButtonLink, Link } from "@/components/Button";
import { Details } from "@/components/Details";
import { EmptyLine } from "@/components/Empty";
import { Notice } from "@/components/Notice";
import { Page } from "@/components/Page";
import { SummaryList } from "@/components/SummaryList";
import { Count } from "@/components/Tabs";
import { Tag } from "@/components/Tag";
import { TimeText } from "@/components/TimeText";
import { Answer } from "@/components/TroubleNote";
import { KINDS, ROLES } from "@/pages/organisation/words";

const HOLDERS = 2;
/** The hub does not wake managers when somebody has enrolled. */
const LOOK_EVERY_MS = 10_000;

export function Organisation() {
  const vault = useVault();
  const session = useSession();
  const note = useNote();
  const asked = useAsked("organisation", () => vault.organisation());
  useRefreshing(asked.again, LOOK_EVERY_MS);
  return (
    <Page heading={session.legalName || "Your organisation"} tab="Organisation" wide>
      {note ? <Notice kind="success" title={note} /> : null}
      <Answer asked={asked} words="Looking at your organisation">
        {(view) => <Whole view={view} manager={session.role === "manager"} />}
      </Answer>
    </Page>
  );
}

interface WholeProps {
  readonly view: OrganisationView;
  readonly manager: boolean;
}

function Whole({ view, manager }: WholeProps) {
  const members = view.colleagues.filter((one) => one.state === "member");
  const gone = view.colleagues.filter((one) => one.state === "removed");
  return (
    <>
      {manager ? <Safety view={view} /> : null}
      {manager ? <WaitingList waiting={view.waiting} colleagues={view.colleagues} /> : null}
      <section class="kith-section" aria-labelledby="colleagues">
        <h2 class="govuk-heading-m" id="colleagues">
          Colleagues
        </h2>
        {manager ? (
          <p>
            <ButtonLink to="/organisation/invite">Invite somebody</ButtonLink>
          </p>
        ) : null}
        <ul class="kith-rows">
          {members.map((one) => (
            <Colleague key={one.worker} colleague={one} manager={manager} />
          ))}
        </ul>
        {gone.length > 0 ? (
          <Details summary={`${count(gone.length, "person has", "people have")} left`}>
            <ul class="govuk-list">
              {gone.map((one) => (
                <Gone key={one.worker} colleague={one} manager={manager} />
              ))}
            </ul>
          </Details>
        ) : null}
      </section>
      <Facts view={view} manager={manager} />
    </>
  );
}

/** Two holders, or a banner until there are. */
function Safety({ view }: { readonly view: OrganisationView }) {
  const holders = view.managers + (view.hasKit ? 1 : 0);
  if (holders >= HOLDERS && view.hasKit) return null;
  if (holders >= HOLDERS)
    return (
      <Notice title="You have no printed kit">
        <p class="govuk-body">
          It helps when no manager can sign in. <Link to="/organisation/kit">Print a kit</Link>
        </p>
      </Notice>
    );
  return (
    <Notice kind="warning" title="Only one person holds your organisation's keys" level={2}>
      <p class="govuk-body">
        If that person loses their words, everything here is lost. Do one of these today:
      </p>
      <ul class="govuk-list govuk-list--bullet">
        <li>
          <Link to="/organisation/invite">Invite a second manager</Link>
        </li>
        <li>
          <Link to="/organisation/kit">Print the organisation's kit</Link> and lock it away
        </li>
      </ul>
    </Notice>
  );
}

interface WaitingListProps {
  readonly waiting: readonly WaitingView[];
  readonly colleagues: readonly ColleagueView[];
}

function WaitingList({ waiting, colleagues }: WaitingListProps) {
  const nameOf = (worker: string | null) => colleagues.find((one) => one.worker === worker)?.name ?? "";
  return (
    <section class="kith-section" aria-labelledby="waiting">
      <h2 class="govuk-heading-m" id="waiting">
        Waiting to be let in
        {waiting.length > 0 ? <Count number={waiting.length} noun="waiting" /> : null}
      </h2>
      {waiting.length === 0 ? (
        <EmptyLine>
          Nobody. People appear here once they have opened their link and kept their words.
        </EmptyLine>
      ) : (
        <ul class="kith-rows">
          {waiting.map((one) => (
            <li class="kith-row" key={one.invitation}>
              <div class="kith-row__main">
                <p class="kith-row__title">{one.address}</p>
                <p class="kith-row__facts">
                  <span>{one.replaces ? `New words for ${nameOf(one.replaces)}` : ROLES[one.role]}</span>
                </p>
              </div>
              <div class="kith-row__side">
                <ButtonLink to={`/organisation/admit/${one.invitation}`} label={`Let in ${one.address}`}>
                  Let in
                </ButtonLink>
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

const ROLE_COLOURS: Record<Role, "blue" | "purple" | "teal"> = {
  worker: "blue",
  manager: "purple",
  reviewer: "teal",
};

interface ColleagueProps {
  readonly colleague: ColleagueView;
  readonly manager: boolean;
}

function Colleague({ colleague, manager }: ColleagueProps) {
  const now = useNow();
  const name = colleague.name || colleague.address;
  return (
    <li class="kith-row">
      <div class="kith-row__main">
        <p class="kith-row__title">
          {name} {colleague.me ? "(you)" : ""}
        </p>
        <p class="kith-row__facts">
          <Tag colour={ROLE_COLOURS[colleague.role]}>{ROLES[colleague.role]}</Tag>
          {colleague.address && colleague.address !== name ? <span>{colleague.address}</span> : null}
          <span>
            Since <TimeText at={colleague.since} now={now} as="date" />
          </span>
        </p>
      </div>
      {manager ? (
        <div class="kith-row__side">
          <Link
            to={`/organisation/circles/${colleague.worker}`}
            class="govuk-link kith-tall"
            label={`Circles of ${name}`}
          >
            Circles
          </Link>
          {colleague.me ? null : <Tasks worker={colleague.worker} name={name} />}
        </div>
      ) : null}
    </li>
  );
}

function Gone({ colleague: { worker, name, since }, manager }: ColleagueProps) {
  const now = useNow();
  return (
    <li>
      {name}, left <TimeText at={since} now={now} as="date" />{" "}
      {manager ? (
        <Link to={`/organisation/circles/${worker}`} label={`Circles of ${name}`}>
          Circles
        </Link>
      ) : null}
    </li>
  );
}

/** What a manager may do about somebody else. */
function Tasks({ worker, name }: { readonly worker: string; readonly name: string }) {
  return (
    <>
      <Link to={`/organisation/role/${worker}`} class="govuk-link kith-tall" label={`Change role of ${name}`}>
        Change role
      </Link>
      <Link
        to={`/organisation/words/${worker}`}
        class="govuk-link kith-tall"
        label={`Replace words of ${name}`}
      >
        Replace words
      </Link>
      <Link to={`/organisation/leaver/${worker}`} class="govuk-link kith-tall" label={`Leaver: ${name}`}>
        Leaver
      </Link>
    </>
  );
}

function Facts({ view, manager }: WholeProps) {
  const now = useNow();
  const accredited =
    view.accreditedUntil === null ? (
      <Tag colour="orange">Not confirmed yet</Tag>
    ) : (
      <>
        Until <TimeText at={view.accreditedUntil} now={now} as="date" />
      </>
    );
  return (
    <section class="kith-section" aria-labelledby="facts">
      <h2 class="govuk-heading-m" id="facts">
        About the organisation
      </h2>
      <SummaryList
        facts={[
          { name: "Kind", value: KINDS[view.kind] },
          { name: "Mail domain", value: view.domain || "None" },
          { name: "Confirmed by the network", value: accredited },
          {
            name: "Printed kit",
            value: view.hasKit ? "There is one" : "There is none",
            action: manager ? (
              <Link to="/organisation/kit">{view.hasKit ? "Print a new one" : "Print one"}</Link>
            ) : null,
          },
          {
            name: "Five words for the telephone",
            value: (
              <>
                <span class="kith-fingerprint">{view.fingerprint}</span>
                <span class="kith-fact-hint">
                  The people who run this network may ring to check that this is you. Read them these five
                  words. They are not a secret, and they open nothing.
                </span>
              </>
            ),
          },
        ]}
      />
      {manager ? (
        <Details summary="A device was lost or words were seen by others">
          <p class="govuk-body">
            Replace the words of that person first. Then change the organisation's keys, so that a copy of the
            old ones opens nothing that is written from now on.
          </p>
          <ButtonLink to="/organisation/keys" kind="secondary">
            Change the keys
          </ButtonLink>
        </Details>
      ) : null}
    </section>
  );
}
