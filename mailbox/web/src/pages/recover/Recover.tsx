/** Coming back with the organisation's printed kit: when every manager has lost their words. */
import { useState } from "preact/hooks";
import type { NewWords, Session } from "@/vault/api";
import { useVault } from "@/app/vault";
import { ButtonLink } from "@/components/Button";
import { Notice } from "@/components/Notice";
import { Page } from "@/components/Page";
import { TypeBackStep } from "@/pages/enrol/TypeBackStep";
import { WordsStep } from "@/pages/enrol/WordsStep";
import { EMPTY, KitForm, type Typed } from "@/pages/recover/KitForm";

type Step =
  | { readonly at: "kit"; readonly typed: Typed; readonly taken: boolean }
  | { readonly at: "words" | "typing"; readonly typed: Typed; readonly drawn: NewWords }
  | { readonly at: "done" };

export function Recover({ onEnter }: { readonly onEnter: (session: Session) => void }) {
  const vault = useVault();
  const [step, setStep] = useState<Step>({ at: "kit", typed: EMPTY, taken: false });
  switch (step.at) {
    case "kit":
      return (
        <KitForm
          typed={step.typed}
          taken={step.taken}
          onDone={(typed, drawn) => setStep({ at: "words", typed, drawn })}
        />
      );
    case "words":
      return (
        <WordsStep
          words={step.drawn.words}
          named={step.typed}
          onDone={() => setStep({ ...step, at: "typing" })}
        />
      );
    case "typing":
      return (
        <TypeBackStep
          named={step.typed}
          send="Come back"
          busyWords="Bringing you back, this takes a few seconds"
          confirm={(words, shared) => vault.recoverConfirm(words, shared)}
          onBack={() => setStep({ ...step, at: "words" })}
          onTaken={() => setStep({ at: "kit", typed: step.typed, taken: true })}
          onDone={(session) => {
            onEnter(session);
            setStep({ at: "done" });
          }}
        />
      );
    case "done":
      return <Back />;
  }
}

/** In again; what is left to do so that whoever finds the old words or the used kit gets nowhere. */
function Back() {
  return (
    <Page heading="You are a manager again" tab="You are a manager again">
      <Notice kind="success" title="You are in. Everything your organisation wrote is still there." />
      <p class="govuk-body">Do these three things today:</p>
      <ol class="govuk-list govuk-list--number">
        <li>
          Under Organisation, press Leaver beside your old sign-in name. The lost words then open nothing.
        </li>
        <li>Print a new kit. The one you have just used then opens nothing: destroy it.</li>
        <li>Invite a second manager, so that you do not need the kit again.</li>
      </ol>
      <ButtonLink to="/organisation">Go to your organisation</ButtonLink>
    </Page>
  );
}
