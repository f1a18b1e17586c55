/** Sign in with the six words, or a passkey; a new device is also asked for a code from the mail. */
import { useEffect, useState } from "preact/hooks";
import type { Session, Start } from "@/vault/api";
import { passkeysWork, usePasskey } from "@/app/passkey";
import { useDoing } from "@/app/asked";
import { useVault } from "@/app/vault";
import { Button, Link } from "@/components/Button";
import { Details } from "@/components/Details";
import { ErrorSummary, errorOf, type FieldError } from "@/components/ErrorSummary";
import { Checkbox, TextField } from "@/components/Field";
import { Notice } from "@/components/Notice";
import { Page } from "@/components/Page";
import { TroubleNote } from "@/components/TroubleNote";
import { WordsField } from "@/components/WordsField";
import { CodeStep } from "@/pages/signin/CodeStep";

export interface EnteringProps {
  readonly start: Start;
  /** Why somebody is here: signed out, locked. */
  readonly say: string;
  /** A link in a mail brought them. */
  readonly fromMail: boolean;
  readonly onEnter: (session: Session) => void;
}

/** Troubles that belong beside the words, not in a box of their own. */
const ABOUT_WORDS = new Set(["wrong-words", "no-such-worker", "wrong-password"]);

function missing(address: string, words: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!address.trim()) errors.push({ id: "address", say: "Enter your sign-in name" });
  if (!words.trim()) errors.push({ id: "words", say: "Enter your six words" });
  return errors;
}

/** Whether to offer a passkey here. */
export function usePasskeyOffer(): boolean {
  const [offered, setOffered] = useState(false);
  useEffect(() => {
    let left = false;
    void passkeysWork().then((works) => !left && setOffered(works));
    return () => {
      left = true;
    };
  }, []);
  return offered;
}

export function SignIn(props: EnteringProps) {
  const [needsCode, setNeedsCode] = useState<string | null>(null);
  if (needsCode !== null)
    return <CodeStep say={needsCode} onEnter={props.onEnter} onBack={() => setNeedsCode(null)} />;
  return <WordsStep {...props} onCode={setNeedsCode} />;
}

function WordsStep(props: EnteringProps & { readonly onCode: (say: string) => void }) {
  const vault = useVault();
  const { busy, trouble, run } = useDoing();
  const [address, setAddress] = useState(props.start.known?.address ?? "");
  const [words, setWords] = useState("");
  const [shared, setShared] = useState(false);
  const [errors, setErrors] = useState<readonly FieldError[]>([]);

  useEffect(() => {
    if (trouble?.code === "code-needed") props.onCode(trouble.say);
  }, [trouble]);

  const wrong = trouble && ABOUT_WORDS.has(trouble.code) ? [{ id: "words", say: trouble.say }] : [];
  const shown = errors.length > 0 ? errors : wrong;
  const other = trouble && wrong.length === 0 && trouble.code !== "code-needed" ? trouble : undefined;

  const submit = async (event: Event) => {
    event.preventDefault();
    const found = missing(address, words);
    setErrors(found);
    if (found.length > 0) return;
    await run(async () => props.onEnter(await vault.signInWords(address.trim(), words, shared)));
  };

  return (
    <Page heading="Sign in" tab="Sign in" error={shown.length > 0}>
      <ErrorSummary errors={shown} />
      <TroubleNote trouble={other} />
      {props.say ? <Notice title={props.say} /> : null}
      {props.fromMail ? <Notice title="Sign in to open what the mail is about." /> : null}
      {props.start.storage === "memory" ? <PrivateNotice /> : null}
      <form onSubmit={submit} noValidate>
        <TextField
          id="address"
          name="username"
          label="Sign-in name"
          hint="On your printed card"
          value={address}
          onInput={setAddress}
          autocomplete="username"
          plain
          error={errorOf(shown, "address")}
        />
        <WordsField
          id="words"
          label="Your six words"
          hint="Capital letters, spaces and hyphens do not matter"
          value={words}
          onInput={setWords}
          autocomplete="current-password"
          error={errorOf(shown, "words")}
        />
        <Checkbox
          id="shared"
          label="This is a shared device"
          hint="Nothing is kept here, and Kith signs out sooner"
          checked={shared}
          onChange={setShared}
        />
        <Button type="submit" busy={busy} busyWords="Signing in, this takes a few seconds">
          Sign in
        </Button>
      </form>
      <PasskeyButton shared={shared} onEnter={props.onEnter} />
      <Details summary="I have lost my words">
        <p class="govuk-body">
          Ask a manager in your organisation to replace your words. You get a mail with a link, and new words.
        </p>
        <p class="govuk-body">
          Are you the only manager, and nobody else can let you in?{" "}
          <Link to="/recover">Come back with the printed kit</Link>
        </p>
      </Details>
      <Details summary="I have no sign-in yet">
        <p class="govuk-body">
          Your manager invites you. You get a mail with a link that works once. Open it on the device you want
          to use.
        </p>
      </Details>
      <p class="govuk-body">
        <Link to="/connection">Kith is slow or does not answer</Link>
      </p>
    </Page>
  );
}

function PrivateNotice() {
  return (
    <Notice title="This browser keeps nothing">
      <p class="govuk-body">
        It may be a private window, or its storage is full or switched off. Everything works with your six
        words, but you need them, and a code from your mail, each time.
      </p>
    </Notice>
  );
}

/** Sign in with a passkey, where the device has one. */
export function PasskeyButton({
  shared,
  onEnter,
}: {
  readonly shared: boolean;
  readonly onEnter: (session: Session) => void;
}) {
  const vault = useVault();
  const offered = usePasskeyOffer();
  const { busy, trouble, run } = useDoing();
  if (!offered) return null;
  const enter = () =>
    run(async () => {
      const { credential, prf } = await usePasskey(await vault.passkeyRequest());
      onEnter(await vault.signInPasskey(credential, prf, shared));
    });
  return (
    <>
      <p class="kith-or">or</p>
      <TroubleNote trouble={trouble} />
      <Button kind="secondary" onClick={() => void enter()} busy={busy} busyWords="Waiting for your device">
        Sign in with a passkey
      </Button>
    </>
  );
}
