/** Who is in a circle: members, those who are asked, and the colleagues who work on it. */
import type { ComponentChildren } from "preact";
import { circlePath } from "@/app/router";
import { BackLink, ButtonGroup, ButtonLink, Link } from "@/components/Button";
import { Details } from "@/components/Details";
import { EmptyLine } from "@/components/Empty";
import { Notice } from "@/components/Notice";
import { Tag } from "@/components/Tag";
import { useAsked } from "@/app/asked";
import { useSession, useVault } from "@/app/vault";
import { KINDS } from "@/pages/circle/kindsofbodies";
import { mayManage, useInside, When } from "@/pages/circle/inside";
import { GiveHistory, Leave, RemoveMember } from "@/pages/circle/people/Leaving";
import { Team } from "@/pages/circle/people/Team";
import type { MemberView } from "@/vault/api";

export function People({ rest }: { readonly rest: readonly string[] }) {
  const [step, organisation] = rest;
  const { head } = useInside();
  const member = head.members.find((one) => one.organisation === organisation);
  if (step === "leave") return <Within part={<Leave />} />;
  if (step === "remove" && member) return <Within part={<RemoveMember member={member} />} />;
  if (step === "history" && member) return <Within part={<GiveHistory member={member} />} />;
  return <Everybody />;
}

function Within({ part }: { readonly part: ComponentChildren }) {
  const { head } = useInside();
  return (
    <>
      <BackLink to={circlePath(head.circle, "people")}>People</BackLink>
      {part}
    </>
  );
}

function Everybody() {
  const { head } = useInside();
  const here = head.members.filter((member) => member.standing !== "invited");
  const invited = head.members.filter((member) => member.standing === "invited");
  const vault = useVault();
  const asked = useAsked(`circle:${head.circle}:invited-with`, () => vault.invitedWith(head.circle));
  const basisOf = (one: MemberView) =>
    asked.value?.find((row) => row.organisation === one.organisation)?.text ?? "";
  return (
    <>
      <div class="kith-heading-row">
        <h2 class="govuk-heading-m">People</h2>
        {mayManage(head) && (
          <ButtonGroup>
            <ButtonLink to={circlePath(head.circle, "invite")}>Invite an organisation</ButtonLink>
          </ButtonGroup>
        )}
      </div>
      <h3 class="govuk-heading-s">Members</h3>
      <ul class="kith-people">
        {here.map((member) => (
          <li key={member.organisation}>
            <Member member={member} basis={basisOf(member)} />
          </li>
        ))}
      </ul>
      <h3 class="govuk-heading-s">Invitations waiting for an answer</h3>
      {invited.length === 0 ? (
        <EmptyLine>None. Every organisation that was asked has answered.</EmptyLine>
      ) : (
        <ul class="kith-people">
          {invited.map((member) => (
            <li key={member.organisation}>
              <Asked member={member} basis={basisOf(member)} />
            </li>
          ))}
        </ul>
      )}
      <Own />
    </>
  );
}

interface MemberProps {
  readonly member: MemberView;
  /** The words of its invitation; empty where they cannot be opened here. */
  readonly basis: string;
}

function Member({ member, basis }: MemberProps) {
  const { head } = useInside();
  const { organisation } = useSession();
  const own = member.organisation === organisation;
  const path = circlePath(head.circle, "people");
  return (
    <article class="kith-person">
      <div class="kith-person__head">
        <h4 class="kith-person__name">
          {member.legalName} {own && <span class="kith-person__own">(your organisation)</span>}
        </h4>
        <p class="kith-person__tags">
          <Tag colour="grey">{KINDS[member.kind]}</Tag>{" "}
          {member.standing === "owner" && <Tag colour="blue">Case owner</Tag>}{" "}
          {member.lapsed && <Tag colour="red">No longer confirmed</Tag>}
        </p>
      </div>
      <p class="kith-person__since">
        Here since <When at={member.since} as="date" />
      </p>
      <Basis of={member.legalName} words={basis} />
      {member.lapsed && (
        <Notice kind="warning" title={`${member.legalName} reads nothing new`}>
          <p class="govuk-body">
            The people who run this network no longer confirm it. Ask its manager, or remove it from the
            circle.
          </p>
        </Notice>
      )}
      {own && <Team member={member} />}
      {mayManage(head) && !own && (
        <p class="kith-person__steps">
          <Link to={`${path}/history/${member.organisation}`}>
            Show earlier messages<span class="govuk-visually-hidden"> to {member.legalName}</span>
          </Link>
          <Link to={`${path}/remove/${member.organisation}`}>
            Remove<span class="govuk-visually-hidden"> {member.legalName}</span>
          </Link>
        </p>
      )}
    </article>
  );
}

function Asked({ member, basis }: MemberProps) {
  const { head } = useInside();
  return (
    <article class="kith-person">
      <div class="kith-person__head">
        <h4 class="kith-person__name">{member.legalName}</h4>
        <p class="kith-person__tags">
          <Tag colour="grey">{KINDS[member.kind]}</Tag> <Tag colour="yellow">Invited</Tag>
        </p>
      </div>
      <p class="kith-person__since">
        Invited <When at={member.since} />
        {member.answerDue !== null && (
          <>
            , answer <When at={member.answerDue} as="due" />
          </>
        )}
      </p>
      <Basis of={member.legalName} words={basis} />
      {mayManage(head) && (
        <p class="kith-person__steps">
          <Link to={`${circlePath(head.circle, "people")}/remove/${member.organisation}`}>
            Withdraw the invitation<span class="govuk-visually-hidden"> to {member.legalName}</span>
          </Link>
        </p>
      )}
    </article>
  );
}

/** For what, and on what basis, they were asked. */
function Basis({ of, words }: { readonly of: string; readonly words: string }) {
  if (words === "") return null;
  const summary = (
    <>
      What they were asked, and what the person agreed to<span class="govuk-visually-hidden">: {of}</span>
    </>
  );
  return (
    <Details summary={summary}>
      <p class="kith-plain-text">{words}</p>
    </Details>
  );
}

/** The way out, for members who do not own the circle. */
function Own() {
  const { head } = useInside();
  if (head.standing !== "member" || head.closed) return null;
  return (
    <p class="govuk-body">
      <Link to={`${circlePath(head.circle, "people")}/leave`}>Leave this circle</Link>
    </p>
  );
}
