/** What an invited organisation sees before it answers: who asks, for what, until when. Nothing else. */
import { useState } from "preact/hooks";
import { navigate } from "@/app/router";
import { useVault } from "@/app/vault";
import { BackLink, Button, ButtonGroup } from "@/components/Button";
import { Notice } from "@/components/Notice";
import { Page } from "@/components/Page";
import { SummaryList } from "@/components/SummaryList";
import { ReasonForm } from "@/pages/circle/ReasonForm";
import { InPlace, useInside, When } from "@/pages/circle/inside";

export function Invited() {
  const { head, now } = useInside();
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
                  {
                    name: "Answer by",
                    value: (
                      <When at={invitation.answerDue} as={invitation.answerDue < now ? "due" : "when"} />
                    ),
                  },
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
  return (
    <ReasonForm
      slot={`accept:${head.circle}`}
      title="Accept the invitation"
      words={{ label: "Anything to say with it? (optional)", hint: "Everyone in the circle can read this." }}
      button="Accept and open the circle"
      kind="primary"
      busyWords="Accepting"
      send={(_, text) => vault.accept(head.circle, text)}
      look={() => vault.answered(head.circle, false)}
      onDone={again}
      onBack={onBack}
    />
  );
}

function DeclineForm({ onBack }: { readonly onBack: () => void }) {
  const { head } = useInside();
  const vault = useVault();
  return (
    <ReasonForm
      slot={`decline:${head.circle}`}
      title="Decline the invitation"
      legend="Why do you decline?"
      reasons={(lists) => lists.declineReasons}
      words={{ label: "Anything to add? (optional)", hint: "The organisation that invited you reads this." }}
      button="Decline"
      busyWords="Declining"
      send={(reason, text) => vault.decline(head.circle, reason, text)}
      look={() => vault.answered(head.circle, true)}
      onDone={() => navigate("/today", { note: "You have declined the invitation." })}
      onBack={onBack}
    />
  );
}
