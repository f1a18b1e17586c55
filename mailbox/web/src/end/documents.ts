/**
 * Documents of one circle: what there is, attaching a file, reading one (keyholder/documents.py). The work on
 * bytes is in `uploading` and `downloading`; here are the entries that carry each version's manifest.
 */
import { type Alarm, AlarmKind } from "@/end/alarms";
import { DocumentReader } from "@/end/downloading";
import type { EpochKeys } from "@/end/epochs";
import { NotAccepted, NotReady, Refused } from "@/end/errors";
import { accept, type Accepted } from "@/end/inspecting";
import type { Logbook } from "@/end/logbook";
import type { Item } from "@/end/opening";
import type { Sealer } from "@/end/sealing";
import { restrict, type Thread } from "@/end/thread";
import { Upload } from "@/end/uploading";
import type { Told, Work } from "@/end/uploads";
import { documentFacts, type Version, Versions } from "@/end/versions";
import { type Position, type Writing, factsOf } from "@/end/writing";
import { randomBytes, toHex } from "@/protocol/bytes";
import { CryptoError } from "@/protocol/errors";
import { Kind } from "@/protocol/facts";
import type { Verified } from "@/protocol/log";
import { checkManifest, isManifest, type Manifest } from "@/protocol/private/bodies";
import type { Sealed } from "@/protocol/private/documents";
import { mayOpen } from "@/policies/documents";
import { detect, LOOKED_AT } from "@/policies/sniffing";

/** Documents kept ready to be read on: each holds a few MiB. */
const KEPT = 6;
/** The hub has not what was sent any more, or somebody shared a version of that number: it begins anew. */
const GONE = new Set(["no-upload", "conflict"]);

/** The rooms of one circle that documents need. */
export interface Rooms {
  readonly book: Logbook;
  readonly keys: EpochKeys;
  readonly sealer: Sealer;
  readonly thread: Thread;
}

/** One version as this reader has it: the manifest, or why it is not shown. */
export interface Listed {
  readonly verified: Verified;
  readonly manifest: Manifest | null;
  readonly alarm: Alarm | null;
}

/** What a person says of a file they share. */
export interface Sharing {
  readonly description: string;
  readonly only: readonly Uint8Array[] | null;
  /** Whose next version it is; null: a document of its own. */
  readonly document: Uint8Array | null;
}

/** The documents of one circle. */
export class Documents {
  readonly #readers = new Map<string, Promise<DocumentReader>>();

  /** `moved` is called whenever bytes of a document have come. */
  constructor(
    private readonly rooms: Rooms,
    private readonly moved: () => void = () => undefined,
  ) {}

  /** The versions of each document, as the verified history has them. */
  get versions(): Versions {
    return new Versions(this.rooms.book.entries);
  }

  /**
   * Every version that can be opened here, oldest first; and, with an alarm, every one that should open and
   * does not, or that is not its author's to say.
   */
  async all(): Promise<Listed[]> {
    await this.rooms.book.sync();
    const { entries } = this.rooms.book;
    const { misfits } = this.versions;
    const found: Listed[] = [];
    for (const verified of entries.filter((each) => documentFacts(each) !== null)) {
      const listed = this.listed(verified, await this.rooms.thread.openOne(verified.placed.seq), misfits);
      if (listed !== null) found.push(listed);
    }
    return found;
  }

  /** One line of the list; null for what is not for this organisation, or erased. */
  listed(
    verified: Verified,
    item: Item,
    misfits: ReadonlySet<number> = this.versions.misfits,
  ): Listed | null {
    const faulty = (alarm: Alarm): Listed => ({ verified, manifest: null, alarm });
    if (misfits.has(item.seq)) return faulty(this.#alarm(AlarmKind.NOT_THEIRS_TO_DO, verified));
    if (item.alarm !== null) return faulty(item.alarm);
    if (item.body === null || !isManifest(item.body)) return null;
    try {
      checkManifest(verified.header, item.body);
    } catch (error) {
      if (!(error instanceof CryptoError)) throw error;
      return faulty(this.#alarm(AlarmKind.BADLY_SEALED, verified));
    }
    return { verified, manifest: item.body, alarm: null };
  }

  /**
   * A reader for one version whose first bytes were seen to be what it says it is. Throws Alarm, NotReady.
   */
  reader(document: Uint8Array, number: number): Promise<DocumentReader> {
    const name = `${toHex(document)}/${number}`;
    const known = this.#readers.get(name) ?? this.#reader(document, number);
    this.#readers.delete(name);
    this.#readers.set(name, known);
    const oldest = this.#readers.size > KEPT ? this.#readers.keys().next().value : undefined;
    if (oldest !== undefined) this.#readers.delete(oldest);
    known.catch(() => this.#readers.delete(name));
    return known;
  }

  /** The work of sharing one file, for `Uploads`. */
  share(file: File, sharing: Sharing): Work {
    let upload: Upload | null = null;
    let sealed: Sealed | null = null;
    let accepted: Accepted | null = null;
    let lost = false;
    return {
      circle: toHex(this.rooms.book.id),
      name: file.name,
      size: file.size,
      run: async (told: Told, signal: AbortSignal) => {
        accepted ??= await accept(file);
        upload ??= await this.#upload(file, sharing.document, told);
        told.state("sealing");
        sealed ??= await upload.send(signal);
        told.state("posting");
        try {
          await this.#post(upload, sealed, accepted, sharing);
        } catch (error) {
          lost = error instanceof Refused && GONE.has(error.code);
          throw error;
        }
        await upload.shared();
      },
      close: async () => {
        await upload?.close();
      },
      again: async () => {
        if (sealed !== null && !lost) return; // only its entry is missing
        const dropped = upload;
        [upload, sealed, lost] = [null, null, false];
        await dropped?.drop();
      },
      drop: async () => {
        const dropped = upload;
        [upload, sealed] = [null, null]; // whoever goes on begins anew
        await dropped?.drop();
      },
    };
  }

  async #upload(file: File, document: Uint8Array | null, told: Told): Promise<Upload> {
    await this.rooms.book.sync();
    const number = this.#next(document);
    return new Upload(this.rooms.book, file, document ?? randomBytes(16), number, told.progress);
  }

  async #post(upload: Upload, sealed: Sealed, accepted: Accepted, sharing: Sharing): Promise<void> {
    const write = async (position: Position): Promise<Writing> => {
      const { restricted, boxes, key } = await restrict(position, sharing.only);
      const { document, number } = upload;
      const facts = factsOf(Kind.DOCUMENT, { restricted, document, number, size: sealed.stored });
      const body = manifestOf(position.desk.me.name, upload, sealed, accepted, sharing.description);
      return { kind: Kind.DOCUMENT, facts, body, boxes, bodyKey: key };
    };
    const intent = `document\n${toHex(upload.document)}\n${upload.number}`;
    await this.rooms.sealer.post(write, { intent });
  }

  /** The number of the next version. Throws NotAccepted when it is not this organisation's to say. */
  #next(document: Uint8Array | null): number {
    if (document === null) return 1;
    const { book } = this.rooms;
    const known = this.versions;
    if (!known.mayFollow(document, book.desk.me.organisation, book.circle.owner)) {
      throw new NotAccepted(
        "Only the organisation that shared this document, or the circle's owner, can share a new version of " +
          "it. Share yours as a document of its own.",
      );
    }
    return known.of(document).length + 1;
  }

  async #reader(document: Uint8Array, number: number): Promise<DocumentReader> {
    await this.rooms.book.sync();
    const version = this.versions.of(document).find((each) => each.facts.number === number);
    if (version === undefined) throw new NotReady("There is no such document in this circle.");
    const manifest = await this.#manifest(version);
    const shared = { verified: version.verified, manifest };
    const reader = new DocumentReader(this.rooms.book, shared, this.rooms.thread.glass, this.moved);
    await this.#look(reader, manifest);
    return reader;
  }

  async #manifest({ verified }: Version): Promise<Manifest> {
    const item = await this.rooms.thread.openOne(verified.placed.seq);
    const listed = this.listed(verified, item, new Set());
    if (listed?.alarm) throw listed.alarm;
    if (listed === null || listed.manifest === null) {
      throw new NotReady("This document was not shared with your organisation.");
    }
    return listed.manifest;
  }

  /** A reader's own look at the bytes: what calls itself a picture is one (PROTOCOL, must refuse 11, 22). */
  async #look(reader: DocumentReader, manifest: Manifest): Promise<void> {
    const start = await reader.read(0, Math.min(LOOKED_AT, manifest.size));
    if (!mayOpen(manifest.name, manifest.mediaType, detect(start))) {
      throw this.#alarm(AlarmKind.DOCUMENT_DISGUISED, reader.shared.verified);
    }
  }

  #alarm(kind: AlarmKind, verified: Verified): Alarm {
    const { header, signature } = verified.entry;
    return this.rooms.book.alarm(kind, { header, signature });
  }
}

function manifestOf(
  author: string,
  upload: Upload,
  sealed: Sealed,
  { name, mediaType }: Accepted,
  description: string,
): Manifest {
  const { document, number, key, file } = upload;
  const { size, padded, stored, plaintextHash, segments } = sealed;
  return {
    version: 1,
    author,
    document,
    number,
    name,
    mediaType,
    size,
    padded,
    stored,
    plaintextHash,
    segments,
    key,
    modifiedAt: Math.max(0, file.lastModified),
    description,
  };
}
