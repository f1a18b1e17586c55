/**
 * New words for oneself: the old ones prove who asks, the new ones are shown once and typed back. Until they were
 * typed back the old ones count.
 */
import { useState } from "preact/hooks";
import { useDoing } from "@/app/asked";
import { useSession, useVault } from "@/app/vault";
import { Button, ButtonGroup } from "@/components/Button";
import { ErrorSummary } from "@/components/ErrorSummary";
import { Notice } from "@/components/Notice";
import { TroubleNote } from "@/components/TroubleNote";
import { WordsField } from "@/components/WordsField";
import { useHiding } from "@/pages/enrol/hiding";
import { SignInCard } from "@/pages/enrol/WordsStep";

type Step =
  | { readonly at: "rest" | "old" | "done" }
  | { readonly at: "shown" | "typing"; readonly words: readonly string[] };

export function OwnWords() {
  const vault = useVault();
  const [step, setStep] = useState<Step>({ at: "rest" });
  const stop = () => setStep({ at: "rest" });
  switch (step.at) {
    case "rest":
      return <Offer onAsk={() => setStep({ at: "old" })} />;
    case "old":
      return (
        <WordsForm
          key="old"
          id="old-words"
          label="Your six words as they are now"
          autocomplete="current-password"
          send="Give me new words"
          busyWords="Making new words"
          other="Keep my words"
          onOther={stop}
          onSend={async (old) => setStep({ at: "shown", words: await vault.replaceOwnWords(old) })}
        />
      );
    case "shown":
      return <NewWords words={step.words} onKept={() => setStep({ ...step, at: "typing" })} onStop={stop} />;
    case "typing":
      return (
        <WordsForm
          key="new"
          id="new-words"
          label="Your six new words, in order"
          autocomplete="new-password"
          send="Use the new words"
          busyWords="Replacing your words"
          other="Show me the words again"
          onOther={() => setStep({ ...step, at: "shown" })}
          onSend={async (typed) => {
            await vault.confirmOwnWords(typed);
            setStep({ at: "done" });
          }}
        />
      );
    case "done":
      return (
        <Notice kind="success" title="From now on only your new words count.">
          <p class="govuk-body">Destroy the card with the old ones. A PIN must be set again.</p>
        </Notice>
      );
  }
}

function Offer({ onAsk }: { readonly onAsk: () => void }) {
  return (
    <>
      <p class="govuk-body">
        New words end the old ones and every PIN. They do not change the keys behind them, and your passkeys
        go on working.
      </p>
      <p class="govuk-body">
        If somebody may have seen your words, tell a manager as well: they give you new keys, then change the
        organisation's keys. Remove every passkey you do not know.
      </p>
      <Button kind="secondary" onClick={onAsk}>
        Replace my words
      </Button>
    </>
  );
}

interface NewWordsProps {
  readonly words: readonly string[];
  readonly onKept: () => void;
  readonly onStop: () => void;
}

function NewWords({ words, onKept, onStop }: NewWordsProps) {
  const session = useSession();
  const hiding = useHiding();
  return (
    <>
      <Notice
        kind="warning"
        title="These are your new words. They count once you have typed them back; until then your old ones do."
      />
      <SignInCard words={words} named={{ address: session.address }} hiding={hiding} />
      <ButtonGroup>
        <Button onClick={onKept}>I have kept my words</Button>
        <Button kind="secondary" onClick={hiding.print}>
          Print the card
        </Button>
        <Button kind="quiet" onClick={onStop}>
          Keep my old words
        </Button>
      </ButtonGroup>
    </>
  );
}

interface WordsFormProps {
  readonly id: string;
  readonly label: string;
  readonly autocomplete: "current-password" | "new-password";
  readonly send: string;
  readonly busyWords: string;
  readonly other: string;
  readonly onOther: () => void;
  readonly onSend: (typed: string) => Promise<void>;
}

function WordsForm(props: WordsFormProps) {
  const { id, label, autocomplete, send, busyWords, other, onOther, onSend } = props;
  const { busy, trouble, run } = useDoing();
  const [typed, setTyped] = useState("");
  const [empty, setEmpty] = useState(false);
  const error = empty ? "Enter your six words" : trouble?.kind === "input" ? trouble.say : undefined;
  const submit = async (event: Event) => {
    event.preventDefault();
    setEmpty(!typed.trim());
    if (typed.trim()) await run(() => onSend(typed));
  };
  return (
    <form onSubmit={submit} noValidate>
      <ErrorSummary errors={error ? [{ id, say: error }] : []} />
      {trouble && trouble.kind !== "input" ? <TroubleNote trouble={trouble} /> : null}
      <WordsField
        id={id}
        label={label}
        value={typed}
        onInput={setTyped}
        autocomplete={autocomplete}
        error={error}
      />
      <ButtonGroup>
        <Button type="submit" busy={busy} busyWords={busyWords}>
          {send}
        </Button>
        <Button kind="quiet" onClick={onOther}>
          {other}
        </Button>
      </ButtonGroup>
    </form>
  );
}
