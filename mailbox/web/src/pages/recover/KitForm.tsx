/** What is printed on the kit, and who comes back with it. */
import { useState } from "preact/hooks";
import type { NewWords } from "@/vault/api";
import { useDoing } from "@/app/asked";
import { useVault } from "@/app/vault";
import { BackLink, Button } from "@/components/Button";
import { ErrorSummary, errorOf, type FieldError } from "@/components/ErrorSummary";
import { TextField } from "@/components/Field";
import { Page } from "@/components/Page";
import { TroubleNote } from "@/components/TroubleNote";
import { WordsField } from "@/components/WordsField";

export interface Typed {
  readonly number: string;
  readonly kit: string;
  readonly name: string;
  readonly address: string;
  readonly mail: string;
}

export const EMPTY: Typed = { number: "", kit: "", name: "", address: "", mail: "" };
const TAKEN = {
  id: "address",
  say: "Somebody has that sign-in name. It may be your old one: choose another.",
};
const NEEDED: readonly (readonly [keyof Typed, string])[] = [
  ["number", "Enter the number on the kit"],
  ["kit", "Enter the eight words of the kit"],
  ["name", "Enter your name"],
  ["address", "Choose a new sign-in name"],
  ["mail", "Enter your mail address"],
];
/** Which field a trouble of the vault is about. */
const ABOUT: Readonly<Record<string, keyof Typed>> = {
  "kit-number": "number",
  "kit-words": "kit",
  name: "name",
  address: "address",
  mail: "mail",
};

function missing(typed: Typed): FieldError[] {
  return NEEDED.filter(([id]) => typed[id].trim() === "").map(([id, say]) => ({ id, say }));
}

interface KitFormProps {
  readonly typed: Typed;
  /** The sign-in name turned out to be somebody's. */
  readonly taken: boolean;
  readonly onDone: (typed: Typed, drawn: NewWords) => void;
}

export function KitForm({ typed: first, taken, onDone }: KitFormProps) {
  const vault = useVault();
  const { busy, trouble, run } = useDoing();
  const [typed, setTyped] = useState(first);
  const [errors, setErrors] = useState<readonly FieldError[]>(taken ? [TAKEN] : []);
  const field = trouble?.kind === "input" ? ABOUT[trouble.code] : undefined;
  const shown = errors.length === 0 && trouble && field ? [{ id: field, say: trouble.say }] : errors;
  const input = (id: keyof Typed) => ({
    id,
    value: typed[id],
    onInput: (value: string) => setTyped({ ...typed, [id]: value }),
    error: errorOf(shown, id),
  });

  const submit = async (event: Event) => {
    event.preventDefault();
    const found = missing(typed);
    setErrors(found);
    if (found.length > 0) return;
    const who = { ...typed, address: typed.address.trim().toLowerCase() };
    const kit = { organisation: typed.number, words: typed.kit };
    await run(async () => onDone(who, await vault.recoverPrepare(kit, who)));
  };

  return (
    <Page
      heading="Come back with the printed kit"
      tab="Come back with the kit"
      error={shown.length > 0}
      before={<BackLink to="/sign-in">Sign in</BackLink>}
    >
      <ErrorSummary errors={shown} />
      {trouble && !field ? <TroubleNote trouble={trouble} /> : null}
      <p class="govuk-body">
        Use this when you have lost your words and no other manager can let you in. You need the kit of your
        organisation: the page with eight words that was printed and locked away.
      </p>
      <p class="govuk-body">
        If another manager can sign in, ask them to replace your words instead. It is quicker, and the kit
        stays locked away.
      </p>
      <form onSubmit={submit} noValidate>
        <h2 class="govuk-heading-m">From the kit</h2>
        <TextField
          {...input("number")}
          label="Organisation number"
          hint="32 letters and digits on the kit. Spaces do not matter."
          maxLength={80}
          plain
        />
        <WordsField
          {...input("kit")}
          label="The eight words of the kit"
          hint="Capital letters, spaces and hyphens do not matter"
          autocomplete="current-password"
          shown
        />
        <h2 class="govuk-heading-m">About you</h2>
        <TextField
          {...input("name")}
          name="name"
          label="Your name"
          hint="Colleagues and partner organisations see it beside what you write"
          autocomplete="name"
          maxLength={100}
        />
        <TextField
          {...input("address")}
          name="username"
          label="New sign-in name"
          hint="Not your old one, such as maya.khan2. Your old one stays taken."
          autocomplete="username"
          maxLength={100}
          plain
        />
        <TextField
          {...input("mail")}
          name="email"
          label="Your mail address"
          hint="For news of your work, and for codes when you use a new device"
          autocomplete="email"
          maxLength={254}
          plain
        />
        <Button type="submit" busy={busy} busyWords="Trying the kit, this takes a few seconds">
          Show my six words
        </Button>
      </form>
    </Page>
  );
}
