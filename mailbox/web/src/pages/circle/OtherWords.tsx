/** Somebody wrote in two tabs at once: what the other tab had is offered, so that no word is lost. */
import { Button, ButtonGroup } from "@/components/Button";
import { Notice } from "@/components/Notice";
import { isRecord } from "@/pages/circle/kept";
import type { Draft } from "@/app/draft";

export function OtherWords({ draft }: { readonly draft: Pick<Draft, "others" | "take" | "forget"> }) {
  return (
    <>
      {draft.others.map((kept) => (
        <div role="status" key={kept}>
          <Notice title="You wrote this in another tab at the same time">
            <p class="govuk-body kith-plain-text">{wordsIn(kept)}</p>
            <ButtonGroup>
              <Button kind="secondary" small onClick={() => draft.take(kept)}>
                Use these words
              </Button>
              <Button kind="quiet" onClick={() => draft.forget(kept)}>
                Throw them away
              </Button>
            </ButtonGroup>
          </Notice>
        </div>
      ))}
    </>
  );
}

/** Ids and numbers, which say nothing to anybody. */
const NO_WORDS = /^([0-9a-f]{16,}|\d*|none|all)$/;

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
