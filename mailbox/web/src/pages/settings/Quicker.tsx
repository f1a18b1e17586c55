/** Make the next sign-in quicker on this device: a passkey, or a PIN for the working day. */
import { useState } from "preact/hooks";
import type { Trouble } from "@/vault/api";
import { makePasskey } from "@/app/passkey";
import { useDoing } from "@/app/asked";
import { troubleOf, useSession, useVault } from "@/app/vault";
import { Button, ButtonGroup } from "@/components/Button";
import { ErrorSummary } from "@/components/ErrorSummary";
import { Notice } from "@/components/Notice";
import { TroubleNote } from "@/components/TroubleNote";
import { WordsField } from "@/components/WordsField";
import { usePasskeyOffer } from "@/pages/signin/SignIn";

const SHORTEST = 4;
const LONGEST = 12;

/** Both offers, with a heading. Nothing at all on a shared device. */
export function Quicker() {
  const session = useSession();
  if (session.sharedDevice)
    return (
      <Notice title="This is a shared device, so Kith keeps nothing here. You need your six words each time." />
    );
  return (
    <section class="kith-section">
      <h2 class="govuk-heading-m">Make the next sign-in quicker</h2>
      <PasskeyOffer />
      <PinOffer has={session.pin} />
    </section>
  );
}

export function PasskeyOffer({ onMade }: { readonly onMade?: () => void }) {
  const vault = useVault();
  const offered = usePasskeyOffer();
  const { busy, trouble, run } = useDoing();
  const [state, setState] = useState<"offered" | "asking" | "made">("offered");
  if (!offered) return null;
  if (state === "made") return <Notice kind="success" title="This device now has a passkey for Kith." />;
  const make = async (typed: string) => {
    const worked = await run(async () => {
      await vault.confirmMe(typed);
      const { credential, prf } = await makePasskey(await vault.passkeyRequest());
      await vault.addPasskey(credential, prf);
    });
    if (worked) {
      setState("made");
      onMade?.();
    }
  };
  if (state === "asking")
    return (
      <ConfirmForm
        before="To add a passkey"
        hint="A passkey opens Kith without your words, so Kith makes sure that it is you."
        go="Make the passkey"
        busy={busy}
        trouble={trouble}
        onSend={(typed) => void make(typed)}
        onStop={() => setState("offered")}
      />
    );
  return (
    <>
      <p class="govuk-body">
        <strong>Passkey:</strong> sign in with your fingerprint, your face, or what unlocks this device.
      </p>
      <Button kind="secondary" onClick={() => setState("asking")}>
        Add a passkey
      </Button>
    </>
  );
}

interface ConfirmProps {
  /** What the words are asked for, such as "To add a passkey". */
  readonly before: string;
  readonly hint: string;
  readonly go: string;
  readonly busy: boolean;
  readonly trouble: Trouble | undefined;
  readonly onSend: (typed: string) => void;
  readonly onStop: () => void;
}

/** The words again: whoever finds a screen open adds no way in of their own. */
function ConfirmForm({ before, hint, go, busy, trouble, onSend, onStop }: ConfirmProps) {
  const session = useSession();
  const [typed, setTyped] = useState("");
  const [empty, setEmpty] = useState(false);
  const what = session.pin ? "your six words or your PIN" : "your six words";
  const error = empty ? `Enter ${what}` : trouble?.kind === "input" ? trouble.say : undefined;
  const submit = (event: Event) => {
    event.preventDefault();
    setEmpty(!typed.trim());
    if (typed.trim()) onSend(typed);
  };
  return (
    <form onSubmit={submit} noValidate>
      <ErrorSummary errors={error ? [{ id: "confirm-me", say: error }] : []} />
      {trouble && trouble.kind !== "input" ? <TroubleNote trouble={trouble} /> : null}
      <WordsField
        id="confirm-me"
        label={`${before}, type ${what}`}
        hint={hint}
        value={typed}
        onInput={setTyped}
        autocomplete="current-password"
        error={error}
      />
      <ButtonGroup>
        <Button type="submit" busy={busy} busyWords="Checking that it is you">
          {go}
        </Button>
        <Button kind="quiet" onClick={onStop}>
          Not now
        </Button>
      </ButtonGroup>
    </form>
  );
}

export function PinOffer({ has }: { readonly has: boolean }) {
  const [choosing, setChoosing] = useState(false);
  const [set, setSet] = useState(false);
  if (set)
    return <Notice kind="success" title="Your PIN is set. It unlocks Kith on this device until tonight." />;
  if (choosing)
    return (
      <PinForm
        onStop={() => setChoosing(false)}
        onSet={() => {
          setChoosing(false);
          setSet(true);
        }}
      />
    );
  return (
    <>
      <p class="govuk-body">
        <strong>PIN:</strong> unlock Kith on this device for one working day with a short number. Five tries.
      </p>
      <Button kind="secondary" onClick={() => setChoosing(true)}>
        {has ? "Choose a new PIN" : "Choose a PIN"}
      </Button>
    </>
  );
}

/** Why a PIN cannot be used, or nothing. */
export function pinFault(pin: string): string | undefined {
  if (!/^\d+$/.test(pin)) return "Use digits only";
  if (pin.length < SHORTEST) return `Use ${SHORTEST} digits or more`;
  if (pin.length > LONGEST) return `Use ${LONGEST} digits or fewer`;
  if (/^(\d)\1*$/.test(pin) || "01234567890123".includes(pin)) return "That is too easy to guess";
  return undefined;
}

function PinForm({ onSet, onStop }: { readonly onSet: () => void; readonly onStop: () => void }) {
  const vault = useVault();
  const { busy, trouble, run } = useDoing();
  const [pin, setPin] = useState("");
  const [fault, setFault] = useState<string | undefined>(undefined);
  const [asking, setAsking] = useState(false);
  const error = fault ?? (trouble?.kind === "input" ? trouble.say : undefined);
  const submit = async (event: Event) => {
    event.preventDefault();
    const found = pinFault(pin.trim());
    setFault(found);
    if (!found && (await run(() => chosen()))) onSet();
  };
  /** Some time after signing in, the vault asks for the words first. */
  const chosen = () =>
    vault.setPin(pin.trim()).catch((reason: unknown) => {
      setAsking(troubleOf(reason).code === "confirm-first");
      throw reason;
    });
  const confirm = async (typed: string) => {
    if (await run(() => vault.confirmMe(typed).then(chosen))) onSet();
  };
  if (asking)
    return (
      <ConfirmForm
        before="To set this PIN"
        hint="A PIN opens Kith without your words, so Kith makes sure that it is you."
        go="Set the PIN"
        busy={busy}
        trouble={trouble?.code === "confirm-first" ? undefined : trouble}
        onSend={(typed) => void confirm(typed)}
        onStop={onStop}
      />
    );
  return (
    <form onSubmit={submit} noValidate>
      <ErrorSummary errors={error ? [{ id: "new-pin", say: error }] : []} />
      {trouble && trouble.kind !== "input" ? <TroubleNote trouble={trouble} /> : null}
      <WordsField
        id="new-pin"
        label="Choose a PIN"
        noun="PIN"
        hint="4 to 12 digits. Not your birthday, not 1234."
        value={pin}
        onInput={setPin}
        autocomplete="new-password"
        inputMode="numeric"
        error={error}
      />
      <ButtonGroup>
        <Button type="submit" busy={busy} busyWords="Setting your PIN">
          Set this PIN
        </Button>
        <Button kind="quiet" onClick={onStop}>
          Not now
        </Button>
      </ButtonGroup>
    </form>
  );
}
