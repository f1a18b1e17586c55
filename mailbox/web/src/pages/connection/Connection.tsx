/** Check my connection: what works from here and what does not, each with what to do. */
import { useEffect, useState } from "preact/hooks";
import type { ConnectionCheck } from "@/vault/api";
import { useDoing } from "@/app/asked";
import { useMaybeSession, useVault } from "@/app/vault";
import { Button } from "@/components/Button";
import { Loading } from "@/components/Loading";
import { Notice } from "@/components/Notice";
import { Page } from "@/components/Page";
import { Tag } from "@/components/Tag";
import { TroubleNote } from "@/components/TroubleNote";

const STEPS: Readonly<Record<ConnectionCheck["step"], string>> = {
  reach: "Reaching Kith",
  clock: "This device's clock",
  upload: "Sending files",
  download: "Fetching files",
  live: "News without delay",
  storage: "Keeping drafts on this device",
  worker: "Opening messages",
  serving: "Videos and large files",
};

export function Connection() {
  const vault = useVault();
  const { busy, trouble, run } = useDoing();
  const [checks, setChecks] = useState<readonly ConnectionCheck[] | null>(null);
  const check = () => void run(async () => setChecks(await vault.checkConnection()));
  useEffect(check, []);
  const signedIn = useMaybeSession() !== null;
  const failed = checks?.filter((one) => !one.ok) ?? [];
  return (
    <Page heading="Check my connection" tab="Check my connection">
      <TroubleNote trouble={trouble} />
      {busy ? <Loading words="Checking, this takes up to half a minute" /> : null}
      {checks && !busy ? <Verdict failed={failed.length} /> : null}
      {checks ? <Results checks={checks} /> : null}
      {checks && !checks.some((one) => one.step === "upload") ? (
        <p class="govuk-body">
          {signedIn
            ? "Sending, fetching and news are checked once Kith can be reached."
            : "Sign in, then check again: sending, fetching and news can only be checked then."}
        </p>
      ) : null}
      <Button kind="secondary" onClick={check} busy={busy} busyWords="Checking">
        Check again
      </Button>
      <p class="govuk-body">
        If something stays wrong on a work network, show this page to your IT team: they may have to let Kith
        through.
      </p>
    </Page>
  );
}

function Verdict({ failed }: { readonly failed: number }) {
  return (
    <div role="status">
      {failed === 0 ? (
        <Notice kind="success" title="What was checked works from here." />
      ) : (
        <Notice kind="warning" title="Something does not work from here. What to do stands beside it." />
      )}
    </div>
  );
}

function Results({ checks }: { readonly checks: readonly ConnectionCheck[] }) {
  return (
    <ul class="kith-rows">
      {checks.map((one) => (
        <li class="kith-row" key={one.step}>
          <div class="kith-row__main">
            <p class="kith-row__title">{STEPS[one.step]}</p>
            <p class="kith-row__text">{one.say}</p>
          </div>
          <div class="kith-row__side">
            {one.ok ? <Tag colour="green">Works</Tag> : <Tag colour="red">Does not work</Tag>}
          </div>
        </li>
      ))}
    </ul>
  );
}
