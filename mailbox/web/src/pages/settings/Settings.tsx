/** What is mine: name, words, passkeys, PIN, and signing out everywhere. */
import { useState } from "preact/hooks";
import type { PasskeyRow } from "@/vault/api";
import { useAsked, useDoing } from "@/app/asked";
import { useNow, useSession, useVault } from "@/app/vault";
import { Button } from "@/components/Button";
import { EmptyLine } from "@/components/Empty";
import { Checkbox, TextField } from "@/components/Field";
import { Notice } from "@/components/Notice";
import { Page } from "@/components/Page";
import { SummaryList } from "@/components/SummaryList";
import { TimeText } from "@/components/TimeText";
import { Answer, TroubleNote } from "@/components/TroubleNote";
import { OwnWords } from "@/pages/settings/OwnWords";
import { PasskeyOffer, PinOffer } from "@/pages/settings/Quicker";
import { ROLES } from "@/pages/organisation/words";

export function Settings() {
  const session = useSession();
  return (
    <Page heading="Settings" tab="Settings">
      <section class="kith-section" aria-labelledby="me">
        <h2 class="govuk-heading-m" id="me">
          You
        </h2>
        <SummaryList
          facts={[
            { name: "Sign-in name", value: <span class="kith-break">{session.address}</span> },
            { name: "Organisation", value: session.legalName },
            { name: "Role", value: ROLES[session.role] },
          ]}
        />
        <NameForm name={session.name} />
      </section>
      {session.sharedDevice ? (
        <Notice title="This is a shared device, so Kith keeps nothing here. You need your six words each time." />
      ) : (
        <ThisDevice />
      )}
      <section class="kith-section" aria-labelledby="words-heading">
        <h2 class="govuk-heading-m" id="words-heading">
          Your six words
        </h2>
        <OwnWords />
      </section>
      <LeaveEverywhere />
    </Page>
  );
}

function NameForm({ name: now }: { readonly name: string }) {
  const vault = useVault();
  const { busy, trouble, run } = useDoing();
  const [name, setName] = useState(now);
  const [said, setSaid] = useState("");
  const [empty, setEmpty] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setSaid("");
    setEmpty(!name.trim());
    if (name.trim() && (await run(() => vault.setName(name.trim())))) setSaid("Your name is saved.");
  };
  return (
    <form onSubmit={submit} noValidate>
      <TroubleNote trouble={trouble} />
      <TextField
        id="name"
        label="Your name"
        hint="Colleagues and partner organisations see it beside what you write"
        value={name}
        onInput={setName}
        autocomplete="name"
        maxLength={100}
        error={empty ? "Enter your name" : undefined}
      />
      <Button type="submit" kind="secondary" busy={busy} busyWords="Saving">
        Save my name
      </Button>
      <p class="govuk-body" role="status">
        {said}
      </p>
    </form>
  );
}

function ThisDevice() {
  const vault = useVault();
  const session = useSession();
  const asked = useAsked("passkeys", () => vault.passkeys());
  const { busy, trouble, run } = useDoing();
  const [removals, setRemovals] = useState(0);
  const remove = async () => {
    if (await run(() => vault.removePin())) setRemovals(removals + 1);
  };
  return (
    <section class="kith-section" aria-labelledby="quicker">
      <h2 class="govuk-heading-m" id="quicker">
        Quicker sign-in
      </h2>
      <Answer asked={asked} words="Looking at your passkeys">
        {(rows) => <Passkeys rows={rows} onChange={asked.again} />}
      </Answer>
      <PasskeyOffer onMade={asked.again} />
      <PinOffer key={removals} has={session.pin} />
      <TroubleNote trouble={trouble} />
      {session.pin ? (
        <Button kind="quiet" busy={busy} onClick={() => void remove()}>
          Remove the PIN from this device
        </Button>
      ) : null}
    </section>
  );
}

function Passkeys({
  rows,
  onChange,
}: {
  readonly rows: readonly PasskeyRow[];
  readonly onChange: () => void;
}) {
  const vault = useVault();
  const now = useNow();
  const { busy, trouble, run } = useDoing();
  const remove = async (row: PasskeyRow) => {
    if (await run(() => vault.removePasskey(row.credential))) onChange();
  };
  if (rows.length === 0) return <EmptyLine>You have no passkey yet.</EmptyLine>;
  return (
    <>
      <TroubleNote trouble={trouble} />
      <ul class="kith-rows">
        {rows.map((row, index) => (
          <li class="kith-row" key={row.credential}>
            <div class="kith-row__main">
              <p class="kith-row__title">Passkey {index + 1}</p>
              <p class="kith-row__facts">
                <span>
                  Made <TimeText at={row.createdAt} now={now} />
                </span>
                <span>
                  Last used <TimeText at={row.usedAt} now={now} />
                </span>
              </p>
            </div>
            <div class="kith-row__side">
              <Button
                kind="secondary"
                small
                busy={busy}
                label={`Remove passkey ${index + 1}`}
                onClick={() => void remove(row)}
              >
                Remove
              </Button>
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

function LeaveEverywhere() {
  const vault = useVault();
  const { busy, trouble, run } = useDoing();
  const [passkeys, setPasskeys] = useState(false);
  const leave = async () => {
    if (passkeys) for (const row of await vault.passkeys()) await vault.removePasskey(row.credential);
    await vault.signOut(true);
  };
  return (
    <section class="kith-section" aria-labelledby="everywhere">
      <h2 class="govuk-heading-m" id="everywhere">
        Sign out everywhere
      </h2>
      <TroubleNote trouble={trouble} />
      <p class="govuk-body">
        If you lost a device or forgot to sign out somewhere. Every device is signed out, and every PIN is
        gone. Passkeys go on working, unless you remove them too.
      </p>
      <Checkbox
        id="passkeys-too"
        label="Remove all my passkeys too"
        hint="If somebody else may have used a device of yours. You then sign in with your words."
        checked={passkeys}
        onChange={setPasskeys}
      />
      <Button kind="warning" busy={busy} busyWords="Signing out everywhere" onClick={() => void run(leave)}>
        Sign out on every device
      </Button>
    </section>
  );
}
