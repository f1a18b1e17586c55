/** Looking for a partner in the accredited directory, by name and by kind. */
import { useEffect, useState } from "preact/hooks";
import { useAsked } from "@/app/asked";
import { count } from "@/app/time";
import { useVault } from "@/app/vault";
import { Radios, Select, TextField } from "@/components/Field";
import { Answer } from "@/components/TroubleNote";
import { KINDS } from "@/pages/circle/kindsofbodies";
import type { Hex, PartnerView } from "@/vault/api";

const WAIT_MS = 250;
const AT_MOST = 20;

interface FindPartnerProps {
  /** Already in the circle. */
  readonly here: readonly Hex[];
  readonly chosen: Hex;
  readonly chosenName: string;
  readonly onChoose: (partner: PartnerView) => void;
  readonly error: string | undefined;
}

export function FindPartner({ here, chosen, chosenName, onChoose, error }: FindPartnerProps) {
  const vault = useVault();
  const [text, setText] = useState("");
  const [kind, setKind] = useState("");
  const sought = useLater(text);
  const asked = useAsked("partners", () => vault.partners(sought), [sought]);
  return (
    <div class="kith-find">
      <TextField
        label="Find an organisation by its name"
        type="search"
        value={text}
        onInput={setText}
        autocomplete="off"
      />
      <Select
        label="Kind"
        value={kind}
        onInput={setKind}
        options={[
          { value: "", label: "All kinds" },
          ...Object.entries(KINDS).map(([value, label]) => ({ value, label })),
        ]}
      />
      <Answer asked={asked} words="Looking in the directory">
        {(partners) => (
          <Found
            partners={partners.filter((one) => !kind || one.kind === kind)}
            here={here}
            chosen={chosen}
            onChoose={onChoose}
            error={error}
          />
        )}
      </Answer>
      <p class="kith-chosen" role="status">
        {chosen ? (
          <>
            Chosen: <strong>{chosenName}</strong>
          </>
        ) : (
          "Nobody is chosen yet."
        )}
      </p>
    </div>
  );
}

interface FoundProps extends Pick<FindPartnerProps, "here" | "chosen" | "onChoose" | "error"> {
  readonly partners: readonly PartnerView[];
}

function Found({ partners, here, chosen, onChoose, error }: FoundProps) {
  const free = partners.filter((one) => !here.includes(one.organisation));
  const left = partners.length - free.length;
  if (free.length === 0)
    return (
      <p class="govuk-body" id="partner" tabIndex={-1}>
        {left > 0
          ? "Every organisation found is in this circle already."
          : "No organisation that the network has confirmed has such a name. Try a part of the name, or ask the commissioner to let them join."}
      </p>
    );
  return (
    <>
      <Radios
        id="partner"
        legend="Whom do you invite?"
        hint={`${count(free.length, "organisation")} found. The network has confirmed each.`}
        choices={free.slice(0, AT_MOST).map((one) => ({
          value: one.organisation,
          label: one.legalName,
          hint: `${KINDS[one.kind]}, ${one.domain}`,
        }))}
        value={chosen}
        onChange={(value) => {
          const found = free.find((one) => one.organisation === value);
          if (found) onChoose(found);
        }}
        error={error}
      />
      {free.length > AT_MOST && (
        <p class="govuk-hint">Only the first {AT_MOST} are shown. Type more of the name.</p>
      )}
    </>
  );
}

/** What was typed, once typing paused. */
function useLater(text: string): string {
  const [later, setLater] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setLater(text), WAIT_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return later;
}
