/** One entry of the thread. Every word in it comes from other people: shown as text, never as markup. */
import { circlePath } from "@/app/router";
import { saySize } from "@/app/time";
import { Link } from "@/components/Button";
import { Tag } from "@/components/Tag";
import { InPlace, When } from "@/pages/circle/inside";
import { hasWords } from "@/pages/circle/thread/grouping";
import { ReadBy } from "@/pages/circle/thread/ReadBy";
import { listed } from "@/pages/circle/thread/readby";
import type { DocumentView, EntryView, MemberView, ReaderView } from "@/vault/api";

interface EntryProps {
  readonly circle: string;
  readonly entry: EntryView;
  readonly members: readonly MemberView[];
  readonly readers: readonly ReaderView[];
  /** The case owner may erase what was said. */
  readonly mayErase: boolean;
}

export function Entry(props: EntryProps) {
  return hasWords(props.entry) ? <SpokenEntry {...props} /> : <QuietLine {...props} />;
}

/** What happened, with words that somebody said about it. */
const WITH_WORDS: readonly EntryView["kind"][] = [
  "invite",
  "accept",
  "decline",
  "action-change",
  "rekey",
  "close",
  "reopen",
];

function QuietLine({ circle, entry }: EntryProps) {
  const action = entry.action;
  return (
    <div class="kith-quiet" data-seq={entry.seq}>
      <p class="kith-quiet__text">
        {entry.summary || entry.text}
        <span class="govuk-visually-hidden">, </span>
        <span class="kith-quiet__when">
          <When at={entry.receivedAt} />
        </span>
        {action && (
          <>
            {" "}
            <Link to={`${circlePath(circle, "plan")}/${action}`}>See the action</Link>
          </>
        )}
      </p>
      {WITH_WORDS.includes(entry.kind) && entry.state === "open" && entry.text !== "" && (
        <p class="kith-quiet__words kith-plain-text">
          {entry.author}: {entry.text}
        </p>
      )}
      <InPlace trouble={entry.alarm} />
      <span data-end={entry.seq} />
    </div>
  );
}

function SpokenEntry({ circle, entry, members, readers, mayErase }: EntryProps) {
  const side = entry.mine ? "kith-entry--mine" : "kith-entry--theirs";
  const closed = entry.state !== "open" ? "kith-entry--closed" : "";
  return (
    <article class={`kith-entry ${side} ${closed}`} data-seq={entry.seq} aria-labelledby={`by-${entry.seq}`}>
      <header class="kith-entry__head">
        <h3 class="kith-entry__by" id={`by-${entry.seq}`}>
          {entry.mine ? (
            <>
              You <span class="kith-entry__org">{entry.legalName}</span>
            </>
          ) : (
            <>
              {entry.author || "Somebody"} <span class="kith-entry__org">{entry.legalName}</span>
            </>
          )}
        </h3>
        <p class="kith-entry__when">
          <When at={entry.receivedAt} />
        </p>
      </header>
      <Restriction entry={entry} />
      <Body entry={entry} />
      {entry.documents.map((document) => (
        <Attachment key={`${document.document}-${document.number}`} circle={circle} document={document} />
      ))}
      {entry.late && (
        <p class="kith-entry__note">
          <Tag colour="grey">Late</Tag> Written <When at={entry.sentAt} />, arrived{" "}
          <When at={entry.receivedAt} />.
        </p>
      )}
      <span data-end={entry.seq} />
      <footer class="kith-entry__foot">
        {entry.state !== "erased" && <ReadBy entry={entry} members={members} readers={readers} />}
        {mayErase && entry.state !== "erased" && <More circle={circle} entry={entry} />}
      </footer>
    </article>
  );
}

/** What is done rarely stands behind one quiet word, out of the way of reading. */
function More({ circle, entry }: Pick<EntryProps, "circle" | "entry">) {
  return (
    <details class="kith-more">
      <summary class="kith-more__line">
        More
        <span class="govuk-visually-hidden">
          {" "}
          about what {entry.mine ? "you" : entry.author || "somebody"} posted
        </span>
      </summary>
      <Link
        to={`${circlePath(circle, "about")}/erase/${entry.seq}`}
        class="govuk-link govuk-link--no-visited-state kith-more__step"
      >
        Erase<span class="govuk-visually-hidden"> what {entry.author || "somebody"} posted here</span>
      </Link>
    </details>
  );
}

function Restriction({ entry }: { readonly entry: EntryView }) {
  if (!entry.restricted || entry.onlyFor.length === 0) return null;
  return (
    <p class="kith-entry__only">
      <Tag colour="purple">Restricted</Tag> Only for: {listed(entry.onlyFor)}
    </p>
  );
}

const CLOSED_WORDS: Partial<Record<EntryView["state"], string>> = {
  restricted: "A note here is kept to some members. You cannot open it.",
  erased: "What stood here was erased.",
  locked: "This was said before you joined. You cannot open it.",
  newer: "This was written with a newer version of Kith. Reload the page to read it.",
};

function Body({ entry }: { readonly entry: EntryView }) {
  if (entry.alarm) return <InPlace trouble={entry.alarm} />;
  const closed = CLOSED_WORDS[entry.state];
  if (closed)
    return <p class="kith-entry__closed">{entry.state === "erased" ? entry.text || closed : closed}</p>;
  if (entry.text === "") return null;
  return <p class="kith-entry__text">{entry.text}</p>;
}

function Attachment({ circle, document }: { readonly circle: string; readonly document: DocumentView }) {
  if (document.alarm) return <InPlace trouble={document.alarm} />;
  const to = `${circlePath(circle, "documents")}/${document.document}/${document.number}`;
  return (
    <p class="kith-attached">
      <span class="kith-attached__sign" aria-hidden="true" />
      <Link to={to}>{document.name}</Link>{" "}
      <span class="kith-attached__size">
        {document.number > 1 ? `version ${document.number}, ` : ""}
        {saySize(document.size)}
      </span>
    </p>
  );
}
