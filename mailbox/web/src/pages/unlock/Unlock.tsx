/** This device knows who is here: a PIN or a passkey opens the session again; the six words always do. */
import { useState } from "preact/hooks";
import type { Session, Start, Trouble } from "@/vault/api";
import { useDoing } from "@/app/asked";
import { count } from "@/app/time";
import { useVault } from "@/app/vault";
import { Button, ButtonLink } from "@/components/Button";
import { ErrorSummary } from "@/components/ErrorSummary";
import { Notice } from "@/components/Notice";
import { Page } from "@/components/Page";
import { TroubleNote } from "@/components/TroubleNote";
import { WordsField } from "@/components/WordsField";
import { PasskeyButton, type EnteringProps } from "@/pages/signin/SignIn";

type Known = NonNullable<Start["known"]>;

export function Unlock(props: EnteringProps & { readonly known: Known }) {
  const vault = useVault();
  const { busy, run } = useDoing();
  const [gone, setGone] = useState<Trouble | undefined>(undefined);
  const pin = props.known.pin && !gone;
  return (
    <Page heading="Unlock Kith" tab="Unlock">
      {props.say ? <Notice title={props.say} /> : null}
      {props.fromMail ? <Notice title="Unlock Kith to open what the mail is about." /> : null}
      <TroubleNote trouble={gone} />
      <p class="govuk-body">
        You are <strong class="kith-break">{props.known.address}</strong>.
      </p>
      {pin ? <PinForm onEnter={props.onEnter} onGone={setGone} /> : null}
      {props.known.passkey ? <PasskeyButton shared={false} onEnter={props.onEnter} /> : null}
      <p class="kith-or">or</p>
      <ButtonLink to="/sign-in" kind="secondary">
        Use your six words
      </ButtonLink>
      <p>
        <Button
          kind="quiet"
          busy={busy}
          busyWords="Signing out"
          onClick={() => void run(() => vault.signOut(false))}
        >
          Not you? Sign in as somebody else
        </Button>
      </p>
    </Page>
  );
}

function sayLeft(trouble: Trouble): string {
  if (trouble.code !== "wrong-pin" || trouble.triesLeft === undefined) return trouble.say;
  return `That is not the PIN. You have ${count(trouble.triesLeft, "try", "tries")} left.`;
}

interface PinFormProps {
  readonly onEnter: (session: Session) => void;
  /** No tries are left, or the working day is over: only words or a passkey help. */
  readonly onGone: (trouble: Trouble) => void;
}

const GONE = new Set(["pin-gone", "no-pin"]);

function PinForm({ onEnter, onGone }: PinFormProps) {
  const vault = useVault();
  const { busy, trouble, run } = useDoing();
  const [pin, setPin] = useState("");
  const [empty, setEmpty] = useState(false);
  const about = trouble?.code === "wrong-pin" || trouble?.kind === "input";
  const error = empty ? "Enter your PIN" : trouble && about ? sayLeft(trouble) : undefined;
  if (trouble && GONE.has(trouble.code)) onGone(trouble);

  const submit = async (event: Event) => {
    event.preventDefault();
    setEmpty(pin.trim() === "");
    if (pin.trim() === "") return;
    const worked = await run(async () => onEnter(await vault.signInPin(pin.trim())));
    if (!worked) setPin("");
  };

  return (
    <form onSubmit={submit} noValidate>
      <ErrorSummary errors={error ? [{ id: "pin", say: error }] : []} />
      {trouble && !about ? <TroubleNote trouble={trouble} /> : null}
      <WordsField
        id="pin"
        label="Your PIN"
        noun="PIN"
        hint="The one you chose on this device"
        value={pin}
        onInput={setPin}
        autocomplete="current-password"
        inputMode="numeric"
        error={error}
      />
      <Button type="submit" busy={busy} busyWords="Unlocking">
        Unlock
      </Button>
    </form>
  );
}
