/** New words for oneself: the old ones prove who asks, the new ones are shown once. */
import { useState } from "preact/hooks";
import { useDoing } from "@/app/asked";
import { useSession, useVault } from "@/app/vault";
import { Button, ButtonGroup } from "@/components/Button";
import { ErrorSummary } from "@/components/ErrorSummary";
import { Notice } from "@/components/Notice";
import { TroubleNote } from "@/components/TroubleNote";
import { WordsField } from "@/components/WordsField";
import { SignInCard } from "@/pages/enrol/WordsStep";

export function OwnWords() {
  const session = useSession();
  const [asking, setAsking] = useState(false);
  const [words, setWords] = useState<readonly string[] | null>(null);
  if (words)
    return (
      <>
        <Notice kind="warning" title="These are your words from now on. They are shown only now." />
        <SignInCard words={words} named={{ address: session.address }} />
        <ButtonGroup>
          <Button onClick={() => print()}>Print the card</Button>
          <Button kind="secondary" onClick={() => setWords(null)}>
            I have kept them
          </Button>
        </ButtonGroup>
      </>
    );
  if (asking)
    return (
      <OldWords
        onStop={() => setAsking(false)}
        onNew={(fresh) => {
          setAsking(false);
          setWords(fresh);
        }}
      />
    );
  return (
    <>
      <p class="govuk-body">
        Replace them if somebody may have seen them. The old words then open nothing. Your passkeys go on
        working.
      </p>
      <Button kind="secondary" onClick={() => setAsking(true)}>
        Replace my words
      </Button>
    </>
  );
}

interface OldWordsProps {
  readonly onNew: (words: readonly string[]) => void;
  readonly onStop: () => void;
}

function OldWords({ onNew, onStop }: OldWordsProps) {
  const vault = useVault();
  const { busy, trouble, run } = useDoing();
  const [old, setOld] = useState("");
  const [empty, setEmpty] = useState(false);
  const error = empty ? "Enter your six words" : trouble?.kind === "input" ? trouble.say : undefined;
  const submit = async (event: Event) => {
    event.preventDefault();
    setEmpty(!old.trim());
    if (old.trim()) await run(async () => onNew(await vault.replaceOwnWords(old)));
  };
  return (
    <form onSubmit={submit} noValidate>
      <ErrorSummary errors={error ? [{ id: "old-words", say: error }] : []} />
      {trouble && trouble.kind !== "input" ? <TroubleNote trouble={trouble} /> : null}
      <WordsField
        id="old-words"
        label="Your six words as they are now"
        value={old}
        onInput={setOld}
        autocomplete="current-password"
        error={error}
      />
      <ButtonGroup>
        <Button type="submit" busy={busy} busyWords="Replacing your words">
          Give me new words
        </Button>
        <Button kind="quiet" onClick={onStop}>
          Keep my words
        </Button>
      </ButtonGroup>
    </form>
  );
}
