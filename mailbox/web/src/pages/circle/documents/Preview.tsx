/** One document, looked at in the page. Its bytes are hostile: pictures, sound and plain words only. */
import { useEffect, useRef, useState } from "preact/hooks";
import { useAsked, useDoing } from "@/app/asked";
import { circlePath } from "@/app/router";
import { saySize } from "@/app/time";
import { useVault } from "@/app/vault";
import { BackLink, Button, ButtonGroup, Link } from "@/components/Button";
import { Loading } from "@/components/Loading";
import { Notice } from "@/components/Notice";
import { Answer, TroubleNote } from "@/components/TroubleNote";
import { KIND_WORDS, mediaWords } from "@/pages/circle/documents/kinds";
import { NewVersion } from "@/pages/circle/documents/Share";
import { PdfView } from "@/pages/circle/documents/PdfView";
import { TransferList } from "@/pages/circle/documents/TransferList";
import { useInside, When } from "@/pages/circle/inside";
import type { DocumentView } from "@/vault/api";

/** Plain text shown at once; the rest is there when it is saved. */
const MOST_TEXT = 262_144;

export function PreviewPage({ document, number }: { readonly document: string; readonly number: number }) {
  const { head } = useInside();
  const vault = useVault();
  const asked = useAsked(`circle:${head.circle}:documents`, () => vault.documents(head.circle));
  return (
    <Answer asked={asked} words="Looking for the document">
      {(documents) => {
        const versions = documents.filter((one) => one.document === document);
        const found = versions.find((one) => one.number === number);
        return found ? <Found view={found} versions={versions} /> : <NotHere />;
      }}
    </Answer>
  );
}

function NotHere() {
  const { head } = useInside();
  return (
    <>
      <BackLink to={circlePath(head.circle, "documents")}>All documents</BackLink>
      <Notice title="This document is not here">
        <p class="govuk-body">It was erased, or it is kept to some members.</p>
      </Notice>
    </>
  );
}

function Found({
  view,
  versions,
}: {
  readonly view: DocumentView;
  readonly versions: readonly DocumentView[];
}) {
  const { head, transfers } = useInside();
  const saving = useDoing();
  const newest = Math.max(...versions.map((one) => one.number));
  return (
    <article class="kith-preview">
      <BackLink to={circlePath(head.circle, "documents")}>All documents</BackLink>
      <h2 class="govuk-heading-m kith-name">{view.name}</h2>
      <p class="kith-preview__facts">
        {mediaWords(view)}, {saySize(view.size)}. Shared by {view.author} ({view.legalName}){" "}
        <When at={view.receivedAt} />.{view.restricted && " Kept to some members."}
      </p>
      {view.description && <p class="govuk-body kith-plain-text">{view.description}</p>}
      {view.number < newest && (
        <p class="govuk-body">
          This is version {view.number}.{" "}
          <Link to={`${circlePath(head.circle, "documents")}/${view.document}/${newest}`}>
            See the newest version
          </Link>
        </p>
      )}
      <ButtonGroup>
        <Button
          kind="secondary"
          busy={saving.busy}
          busyWords="Saving"
          onClick={() => saving.run(() => transfers.save(view.document, view.number))}
        >
          Save to this device
        </Button>
      </ButtonGroup>
      <TroubleNote trouble={saving.trouble} />
      <TransferList />
      {view.mayFollow && head.mayWrite && <NewVersion view={view} />}
      {view.alarm ? <TroubleNote trouble={view.alarm} /> : <Look view={view} />}
    </article>
  );
}

function Look({ view }: { readonly view: DocumentView }) {
  if (view.preview === "pdf") return <PdfView source={view} />;
  if (view.preview === "text") return <TextView view={view} />;
  if (view.preview === "none")
    return (
      <Notice title="This kind of file cannot be shown here">
        <p class="govuk-body">Save it, and open it with a program on your device.</p>
      </Notice>
    );
  return <MediaView view={view} kind={view.preview} />;
}

function TextView({ view }: { readonly view: DocumentView }) {
  const vault = useVault();
  const to = Math.min(view.size, MOST_TEXT);
  const asked = useAsked(`document:${view.document}:${view.number}`, () =>
    vault.readDocument(view.circle, view.document, view.number, 0, to),
  );
  return (
    <Answer asked={asked} words="Opening the text">
      {(bytes) => (
        <>
          <pre class="kith-text-document" tabIndex={0} aria-label={`Words of ${view.name}`}>
            {new TextDecoder().decode(bytes)}
          </pre>
          {to < view.size && (
            <p class="govuk-body">This is the beginning. Save the file to read all of it.</p>
          )}
        </>
      )}
    </Answer>
  );
}

function MediaView({
  view,
  kind,
}: {
  readonly view: DocumentView;
  readonly kind: "image" | "video" | "audio";
}) {
  const vault = useVault();
  const [broken, setBroken] = useState(false);
  const key = `document:${view.document}:${view.number}`;
  const wanted = useRef("");
  useEffect(() => {
    wanted.current = key;
    return () => void (wanted.current = "");
  }, [key]);
  const asked = useAsked(key, async () => {
    const opened = await vault.openDocument(view.circle, view.document, view.number);
    if (wanted.current !== key) await vault.closeDocument(opened.url); // whoever asked has gone meanwhile
    return opened;
  });
  const url = asked.value?.url;
  useEffect(() => {
    if (url === undefined) return undefined;
    return () => void vault.closeDocument(url).catch(() => undefined);
  }, [vault, url]);
  if (asked.trouble) return <TroubleNote trouble={asked.trouble} onRetry={asked.again} />;
  if (url === undefined) return <Loading words={`Opening the ${KIND_WORDS[kind]}`} />;
  if (broken)
    return (
      <Notice kind="warning" title={`Your browser cannot show this ${KIND_WORDS[kind]}`}>
        <p class="govuk-body">Save it, and open it with a program on your device.</p>
      </Notice>
    );
  const fail = () => setBroken(true);
  if (kind === "image")
    return <img class="kith-preview__image" src={url} alt={view.description || view.name} onError={fail} />;
  if (kind === "audio")
    return <audio class="kith-preview__sound" src={url} controls preload="metadata" onError={fail} />;
  return (
    <video class="kith-preview__video" src={url} controls playsInline preload="metadata" onError={fail} />
  );
}
