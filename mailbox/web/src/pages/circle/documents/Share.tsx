/** Sharing files: what they are, who may open them, then dropped, chosen or photographed. */
import { useState } from "preact/hooks";
import { Details } from "@/components/Details";
import { TextField } from "@/components/Field";
import { FilePicker } from "@/pages/circle/documents/AttachButton";
import { useInside } from "@/pages/circle/inside";
import { textOf, useKept } from "@/pages/circle/kept";
import { ReadersChoice } from "@/pages/circle/thread/ReadersChoice";
import { OtherWords } from "@/pages/circle/OtherWords";
import type { DocumentView, Hex } from "@/vault/api";

/** Source: the sealed body's longest description. */
const LONGEST = 1_000;

interface Answers {
  readonly description: string;
  readonly only: readonly Hex[] | null;
}

const NOTHING: Answers = { description: "", only: null };

/** What was meant for some never comes back as meant for all: readers that cannot be read are nobody yet. */
function readAnswers(found: Readonly<Record<string, unknown>>): Answers {
  const named = found["only"];
  const only = Array.isArray(named) ? named.filter((one) => typeof one === "string") : [];
  return { description: textOf(found, "description"), only: named === null ? null : only };
}

export function Share() {
  const { head, transfers } = useInside();
  const kept = useKept(`share:${head.circle}`, NOTHING, readAnswers);
  const { description, only } = kept.answers;
  if (!head.mayWrite) return head.whyNot ? <p class="govuk-inset-text">{head.whyNot}</p> : null;
  const nobody = only !== null && only.length === 0;
  const share = (files: readonly File[]) => {
    if (nobody) return;
    transfers.share(files, { description: description.trim(), only, document: null });
    if (only === null) kept.drop();
    else kept.set({ description: "" });
  };
  return (
    <section class="kith-share" aria-labelledby="share-title">
      <h3 class="govuk-heading-s" id="share-title">
        Share documents
      </h3>
      <OtherWords draft={kept} />
      <TextField
        label="What is it? (optional)"
        hint="For example: letter from the landlord"
        value={description}
        onInput={(words) => kept.set({ description: words })}
        maxLength={LONGEST}
      />
      <ReadersChoice head={head} only={only} onChange={(chosen) => kept.set({ only: chosen })} />
      <DropZone onFiles={share} blocked={nobody} />
    </section>
  );
}

function DropZone(props: { readonly onFiles: (files: readonly File[]) => void; readonly blocked: boolean }) {
  const [over, setOver] = useState(false);
  return (
    <div
      class={`kith-drop${over ? " kith-drop--over" : ""}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        props.onFiles([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      <p class="kith-drop__words">Drop files here, or</p>
      <div class="kith-drop__buttons">
        <FilePicker words="Choose files" disabled={props.blocked} onFiles={props.onFiles} />
        <FilePicker words="Take a photo" camera disabled={props.blocked} onFiles={props.onFiles} />
      </div>
      {props.blocked && <p class="govuk-hint">First choose who may open them.</p>}
    </div>
  );
}

/** The same document, changed: the old version stays. A restricted one asks again who may open the new one. */
export function NewVersion({ view }: { readonly view: DocumentView }) {
  const { head, transfers } = useInside();
  const [only, setOnly] = useState<readonly Hex[] | null>(view.restricted ? [] : null);
  return (
    <Details summary="Share a new version">
      <p class="govuk-body">The earlier version stays here for everyone who could open it.</p>
      <ReadersChoice head={head} only={only} onChange={setOnly} />
      <FilePicker
        words="Choose the new version"
        many={false}
        disabled={only !== null && only.length === 0}
        onFiles={(files) =>
          transfers.share(files.slice(0, 1), { description: view.description, only, document: view.document })
        }
      />
    </Details>
  );
}
