/** Enrolled, not let in yet: five words for the manager; the page goes on by itself once they were typed. */
import { useEffect } from "preact/hooks";
import type { Session } from "@/vault/api";
import { useVault } from "@/app/vault";
import { ButtonLink } from "@/components/Button";
import { Loading } from "@/components/Loading";
import { Notice } from "@/components/Notice";
import { Page } from "@/components/Page";
import { SpokenWords } from "@/pages/enrol/SpokenWords";
import { Quicker } from "@/pages/settings/Quicker";

const LOOK_EVERY_MS = 10_000;

/** Looks again now and then; the vault tells everybody when the answer changed. */
function useLookingAgain(): void {
  const vault = useVault();
  useEffect(() => {
    const look = () => void vault.session().catch(() => undefined);
    const timer = setInterval(look, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [vault]);
}

interface WaitingProps {
  readonly session: Session;
  readonly spoken: readonly string[];
}

export function Waiting({ session, spoken }: WaitingProps) {
  useLookingAgain();
  return (
    <Page heading="Tell your manager these five words" tab="Waiting for your manager">
      {spoken.length > 0 ? (
        <SpokenWords words={spoken} />
      ) : (
        <Notice title="Tell your manager the five words you were shown when you joined" />
      )}
      <p class="govuk-body">
        Say them by phone or in person, in this order. Your manager at{" "}
        <strong class="kith-break">{session.legalName}</strong> types them to let you in. Do not send them by
        mail.
      </p>
      <p class="govuk-body">They are not a secret: they prove that you are you.</p>
      <Loading words="Waiting for your manager. This page goes on by itself" afterMs={0} />
      <p class="govuk-body">You can close it and sign in later with your six words.</p>
    </Page>
  );
}

/** The same, for somebody who signed in again before they were let in. */
export function WaitingPage({ session }: { readonly session: Session }) {
  return <Waiting session={session} spoken={session.spoken ?? []} />;
}

interface FoundedProps {
  readonly session: Session;
  readonly fingerprint: string;
}

/** A new organisation: the authority checks it by telephone before partners can see it. */
export function Founded({ session, fingerprint }: FoundedProps) {
  return (
    <Page heading="Your organisation is set up" tab="Organisation set up">
      <p class="govuk-body">
        One step is left. The people who run this network ring you on a number they know, to check that this
        is you. Then read them these five words:
      </p>
      <section class="kith-card" aria-label="To read out on the telephone">
        <p class="kith-fingerprint">{fingerprint}</p>
      </section>
      <p class="govuk-body">
        You find them again under <strong>Organisation</strong>. Once they were checked, partners can invite{" "}
        {session.legalName || "your organisation"}.
      </p>
      <Quicker />
      <ButtonLink to="/organisation">Go to your organisation</ButtonLink>
    </Page>
  );
}
