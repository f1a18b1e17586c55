/** Opening a support circle: how to reach the person safely comes first. Partners are invited in the next step. */
import { useState } from "preact/hooks";
import { useDoing } from "@/app/asked";
import { circlePath, navigate } from "@/app/router";
import { useSession, useVault } from "@/app/vault";
import { announce } from "@/components/Announce";
import { BackLink, Button, ButtonGroup } from "@/components/Button";
import { ErrorSummary, type FieldError } from "@/components/ErrorSummary";
import { Loading } from "@/components/Loading";
import { Notice } from "@/components/Notice";
import { Page } from "@/components/Page";
import { TroubleNote } from "@/components/TroubleNote";
import { AboutFields, checkAbout, NO_ABOUT, readAbout, trimmed } from "@/pages/circle/about/fields";
import { useKept } from "@/pages/circle/kept";
import "@/styles/circle.scss";
import { OtherWords } from "@/pages/circle/OtherWords";

export function OpenCircle() {
  const { kind } = useSession();
  if (kind !== "vcu")
    return (
      <Page
        heading="Open a circle"
        tab="Open a circle"
        before={<BackLink to="/circles">All circles</BackLink>}
      >
        <Notice title="Victim Care Units open circles">
          <p class="govuk-body">
            Your organisation takes part in circles it is invited to. Ask the unit in your area.
          </p>
        </Notice>
      </Page>
    );
  return <Opening />;
}

function Opening() {
  const vault = useVault();
  const doing = useDoing();
  const kept = useKept("open-circle", NO_ABOUT, readAbout);
  const [errors, setErrors] = useState<readonly FieldError[]>([]);

  async function open(): Promise<void> {
    const found = checkAbout(kept.answers);
    setErrors(found);
    if (found.length > 0) return;
    await doing.run(async () => {
      const circle = await vault.openCircle(trimmed(kept.answers));
      kept.drop();
      announce("The circle is open");
      navigate(circlePath(circle, "invite"));
    });
  }

  return (
    <Page
      heading="Open a circle"
      tab="Open a circle"
      error={errors.length > 0}
      before={<BackLink to="/circles">All circles</BackLink>}
    >
      {kept.ready ? (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void open();
          }}
        >
          <ErrorSummary errors={errors} />
          <p class="govuk-body">
            Only members of the circle can read what you write here. You invite them next.
          </p>
          <OtherWords draft={kept} />
          <AboutFields about={kept.answers} errors={errors} onChange={kept.set} />
          <TroubleNote trouble={doing.trouble} onRetry={() => void open()} />
          <ButtonGroup>
            <Button type="submit" busy={doing.busy} busyWords="Opening">
              Open the circle
            </Button>
          </ButtonGroup>
        </form>
      ) : (
        <Loading words="Opening" />
      )}
    </Page>
  );
}
