/** What keeps the organisation's work readable and safe: its printed kit, and a change of keys. */
import { useState } from "preact/hooks";
import { useDoing } from "@/app/asked";
import { navigate } from "@/app/router";
import { useSession, useVault } from "@/app/vault";
import { Button, ButtonGroup, ButtonLink } from "@/components/Button";
import { Notice } from "@/components/Notice";
import { Page } from "@/components/Page";
import { TroubleNote } from "@/components/TroubleNote";
import { useHiding } from "@/pages/enrol/hiding";
import { KitCard } from "@/pages/enrol/WordsStep";
import { back } from "@/pages/organisation/back";

export function Kit() {
  const vault = useVault();
  const { busy, trouble, run } = useDoing();
  const [words, setWords] = useState<readonly string[] | null>(null);
  if (words) return <NewKit words={words} />;
  return (
    <Page heading="Print the organisation's kit" tab="Organisation kit" before={back}>
      <TroubleNote trouble={trouble} />
      <p class="govuk-body">
        The kit is a page with words. It opens your organisation's work when no manager can sign in any more.
      </p>
      <ul class="govuk-list govuk-list--bullet">
        <li>It is shown once. Have a printer or a pen ready.</li>
        <li>A new kit replaces the old one. The old one then opens nothing: destroy it.</li>
        <li>Lock it away like the keys of the building.</li>
      </ul>
      <Button
        busy={busy}
        busyWords="Making the kit"
        onClick={() => void run(async () => setWords(await vault.newKit()))}
      >
        Make a new kit
      </Button>
    </Page>
  );
}

function NewKit({ words }: { readonly words: readonly string[] }) {
  const vault = useVault();
  const { organisation, legalName } = useSession();
  const hiding = useHiding();
  const { busy, trouble, run } = useDoing();
  const keep = async () => {
    if (await run(() => vault.confirmKit()))
      navigate("/organisation", {
        note: "The new kit counts. Destroy the old one: it opens nothing any more.",
      });
  };
  return (
    <Page heading="Your organisation's new kit" tab="New organisation kit">
      <Notice
        kind="warning"
        title="It is shown only now. Print it or write it down, then say that you have kept it: until then the old kit counts."
      />
      <KitCard words={words} hiding={hiding} organisation={organisation} legalName={legalName} />
      <ButtonGroup>
        <Button onClick={hiding.print}>Print the kit</Button>
        <Button kind="secondary" busy={busy} busyWords="Replacing the kit" onClick={() => void keep()}>
          I have kept it
        </Button>
        <ButtonLink to="/organisation" kind="secondary">
          Keep the old kit
        </ButtonLink>
      </ButtonGroup>
      <TroubleNote trouble={trouble} />
    </Page>
  );
}

export function ChangeKeys() {
  const vault = useVault();
  const { busy, trouble, run } = useDoing();
  const change = async () => {
    if (await run(() => vault.rotate()))
      navigate("/organisation", { note: "Your organisation has new keys." });
  };
  return (
    <Page heading="Change the organisation's keys" tab="Change keys" before={back}>
      <TroubleNote trouble={trouble} />
      <p class="govuk-body">
        Do this when a device was lost or somebody saw words that are not theirs. Everybody in your
        organisation goes on working: they notice nothing.
      </p>
      <p class="govuk-body">What was copied from a lost device before now cannot be called back.</p>
      <Button busy={busy} busyWords="Changing the keys" onClick={() => void change()}>
        Change the keys now
      </Button>
    </Page>
  );
}
