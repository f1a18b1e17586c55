/** A step that needs a reason from a list, often with words beside it, before it is taken. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useAsked, useDoing } from "@/app/asked";
import { useVault } from "@/app/vault";
import { Button, ButtonGroup } from "@/components/Button";
import { ErrorSummary, errorOf, type FieldError } from "@/components/ErrorSummary";
import { Radios, TextArea } from "@/components/Field";
import { Answer, TroubleNote } from "@/components/TroubleNote";
import type { Lists, ReasonChoice } from "@/vault/api";

export const LONGEST_WORDS = 4_000;

export interface ReasonFormProps {
  readonly title: string;
  /** What happens when it is done. */
  readonly children?: ComponentChildren;
  /** Omitted with `reasons`: only words are asked for. */
  readonly legend?: string;
  readonly reasons?: (lists: Lists) => readonly ReasonChoice[];
  /** Omitted: no words are asked for. */
  readonly words?: { readonly label: string; readonly hint?: string } | undefined;
  readonly button: string;
  readonly busyWords: string;
  /** Do it; false or a throw leaves the form as it is. */
  readonly send: (reason: number, text: string) => Promise<unknown>;
  readonly onDone: () => void;
  readonly onBack: () => void;
}

export function ReasonForm(props: ReasonFormProps) {
  const vault = useVault();
  const doing = useDoing();
  const lists = useAsked("lists", () => vault.lists());
  const [reason, setReason] = useState("");
  const [text, setText] = useState("");
  const [errors, setErrors] = useState<readonly FieldError[]>([]);

  const { reasons } = props;
  async function submit(): Promise<void> {
    const found: FieldError[] = [];
    if (props.reasons && reason === "") found.push({ id: "reason", say: "Choose a reason" });
    if (text.length > LONGEST_WORDS)
      found.push({ id: "words", say: `Keep it under ${LONGEST_WORDS} characters` });
    setErrors(found);
    if (found.length > 0) return;
    if (await doing.run(() => props.send(Number(reason || 0), text.trim()))) props.onDone();
  }

  return (
    <form
      class="kith-page--reading"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <h2 class="govuk-heading-m">{props.title}</h2>
      <ErrorSummary errors={errors} />
      {props.children}
      {reasons && (
        <Answer asked={lists} words="Getting the reasons">
          {(found) => (
            <Radios
              id="reason"
              legend={props.legend ?? "Why?"}
              choices={reasons(found).map(({ code, label }) => ({ value: String(code), label }))}
              value={reason}
              onChange={setReason}
              error={errorOf(errors, "reason")}
              small
            />
          )}
        </Answer>
      )}
      {props.words && (
        <TextArea
          id="words"
          label={props.words.label}
          hint={props.words.hint}
          value={text}
          onInput={setText}
          limit={LONGEST_WORDS}
          rows={3}
          error={errorOf(errors, "words")}
        />
      )}
      <TroubleNote trouble={doing.trouble} />
      <ButtonGroup>
        <Button type="submit" kind="warning" busy={doing.busy} busyWords={props.busyWords}>
          {props.button}
        </Button>
        <Button kind="quiet" onClick={props.onBack}>
          Go back
        </Button>
      </ButtonGroup>
    </form>
  );
}
