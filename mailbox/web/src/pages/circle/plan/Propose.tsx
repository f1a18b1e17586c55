/** Asking a member of the circle for one thing by a set time. */
import { useState } from "preact/hooks";
import { useDoing } from "@/app/asked";
import { circlePath, navigate } from "@/app/router";
import { useVault } from "@/app/vault";
import { BackLink, Button, ButtonGroup } from "@/components/Button";
import { ErrorSummary, errorOf, type FieldError } from "@/components/ErrorSummary";
import { Radios } from "@/components/Field";
import { TroubleNote } from "@/components/TroubleNote";
import { askedOf, checkWish, newWish, readWish, WishFields } from "@/pages/circle/asking";
import { textOf, useKept } from "@/pages/circle/kept";
import { useInside } from "@/pages/circle/inside";
import { OtherWords } from "@/pages/circle/OtherWords";

export function Propose() {
  const { head } = useInside();
  const vault = useVault();
  const doing = useDoing();
  const [start] = useState(() => ({ whom: "", wish: newWish(Date.now()) }));
  const kept = useKept(`propose:${head.circle}`, start, (found) => {
    const wish = readWish(found["wish"]);
    return wish && { whom: textOf(found, "whom"), wish };
  });
  const { whom, wish } = kept.answers;
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const back = circlePath(head.circle, "plan");
  const members = head.members.filter((member) => member.standing !== "invited" && !member.lapsed);

  async function submit(): Promise<void> {
    const found = [
      ...(members.some((one) => one.organisation === whom)
        ? []
        : [{ id: "whom", say: "Choose who should do it" }]),
      ...checkWish(wish, Date.now()),
    ];
    setErrors(found);
    if (found.length > 0) return;
    if (!(await doing.run(() => vault.propose(head.circle, whom, askedOf(wish), kept.press())))) return;
    kept.drop();
    navigate(back);
  }

  return (
    <div class="kith-page--reading">
      <BackLink to={back}>Care plan</BackLink>
      <h2 class="govuk-heading-m">Ask for an action</h2>
      <ErrorSummary errors={errors} />
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <OtherWords draft={kept} />
        <Radios
          id="whom"
          legend="Who should do it?"
          choices={members.map((member) => ({ value: member.organisation, label: member.legalName }))}
          value={whom}
          onChange={(value) => kept.set({ whom: value })}
          error={errorOf(errors, "whom")}
        />
        <WishFields
          wish={wish}
          errors={errors}
          onChange={(change) => kept.set({ wish: { ...wish, ...change } })}
        />
        <TroubleNote trouble={doing.trouble} />
        <ButtonGroup>
          <Button type="submit" busy={doing.busy} busyWords="Asking">
            Ask for this action
          </Button>
        </ButtonGroup>
      </form>
    </div>
  );
}
