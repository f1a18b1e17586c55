/** Inviting: whom, for what, on what basis, with what history; looked over once more before it is sent. */
import { useState } from "preact/hooks";
import { useDoing } from "@/app/asked";
import { circlePath, navigate } from "@/app/router";
import { fromLocalInput, sayExact } from "@/app/time";
import { useVault } from "@/app/vault";
import { announce } from "@/components/Announce";
import { BackLink, Button, ButtonGroup } from "@/components/Button";
import { ErrorSummary, errorOf, type FieldError } from "@/components/ErrorSummary";
import { Radios, TextField } from "@/components/Field";
import { Loading } from "@/components/Loading";
import { Notice } from "@/components/Notice";
import { SummaryList } from "@/components/SummaryList";
import { TroubleNote } from "@/components/TroubleNote";
import { askedOf, newWish, WishFields } from "@/pages/circle/asking";
import { checkInvite, LONGEST_TITLE, NO_INVITE, readInvite, type Typed } from "@/pages/circle/invite/typed";
import { FindPartner } from "@/pages/circle/invite/FindPartner";
import { useKept, type Kept } from "@/pages/circle/kept";
import { mayManage, useInside } from "@/pages/circle/inside";
import { LongText } from "@/pages/circle/LongText";
import { OtherWords } from "@/pages/circle/OtherWords";
import type { Invite as Invitation } from "@/vault/api";

export function Invite() {
  const { head } = useInside();
  const kept = useKept<Typed>(`invite:${head.circle}`, NO_INVITE, readInvite);
  const [reviewing, setReviewing] = useState(false);
  const back = circlePath(head.circle, "people");
  if (!mayManage(head))
    return (
      <Notice title="Only the case owner invites">
        <p class="govuk-body">Write in the thread whom you would like to be asked.</p>
      </Notice>
    );
  if (!kept.ready) return <Loading words="Opening" />;
  return (
    <div class="kith-page--reading">
      <BackLink to={back}>People</BackLink>
      {reviewing ? (
        <Review kept={kept} onBack={() => setReviewing(false)} />
      ) : (
        <Write kept={kept} onReview={() => setReviewing(true)} />
      )}
    </div>
  );
}

function Write({ kept, onReview }: { readonly kept: Kept<Typed>; readonly onReview: () => void }) {
  const { head } = useInside();
  const { answers, set } = kept;
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  function look(): void {
    const found = checkInvite(answers, Date.now());
    setErrors(found);
    if (found.length === 0) onReview();
  }
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        look();
      }}
    >
      <h2 class="govuk-heading-m">Invite an organisation</h2>
      <ErrorSummary errors={errors} />
      <OtherWords draft={kept} />
      <FindPartner
        here={head.members.map((member) => member.organisation)}
        chosen={answers.organisation}
        chosenName={answers.legalName}
        onChoose={(partner) => set({ organisation: partner.organisation, legalName: partner.legalName })}
        error={errorOf(errors, "partner")}
      />
      <TextField
        id="invite-title"
        label="What is it about?"
        hint="They see this before they accept. Do not write the person's name."
        value={answers.title}
        onInput={(title) => set({ title })}
        maxLength={LONGEST_TITLE}
        error={errorOf(errors, "invite-title")}
      />
      <LongText
        id="invite-text"
        label="What do you ask of them, and what did the person agree to?"
        hint="They see this before they accept. Say that the person agreed to your asking, or why you may ask without."
        value={answers.text}
        onInput={(text) => set({ text })}
        rows={5}
        errors={errors}
      />
      <Radios
        id="history"
        legend="May they read what was said before they joined?"
        choices={[
          {
            value: "none",
            label: "No",
            hint: "They read from the moment they join. You can still give them more later.",
          },
          {
            value: "all",
            label: "Yes, everything",
            hint: "Every message and document from the beginning, but no restricted note. This cannot be taken back.",
          },
        ]}
        value={answers.history}
        onChange={(history) => set({ history: history === "all" ? "all" : "none" })}
      />
      <TextField
        id="answer-by"
        type="datetime-local"
        label="Answer by (optional)"
        hint="Left empty, the usual time counts: 2 working days."
        value={answers.answerBy}
        onInput={(answerBy) => set({ answerBy })}
        width={20}
        error={errorOf(errors, "answer-by")}
      />
      <Wishes answers={answers} set={set} errors={errors} />
      <ButtonGroup>
        <Button type="submit">Look it over</Button>
        <Button
          kind="quiet"
          onClick={() => {
            kept.drop();
            navigate(circlePath(head.circle, "people"));
          }}
        >
          Forget this invitation
        </Button>
      </ButtonGroup>
    </form>
  );
}

interface WishesProps {
  readonly answers: Typed;
  readonly set: (change: Partial<Typed>) => void;
  readonly errors: readonly FieldError[];
}

/** Source: what one invitation may carry without becoming unreadable. */
const MOST_WISHES = 10;

function Wishes({ answers, set, errors }: WishesProps) {
  const { wishes } = answers;
  return (
    <>
      <h3 class="govuk-heading-s">Actions you ask for</h3>
      {wishes.length === 0 && <p class="govuk-body">None yet. Actions travel with the invitation.</p>}
      {wishes.map((wish, index) => (
        <fieldset key={index} class="govuk-fieldset kith-wish">
          <legend class="govuk-fieldset__legend govuk-fieldset__legend--s">Action {index + 1}</legend>
          <WishFields
            wish={wish}
            errors={errors}
            prefix={`wish-${index}`}
            onChange={(change) =>
              set({ wishes: wishes.map((one, at) => (at === index ? { ...one, ...change } : one)) })
            }
          />
          <Button
            kind="secondary"
            small
            label={`Take away: action ${index + 1}`}
            onClick={() => set({ wishes: wishes.filter((_, at) => at !== index) })}
          >
            Take away
          </Button>
        </fieldset>
      ))}
      {wishes.length < MOST_WISHES && (
        <Button kind="secondary" onClick={() => set({ wishes: [...wishes, newWish(Date.now())] })}>
          {wishes.length === 0 ? "Add an action" : "Add another action"}
        </Button>
      )}
    </>
  );
}

function invitationOf(typed: Typed): Invitation {
  const answerBy = fromLocalInput(typed.answerBy);
  return {
    organisation: typed.organisation,
    title: typed.title.trim(),
    text: typed.text.trim(),
    ...(answerBy === null ? {} : { answerBy }),
    history: typed.history,
    actions: typed.wishes.map(askedOf),
  };
}

function Review({ kept, onBack }: { readonly kept: Kept<Typed>; readonly onBack: () => void }) {
  const { head, again } = useInside();
  const vault = useVault();
  const doing = useDoing();
  const typed = kept.answers;
  const invitation = invitationOf(typed);
  async function send(): Promise<void> {
    if (!(await doing.run(() => vault.invite(head.circle, invitation)))) return;
    kept.drop();
    announce(`${typed.legalName} is invited`);
    again();
    navigate(circlePath(head.circle, "people"));
  }
  return (
    <>
      <h2 class="govuk-heading-m">Look it over before it is sent</h2>
      <SummaryList
        facts={[
          { name: "Whom", value: typed.legalName },
          { name: "About", value: invitation.title },
          { name: "You ask", value: <span class="kith-plain-text">{invitation.text}</span> },
          {
            name: "Earlier messages",
            value:
              invitation.history === "all"
                ? "They can read everything from the beginning"
                : "They read from the day they join",
          },
          {
            name: "Answer by",
            value: invitation.answerBy === undefined ? "In 2 working days" : sayExact(invitation.answerBy),
          },
          ...invitation.actions.map((action, index) => ({
            name: `Action ${index + 1}`,
            value: (
              <>
                {action.title}, by {sayExact(action.dueAt)}
              </>
            ),
          })),
        ]}
      />
      <Notice title={`${typed.legalName} is told by email that an invitation waits`}>
        <p class="govuk-body">
          The email holds no names and nothing about the case. Every member sees that they were invited.
        </p>
      </Notice>
      <TroubleNote trouble={doing.trouble} onRetry={() => void send()} />
      <ButtonGroup>
        <Button busy={doing.busy} busyWords="Sending" onClick={() => void send()}>
          Send the invitation
        </Button>
        <Button kind="secondary" onClick={onBack}>
          Change it
        </Button>
      </ButtonGroup>
    </>
  );
}
