/** Six words: hidden while typed unless somebody wants to see them; pasting and password managers welcome. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { TextField } from "@/components/Field";

export interface WordsFieldProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly hint?: ComponentChildren;
  readonly error?: string | undefined;
  /** "current-password" to sign in, "new-password" for words just drawn. */
  readonly autocomplete: "current-password" | "new-password";
  /** What is hidden, for the button: "words" or "PIN". */
  readonly noun?: "words" | "PIN" | undefined;
  readonly inputMode?: "text" | "numeric" | undefined;
  readonly shown?: boolean | undefined;
}

export function WordsField(props: WordsFieldProps) {
  const { noun = "words", shown: shownFirst = false, ...field } = props;
  const [shown, setShown] = useState(shownFirst);
  return (
    <div class="kith-words-field">
      <TextField {...field} name={props.autocomplete} type={shown ? "text" : "password"} plain />
      <button
        type="button"
        class="kith-link-button"
        aria-pressed={shown}
        aria-controls={props.id}
        onClick={() => setShown(!shown)}
      >
        {shown ? `Hide the ${noun}` : `Show the ${noun}`}
      </button>
    </div>
  );
}
