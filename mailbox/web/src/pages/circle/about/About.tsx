/** What this circle is called, how it stands, and the steps only its owner may take. */
import { useState } from "preact/hooks";
import { useDoing } from "@/app/asked";
import { circlePath, navigate } from "@/app/router";
import { useVault } from "@/app/vault";
import { announce } from "@/components/Announce";
import { BackLink, Button, ButtonGroup, ButtonLink, Link } from "@/components/Button";
import { ErrorSummary, type FieldError } from "@/components/ErrorSummary";
import { Loading } from "@/components/Loading";
import { Notice } from "@/components/Notice";
import { SummaryList } from "@/components/SummaryList";
import { TroubleNote } from "@/components/TroubleNote";
import { AboutFields, checkAbout, readAbout, trimmed } from "@/pages/circle/about/fields";
import { CloseCircle, EraseEntry, ReopenCircle } from "@/pages/circle/about/Ending";
import { useKept } from "@/pages/circle/kept";
import { mayManage, useInside } from "@/pages/circle/inside";
import { OtherWords } from "@/pages/circle/OtherWords";

export function About({ rest }: { readonly rest: readonly string[] }) {
  const { head } = useInside();
  const [step, which] = rest;
  const owner = head.standing === "owner";
  const seq = Number(which);
  if (owner && step === "edit") return <Edit />;
  if (owner && step === "close" && !head.closed) return <CloseCircle />;
  if (owner && step === "reopen" && head.closed) return <ReopenCircle />;
  if (owner && step === "erase" && Number.isSafeInteger(seq) && seq > 0) return <EraseEntry seq={seq} />;
  return <Facts />;
}

function Facts() {
  const { head } = useInside();
  const path = circlePath(head.circle, "about");
  return (
    <div class="kith-page--reading">
      <h2 class="govuk-heading-m">About this circle</h2>
      {head.closed && (
        <Notice title="This circle is closed">
          <p class="govuk-body">
            Everything stays to be read. Nobody can write until the case owner opens it again.
          </p>
        </Notice>
      )}
      {head.held && (
        <Notice kind="warning" title="This circle is on hold">
          <p class="govuk-body">Nothing in it may be erased for now.</p>
        </Notice>
      )}
      <SummaryList
        facts={[
          {
            name: "Safe contact",
            value: <span class="kith-plain-text">{head.safeContact || "Not written down yet"}</span>,
          },
          { name: "Title", value: head.title },
          { name: "Reference", value: head.reference || "None" },
          { name: "The person's one contact", value: head.contactPerson || "Not named yet" },
          { name: "Case owner", value: head.ownerName },
        ]}
      />
      {mayManage(head) && (
        <ButtonGroup>
          <ButtonLink to={`${path}/edit`} kind="secondary">
            Change
          </ButtonLink>
          <ButtonLink to={`${path}/close`} kind="secondary">
            Close this circle
          </ButtonLink>
        </ButtonGroup>
      )}
      {head.standing === "owner" && head.closed && (
        <ButtonLink to={`${path}/reopen`} kind="secondary">
          Open it again
        </ButtonLink>
      )}
      <p class="govuk-body">
        <Link to="/security">Security details</Link>
      </p>
    </div>
  );
}

function Edit() {
  const { head, again } = useInside();
  const vault = useVault();
  const doing = useDoing();
  const { title, reference, safeContact, contactPerson } = head;
  const [start] = useState({ title, reference, safeContact, contactPerson });
  const kept = useKept(`about:${head.circle}`, start, readAbout);
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const back = circlePath(head.circle, "about");

  async function save(): Promise<void> {
    const found = checkAbout(kept.answers);
    setErrors(found);
    if (found.length > 0) return;
    if (!(await doing.run(() => vault.describe(head.circle, trimmed(kept.answers))))) return;
    kept.drop();
    announce("Saved");
    again();
    navigate(back);
  }

  if (!kept.ready) return <Loading words="Opening" />;
  return (
    <form
      class="kith-page--reading"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <BackLink to={back}>About this circle</BackLink>
      <h2 class="govuk-heading-m">Change what this circle says about itself</h2>
      <ErrorSummary errors={errors} />
      <OtherWords draft={kept} />
      <AboutFields about={kept.answers} errors={errors} onChange={kept.set} />
      <TroubleNote trouble={doing.trouble} />
      <ButtonGroup>
        <Button type="submit" busy={doing.busy} busyWords="Saving">
          Save
        </Button>
        <Button
          kind="quiet"
          onClick={() => {
            kept.drop();
            navigate(back);
          }}
        >
          Forget these changes
        </Button>
      </ButtonGroup>
    </form>
  );
}
