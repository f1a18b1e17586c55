/** Which colleagues work on a circle. Only one's own organisation's are known here. */
import { useState } from "preact/hooks";
import { useAsked, useDoing } from "@/app/asked";
import { useSession, useVault } from "@/app/vault";
import { announce } from "@/components/Announce";
import { Button } from "@/components/Button";
import { Select } from "@/components/Field";
import { TroubleNote } from "@/components/TroubleNote";
import { useInside } from "@/pages/circle/inside";
import type { MemberView, PersonView } from "@/vault/api";

export function Team({ member }: { readonly member: MemberView }) {
  const { head, again } = useInside();
  const { worker, role } = useSession();
  const vault = useVault();
  const doing = useDoing();
  const maySet = role === "manager" || head.standing === "owner";
  const mayTake = !maySet && member.assigned.length === 0;

  async function assign(person: Pick<PersonView, "worker" | "name">, on: boolean): Promise<void> {
    if (!(await doing.run(() => vault.assign(head.circle, person.worker, on)))) return;
    announce(on ? `${person.name} is on this circle` : `${person.name} is off this circle`);
    again();
  }

  return (
    <div class="kith-team">
      {member.assigned.length === 0 ? (
        <p class="govuk-body">No colleague is on this circle yet.</p>
      ) : (
        <ul class="kith-team__list">
          {member.assigned.map((person) => (
            <li key={person.worker} class="kith-team__row">
              <span>
                {person.name}
                {person.worker === worker && " (you)"}
              </span>
              {maySet && (
                <Button
                  kind="quiet"
                  label={`Take off: ${person.name}`}
                  onClick={() => void assign(person, false)}
                >
                  Take off
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      <TroubleNote trouble={doing.trouble} />
      {mayTake && (
        <Button kind="secondary" busy={doing.busy} onClick={() => void assign({ worker, name: "You" }, true)}>
          Take this circle on
        </Button>
      )}
      {maySet && (
        <AddColleague assigned={member.assigned} busy={doing.busy} onAdd={(one) => void assign(one, true)} />
      )}
    </div>
  );
}

interface AddColleagueProps {
  readonly assigned: readonly PersonView[];
  readonly busy: boolean;
  readonly onAdd: (person: PersonView) => void;
}

function AddColleague({ assigned, busy, onAdd }: AddColleagueProps) {
  const vault = useVault();
  const asked = useAsked("organisation:colleagues", () => vault.colleagues());
  const [chosen, setChosen] = useState("");
  const free = asked.value?.filter((one) => !assigned.some((other) => other.worker === one.worker)) ?? [];
  if (asked.trouble) return <TroubleNote trouble={asked.trouble} onRetry={asked.again} />;
  if (free.length === 0) return null;
  const person = free.find((one) => one.worker === chosen);
  return (
    <div class="kith-team__add">
      <Select
        label="Put a colleague on this circle"
        value={chosen}
        onInput={setChosen}
        options={[
          { value: "", label: "Choose a colleague" },
          ...free.map((one) => ({ value: one.worker, label: one.name })),
        ]}
      />
      <Button
        kind="secondary"
        busy={busy}
        busyWords="Adding"
        disabled={!person}
        onClick={() => {
          if (person) onAdd(person);
          setChosen("");
        }}
      >
        Add
      </Button>
    </div>
  );
}
