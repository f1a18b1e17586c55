/**
 * Reading a shared document: state it, take sealed ranges, check each segment, and only then give it out
 * (keyholder/downloading.py; PROTOCOL, must refuse 28).
 *
 * A video is read where it is looked at; a file that is saved is read from its first byte to its last, and its
 * end is held back until the whole is the one that was shared.
 */
import { AlarmKind } from "@/end/alarms";
import { Away, Refused } from "@/end/errors";
import type { Glass } from "@/end/fetching";
import { hashingOf } from "@/end/hashing";
import type { Logbook } from "@/end/logbook";
import * as answers from "@/hub/answers";
import { concat, equal, toHex } from "@/protocol/bytes";
import { CryptoError, Forged } from "@/protocol/errors";
import type { Verified } from "@/protocol/log";
import type { Manifest } from "@/protocol/private/bodies";
import { SEGMENT_PLAINTEXT, type Span, segmentCount } from "@/protocol/private/documents";
import { RangeOpener } from "@/protocol/private/ranges";
import { Act, ObjectKind } from "@/protocol/statements";

const HASH = 32;
/** Segments that are asked for while the one before is given out. */
const AHEAD = 2;

/** One document version, verified: the entry that carries it, and what it says. */
export interface Shared {
  readonly verified: Verified;
  readonly manifest: Manifest;
}

/** Reads one document version. Nothing is asked for before the first read. */
export class DocumentReader {
  #ticket: Promise<string> | null = null;
  #opener: Promise<RangeOpener> | null = null;

  constructor(
    private readonly book: Logbook,
    readonly shared: Shared,
    private readonly glass: Glass | null = null,
    /** Called whenever bytes have come. */
    private readonly moved: () => void = () => undefined,
  ) {}

  /** The file's bytes `start` to `stop` (excluded). Throws Alarm, Away, Refused. */
  async read(start: number, stop: number): Promise<Uint8Array> {
    try {
      this.#opener ??= this.#open();
      return await (await this.#opener).read(start, stop);
    } catch (error) {
      if (error instanceof CryptoError) throw this.#changed();
      this.#opener?.catch(() => (this.#opener = null));
      throw error;
    }
  }

  /** The same, segment by segment; what comes next is fetched meanwhile. */
  async *pieces(start: number, stop: number): AsyncGenerator<Uint8Array> {
    const spans = [...cut(start, Math.min(stop, this.shared.manifest.size))];
    const waiting: Promise<Uint8Array>[] = [];
    for (let at = 0; at < spans.length; at++) {
      for (const span of spans.slice(at + waiting.length, at + 1 + AHEAD)) {
        const read = this.read(span.start, span.stop);
        read.catch(() => undefined); // met in its turn
        waiting.push(read);
      }
      const piece = await waiting.shift();
      if (piece !== undefined) yield piece;
    }
  }

  /** The whole file; its last piece comes only when all of it is the one that was shared. Throws Alarm. */
  async *whole(): AsyncGenerator<Uint8Array> {
    const hash = hashingOf(this.shared.manifest.size);
    let held: Uint8Array | null = null;
    try {
      for await (const piece of this.pieces(0, this.shared.manifest.size)) {
        await hash.update(piece);
        if (held !== null) yield held;
        held = piece;
      }
      if (!equal(await hash.digest(), this.shared.manifest.plaintextHash)) throw this.#changed();
    } finally {
      hash.drop();
    }
    if (held !== null) yield held;
  }

  async #open(): Promise<RangeOpener> {
    const { manifest } = this.shared;
    const most = segmentCount(manifest.stored) * HASH;
    const path = await this.#place();
    const hashes = await this.book.desk.connection.getBytes(`${path}/segments`, most);
    if (hashes === null) throw new Forged("the hub has no list of this document's segments");
    return RangeOpener.open(manifest, this.book.id, hashes, (span) => this.#span(span));
  }

  /** A span of the stored object. A ticket that has run out is asked for once more. */
  async #span(span: Span): Promise<Uint8Array> {
    const asked = this.#ticket;
    try {
      return await this.#take(span);
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 404) throw error;
      if (this.#ticket === asked) this.#ticket = null;
      return await this.#take(span);
    }
  }

  async #take({ start, stop }: Span): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for await (const part of this.book.desk.connection.stream(await this.#place(), start, stop)) {
      parts.push(part);
      this.moved();
    }
    const taken = concat(...parts);
    if (taken.length < stop - start) throw new Away();
    return taken;
  }

  #place(): Promise<string> {
    this.#ticket ??= this.#ask();
    this.#ticket.catch(() => (this.#ticket = null));
    return this.#ticket;
  }

  /** The statement goes first: it names the whole object, whatever is read of it. */
  async #ask(): Promise<string> {
    const { book, shared, glass } = this;
    const { desk, id } = book;
    const { document, number, stored } = shared.manifest;
    const objects = [{ kind: ObjectKind.DOCUMENT, id: document, start: 0, stop: stored }];
    const reason = glass === null ? null : await desk.sealReason(glass.text);
    const about =
      glass === null || reason === null
        ? { circle: id }
        : { circle: id, commitment: reason.commitment, purpose: glass.purpose };
    const signed = desk.stateThat(Act.FETCHED, objects, about);
    const body = {
      statement: { payload: signed.payload, signature: signed.signature },
      ...(glass === null || reason === null ? {} : { breakGlass: glass.code, reason: reason.box }),
    };
    const path = `/v1/circles/${toHex(id)}/documents/${toHex(document)}/${number}/tickets`;
    const ticket = await desk.connection.post(path, body, answers.Ticket);
    desk.log.heard(ticket, [signed]);
    return `/v1/tickets/${toHex(ticket.ticket)}`;
  }

  #changed() {
    const { header, signature } = this.shared.verified.entry;
    return this.book.alarm(AlarmKind.DOCUMENT_CHANGED, { header, signature });
  }
}

/** The range in steps that end where segments do. */
function* cut(start: number, stop: number): Generator<Span> {
  for (let at = start; at < stop;) {
    const next = Math.min(stop, (Math.floor(at / SEGMENT_PLAINTEXT) + 1) * SEGMENT_PLAINTEXT);
    yield { start: at, stop: next };
    at = next;
  }
}
