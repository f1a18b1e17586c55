/** A device that Kith does not know yet: the code that was just mailed. */
import { useState } from "preact/hooks";
import type { Session } from "@/vault/api";
import { useDoing } from "@/app/asked";
import { useVault } from "@/app/vault";
import { Button, ButtonGroup } from "@/components/Button";
import { ErrorSummary } from "@/components/ErrorSummary";
import { TextField } from "@/components/Field";
import { Notice } from "@/components/Notice";
import { Page } from "@/components/Page";
import { TroubleNote } from "@/components/TroubleNote";

export interface CodeStepProps {
  readonly say: string;
  readonly onEnter: (session: Session) => void;
  readonly onBack: () => void;
}

export function CodeStep({ say, onEnter, onBack }: CodeStepProps) {
  const vault = useVault();
  const { busy, trouble, run } = useDoing();
  const [code, setCode] = useState("");
  const [empty, setEmpty] = useState(false);
  const about =
    trouble?.code === "code-wrong" || trouble?.code === "code-needed" || trouble?.kind === "input";
  const error = empty ? "Enter the code from the mail" : about ? trouble?.say : undefined;

  const submit = async (event: Event) => {
    event.preventDefault();
    const digits = code.replaceAll(/\s/g, "");
    setEmpty(digits === "");
    if (digits) await run(async () => onEnter(await vault.signInCode(digits)));
  };

  return (
    <Page heading="Check your mail" tab="Check your mail" error={error !== undefined}>
      <ErrorSummary errors={error ? [{ id: "code", say: error }] : []} />
      {trouble && !about ? <TroubleNote trouble={trouble} /> : null}
      <Notice title="We have sent you a mail with a code">
        <p class="govuk-body">
          {say || "Kith does not know this device yet. The code works for 10 minutes."}
        </p>
      </Notice>
      <form onSubmit={submit} noValidate>
        <TextField
          id="code"
          name="one-time-code"
          label="Code from the mail"
          hint="Only digits. The mail can take a minute to arrive."
          value={code}
          onInput={setCode}
          autocomplete="one-time-code"
          inputMode="numeric"
          width={10}
          large
          plain
          error={error}
        />
        <ButtonGroup>
          <Button type="submit" busy={busy} busyWords="Checking the code">
            Continue
          </Button>
          <Button kind="quiet" onClick={onBack}>
            Start again
          </Button>
        </ButtonGroup>
      </form>
    </Page>
  );
}
