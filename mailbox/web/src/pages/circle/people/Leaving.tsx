/** Steps that change who may read: each says first what happens, then asks why. */
import { useDoing } from "@/app/asked";
import { circlePath, navigate } from "@/app/router";
import { useVault } from "@/app/vault";
import { announce } from "@/components/Announce";
import { Button, ButtonGroup } from "@/components/Button";
import { TroubleNote } from "@/components/TroubleNote";
import { useInside } from "@/pages/circle/inside";
import { ReasonForm } from "@/pages/circle/ReasonForm";
import type { MemberView } from "@/vault/api";

export function RemoveMember({ member }: { readonly member: MemberView }) {
  const { head, again } = useInside();
  const vault = useVault();
  const invited = member.standing === "invited";
  const back = () => navigate(circlePath(head.circle, "people"));
  return (
    <ReasonForm
      slot={`remove:${head.circle}:${member.organisation}`}
      title={invited ? `Withdraw the invitation to ${member.legalName}?` : `Remove ${member.legalName}?`}
      legend="Why?"
      reasons={(lists) => lists.removeReasons}
      words={{ label: "Anything to add? (optional)", hint: "Members who stay can read this." }}
      button={invited ? "Withdraw the invitation" : `Remove ${member.legalName}`}
      busyWords={invited ? "Withdrawing" : "Removing"}
      send={(reason, text) => vault.removeMember(head.circle, member.organisation, reason, text)}
      onDone={() => {
        announce(invited ? "The invitation is withdrawn" : `${member.legalName} is removed`);
        again();
        back();
      }}
      onBack={back}
    >
      <ul class="govuk-list govuk-list--bullet">
        <li>From now on {member.legalName} can read nothing new in this circle.</li>
        {!invited && <li>What they have read or saved before stays with them.</li>}
        {!invited && <li>Their open actions stay in the plan. Give them to somebody else.</li>}
        <li>Everyone who stays sees that it happened, and the reason.</li>
      </ul>
    </ReasonForm>
  );
}

export function Leave() {
  const { head } = useInside();
  const vault = useVault();
  return (
    <ReasonForm
      slot={`leave:${head.circle}`}
      title="Leave this circle?"
      legend="Why does your organisation leave?"
      reasons={(lists) => lists.removeReasons}
      words={{ label: "Anything to add? (optional)", hint: "The members can read this." }}
      button="Leave the circle"
      busyWords="Leaving"
      send={(reason, text) => vault.leave(head.circle, reason, text)}
      onDone={() => navigate("/circles")}
      onBack={() => navigate(circlePath(head.circle, "people"))}
    >
      <ul class="govuk-list govuk-list--bullet">
        <li>Your whole organisation leaves, not only you.</li>
        <li>You can read nothing new here from now on.</li>
        <li>To come back, the case owner has to invite you again.</li>
      </ul>
    </ReasonForm>
  );
}

export function GiveHistory({ member }: { readonly member: MemberView }) {
  const { head, again } = useInside();
  const vault = useVault();
  const doing = useDoing();
  const back = () => navigate(circlePath(head.circle, "people"));
  async function give(): Promise<void> {
    if (!(await doing.run(() => vault.grantHistory(head.circle, member.organisation)))) return;
    announce(`${member.legalName} can read what was said before`);
    again();
    back();
  }
  return (
    <div class="kith-page--reading">
      <h2 class="govuk-heading-m">Show {member.legalName} what was said before they joined?</h2>
      <ul class="govuk-list govuk-list--bullet">
        <li>They can read every message and document from the beginning of this circle.</li>
        <li>Restricted notes stay restricted.</li>
        <li>This cannot be taken back.</li>
        <li>Make sure the person this is about agrees.</li>
      </ul>
      <TroubleNote trouble={doing.trouble} />
      <ButtonGroup>
        <Button kind="warning" busy={doing.busy} busyWords="Giving" onClick={() => void give()}>
          Show them everything
        </Button>
        <Button kind="quiet" onClick={back}>
          Go back
        </Button>
      </ButtonGroup>
    </div>
  );
}
