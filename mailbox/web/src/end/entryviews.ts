/** Entries as pages show them: words from opened bodies, one plain line for what has none, faults marked. */
import { Documents } from "@/end/documents";
import type { CircleView } from "@/end/circle";
import { replay } from "@/end/actions";
import { restrictedOf } from "@/end/logbook";
import type { Item } from "@/end/opening";
import { plainName } from "@/end/profile";
import { type Telling, kindWord, summaryOf } from "@/end/summaries";
import { troubleOf } from "@/end/trouble";
import { Versions, documentFacts } from "@/end/versions";
import { equal, toHex } from "@/protocol/bytes";
import { Kind, factsAs } from "@/protocol/facts";
import type { Verified } from "@/protocol/log";
import { isAsked, isCarePlan, isManifest, isSaid } from "@/protocol/private/bodies";
import type { DocumentView, EntryView } from "@/vault/api";
import type { documentSide } from "@/end/documentmethods";

/** How a version of a document is shown: the document side's. */
export type ShowDocument = ReturnType<typeof documentSide>["view"];

/** What entries are told with. */
export interface Telltale {
  readonly view: CircleView;
  readonly me: { readonly organisation: Uint8Array; readonly worker: Uint8Array };
  readonly legalName: (organisation: Uint8Array) => string;
  readonly nameOf: (organisation: Uint8Array, worker: Uint8Array) => string;
  readonly now: number;
  readonly showDocument: ShowDocument | null;
}

/** Shows entries of one circle, as it stands now. */
export class EntryTeller {
  readonly #around: Telltale;
  readonly #documents: Documents;
  readonly #versions: Versions;
  readonly #actionSeqs: ReadonlyMap<string, number>;
  readonly #telling: Telling;

  constructor(around: Telltale) {
    this.#around = around;
    const { view } = around;
    this.#documents = new Documents(view);
    this.#versions = new Versions(view.book.entries);
    this.#actionSeqs = new Map([...replay(view.book)].map(([id, action]) => [id, action.seq]));
    this.#telling = {
      legalName: around.legalName,
      nameOf: around.nameOf,
      titleOf: (action) => this.#titleOf(action),
      fileOf: (seq) => this.#fileOf(seq),
      now: around.now,
    };
  }

  /** The seqs of actions that these entries speak of and whose words are not open yet. */
  wordless(entries: readonly Verified[]): number[] {
    const { thread } = this.#around.view;
    const seqs = entries.flatMap((verified) => {
      const facts = factsAs(Kind.ACTION_CHANGE, verified);
      return facts === null ? [] : (this.#actionSeqs.get(toHex(facts.action)) ?? []);
    });
    return [...new Set(seqs)].filter((seq) => thread.opened(seq) === null);
  }

  /** One plain line. */
  summary(verified: Verified): string {
    return summaryOf(this.#around.view.book, verified, this.#telling);
  }

  /** One entry. */
  entry(item: Item): EntryView {
    const { view, me, legalName, nameOf } = this.#around;
    const verified = view.book.at(item.seq);
    const action = factsAs(Kind.ACTION, verified) ?? factsAs(Kind.ACTION_CHANGE, verified);
    return {
      seq: item.seq,
      kind: kindWord(item.kind),
      mine: equal(item.worker, me.worker) && equal(item.organisation, me.organisation),
      author: item.author || nameOf(item.organisation, item.worker),
      worker: toHex(item.worker),
      organisation: toHex(item.organisation),
      legalName: legalName(item.organisation),
      sentAt: item.sentAt,
      receivedAt: item.receivedAt,
      late: item.late,
      state: item.state,
      text: wordsOf(item),
      summary: this.summary(verified),
      onlyFor: this.#onlyFor(verified),
      restricted: restrictedOf(verified.facts) !== null,
      documents: this.#documentsOf(item, verified),
      ...(action === null ? {} : { action: toHex(action.action) }),
      ...(item.alarm === null ? {} : { alarm: troubleOf(item.alarm) }),
    };
  }

  /**
   * Who may read a restricted entry. Its facts do not say: box hashes only. Known is the author's organisation,
   * and the own one where it opened; there may be more.
   */
  #onlyFor(verified: Verified): string[] {
    const restricted = restrictedOf(verified.facts);
    const { view, me, legalName } = this.#around;
    if (restricted === null || view.thread.opened(verified.placed.seq)?.state !== "open") return [];
    const author = verified.header.organisation;
    const names = equal(author, me.organisation) ? [author] : [author, me.organisation];
    const others = restricted.boxes.length - names.length;
    const more =
      others === 1 ? ["one other organisation"] : others > 1 ? [`${others} other organisations`] : [];
    return [...names.map(legalName), ...more];
  }

  #documentsOf(item: Item, verified: Verified): DocumentView[] {
    const show = this.#around.showDocument;
    if (show === null || item.body === null) return [];
    if (documentFacts(verified) !== null) return this.#shown(show, item, verified);
    if (!isSaid(item.body)) return [];
    return item.body.documents.flatMap((id) => {
      const newest = this.#versions.of(id).at(-1)?.verified;
      const opened = newest === undefined ? null : this.#around.view.thread.opened(newest.placed.seq);
      return newest === undefined || opened === null ? [] : this.#shown(show, opened, newest);
    });
  }

  #shown(show: ShowDocument, item: Item, verified: Verified): DocumentView[] {
    const listed = this.#documents.listed(verified, item, this.#versions.misfits);
    return listed === null ? [] : [show(this.#around.view, listed, this.#versions)];
  }

  #titleOf(action: Uint8Array): string {
    const seq = this.#actionSeqs.get(toHex(action));
    const body = seq === undefined ? null : (this.#around.view.thread.opened(seq)?.body ?? null);
    return body !== null && isAsked(body) ? plainName(body.title) : "";
  }

  #fileOf(seq: number): string {
    const body = this.#around.view.thread.opened(seq)?.body ?? null;
    return body !== null && isManifest(body) ? body.name : "";
  }
}

/** The words of an opened entry; empty when it has none. */
export function wordsOf({ body }: Pick<Item, "body">): string {
  if (body === null) return "";
  if (isSaid(body)) return body.text;
  if (isManifest(body)) return body.description;
  if (isCarePlan(body)) return body.summary;
  return isAsked(body) ? body.text : "";
}
