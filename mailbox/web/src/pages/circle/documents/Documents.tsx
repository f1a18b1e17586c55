/** Everything that was shared in a circle, as a grid; the newest first. */
import { useState } from "preact/hooks";
import { useAsked } from "@/app/asked";
import { circlePath } from "@/app/router";
import { count, saySize } from "@/app/time";
import { useVault } from "@/app/vault";
import { Link } from "@/components/Button";
import { Details } from "@/components/Details";
import { Empty } from "@/components/Empty";
import { Tag } from "@/components/Tag";
import { Answer } from "@/components/TroubleNote";
import { Button } from "@/components/Button";
import { mediaWords, stacked, type Stack } from "@/pages/circle/documents/kinds";
import { Share } from "@/pages/circle/documents/Share";
import { TransferList } from "@/pages/circle/documents/TransferList";
import { InPlace, useInside, When } from "@/pages/circle/inside";

const AT_A_TIME = 60;

export function Documents() {
  const { head } = useInside();
  const vault = useVault();
  const asked = useAsked(`circle:${head.circle}:documents`, () => vault.documents(head.circle));
  return (
    <>
      <h2 class="govuk-heading-m">Documents</h2>
      <Share />
      <TransferList />
      <Answer asked={asked} words="Looking for documents">
        {(documents) => <Grid stacks={stacked(documents)} />}
      </Answer>
    </>
  );
}

function Grid({ stacks }: { readonly stacks: readonly Stack[] }) {
  const [shown, setShown] = useState(AT_A_TIME);
  if (stacks.length === 0)
    return (
      <Empty title="No documents yet">
        <p class="govuk-body">Letters, photos and recordings that members share appear here.</p>
      </Empty>
    );
  return (
    <>
      <ul class="kith-grid" aria-label={count(stacks.length, "document")}>
        {stacks.slice(0, shown).map((stack) => (
          <li key={stack.newest.document} class="kith-grid__item">
            <Card stack={stack} />
          </li>
        ))}
      </ul>
      {shown < stacks.length && (
        <Button kind="secondary" onClick={() => setShown(shown + AT_A_TIME)}>
          Show more documents
        </Button>
      )}
    </>
  );
}

function Card({ stack: { newest, versions } }: { readonly stack: Stack }) {
  const { head } = useInside();
  const address = `${circlePath(head.circle, "documents")}/${newest.document}`;
  return (
    <article class="kith-file">
      <p class="kith-file__kind">
        <span class={`kith-file__sign kith-file__sign--${newest.preview}`} aria-hidden="true" />
        {mediaWords(newest)}, {saySize(newest.size)}
        {newest.restricted && <Tag colour="purple">Restricted</Tag>}
      </p>
      <h3 class="kith-file__name">
        <Link to={`${address}/${newest.number}`}>{newest.name}</Link>
      </h3>
      {newest.description && <p class="kith-file__text">{newest.description}</p>}
      <p class="kith-file__who">
        {newest.author}, {newest.legalName}
        <br />
        <When at={newest.receivedAt} />
      </p>
      <InPlace trouble={newest.alarm} />
      {versions.length > 1 && (
        <Details summary={`Version ${newest.number}: see ${count(versions.length - 1, "earlier one")}`}>
          <ul class="govuk-list">
            {versions.slice(1).map((version) => (
              <li key={version.number}>
                <Link to={`${address}/${version.number}`}>Version {version.number}</Link>, {version.author},{" "}
                <When at={version.receivedAt} />
              </li>
            ))}
          </ul>
        </Details>
      )}
    </article>
  );
}
