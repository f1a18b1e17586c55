/**
 * Let somebody in: the five words they say are typed here; only the person who was shown them fits. What they will
 * be is asked, never taken from the hub: what it says about the invitation is shown as words alone.
 */
import { useState } from "preact/hooks";
import type { ColleagueView, OrganisationView, Role, WaitingView } from "@/vault/api";
import { useDoing } from "@/app/asked";
import { navigate } from "@/app/router";
import { useVault } from "@/app/vault";
import { Button, ButtonLink } from "@/components/Button";
import { ErrorSummary } from "@/components/ErrorSummary";
import { Checkbox, TextField } from "@/components/Field";
import { Notice } from "@/components/Notice";
import { Page } from "@/components/Page";
import { TroubleNote } from "@/components/TroubleNote";
import { back } from "@/pages/organisation/back";
import { RoleField } from "@/pages/organisation/RoleField";
import { ROLES } from "@/pages/organisation/words";

const KEYS_CHANGED = "They are in, and your organisation has new keys.";
const KEYS_NOT_CHANGED =
  "They are in, but your organisation's keys could not be changed. Press Change the keys as soon as you can.";

export function Admit({
  view,
  invitation,
}: {
  readonly view: OrganisationView;
  readonly invitation: string;
}) {
  // Once their words were sent, the form stays until it is known what came of it: an answer may be lost.
  const [sent, setSent] = useState<WaitingView | undefined>(undefined);
  const waiting = view.waiting.find((one) => one.invitation === invitation) ?? sent;
  if (!waiting)
    return (
      <Page heading="They do not wait any more" tab="Let somebody in" before={back}>
        <p class="govuk-body">Somebody let them in already, or the invitation ran out.</p>
        <ButtonLink to="/organisation">Back to the organisation</ButtonLink>
      </Page>
    );
  const replaced = view.colleagues.find((one) => one.worker === waiting.replaces);
  return <AdmitForm waiting={waiting} replaced={replaced} onSend={() => setSent(waiting)} />;
}

interface FormProps {
  readonly waiting: WaitingView;
  /** The colleague whose new words these are. */
  readonly replaced: ColleagueView | undefined;
  readonly onSend: () => void;
}

function AdmitForm({ waiting, replaced, onSend }: FormProps) {
  const vault = useVault();
  const { busy, trouble, run } = useDoing();
  const [spoken, setSpoken] = useState("");
  const [role, setRole] = useState<Role>("worker");
  const [seen, setSeen] = useState(false);
  const [empty, setEmpty] = useState(false);
  const error = empty ? "Type the five words" : trouble?.kind === "input" ? trouble.say : undefined;
  const submit = async (event: Event) => {
    event.preventDefault();
    setEmpty(!spoken.trim());
    if (!spoken.trim()) return;
    onSend();
    let note = "They are in. Their page goes on by itself.";
    const worked = await run(async () => {
      await vault.admit(spoken, role, waiting.replaces);
      if (seen)
        note = await vault.rotate().then(
          () => KEYS_CHANGED,
          () => KEYS_NOT_CHANGED,
        );
    });
    if (worked) navigate("/organisation", { note });
  };
  return (
    <Page
      heading={
        <>
          Let in <span class="kith-break">{waiting.address}</span>
        </>
      }
      tab="Let somebody in"
      before={back}
      error={error !== undefined}
    >
      <ErrorSummary errors={error ? [{ id: "spoken", say: error }] : []} />
      {trouble && trouble.kind !== "input" ? <TroubleNote trouble={trouble} /> : null}
      {waiting.replaces ? (
        <Notice title={`This gives new words to ${replaced?.name ?? "somebody who is here already"}`}>
          <p class="govuk-body">Their old words, passkeys and PINs stop working on every device.</p>
          {replaced ? <p class="govuk-body">They stay: {ROLES[replaced.role]}.</p> : null}
        </Notice>
      ) : null}
      <ol class="govuk-list govuk-list--number">
        <li>Speak to them in person, or ring them on a number you know.</li>
        <li>Make sure that it is them.</li>
        <li>Ask for their five words, and type what you hear.</li>
      </ol>
      <form onSubmit={submit} noValidate>
        <TextField
          id="spoken"
          label="The five words you hear"
          hint="In order. Capital letters, spaces and hyphens do not matter."
          value={spoken}
          onInput={setSpoken}
          autocomplete="off"
          plain
          error={error}
        />
        {waiting.replaces ? (
          <Checkbox
            id="seen"
            label="Others may have seen the old words, or have the old device"
            hint="Then your organisation's keys are changed too. Leave it empty if they only forgot or lost them."
            checked={seen}
            onChange={setSeen}
          />
        ) : null}
        {replaced ? null : (
          <RoleField
            role={role}
            hint={`The invitation was for: ${ROLES[waiting.role]}. You decide.`}
            onChange={setRole}
          />
        )}
        <Button type="submit" busy={busy} busyWords="Checking the words">
          Let them in
        </Button>
      </form>
    </Page>
  );
}
