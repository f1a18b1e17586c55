/** Invite a colleague: a mail with a link that works once. */
import { useState } from "preact/hooks";
import { useDoing } from "@/app/asked";
import { navigate } from "@/app/router";
import { useVault } from "@/app/vault";
import { Button } from "@/components/Button";
import { ErrorSummary } from "@/components/ErrorSummary";
import { Radios, TextField } from "@/components/Field";
import { Page } from "@/components/Page";
import { TroubleNote } from "@/components/TroubleNote";
import { back } from "@/pages/organisation/back";
import { ROLE_CHOICES, roleOf } from "@/pages/organisation/words";

export const SENT = "The mail is on its way. When they have chosen their words, they appear under Waiting.";

export function mailFault(mail: string): string | undefined {
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(mail.trim())
    ? undefined
    : "Enter a mail address, like name@example.org";
}

export function InviteWorker() {
  const vault = useVault();
  const { busy, trouble, run } = useDoing();
  const [mail, setMail] = useState("");
  const [role, setRole] = useState("worker");
  const [fault, setFault] = useState<string | undefined>(undefined);
  const error = fault ?? (trouble?.kind === "input" ? trouble.say : undefined);
  const submit = async (event: Event) => {
    event.preventDefault();
    const found = mailFault(mail);
    setFault(found);
    if (!found && (await run(() => vault.inviteWorker(mail.trim(), roleOf(role), null))))
      navigate("/organisation", { note: SENT });
  };
  return (
    <Page heading="Invite somebody" tab="Invite somebody" before={back} error={error !== undefined}>
      <ErrorSummary errors={error ? [{ id: "mail", say: error }] : []} />
      {trouble && trouble.kind !== "input" ? <TroubleNote trouble={trouble} /> : null}
      <form onSubmit={submit} noValidate>
        <TextField
          id="mail"
          type="email"
          inputMode="email"
          label="Their mail address"
          hint="The link goes there. It works once, and only for this person."
          value={mail}
          onInput={setMail}
          autocomplete="off"
          plain
          error={error}
        />
        <Radios
          id="role"
          legend="What will they do?"
          choices={ROLE_CHOICES}
          value={role}
          onChange={setRole}
        />
        <Button type="submit" busy={busy} busyWords="Sending the mail">
          Send the invitation
        </Button>
      </form>
    </Page>
  );
}
