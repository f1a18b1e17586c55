/** What pages may ask about documents (`VaultApi`): lists, uploads, and opened documents with an address. */
import { Alarm } from "@/end/alarms";
import type { Context } from "@/end/context";
import { type Listed, Documents, type Rooms } from "@/end/documents";
import type { DocumentReader } from "@/end/downloading";
import { BadInput, NotAccepted, NotReady } from "@/end/errors";
import { Pace } from "@/end/pace";
import { plainName } from "@/end/profile";
import { Serving } from "@/end/serving";
import { troubleOf } from "@/end/trouble";
import { Uploads } from "@/end/uploads";
import { documentFacts, type Versions } from "@/end/versions";
import { safeName } from "@/policies/names";
import { fromHex, plain, randomBytes, toHex } from "@/protocol/bytes";
import type { DocumentView, DownloadJob, OpenedDocument, VaultApi } from "@/vault/api";

/** The most that is opened whole where a browser has no service worker. */
const LARGEST_WHOLE = 512 * 1024 * 1024;
const LARGEST_READ = 4 * 1024 * 1024;
const DESCRIPTION_MAX = 4000;
const TOLD_EVERY_MS = 200;
/** Bytes that moved so long ago (ms) still count as moving: the slowest line is silent no longer. */
const MOVING_MS = 60_000;

type DocumentApi = Pick<
  VaultApi,
  | "documents"
  | "upload"
  | "cancelUpload"
  | "retryUpload"
  | "uploads"
  | "dismissUpload"
  | "openDocument"
  | "readDocument"
  | "saveDocument"
  | "cancelDownload"
  | "closeDocument"
>;

/** The document side of the vault. `lend` takes a line from the service worker. */
export interface DocumentSide {
  readonly methods: DocumentApi;
  /** One version as a page shows it: for the thread, which shows documents too. */
  view(rooms: Rooms, listed: Listed, versions: Versions): DocumentView;
  lend(port: MessagePort): void;
  /** Whether the service worker has such a line: without it nothing large is opened or saved. */
  readonly reachable: () => boolean;
  /** The line to the hub is back. */
  wake(): void;
  /** Bytes moved a moment ago: nobody is idle. What only waits for the line keeps nobody's keys out. */
  busy(): boolean;
}

/** `rooms`: the rooms of one circle of the signed-in worker. */
export function documentSide(context: Context, rooms: (circle: string) => Rooms): DocumentSide {
  const serving = new Serving();
  let movedAt = -Infinity;
  const moved = (): void => {
    movedAt = context.now();
  };
  const uploads = new Uploads(context, moved);
  /** For as long as the rooms of a circle are kept: those that came in their place are read anew. */
  const opened = new WeakMap<Rooms, Documents>();
  const running = new Map<string, AbortController>();
  const blobs = new Set<string>();
  const alarmed = (alarm: Alarm): void => context.emit({ type: "alarm", trouble: troubleOf(alarm) });

  context.onForget(() => {
    serving.clear();
    for (const each of running.values()) each.abort();
    running.clear();
    for (const url of blobs) URL.revokeObjectURL(url);
    blobs.clear();
  });

  function documentsOf(circle: string): Documents {
    const here = rooms(circle);
    const known = opened.get(here) ?? new Documents(here, moved);
    opened.set(here, known);
    return known;
  }

  function reader(circle: string, document: string, number: number): Promise<DocumentReader> {
    return documentsOf(circle).reader(fromHex(document), number);
  }

  async function whole(
    read: DocumentReader,
    told: (done: number) => void,
    stop: AbortSignal,
  ): Promise<string> {
    const { manifest } = read.shared;
    if (manifest.size > LARGEST_WHOLE) {
      throw new NotAccepted(
        "This browser cannot open a document this large here. Use an ordinary (not private) window, or " +
          "another browser.",
      );
    }
    const parts: Blob[] = [];
    let done = 0;
    for await (const piece of read.whole()) {
      stop.throwIfAborted();
      parts.push(new Blob([plain(piece)]));
      told((done += piece.length));
    }
    const url = URL.createObjectURL(new Blob(parts, { type: shownAs(manifest.mediaType) }));
    blobs.add(url);
    return url;
  }

  const methods: DocumentApi = {
    async documents(circle) {
      const known = documentsOf(circle);
      const listed = await known.all();
      const { versions } = known;
      return listed.map((each) => view(rooms(circle), each, versions)).reverse();
    },

    upload(circle, file, how) {
      if (how.description.length > DESCRIPTION_MAX) throw new BadInput("Describe it in fewer words.");
      const sharing = {
        description: how.description.normalize("NFC"),
        only: how.only === null ? null : how.only.map(fromHex),
        document: how.document === null ? null : fromHex(how.document),
      };
      return Promise.resolve(uploads.begin(documentsOf(circle).share(file, sharing)));
    },

    cancelUpload: (job) => uploads.cancel(job),

    retryUpload(job) {
      uploads.retry(job);
      return Promise.resolve();
    },

    uploads: (circle) => Promise.resolve(uploads.of(circle)),

    dismissUpload(job) {
      uploads.dismiss(job);
      return Promise.resolve();
    },

    async openDocument(circle, document, number) {
      const read = await reader(circle, document, number);
      if (serving.reachable) return described(read, "stream", serving.add(readableOf(read, "view", alarmed)));
      return described(read, "whole", await whole(read, () => undefined, new AbortController().signal));
    },

    async readDocument(circle, document, number, from, to) {
      if (!(from >= 0 && to >= from && to - from <= LARGEST_READ))
        throw new BadInput("Ask for less at once.");
      return await (await reader(circle, document, number)).read(from, to);
    },

    async saveDocument(circle, document, number) {
      const read = await reader(circle, document, number);
      const job = toHex(randomBytes(8));
      const stop = new AbortController();
      running.set(job, stop);
      const follow = follower(context, job, read);
      if (serving.reachable) {
        const readable = {
          ...readableOf(read, "save", alarmed),
          read: () => followed(read, follow, stop.signal),
        };
        return { ...described(read, "stream", serving.add(readable)), job };
      }
      try {
        const url = await whole(read, (done) => follow("running", done), stop.signal);
        follow("saved", read.shared.manifest.size);
        return { ...described(read, "whole", url), job };
      } catch (error) {
        follow(stop.signal.aborted ? "stopped" : "failed", 0, error);
        throw error;
      }
    },

    cancelDownload(job) {
      running.get(job)?.abort();
      running.delete(job);
      return Promise.resolve();
    },

    closeDocument(url) {
      serving.remove(url);
      if (blobs.delete(url)) URL.revokeObjectURL(url);
      return Promise.resolve();
    },
  };

  return {
    methods,
    view,
    lend: (port) => serving.lend(port),
    reachable: () => serving.reachable,
    wake: () => uploads.wake(),
    busy: () => Math.abs(context.now() - movedAt) < MOVING_MS,
  };
}

function readableOf(read: DocumentReader, how: "view" | "save", alarmed: (alarm: Alarm) => void) {
  const { name, mediaType, size } = read.shared.manifest;
  return {
    name: safeName(name),
    mediaType,
    size,
    how,
    read: (start: number, stop: number) => told(read.pieces(start, stop), alarmed),
  };
}

/** The browser that is served would only say that a picture is broken: what was wrong is told beside it. */
async function* told(
  pieces: AsyncIterable<Uint8Array>,
  alarmed: (alarm: Alarm) => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces;
  } catch (error) {
    if (error instanceof Alarm) alarmed(error);
    throw error;
  }
}

function described(read: DocumentReader, way: OpenedDocument["way"], url: string): OpenedDocument {
  const { name, mediaType, size } = read.shared.manifest;
  return { url, way, name: safeName(name), mediaType, size };
}

type Follow = (state: DownloadJob["state"], done: number, error?: unknown) => void;

/** Tells pages how a download goes, a few times a second. */
function follower(context: Context, job: string, read: DocumentReader): Follow {
  const { name, size } = read.shared.manifest;
  const pace = new Pace(() => context.now());
  let told = 0;
  return (state, done, error) => {
    const now = context.now();
    if (state === "running" && now - told < TOLD_EVERY_MS) return;
    told = now;
    const trouble = error === undefined ? {} : { trouble: troubleOf(error) };
    const view = {
      job,
      name: safeName(name),
      size,
      done,
      bytesPerSecond: pace.heard(done),
      state,
      ...trouble,
    };
    context.emit({ type: "download", job: view });
  };
}

async function* followed(
  read: DocumentReader,
  follow: Follow,
  stop: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let done = 0;
  let ended = false;
  try {
    for await (const piece of read.whole()) {
      stop.throwIfAborted();
      done += piece.length;
      follow("running", done);
      yield piece;
    }
    ended = true;
    follow("saved", done);
  } catch (error) {
    ended = true;
    follow(stop.aborted ? "stopped" : "failed", done, stop.aborted ? undefined : error);
    throw error;
  } finally {
    if (!ended) follow("stopped", done);
  }
}

/** A type under which a browser acts on nothing inside: anything that is no picture, sound or video is bytes. */
function shownAs(mediaType: string): string {
  return previewOf(mediaType) === "none" || previewOf(mediaType) === "text"
    ? "application/octet-stream"
    : mediaType;
}

const PREVIEWS: Readonly<Record<string, DocumentView["preview"]>> = {
  "image/png": "image",
  "image/jpeg": "image",
  "image/gif": "image",
  "image/webp": "image",
  "application/pdf": "pdf",
  "video/mp4": "video",
  "video/webm": "video",
  "video/quicktime": "video",
  "audio/mpeg": "audio",
  "audio/mp4": "audio",
  "audio/ogg": "audio",
  "audio/wav": "audio",
  "text/plain": "text",
  "text/csv": "text",
};

function previewOf(mediaType: string): DocumentView["preview"] {
  return PREVIEWS[mediaType] ?? "none";
}

function view({ book }: Rooms, { verified, manifest, alarm }: Listed, versions: Versions): DocumentView {
  const { header, placed } = verified;
  const { desk } = book;
  const about = documentFacts(verified);
  if (about === null) throw new NotReady("That entry holds no document.");
  return {
    circle: toHex(book.id),
    document: toHex(about.document),
    number: about.number,
    versions: Math.max(1, versions.of(about.document).length),
    seq: placed.seq,
    name: manifest === null ? "" : safeName(manifest.name),
    mediaType: manifest?.mediaType ?? "",
    size: manifest?.size ?? 0,
    author: plainName(manifest?.author ?? ""),
    legalName: desk.directory.legalName(header.organisation),
    receivedAt: placed.receivedAt,
    description: manifest?.description ?? "",
    restricted: about.restricted !== null,
    preview: manifest === null ? "none" : previewOf(manifest.mediaType),
    mayFollow: versions.mayFollow(about.document, desk.me.organisation, book.circle.owner),
    ...(alarm === null ? {} : { alarm: troubleOf(alarm) }),
  };
}
