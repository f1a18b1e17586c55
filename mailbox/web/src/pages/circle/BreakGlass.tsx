/** Opening a circle one is not assigned to: a purpose and a reason, which the manager is told. */
import { useState } from "preact/hooks";
import { useAsked } from "@/app/asked";
import { useVault } from "@/app/vault";
import { BackLink, Button, ButtonGroup } from "@/components/Button";
import { ErrorSummary, errorOf, type FieldError } from "@/components/ErrorSummary";
import { Radios } from "@/components/Field";
import { Notice } from "@/components/Notice";
import { Page } from "@/components/Page";
import { Answer, TroubleNote } from "@/components/TroubleNote";
import { textOf, useKept } from "@/pages/circle/kept";
import { LongText } from "@/pages/circle/LongText";
import { OtherWords } from "@/pages/circle/OtherWords";
import type { BreakGlass as Reason, Trouble } from "@/vault/api";

const SHORTEST = 10;

export function isNotAssigned(trouble: Trouble | undefined): boolean {
  return trouble?.code.replaceAll("_", "-") === "not-assigned";
}

/** Where a reason is kept until the circle was opened with it. */
export function glassSlot(circle: string): string {
  return `glass:${circle}`;
}

const NOTHING = { purpose: "", reason: "" };

function readAnswers(found: Readonly<Record<string, unknown>>): typeof NOTHING {
  return { purpose: textOf(found, "purpose"), reason: textOf(found, "reason") };
}

interface BreakGlassProps {
  readonly circle: string;
  readonly busy: boolean;
  /** What went wrong with the reason that was given: it stays in the form. */
  readonly trouble: Trouble | undefined;
  readonly onReason: (reason: Reason) => void;
}

export function BreakGlass({ circle, busy, trouble, onReason }: BreakGlassProps) {
  const vault = useVault();
  const lists = useAsked("lists", () => vault.lists());
  const kept = useKept(glassSlot(circle), NOTHING, readAnswers);
  const { purpose, reason } = kept.answers;
  const [errors, setErrors] = useState<readonly FieldError[]>([]);

  function submit(longest: number): void {
    const found = check(purpose, reason, longest);
    setErrors(found);
    if (found.length === 0) onReason({ purpose: Number(purpose), reason: reason.trim() });
  }

  return (
    <Page
      heading="You are not on this circle"
      tab="You are not on this circle"
      error={errors.length > 0}
      before={<BackLink to="/circles">All circles</BackLink>}
    >
      <ErrorSummary errors={errors} />
      <TroubleNote trouble={busy ? undefined : trouble} />
      <p class="govuk-body">
        Your organisation is a member, but nobody has put you on this circle. Ask your manager to add you.
      </p>
      <p class="govuk-body">If you must see it now, say why.</p>
      <Notice kind="warning" title="Your manager is told">
        <p class="govuk-body">
          They see at once that you opened it, when, and the reason you give. It is kept for good.
        </p>
      </Notice>
      <Answer asked={lists} words="Getting the list of purposes">
        {({ purposes, longestReason }) => (
          <form
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              submit(longestReason);
            }}
          >
            <OtherWords draft={kept} />
            <Radios
              id="purpose"
              legend="What do you need it for?"
              choices={purposes.map(({ code, label }) => ({ value: String(code), label }))}
              value={purpose}
              onChange={(chosen) => kept.set({ purpose: chosen })}
              error={errorOf(errors, "purpose")}
            />
            <LongText
              id="reason"
              label="Why do you need to see it now?"
              hint="Write at least a short sentence."
              value={reason}
              onInput={(words) => kept.set({ reason: words })}
              limit={longestReason}
              rows={4}
              errors={errors}
            />
            <ButtonGroup>
              <Button type="submit" kind="warning" busy={busy} busyWords="Opening">
                Open the circle and tell my manager
              </Button>
            </ButtonGroup>
          </form>
        )}
      </Answer>
    </Page>
  );
}

function check(purpose: string, reason: string, longest: number): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (purpose === "") errors.push({ id: "purpose", say: "Choose what you need it for" });
  if (reason.trim().length < SHORTEST) errors.push({ id: "reason", say: "Say why you need to see it now" });
  if (reason.length > longest)
    errors.push({ id: "reason", say: `Keep the reason under ${longest} characters` });
  return errors;
}
