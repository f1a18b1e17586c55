/** What an invited organisation sees before it answers: who asks, for what, until when. Nothing else. */
import { useState } from "preact/hooks";
import { useDoing, useDraft } from "@/app/asked";
import { navigate } from "@/app/router";
import { useVault } from "@/app/vault";
import { BackLink, Button, ButtonGroup } from "@/components/Button";
import { TextArea } from "@/components/Field";
import { Notice } from "@/components/Notice";
import { Page } from "@/components/Page";
import { SummaryList } from "@/components/SummaryList";
import { TroubleNote } from "@/components/TroubleNote";
import { LONGEST_WORDS, ReasonForm } from "@/pages/circle/ReasonForm";
import { InPlace, useInside, When } from "@/pages/circle/inside";

export function Invited() {
  const { head } = useInside();
  const [answer, setAnswer] = useState<"" | "accept" | "decline">("");
  const invitation = head.invitation;
  return (
    <Page
      heading={invitation?.title || "You are invited to a support circle"}
      caption="Invitation"
      tab="Invitation"
      before={<BackLink to="/today">Today</BackLink>}
    >
      {invitation ? (
        <>
          <InPlace trouble={invitation.alarm} />
          {!invitation.alarm && (
            <>
              <SummaryList
                facts={[
                  { name: "From", value: invitation.from || head.ownerName },
                  { name: "Answer", value: <When at={invitation.answerDue} as="due" /> },
                  { name: "What they ask", value: <span class="kith-plain-text">{invitation.text}</span> },
                ]}
              />
              <p class="govuk-body">
                This is all you can see for now. Once you accept, you see the circle and can write in it.
              </p>
              <Answering answer={answer} onAnswer={setAnswer} />
            </>
          )}
        </>
      ) : (
        <Notice title="This invitation is over">
          <p class="govuk-body">It was answered by a colleague, withdrawn, or its time ran out.</p>
        </Notice>
      )}
    </Page>
  );
}

interface AnsweringProps {
  readonly answer: "" | "accept" | "decline";
  readonly onAnswer: (answer: "" | "accept" | "decline") => void;
}

function Answering({ answer, onAnswer }: AnsweringProps) {
  if (answer === "accept") return <AcceptForm onBack={() => onAnswer("")} />;
  if (answer === "decline") return <DeclineForm onBack={() => onAnswer("")} />;
  return (
    <ButtonGroup>
      <Button onClick={() => onAnswer("accept")}>Accept</Button>
      <Button kind="secondary" onClick={() => onAnswer("decline")}>
        Decline
      </Button>
    </ButtonGroup>
  );
}

function AcceptForm({ onBack }: { readonly onBack: () => void }) {
  const { head, again } = useInside();
  const vault = useVault();
  const doing = useDoing();
  const draft = useDraft(`accept:${head.circle}`);
  async function send(): Promise<void> {
    if (!(await doing.run(() => vault.accept(head.circle, draft.text.trim())))) return;
    draft.drop();
    again();
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <h2 class="govuk-heading-m">Accept the invitation</h2>
      <TextArea
        label="Anything to say with it? (optional)"
        hint="Everyone in the circle can read this."
        value={draft.text}
        onInput={draft.write}
        limit={LONGEST_WORDS}
        rows={3}
      />
      <TroubleNote trouble={doing.trouble} />
      <ButtonGroup>
        <Button type="submit" busy={doing.busy} busyWords="Accepting">
          Accept and open the circle
        </Button>
        <Button kind="quiet" onClick={onBack}>
          Go back
        </Button>
      </ButtonGroup>
    </form>
  );
}

function DeclineForm({ onBack }: { readonly onBack: () => void }) {
  const { head } = useInside();
  const vault = useVault();
  return (
    <ReasonForm
      title="Decline the invitation"
      legend="Why do you decline?"
      reasons={(lists) => lists.declineReasons}
      words={{ label: "Anything to add? (optional)", hint: "The organisation that invited you reads this." }}
      button="Decline"
      busyWords="Declining"
      send={(reason, text) => vault.decline(head.circle, reason, text)}
      onDone={() => navigate("/today")}
      onBack={onBack}
    />
  );
}
