/** Somebody writes in two tabs, or left one: what the other has is shown and offered, so that no word is lost. */
import { Button, ButtonGroup } from "@/components/Button";
import { Notice } from "@/components/Notice";
import { isRecord } from "@/pages/circle/kept";
import type { Draft } from "@/app/draft";

export function OtherWords({ draft }: { readonly draft: Pick<Draft, "others" | "take" | "forget"> }) {
  return (
    <>
      {draft.others.map(({ text, open }, index) => (
        <div role="status" key={index}>
          <Notice
            title={open ? "You are writing this in another tab" : "You wrote this before, in another tab"}
          >
            <p class="govuk-body kith-plain-text">{wordsIn(text)}</p>
            <ButtonGroup>
              <Button kind="secondary" small onClick={() => draft.take(text)}>
                Use these words here
              </Button>
              {open ? null : (
                <Button kind="quiet" onClick={() => draft.forget(text)}>
                  Throw them away
                </Button>
              )}
            </ButtonGroup>
          </Notice>
        </div>
      ))}
    </>
  );
}

/** Ids, numbers, times and choices, which say nothing by themselves. */
const NO_WORDS = /^([0-9a-f]{16,}|\d*|none|all|\d{4}-\d\d-\d\dT\d\d:\d\d)$/;

/** What a person wrote, out of a form as it is kept: its texts, one a line. Anything else is shown as it is. */
export function wordsIn(kept: string): string {
  try {
    const found: unknown = JSON.parse(kept);
    if (isRecord(found)) return textsOf(found).join("\n");
  } catch {
    // plain words
  }
  return kept;
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return NO_WORDS.test(value) ? [] : [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  return isRecord(value) ? Object.values(value).flatMap(textsOf) : [];
}
