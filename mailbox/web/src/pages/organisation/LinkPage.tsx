/** A page that has a link mailed: to somebody new, or to a colleague who needs new words. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useDoing } from "@/app/asked";
import { navigate } from "@/app/router";
import { Button } from "@/components/Button";
import { ErrorSummary } from "@/components/ErrorSummary";
import { TextField } from "@/components/Field";
import { Page } from "@/components/Page";
import { TroubleNote } from "@/components/TroubleNote";
import { back } from "@/pages/organisation/back";

const SENT = "The mail is on its way. When they have chosen their words, they appear under Waiting.";

function mailFault(mail: string): string | undefined {
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(mail.trim())
    ? undefined
    : "Enter a mail address, like name@example.org";
}

export interface LinkPageProps {
  readonly heading: string;
  readonly tab: string;
  readonly intro?: ComponentChildren;
  readonly hint?: string;
  /** What the button says. */
  readonly button: string;
  readonly send: (mail: string) => Promise<unknown>;
  /** What else is asked, between the address and the button. */
  readonly children?: ComponentChildren;
}

export function LinkPage({ heading, tab, intro, hint, button, send, children }: LinkPageProps) {
  const { busy, trouble, run } = useDoing();
  const [mail, setMail] = useState("");
  const [fault, setFault] = useState<string | undefined>(undefined);
  const error = fault ?? (trouble?.kind === "input" ? trouble.say : undefined);
  const submit = async (event: Event) => {
    event.preventDefault();
    const found = mailFault(mail);
    setFault(found);
    if (!found && (await run(() => send(mail.trim())))) navigate("/organisation", { note: SENT });
  };
  return (
    <Page heading={heading} tab={tab} before={back} error={error !== undefined}>
      <ErrorSummary errors={error ? [{ id: "mail", say: error }] : []} />
      {trouble && trouble.kind !== "input" ? <TroubleNote trouble={trouble} /> : null}
      {intro}
      <form onSubmit={submit} noValidate>
        <TextField
          id="mail"
          type="email"
          inputMode="email"
          label="Their mail address"
          hint={hint}
          value={mail}
          onInput={setMail}
          plain
          error={error}
        />
        {children}
        <Button type="submit" busy={busy} busyWords="Sending the mail">
          {button}
        </Button>
      </form>
    </Page>
  );
}
