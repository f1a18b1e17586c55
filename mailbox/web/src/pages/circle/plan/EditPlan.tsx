/** Writing the care plan: what is going on, and each need with a mark where nobody can meet it. */
import { useState } from "preact/hooks";
import { useAsked, useDoing } from "@/app/asked";
import { circlePath, navigate } from "@/app/router";
import { useVault } from "@/app/vault";
import { BackLink, Button, ButtonGroup } from "@/components/Button";
import { ErrorSummary, type FieldError } from "@/components/ErrorSummary";
import { Checkbox } from "@/components/Field";
import { Loading } from "@/components/Loading";
import { Answer, TroubleNote } from "@/components/TroubleNote";
import { isRecord, textOf, useKept } from "@/pages/circle/kept";
import { useInside } from "@/pages/circle/inside";
import { LongText, LONGEST_WORDS } from "@/pages/circle/LongText";
import { OtherWords } from "@/pages/circle/OtherWords";
import type { NeedView, PlanView, ReasonChoice } from "@/vault/api";

/** Source: PROTOCOL's longest text. */
const LONGEST_SUMMARY = 32_000;

interface Typed {
  readonly summary: string;
  /** By category's number. */
  readonly needs: Readonly<Record<string, TypedNeed>>;
}

interface TypedNeed {
  readonly on: boolean;
  readonly text: string;
  readonly gap: boolean;
}

const NO_NEED: TypedNeed = { on: false, text: "", gap: false };

function typedOf(plan: PlanView): Typed {
  const needs = plan.needs.map(
    ({ category, text, gap }) => [String(category), { on: true, text, gap }] as const,
  );
  return { summary: plan.summary, needs: Object.fromEntries(needs) };
}

function readTyped(found: Readonly<Record<string, unknown>>): Typed | undefined {
  if (!isRecord(found["needs"])) return undefined;
  const needs = Object.entries(found["needs"]).flatMap(([key, need]) =>
    isRecord(need)
      ? [[key, { on: need["on"] === true, text: textOf(need, "text"), gap: need["gap"] === true }] as const]
      : [],
  );
  return { summary: textOf(found, "summary"), needs: Object.fromEntries(needs) };
}

function needsOf(typed: Typed, labels: readonly ReasonChoice[]): readonly NeedView[] {
  return labels.flatMap(({ code, label }) => {
    const need = typed.needs[String(code)];
    return need?.on ? [{ category: code, label, text: need.text.trim(), gap: need.gap }] : [];
  });
}

function check(typed: Typed): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (typed.summary.length > LONGEST_SUMMARY)
    errors.push({ id: "summary", say: "Make the plan's text shorter" });
  for (const [key, need] of Object.entries(typed.needs))
    if (need.on && need.text.length > LONGEST_WORDS)
      errors.push({ id: `need-${key}-text`, say: "Make the words about this need shorter" });
  return errors;
}

export function EditPlan({ plan }: { readonly plan: PlanView }) {
  const { head } = useInside();
  const vault = useVault();
  const doing = useDoing();
  const lists = useAsked("lists", () => vault.lists());
  const [start] = useState(() => typedOf(plan));
  const kept = useKept<Typed>(`plan:${head.circle}`, start, readTyped);
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const typed = kept.answers;
  const back = circlePath(head.circle, "plan");

  async function save(labels: readonly ReasonChoice[]): Promise<void> {
    const found = check(typed);
    setErrors(found);
    if (found.length > 0) return;
    const needs = needsOf(typed, labels);
    if (!(await doing.run(() => vault.writePlan(head.circle, typed.summary.trim(), needs)))) return;
    kept.drop();
    navigate(back);
  }

  if (!kept.ready) return <Loading words="Opening the plan" />;
  return (
    <div class="kith-page--reading">
      <BackLink to={back}>Care plan</BackLink>
      <h2 class="govuk-heading-m">
        {plan.summary || plan.needs.length ? "Change the care plan" : "Write the care plan"}
      </h2>
      <ErrorSummary errors={errors} />
      <Answer asked={lists} words="Getting the list of needs">
        {({ needs }) => (
          <form
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              void save(needs);
            }}
          >
            <OtherWords draft={kept} />
            <LongText
              id="summary"
              label="What is going on, and what should come of it?"
              hint="Everyone in the circle can read this."
              value={typed.summary}
              onInput={(summary) => kept.set({ summary })}
              limit={LONGEST_SUMMARY}
              rows={6}
              errors={errors}
            />
            <fieldset class="govuk-fieldset">
              <legend class="govuk-fieldset__legend govuk-fieldset__legend--s">Needs</legend>
              {needs.map(({ code, label }) => (
                <NeedFields
                  key={code}
                  id={`need-${code}`}
                  label={label}
                  need={typed.needs[String(code)] ?? NO_NEED}
                  errors={errors}
                  onChange={(need) => kept.set({ needs: { ...typed.needs, [code]: need } })}
                />
              ))}
            </fieldset>
            <TroubleNote trouble={doing.trouble} />
            <ButtonGroup>
              <Button type="submit" busy={doing.busy} busyWords="Saving">
                Save the plan
              </Button>
              <Button
                kind="quiet"
                onClick={() => {
                  kept.drop();
                  navigate(back);
                }}
              >
                Forget these changes
              </Button>
            </ButtonGroup>
          </form>
        )}
      </Answer>
    </div>
  );
}

interface NeedFieldsProps {
  readonly id: string;
  readonly label: string;
  readonly need: TypedNeed;
  readonly errors: readonly FieldError[];
  readonly onChange: (need: TypedNeed) => void;
}

function NeedFields({ id, label, need, errors, onChange }: NeedFieldsProps) {
  return (
    <div class="kith-need">
      <Checkbox id={id} label={label} checked={need.on} onChange={(on) => onChange({ ...need, on })} />
      {need.on && (
        <div class="kith-need__more">
          <LongText
            id={`${id}-text`}
            label={`What do they need? (${label})`}
            value={need.text}
            onInput={(text) => onChange({ ...need, text })}
            errors={errors}
          />
          <Checkbox
            id={`${id}-gap`}
            label="Gap: nobody in the network can meet this"
            checked={need.gap}
            onChange={(gap) => onChange({ ...need, gap })}
          />
        </div>
      )}
    </div>
  );
}
