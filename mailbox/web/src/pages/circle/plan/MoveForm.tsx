/** One step of an action: only the questions this step needs. */
import { useState } from "preact/hooks";
import { useAsked, useDoing } from "@/app/asked";
import { fromLocalInput, toLocalInput } from "@/app/time";
import { useVault } from "@/app/vault";
import { Button, ButtonGroup } from "@/components/Button";
import { ErrorSummary, errorOf, type FieldError } from "@/components/ErrorSummary";
import { Radios, Select, TextField } from "@/components/Field";
import { Answer, TroubleNote } from "@/components/TroubleNote";
import { useInside } from "@/pages/circle/inside";
import { textOf, useKept } from "@/pages/circle/kept";
import { LongText, LONGEST_WORDS } from "@/pages/circle/LongText";
import { OtherWords } from "@/pages/circle/OtherWords";
import type { ActionView, MoveChoice } from "@/vault/api";

interface MoveFormProps {
  readonly action: ActionView;
  readonly move: MoveChoice;
  readonly onDone: () => void;
  readonly onBack: () => void;
}

interface Answers {
  readonly text: string;
  readonly reason: string;
  readonly due: string;
  readonly organisation: string;
  readonly assignee: string;
}

function readAnswers(found: Readonly<Record<string, unknown>>): Answers {
  return {
    text: textOf(found, "text"),
    reason: textOf(found, "reason"),
    due: textOf(found, "due"),
    organisation: textOf(found, "organisation"),
    assignee: textOf(found, "assignee"),
  };
}

/** What to ask for in words, and whether it may be left out. */
const WORDS: Readonly<Record<string, { readonly label: string; readonly must?: boolean }>> = {
  complete: { label: "What came of it?", must: true },
  note: { label: "What was done?", must: true },
};
const OPTIONAL: { readonly label: string; readonly must?: boolean } = {
  label: "Anything to add? (optional)",
};
const HANDING_OVER = ["hand_over", "hand-over"];

export function MoveForm({ action, move, onDone, onBack }: MoveFormProps) {
  const vault = useVault();
  const doing = useDoing();
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const [start] = useState<Answers>({
    text: "",
    reason: "",
    due: toLocalInput(action.dueAt),
    organisation: "",
    assignee: "",
  });
  const kept = useKept(`${move.move}:${action.circle}:${action.action}`, start, readAnswers);
  const { answers, set } = kept;
  const words = WORDS[move.move] ?? OPTIONAL;

  async function submit(): Promise<void> {
    const found = check(move, answers, words.must ?? false, Date.now());
    setErrors(found);
    if (found.length > 0) return;
    const change = { ...changeOf(move, answers), press: kept.press() };
    if (!(await doing.run(() => vault.moveAction(action.circle, action.action, move.move, change)))) return;
    kept.drop();
    onDone();
  }

  return (
    <form
      class="kith-move"
      noValidate
      aria-label={move.label}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <h3 class="govuk-heading-s">{move.label}</h3>
      <ErrorSummary errors={errors} />
      <OtherWords draft={kept} />
      {move.needsReason && <Reasons move={move} answers={answers} set={set} errors={errors} />}
      {move.needsOrganisation && <Whom answers={answers} set={set} errors={errors} />}
      {HANDING_OVER.includes(move.move) && <Colleague answers={answers} set={set} />}
      {move.needsDue && (
        <TextField
          id="due"
          type="datetime-local"
          label="Due by"
          value={answers.due}
          onInput={(due) => set({ due })}
          error={errorOf(errors, "due")}
          width={20}
        />
      )}
      <LongText
        id="words"
        label={words.label}
        hint="Everyone in the circle can read this."
        value={answers.text}
        onInput={(text) => set({ text })}
        errors={errors}
      />
      <TroubleNote trouble={doing.trouble} />
      <ButtonGroup>
        <Button type="submit" busy={doing.busy} busyWords="Saving">
          {move.label}
        </Button>
        <Button kind="quiet" onClick={onBack}>
          Go back
        </Button>
      </ButtonGroup>
    </form>
  );
}

interface PartProps {
  readonly answers: Answers;
  readonly set: (change: Partial<Answers>) => void;
  readonly errors: readonly FieldError[];
}

function Reasons({ move, answers, set, errors }: PartProps & { readonly move: MoveChoice }) {
  const vault = useVault();
  const lists = useAsked("lists", () => vault.lists());
  return (
    <Answer asked={lists} words="Getting the reasons">
      {({ actionReasons }) => (
        <Radios
          id="reason"
          legend="Why?"
          small
          choices={(move.reasons ?? actionReasons).map(({ code, label }) => ({ value: String(code), label }))}
          value={answers.reason}
          onChange={(reason) => set({ reason })}
          error={errorOf(errors, "reason")}
        />
      )}
    </Answer>
  );
}

function Whom({ answers, set, errors }: PartProps) {
  const { head } = useInside();
  const members = head.members.filter((member) => member.standing !== "invited" && !member.lapsed);
  return (
    <Radios
      id="organisation"
      legend="Who should do it?"
      small
      choices={members.map((member) => ({ value: member.organisation, label: member.legalName }))}
      value={answers.organisation}
      onChange={(organisation) => set({ organisation })}
      error={errorOf(errors, "organisation")}
    />
  );
}

function Colleague({ answers, set }: Omit<PartProps, "errors">) {
  const vault = useVault();
  const asked = useAsked("organisation:colleagues", () => vault.colleagues());
  return (
    <Answer asked={asked} words="Looking for colleagues">
      {(colleagues) => (
        <Select
          label="To which colleague?"
          value={answers.assignee}
          onInput={(assignee) => set({ assignee })}
          options={[
            { value: "", label: "Me" },
            ...colleagues.map((person) => ({ value: person.worker, label: person.name })),
          ]}
        />
      )}
    </Answer>
  );
}

function check(move: MoveChoice, answers: Answers, must: boolean, now: number): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (move.needsReason && answers.reason === "") errors.push({ id: "reason", say: "Choose a reason" });
  if (move.needsOrganisation && answers.organisation === "")
    errors.push({ id: "organisation", say: "Choose who should do it" });
  const due = fromLocalInput(answers.due);
  if (move.needsDue && (due === null || due <= now))
    errors.push({ id: "due", say: "Give a day and time that is still to come" });
  if (must && answers.text.trim() === "") errors.push({ id: "words", say: "Say it in a few words" });
  if (answers.text.length > LONGEST_WORDS) errors.push({ id: "words", say: "Make the words shorter" });
  return errors;
}

function changeOf(move: MoveChoice, answers: Answers) {
  const due = fromLocalInput(answers.due);
  return {
    text: answers.text.trim(),
    ...(move.needsReason ? { reason: Number(answers.reason) } : {}),
    ...(move.needsDue && due !== null ? { dueAt: due } : {}),
    ...(move.needsOrganisation ? { organisation: answers.organisation } : {}),
    ...(answers.assignee ? { assignee: answers.assignee } : {}),
  };
}
