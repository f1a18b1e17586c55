/** From the link in the mail to a place in the organisation: name, six words, typed back once, five words said. */
import { useEffect, useState } from "preact/hooks";
import type { Enrolled, EnrolLook, NewWords, Session, Trouble } from "@/vault/api";
import { troubleOf, useVault } from "@/app/vault";
import { navigate } from "@/app/router";
import { ButtonLink } from "@/components/Button";
import { Loading } from "@/components/Loading";
import { Notice } from "@/components/Notice";
import { Page, useTitle } from "@/components/Page";
import { TroubleNote } from "@/components/TroubleNote";
import { Admitted } from "@/pages/enrol/Admitted";
import { NameStep, type Named } from "@/pages/enrol/NameStep";
import { KitStep, WordsStep } from "@/pages/enrol/WordsStep";
import { TypeBackStep } from "@/pages/enrol/TypeBackStep";
import { Founded, Waiting } from "@/pages/enrol/Waiting";

/** The token stands after the `#`, which no server sees; then it leaves the address bar and the history. */
function takeToken(): string {
  const token = location.hash.slice(1);
  if (token) history.replaceState(null, "", location.pathname);
  return token;
}

type Step =
  | { readonly at: "looking" }
  | { readonly at: "trouble"; readonly trouble: Trouble }
  | { readonly at: "name"; readonly look: EnrolLook; readonly taken?: Named }
  | {
      readonly at: "words" | "kit" | "typing";
      readonly look: EnrolLook;
      readonly named: Named;
      readonly drawn: NewWords;
    }
  | { readonly at: "done"; readonly look: EnrolLook; readonly enrolled: Enrolled };

export function Enrol({ onEnter }: { readonly onEnter: (session: Session) => void }) {
  const vault = useVault();
  const [token] = useState(takeToken);
  const [step, setStep] = useState<Step>({ at: "looking" });
  useTitle("Join Kith");
  const look = () => {
    setStep({ at: "looking" });
    vault.enrolLook(token).then(
      (found) => setStep({ at: "name", look: found }),
      (reason: unknown) => setStep({ at: "trouble", trouble: troubleOf(reason) }),
    );
  };
  useEffect(() => {
    if (token) look();
  }, []);

  if (!token) return <NoToken />;
  switch (step.at) {
    case "looking":
      return <Loading words="Checking your link" />;
    case "trouble":
      return <BadLink trouble={step.trouble} onRetry={look} />;
    case "name":
      return (
        <NameStep
          look={step.look}
          taken={step.taken}
          prepare={(named) => vault.enrolPrepare(token, named.name, named.address)}
          onDone={(named, drawn) => setStep({ at: "words", look: step.look, named, drawn })}
        />
      );
    case "words":
      return (
        <WordsStep
          words={step.drawn.words}
          named={step.named}
          onDone={() => setStep({ ...step, at: step.drawn.kitWords ? "kit" : "typing" })}
        />
      );
    case "kit":
      return (
        <KitStep
          words={step.drawn.kitWords ?? []}
          organisation={step.drawn.organisation ?? ""}
          onDone={() => setStep({ ...step, at: "typing" })}
        />
      );
    case "typing":
      return (
        <TypeBackStep
          named={step.named}
          send="Join"
          busyWords="Joining, this takes a few seconds"
          confirm={(typed, shared) => vault.enrolConfirm(typed, shared)}
          onBack={() => setStep({ ...step, at: "words" })}
          onTaken={() => setStep({ at: "name", look: step.look, taken: step.named })}
          onDone={(enrolled) => {
            onEnter(enrolled.session);
            setStep({ at: "done", look: step.look, enrolled });
          }}
        />
      );
    case "done":
      return <Done look={step.look} enrolled={step.enrolled} />;
  }
}

/** Waiting for the manager, founded, or in at once. */
function Done({ look, enrolled }: { readonly look: EnrolLook; readonly enrolled: Enrolled }) {
  const [session, setSession] = useState(enrolled.session);
  const vault = useVault();
  useEffect(
    () =>
      vault.subscribe((event) => {
        if (event.type === "session" && event.state === "open") setSession(event.session);
      }),
    [vault],
  );
  if (look.founding) return <Founded session={session} fingerprint={enrolled.fingerprint ?? ""} />;
  if (session.standing === "waiting")
    return <Waiting session={session} spoken={enrolled.spoken ?? session.spoken ?? []} />;
  return <Admitted onContinue={() => navigate("/today", { replace: true })} />;
}

function NoToken() {
  return (
    <Page heading="Open the link in your mail" tab="Join Kith">
      <p class="govuk-body">
        To join, open the link in the mail that invited you. If you reloaded this page, open the link again:
        nothing is lost.
      </p>
      <ButtonLink to="/sign-in" kind="secondary">
        I have my words: sign in
      </ButtonLink>
    </Page>
  );
}

function BadLink({ trouble, onRetry }: { readonly trouble: Trouble; readonly onRetry: () => void }) {
  if (trouble.kind !== "refused" && trouble.kind !== "input")
    return (
      <Page heading="Your link could not be checked" tab="Join Kith">
        <TroubleNote trouble={trouble} onRetry={onRetry} />
      </Page>
    );
  return (
    <Page heading="This link does not work any more" tab="Join Kith">
      <Notice kind="warning" title={trouble.say} />
      <p class="govuk-body">A link works once, and for a few days. What you can do:</p>
      <ul class="govuk-list govuk-list--bullet">
        <li>If you have used it before, sign in with your six words.</li>
        <li>If you have not, ask your manager to invite you again. A new link comes by mail.</li>
      </ul>
      <ButtonLink to="/sign-in">Sign in</ButtonLink>
    </Page>
  );
}
