/**
 * A step that needs a reason from a list, or words, or both, before it is taken. What was chosen and written is kept as
 * a draft; an answer that was lost on the way is looked for, and counts when it is found.
 */
import { OtherWords } from "@/pages/circle/OtherWords";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useAsked, useDoing, useLostAnswer } from "@/app/asked";
import { useVault } from "@/app/vault";
import { Button, ButtonGroup, type ButtonKind } from "@/components/Button";
import { ErrorSummary, errorOf, type FieldError } from "@/components/ErrorSummary";
import { Radios } from "@/components/Field";
import { Loading } from "@/components/Loading";
import { Answer, TroubleNote } from "@/components/TroubleNote";
import { textOf, useKept } from "@/pages/circle/kept";
import { LongText, LONGEST_WORDS } from "@/pages/circle/LongText";
import type { Lists, ReasonChoice } from "@/vault/api";

export interface ReasonFormProps {
  /** Names its draft. */
  readonly slot: string;
  readonly title: string;
  /** What happens when it is done. */
  readonly children?: ComponentChildren;
  /** Omitted with `reasons`: only words are asked for. */
  readonly legend?: string;
  readonly reasons?: (lists: Lists) => readonly ReasonChoice[];
  /** Omitted: no words are asked for. */
  readonly words?: { readonly label: string; readonly hint?: string } | undefined;
  readonly button: string;
  /** Default "warning". */
  readonly kind?: ButtonKind;
  readonly busyWords: string;
  /** Do it; false or a throw leaves the form as it is. */
  readonly send: (reason: number, text: string) => Promise<unknown>;
  /** After a lost answer: whether it was done all the same. */
  readonly look?: () => Promise<boolean>;
  readonly onDone: () => void;
  readonly onBack: () => void;
}

const NOTHING = { reason: "", text: "" };

function readAnswers(found: Readonly<Record<string, unknown>>): typeof NOTHING {
  return { reason: textOf(found, "reason"), text: textOf(found, "text") };
}

export function ReasonForm(props: ReasonFormProps) {
  const vault = useVault();
  const doing = useDoing();
  const lists = useAsked("lists", () => vault.lists());
  const kept = useKept(props.slot, NOTHING, readAnswers);
  const [errors, setErrors] = useState<readonly FieldError[]>([]);

  const { reasons } = props;
  const { reason, text } = kept.answers;
  const done = () => {
    kept.drop();
    props.onDone();
  };
  useLostAnswer(doing.trouble, props.look, done);
  async function submit(): Promise<void> {
    const found: FieldError[] = [];
    if (props.reasons && reason === "") found.push({ id: "reason", say: "Choose a reason" });
    if (text.length > LONGEST_WORDS)
      found.push({ id: "words", say: `Keep it under ${LONGEST_WORDS} characters` });
    setErrors(found);
    if (found.length > 0) return;
    if (await doing.run(() => props.send(Number(reason || 0), text.trim()))) done();
  }

  if (!kept.ready) return <Loading words="Opening" />;
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
      <OtherWords draft={kept} />
      {reasons && (
        <Answer asked={lists} words="Getting the reasons">
          {(found) => (
            <Radios
              id="reason"
              legend={props.legend ?? "Why?"}
              choices={reasons(found).map(({ code, label }) => ({ value: String(code), label }))}
              value={reason}
              onChange={(chosen) => kept.set({ reason: chosen })}
              error={errorOf(errors, "reason")}
              small
            />
          )}
        </Answer>
      )}
      {props.words && (
        <LongText
          id="words"
          label={props.words.label}
          hint={props.words.hint}
          value={text}
          onInput={(words) => kept.set({ text: words })}
          errors={errors}
        />
      )}
      <TroubleNote trouble={doing.trouble} />
      <ButtonGroup>
        <Button type="submit" kind={props.kind ?? "warning"} busy={doing.busy} busyWords={props.busyWords}>
          {props.button}
        </Button>
        <Button kind="quiet" onClick={props.onBack}>
          Go back
        </Button>
      </ButtonGroup>
    </form>
  );
}
