/** Security details, for the curious and for reports: what this device trusts, and when it last looked. */
import type { KeptAlarms } from "@/vault/api";
import { useAsked } from "@/app/asked";
import { sayExact } from "@/app/time";
import { useVault } from "@/app/vault";
import { Button } from "@/components/Button";
import { Page } from "@/components/Page";
import { SummaryList } from "@/components/SummaryList";
import { Answer } from "@/components/TroubleNote";

export function Security() {
  const vault = useVault();
  const asked = useAsked("security", () => vault.securityDetails());
  const mark = (text: string) => (
    <span class="kith-fingerprint">{text || "Not known before you sign in"}</span>
  );
  return (
    <Page heading="Security details" tab="Security details">
      <p class="govuk-body">
        Messages and documents are locked on your device before they leave it. Only the organisations in a
        circle can open them. The people who run this service cannot.
      </p>
      <Answer asked={asked} words="Looking up the details">
        {(found) => (
          <SummaryList
            facts={[
              { name: "Service", value: mark(found.hub) },
              { name: "Authority that confirms organisations", value: mark(found.authority) },
              { name: "Your organisation", value: mark(found.organisation) },
              { name: "Entries in the access log", value: found.logSize.toLocaleString("en-GB") },
              { name: "Last checked", value: found.checkedAt > 0 ? sayExact(found.checkedAt) : "Not yet" },
              { name: "Version of this page", value: mark(found.version) },
            ]}
          />
        )}
      </Answer>
      <Alarms />
      <h2 class="govuk-heading-m">What Kith cannot protect</h2>
      <ul class="govuk-list govuk-list--bullet">
        <li>
          Whoever serves this page could serve another one that takes your keys. People at high risk use the
          program <code>kith</code>; anyone can check the page with <code>kith verify-web</code>.
        </li>
        <li>Your colleagues: each of them could open all circles of your organisation. It is logged.</li>
        <li>What an organisation had before it left a circle: it keeps that.</li>
        <li>Which organisations share a circle, and when something is due: the service sees these.</li>
        <li>A device that somebody else controls or looks at.</li>
        <li>What a person you share with passes on in another way.</li>
        <li>The times at which organisations write, and how much: the service sees these.</li>
      </ul>
    </Page>
  );
}

/** What was stopped on this device: the file is for whoever looks into it. */
function Alarms() {
  const vault = useVault();
  const asked = useAsked("security-alarms", () => vault.keptAlarms());
  return (
    <section class="kith-section">
      <h2 class="govuk-heading-m">Alarms on this device</h2>
      <Answer asked={asked} words="Looking for alarms">
        {(found) => (found.alarms === 0 ? <p class="govuk-body">None.</p> : <SaveAlarms found={found} />)}
      </Answer>
    </section>
  );
}

function SaveAlarms({ found }: { readonly found: KeptAlarms }) {
  const times = found.alarms === 1 ? "Kith stopped once" : `Kith stopped ${found.alarms} times`;
  return (
    <>
      <p class="govuk-body">
        {times} to keep people safe. The file says when, why, and what the service had sent. It holds no
        message and no key. Give it to whoever looks into it.
        {found.kept ? "" : " This device keeps nothing: save it before you leave this page."}
      </p>
      <Button kind="secondary" onClick={() => saveText("kith-alarms.json", found.text)}>
        Save the alarms as a file
      </Button>
    </>
  );
}

function saveText(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // the browser is still reading it
}
