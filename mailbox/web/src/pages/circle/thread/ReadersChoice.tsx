/** Who may read a message: everyone, or some organisations. Others are told that a note exists. */
import { useState } from "preact/hooks";
import { useSession } from "@/app/vault";
import { Checkboxes, Radios } from "@/components/Field";
import { listed } from "@/pages/circle/thread/readby";
import type { CircleHead, Hex, MemberView } from "@/vault/api";

export interface ReadersChoiceProps {
  readonly head: CircleHead;
  /** Null: everyone. */
  readonly only: readonly Hex[] | null;
  readonly onChange: (only: readonly Hex[] | null) => void;
}

/** Other organisations that may be chosen; one's own always reads along. */
export function choosable(head: CircleHead, own: Hex): readonly MemberView[] {
  return head.members.filter((member) => member.standing !== "invited" && member.organisation !== own);
}

export function ReadersChoice({ head, only, onChange }: ReadersChoiceProps) {
  const { organisation } = useSession();
  const others = choosable(head, organisation);
  const [open, setOpen] = useState(false);
  if (others.length === 0)
    return <p class="kith-readers__line">Only your own organisation is here so far.</p>;
  const names = others.filter((one) => only?.includes(one.organisation)).map((one) => one.legalName);
  return (
    <details
      class="kith-readers"
      open={open || (only !== null && only.length === 0)}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary class="kith-readers__line">
        Readers:{" "}
        <strong>
          {only === null ? "Everyone in the circle" : names.length ? `Only ${listed(names)}` : "Choose who"}
        </strong>
      </summary>
      <div class="kith-readers__choice">
        <Radios
          legend="Who may read this?"
          small
          choices={[
            { value: "all", label: "Everyone in the circle" },
            { value: "some", label: "Only organisations I choose" },
          ]}
          value={only === null ? "all" : "some"}
          onChange={(value) => onChange(value === "all" ? null : [])}
        />
        {only !== null && (
          <Checkboxes
            legend="Which organisations?"
            hint="Your own organisation can read it too. The other members see that a note exists, but not what it says."
            small
            choices={others.map((one) => ({ value: one.organisation, label: one.legalName }))}
            values={only}
            onChange={onChange}
          />
        )}
      </div>
    </details>
  );
}
