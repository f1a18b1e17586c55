/** Who somebody is to others, and the name they sign in with. */
import { useState } from "preact/hooks";
import type { EnrolLook, NewWords } from "@/vault/api";
import { useDoing } from "@/app/asked";
import { Button } from "@/components/Button";
import { ErrorSummary, errorOf, type FieldError } from "@/components/ErrorSummary";
import { TextField } from "@/components/Field";
import { Page } from "@/components/Page";
import { TroubleNote } from "@/components/TroubleNote";

export interface Named {
  readonly name: string;
  readonly address: string;
}

interface NameStepProps {
  readonly look: EnrolLook;
  /** Somebody has this sign-in name already. */
  readonly taken?: Named | undefined;
  readonly prepare: (named: Named) => Promise<NewWords>;
  readonly onDone: (named: Named, drawn: NewWords) => void;
}

const ROLES = { worker: "a worker", manager: "a manager", reviewer: "a compliance reviewer" };

const TAKEN = { id: "address", say: "Somebody has that sign-in name. Choose another." };

function missing(named: Named): FieldError[] {
  const errors: FieldError[] = [];
  if (!named.name) errors.push({ id: "name", say: "Enter your name" });
  if (!named.address) errors.push({ id: "address", say: "Choose a sign-in name" });
  else if (/\s/.test(named.address)) errors.push({ id: "address", say: "A sign-in name has no spaces" });
  return errors;
}

function Welcome({ look }: { readonly look: EnrolLook }) {
  if (look.founding)
    return <p class="govuk-body-l">You set up your organisation on Kith. You are its first manager.</p>;
  if (look.replaces)
    return (
      <p class="govuk-body-l">
        You get new words for your place at <strong class="kith-break">{look.legalName}</strong>. The old
        words stop working when your manager lets you in again.
      </p>
    );
  return (
    <p class="govuk-body-l">
      <strong class="kith-break">{look.legalName}</strong> invites you as {ROLES[look.role]}.
    </p>
  );
}

export function NameStep({ look, taken, prepare, onDone }: NameStepProps) {
  const { busy, trouble, run } = useDoing();
  const [name, setName] = useState(taken?.name ?? "");
  const [address, setAddress] = useState(taken?.address ?? "");
  const [errors, setErrors] = useState<readonly FieldError[]>(taken ? [TAKEN] : []);
  const inField = trouble?.kind === "input" || trouble?.code === "address-taken";
  const shown =
    errors.length === 0 && trouble && inField
      ? [{ id: trouble.code === "name" ? "name" : "address", say: trouble.say }]
      : errors;

  const submit = async (event: Event) => {
    event.preventDefault();
    const named = { name: name.trim(), address: address.trim().toLowerCase() };
    const found = missing(named);
    setErrors(found);
    if (found.length === 0) await run(async () => onDone(named, await prepare(named)));
  };

  return (
    <Page
      heading={look.replaces ? "Get new words" : "Join Kith"}
      tab="Join Kith"
      error={shown.length > 0}
      before={<p class="kith-step-of">Step 1 of 3</p>}
    >
      <ErrorSummary errors={shown} />
      {trouble && !inField ? <TroubleNote trouble={trouble} /> : null}
      <Welcome look={look} />
      <form onSubmit={submit} noValidate>
        <TextField
          id="name"
          name="name"
          label="Your name"
          hint="Colleagues and partner organisations see it beside what you write"
          value={name}
          onInput={setName}
          autocomplete="name"
          maxLength={100}
          error={errorOf(shown, "name")}
        />
        <TextField
          id="address"
          name="username"
          label="Sign-in name"
          hint="Short and without spaces, such as maya.khan. It does not have to be your mail address."
          value={address}
          onInput={setAddress}
          autocomplete="username"
          maxLength={100}
          plain
          error={errorOf(shown, "address")}
        />
        <Button type="submit" busy={busy} busyWords="Drawing your words">
          Show my six words
        </Button>
      </form>
    </Page>
  );
}
