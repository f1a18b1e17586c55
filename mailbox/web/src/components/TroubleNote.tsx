/** Why something did not happen, and what to do next. Alarms get their own box. */
import type { ComponentChildren } from "preact";
import type { Trouble } from "@/vault/api";
import { Alarm } from "@/components/Alarm";
import { Button } from "@/components/Button";
import { Notice } from "@/components/Notice";
import { Loading } from "@/components/Loading";
import type { Asked } from "@/app/asked";

const TITLES: Partial<Record<Trouble["kind"], string>> = {
  away: "No connection",
  "not-ready": "Not ready yet",
  "update-needed": "This page is out of date",
  fault: "Something went wrong",
};

export interface TroubleNoteProps {
  readonly trouble: Trouble | undefined;
  /** Offers "Try again". */
  readonly onRetry?: (() => unknown) | undefined;
}

export function TroubleNote({ trouble, onRetry }: TroubleNoteProps) {
  if (!trouble) return null;
  if (trouble.kind === "alarm") return <Alarm trouble={trouble} />;
  const update = trouble.kind === "update-needed";
  return (
    <div role="alert">
      <Notice
        kind={trouble.kind === "away" ? "warning" : "error"}
        title={TITLES[trouble.kind] ?? "That did not work"}
      >
        <p class="govuk-body">{trouble.say}</p>
        {update ? (
          <Button kind="secondary" onClick={() => location.reload()}>
            Reload this page
          </Button>
        ) : onRetry ? (
          <Button kind="secondary" onClick={onRetry}>
            Try again
          </Button>
        ) : null}
      </Notice>
    </div>
  );
}

export interface AnswerProps<T> {
  readonly asked: Asked<T>;
  /** What is going on, such as "Opening the circle". */
  readonly words: string;
  readonly children: (value: T) => ComponentChildren;
}

/** The answer when it is there; words while it is fetched; the trouble, with "Try again", when it failed. */
export function Answer<T>({ asked, words, children }: AnswerProps<T>) {
  return (
    <>
      <TroubleNote trouble={asked.trouble} onRetry={asked.again} />
      {asked.value !== undefined ? children(asked.value) : asked.trouble ? null : <Loading words={words} />}
    </>
  );
}
