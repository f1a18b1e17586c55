/** The words typed back once, so that nobody starts with words they cannot read. */
import { useEffect, useState } from "preact/hooks";
import { useDoing } from "@/app/asked";
import { Button, ButtonGroup } from "@/components/Button";
import { ErrorSummary } from "@/components/ErrorSummary";
import { Checkbox } from "@/components/Field";
import { Page } from "@/components/Page";
import { TroubleNote } from "@/components/TroubleNote";
import { WordsField } from "@/components/WordsField";
import type { Named } from "@/pages/enrol/NameStep";

interface TypeBackProps<Result> {
  readonly named: Pick<Named, "address">;
  /** What the button says, and says while it works. */
  readonly send: string;
  readonly busyWords: string;
  readonly confirm: (typed: string, sharedDevice: boolean) => Promise<Result>;
  readonly onBack: () => void;
  /** The sign-in name is somebody else's: choose again, with new words. */
  readonly onTaken: () => void;
  readonly onDone: (result: Result) => void;
}

export function TypeBackStep<Result>(props: TypeBackProps<Result>) {
  const { named, send, busyWords, confirm, onBack, onTaken, onDone } = props;
  const { busy, trouble, run } = useDoing();
  const [typed, setTyped] = useState("");
  const [shared, setShared] = useState(false);
  const [empty, setEmpty] = useState(false);
  const error = empty ? "Type your six words" : trouble?.kind === "input" ? trouble.say : undefined;

  useEffect(() => {
    if (trouble?.code === "name-taken") onTaken();
  }, [trouble]);

  const submit = async (event: Event) => {
    event.preventDefault();
    setEmpty(!typed.trim());
    if (typed.trim()) await run(async () => onDone(await confirm(typed, shared)));
  };

  return (
    <Page
      heading="Type your six words"
      tab="Type your six words"
      error={error !== undefined}
      before={<p class="kith-step-of">Step 3 of 3</p>}
    >
      <ErrorSummary errors={error ? [{ id: "words", say: error }] : []} />
      {trouble && trouble.kind !== "input" ? <TroubleNote trouble={trouble} /> : null}
      <p class="govuk-body">Read them from what you kept. This checks that you can sign in again.</p>
      <form onSubmit={submit} noValidate>
        <input
          class="govuk-visually-hidden"
          type="text"
          name="username"
          autocomplete="username"
          value={named.address}
          readOnly
          tabIndex={-1}
          aria-hidden="true"
        />
        <WordsField
          id="words"
          label="Your six words, in order"
          hint="Capital letters, spaces and hyphens do not matter"
          value={typed}
          onInput={setTyped}
          autocomplete="new-password"
          error={error}
          shown
        />
        <Checkbox
          id="shared"
          label="This is a shared device"
          hint="Nothing is kept here, and Kith signs out sooner"
          checked={shared}
          onChange={setShared}
        />
        <ButtonGroup>
          <Button type="submit" busy={busy} busyWords={busyWords}>
            {send}
          </Button>
          <Button kind="quiet" onClick={onBack}>
            Show me the words again
          </Button>
        </ButtonGroup>
      </form>
    </Page>
  );
}
