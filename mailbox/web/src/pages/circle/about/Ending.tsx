/** Closing, opening again, and erasing one entry: the owner's steps, each with its reason kept for good. */
import { circlePath, navigate } from "@/app/router";
import { useVault } from "@/app/vault";
import { announce } from "@/components/Announce";
import { Notice } from "@/components/Notice";
import { useInside } from "@/pages/circle/inside";
import { ReasonForm } from "@/pages/circle/ReasonForm";

export function CloseCircle() {
  const { head, again } = useInside();
  const vault = useVault();
  const back = () => navigate(circlePath(head.circle, "about"));
  return (
    <ReasonForm
      slot={`close:${head.circle}`}
      title="Close this circle?"
      legend="Why is it closed?"
      reasons={(lists) => lists.closeReasons}
      words={{ label: "Anything to add?", hint: "Say what came of it. The members can read this." }}
      button="Close the circle"
      busyWords="Closing"
      send={(reason, text) => vault.close(head.circle, reason, text)}
      onDone={() => {
        announce("The circle is closed");
        again();
        back();
      }}
      onBack={back}
    >
      <ul class="govuk-list govuk-list--bullet">
        <li>Members can still read everything. Nobody can write.</li>
        <li>Nobody is reminded of open actions any more.</li>
        <li>You can open it again at any time.</li>
      </ul>
    </ReasonForm>
  );
}

export function ReopenCircle() {
  const { head, again } = useInside();
  const vault = useVault();
  const back = () => navigate(circlePath(head.circle, "about"));
  return (
    <ReasonForm
      slot={`reopen:${head.circle}`}
      title="Open this circle again?"
      words={{ label: "Why is it opened again?", hint: "The members can read this." }}
      button="Open it again"
      busyWords="Opening"
      send={(reason, text) => vault.reopen(head.circle, reason, text)}
      onDone={() => {
        announce("The circle is open again");
        again();
        back();
      }}
      onBack={back}
    >
      <p class="govuk-body">The members can write again, and are reminded of open actions.</p>
    </ReasonForm>
  );
}

export function EraseEntry({ seq }: { readonly seq: number }) {
  const { head } = useInside();
  const vault = useVault();
  const back = () => navigate(circlePath(head.circle));
  if (head.held)
    return (
      <Notice kind="warning" title="This circle is on hold">
        <p class="govuk-body">Nothing in it may be erased until the hold ends.</p>
      </Notice>
    );
  return (
    <ReasonForm
      slot={`erase:${head.circle}:${seq}`}
      title="Erase this entry?"
      legend="Why must it go?"
      reasons={(lists) => lists.eraseReasons}
      button="Erase it for good"
      busyWords="Erasing"
      send={(reason) => vault.erase(head.circle, seq, reason)}
      onDone={() => {
        announce("Erased");
        back();
      }}
      onBack={back}
    >
      <ul class="govuk-list govuk-list--bullet">
        <li>Its words or its document are destroyed for everyone. This cannot be undone.</li>
        <li>A line stays, saying that something was erased, when, by whom and why.</li>
        <li>What somebody saved on their own device is not reached.</li>
      </ul>
    </ReasonForm>
  );
}
