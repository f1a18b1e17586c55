/** What a manager does about one colleague: role, new words, leaving. */
import { useState } from "preact/hooks";
import type { ColleagueView } from "@/vault/api";
import { useDoing } from "@/app/asked";
import { navigate } from "@/app/router";
import { useVault } from "@/app/vault";
import { Button, ButtonGroup, ButtonLink } from "@/components/Button";
import { Notice } from "@/components/Notice";
import { Page } from "@/components/Page";
import { TroubleNote } from "@/components/TroubleNote";
import { back } from "@/pages/organisation/back";
import { type CaseloadProps, ColleagueChoice, useCaseload } from "@/pages/organisation/Caseload";
import { LinkPage } from "@/pages/organisation/LinkPage";
import { RoleField } from "@/pages/organisation/RoleField";

interface PersonProps {
  readonly colleague: ColleagueView;
}

function nameOf(colleague: ColleagueView): string {
  return colleague.name || colleague.address;
}

export function ChangeRole({ colleague }: PersonProps) {
  const vault = useVault();
  const { busy, trouble, run } = useDoing();
  const [role, setRole] = useState(colleague.role);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (await run(() => vault.changeRole(colleague.worker, role)))
      navigate("/organisation", { note: "The role is changed." });
  };
  return (
    <Page heading={`Change the role of ${nameOf(colleague)}`} tab="Change role" before={back}>
      <TroubleNote trouble={trouble} />
      <form onSubmit={submit} noValidate>
        <RoleField role={role} onChange={setRole} />
        <Button type="submit" busy={busy} busyWords="Changing the role">
          Change the role
        </Button>
      </form>
    </Page>
  );
}

export function ReplaceWords({ colleague }: PersonProps) {
  const vault = useVault();
  return (
    <LinkPage
      heading={`Replace the words of ${nameOf(colleague)}`}
      tab="Replace words"
      button="Send the link"
      send={(mail) => vault.inviteWorker(mail, colleague.role, colleague.worker)}
      intro={
        <>
          <p class="govuk-body">
            For somebody who forgot or lost their words, or whose words others may have seen. When you let
            them in again you are asked which: words that were seen opened your organisation's keys, so those
            are changed too.
          </p>
          <ul class="govuk-list govuk-list--bullet">
            <li>They get a mail with a link, and new words.</li>
            <li>They tell you five words, and you let them in again.</li>
            <li>From then on their old words, passkeys and PINs open nothing, on any device.</li>
            <li>What they wrote, and their circles, stay.</li>
          </ul>
        </>
      }
    />
  );
}

export function Leaver({ colleague, others }: CaseloadProps) {
  const vault = useVault();
  const { busy, trouble, run } = useDoing();
  const circles = useCaseload(colleague.worker).value?.length ?? 0;
  const [heir, setHeir] = useState("");
  const leave = async () => {
    const left = await run(async () => {
      // Handed over first: never is nobody on a circle, and pressing again does the rest.
      if (heir) await vault.handOver(colleague.worker, heir);
      await vault.removeWorker(colleague.worker);
    });
    if (left)
      navigate("/organisation", {
        note: "They are out. Hand over their actions: they wait under Today, Nobody has picked these up.",
      });
  };
  return (
    <Page heading={`${nameOf(colleague)} leaves`} tab="Leaver" before={back}>
      <TroubleNote trouble={trouble} />
      <p class="govuk-body">One press does all of this at once:</p>
      <ul class="govuk-list govuk-list--bullet">
        <li>They are signed out everywhere and cannot sign in again.</li>
        <li>Your organisation gets new keys. Everybody who stays has them at once.</li>
        <li>What they wrote stays, with their name.</li>
        <li>Their open actions go back to your organisation, for a colleague to pick up.</li>
      </ul>
      <Notice kind="warning" title="This cannot be undone">
        <p class="govuk-body">If they come back, invite them again.</p>
      </Notice>
      {circles > 0 && others.length > 0 ? (
        <ColleagueChoice
          label={`Who takes on their ${circles === 1 ? "circle" : `${circles} circles`}?`}
          hint="Until somebody does, your managers are told what is new there."
          none="Decide later"
          others={others}
          value={heir}
          onInput={setHeir}
        />
      ) : null}
      <ButtonGroup>
        <Button
          kind="warning"
          busy={busy}
          busyWords="Removing them and changing the keys"
          onClick={() => void leave()}
        >
          Remove {nameOf(colleague)}
        </Button>
        <ButtonLink to="/organisation" kind="secondary">
          Keep them
        </ButtonLink>
      </ButtonGroup>
    </Page>
  );
}
