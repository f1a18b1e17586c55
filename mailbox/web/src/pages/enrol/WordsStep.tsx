/** The six words, shown once, on a card that prints alone. */
import { useState } from "preact/hooks";
import { sayDate } from "@/app/time";
import { useNow } from "@/app/vault";
import { Button, ButtonGroup } from "@/components/Button";
import { Page } from "@/components/Page";
import { Notice } from "@/components/Notice";
import { Checkbox } from "@/components/Field";
import { Hidable, useHiding, type Hiding } from "@/pages/enrol/hiding";
import type { Named } from "@/pages/enrol/NameStep";

/** Words in boxes with their numbers. */
export function Words({
  words,
  spoken = false,
}: {
  readonly words: readonly string[];
  readonly spoken?: boolean;
}) {
  return (
    <ol class={`kith-words${spoken ? " kith-words--spoken" : ""}`}>
      {words.map((word, index) => (
        <li key={index} translate={false}>
          {word}
        </li>
      ))}
    </ol>
  );
}

interface WordsStepProps {
  readonly words: readonly string[];
  readonly named: Pick<Named, "address">;
  readonly onDone: () => void;
}

export function WordsStep({ words, named, onDone }: WordsStepProps) {
  const hiding = useHiding();
  return (
    <Page
      heading="Keep these six words"
      tab="Your six words"
      before={<p class="kith-step-of">Step 2 of 3</p>}
    >
      <p class="govuk-body">
        They are your key to Kith. Write them down, print the card, or save them in a password manager. Nobody
        else can look them up for you.
      </p>
      <SignInCard words={words} named={named} hiding={hiding} />
      <ul class="govuk-list govuk-list--bullet kith-no-print">
        <li>Keep the card where only you can get at it.</li>
        <li>Never send the words by mail or message. Nobody from Kith will ask for them.</li>
      </ul>
      <ButtonGroup>
        <Button onClick={onDone}>I have kept my words</Button>
        <Button kind="secondary" onClick={hiding.print}>
          Print the card
        </Button>
      </ButtonGroup>
    </Page>
  );
}

/** The card itself. */
export function SignInCard({
  words,
  named,
  hiding,
}: {
  readonly words: readonly string[];
  readonly named: Pick<Named, "address">;
  readonly hiding: Hiding;
}) {
  return (
    <section class="kith-card kith-print-only-this" aria-label="Your sign-in card">
      <h2 class="govuk-heading-m">Kith sign-in card</h2>
      <p class="govuk-body">
        Sign-in name: <strong class="kith-break">{named.address}</strong>
        <br />
        Address: <strong class="kith-break">{location.origin}</strong>
      </p>
      <Hidable hiding={hiding}>
        <Words words={words} />
      </Hidable>
      <p class="govuk-body-s">Keep this card to yourself. If you lose it, tell your manager.</p>
    </section>
  );
}

interface KitCardProps {
  readonly words: readonly string[];
  readonly hiding: Hiding;
  /** Its number, in hex: without it the words open nothing. */
  readonly organisation: string;
  /** Empty while nobody has confirmed it. */
  readonly legalName?: string;
}

/** A long number in groups that can be read out and copied by hand. */
function inGroups(number: string): string {
  return number.match(/.{1,4}/g)?.join(" ") ?? "";
}

/** The organisation's kit: opens everything when no manager can. All that coming back needs stands on it. */
export function KitCard({ words, hiding, organisation, legalName }: KitCardProps) {
  return (
    <section class="kith-card kith-print-only-this" aria-label="Your organisation's kit">
      <h2 class="govuk-heading-m">Kith organisation kit</h2>
      <p class="govuk-body">
        For when no manager can sign in any more. Lock it away like the keys of the building. Not for daily
        use.
      </p>
      <p class="govuk-body">
        {legalName ? (
          <>
            Organisation: <strong>{legalName}</strong>
            <br />
          </>
        ) : null}
        Organisation number:{" "}
        <strong class="kith-fingerprint" translate={false}>
          {inGroups(organisation)}
        </strong>
        <br />
        Where to use it: <strong class="kith-break">{location.origin}/recover</strong>
      </p>
      <Hidable hiding={hiding}>
        <Words words={words} />
      </Hidable>
      <p class="govuk-body-s">
        Whoever holds this page can become a manager. Printed on {sayDate(useNow(), 0)}; an older kit opens
        nothing.
      </p>
    </section>
  );
}

export function KitStep({
  words,
  organisation,
  onDone,
}: {
  readonly words: readonly string[];
  readonly organisation: string;
  readonly onDone: () => void;
}) {
  const [kept, setKept] = useState(false);
  const hiding = useHiding();
  return (
    <Page
      heading="Print your organisation's kit"
      tab="Organisation kit"
      before={<p class="kith-step-of">Step 2 of 3</p>}
    >
      <Notice kind="warning" title="If every manager loses their words, only this kit helps">
        <p class="govuk-body">
          Nobody else holds a copy. Without it, what your organisation wrote would be lost.
        </p>
      </Notice>
      <KitCard words={words} hiding={hiding} organisation={organisation} />
      <Checkbox id="kept" label="I have printed or written down the kit" checked={kept} onChange={setKept} />
      <ButtonGroup>
        <Button onClick={onDone} disabled={!kept}>
          Continue
        </Button>
        <Button kind="secondary" onClick={hiding.print}>
          Print the kit
        </Button>
      </ButtonGroup>
    </Page>
  );
}
