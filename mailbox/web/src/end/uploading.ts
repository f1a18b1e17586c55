/**
 * Sealing a file and sending it in parts, with flat memory (keyholder/uploading.py).
 *
 * What is sealed is sent at once; only the part on its way is held. A line that is lost is gone on with from
 * that part. Nothing sealed is kept when this page goes, so after a reload a file is sealed anew under a new
 * key: a key never seals two files.
 */
import { BadAnswer, NotAccepted } from "@/end/errors";
import { hashingFor } from "@/end/hashing";
import { dropLeftovers, type Held, holdUpload } from "@/end/leftovers";
import type { Logbook } from "@/end/logbook";
import * as answers from "@/hub/answers";
import { equal, randomBytes, toHex } from "@/protocol/bytes";
import { Malformed } from "@/protocol/errors";
import { DocumentSealer, type Sealed, storedSize } from "@/protocol/private/documents";
import { blocks } from "@/protocol/private/streams";

const READ = 1024 * 1024;
const CHANGED =
  "The file changed, or could not be read to its end. Close it in other programs and try again.";

/** How much of the stored object is safe at the hub, of how much. */
export type Progress = (done: number, total: number) => void;

/** One file on its way into one circle. `send` may be called again after `Away`: it goes on where it was. */
export class Upload {
  readonly key = randomBytes(32);
  readonly stored: number;
  readonly #sealer: DocumentSealer;
  #place: string | null = null;
  #parts: AsyncGenerator<Uint8Array> | null = null;
  /** The part on its way, and the one that is being sealed. */
  readonly #window: Promise<IteratorResult<Uint8Array>>[] = [];
  /** Memory of parts that were sent: it goes round, so that a large file leaves no garbage behind. */
  readonly #spare: Uint8Array[] = [];
  #partSize = 0;
  #number = 1;
  #done = 0;
  #held: Held | null = null;
  #tries = 0;

  constructor(
    private readonly book: Logbook,
    readonly file: File,
    /** 16 bytes. */
    readonly document: Uint8Array,
    readonly number: number,
    private readonly progress: Progress,
  ) {
    this.stored = storedSize(file.size);
    const hashing = hashingFor(file.size);
    this.#sealer = new DocumentSealer(this.key, book.id, document, number, file.size, hashing);
  }

  /**
   * Send every part the hub lacks, and finish. The manifest's numbers and hashes. A file that waited for the line
   * is read once more before it is said what was shared: a browser notices a change by the file's time alone.
   *
   * Throws NotAccepted: the file changed. Away, Refused: call again to go on.
   */
  async send(signal: AbortSignal): Promise<Sealed> {
    this.#tries += 1;
    const place = await this.#begun();
    await this.#sendParts(place, signal);
    const sealed = this.#sealer.sealed;
    const whole = sealed !== undefined && (this.#tries === 1 || (await this.#isStill(sealed)));
    if (!whole) throw new NotAccepted(CHANGED);
    const said = { segments: sealed.segmentHashes };
    await this.book.desk.connection.post(`${place}/finish`, said, answers.Nothing, { again: true, signal });
    return sealed;
  }

  /** Give it up: what the hub holds of it is dropped. */
  async drop(): Promise<void> {
    await this.close();
    if (this.#place !== null) await this.book.desk.connection.delete(this.#place);
    await this.#held?.forget();
  }

  /** Seal no more. What the hub holds of it is dropped by this person's next upload here, or in time. */
  async close(): Promise<void> {
    await this.#parts?.return(undefined);
    this.#window.length = 0;
    this.#held?.letGo();
  }

  /** An entry names it now. */
  async shared(): Promise<void> {
    await this.#held?.forget();
  }

  async #begun(): Promise<string> {
    if (this.#place !== null) return this.#place;
    await dropLeftovers(this.book.desk);
    let begun = await this.#ask();
    if (begun.parts.length > 0) {
      // Left over from another page: sealed under a key that went with it.
      await this.book.desk.connection.delete(placeOf(begun));
      begun = await this.#ask();
    }
    const place = placeOf(begun);
    this.#held = await holdUpload(this.book.desk, toHex(begun.upload ?? new Uint8Array(0)));
    const size = (this.#partSize = begun.partSize);
    const room = (): Uint8Array => this.#spare.pop() ?? new Uint8Array(size);
    this.#parts = blocks(this.#sealer.seal(pieces(this.file)), size, room);
    return (this.#place = place);
  }

  #ask(): Promise<answers.Upload> {
    const path = `/v1/circles/${toHex(this.book.id)}/uploads`;
    const asked = { document: this.document, number: this.number, size: this.stored };
    return this.book.desk.connection.post(path, asked, answers.Upload, { again: true });
  }

  /** One part is sent while the next is sealed. What could not be sent stays in front. */
  async #sendParts(place: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      while (this.#window.length < 2) this.#window.push(this.#sealNext());
      const part = await this.#window[0];
      if (part === undefined || part.done === true) return;
      const path = `${place}/parts/${this.#number}`;
      await this.book.desk.connection.putBytes(path, part.value, answers.Nothing, {
        signal,
        left: (bytes) => this.progress(this.#done + Math.min(bytes, part.value.length), this.stored),
      });
      this.#window.shift();
      if (part.value.length === this.#partSize) this.#spare.push(part.value);
      this.#number += 1;
      this.#done += part.value.length;
      this.progress(this.#done, this.stored);
    }
  }

  /** Whether the file is what was sealed, from its first part to its last. */
  async #isStill({ plaintextHash }: Sealed): Promise<boolean> {
    const hash = hashingFor(this.file.size)();
    try {
      for await (const piece of pieces(this.file)) await hash.update(piece);
      return equal(await hash.digest(), plaintextHash);
    } catch (error) {
      if (error instanceof DOMException) return false;
      throw error;
    } finally {
      hash.drop();
    }
  }

  #sealNext(): Promise<IteratorResult<Uint8Array>> {
    const next = this.#nextPart();
    next.catch(() => undefined); // met in its turn
    return next;
  }

  async #nextPart(): Promise<IteratorResult<Uint8Array>> {
    try {
      return (await this.#parts?.next()) ?? { done: true, value: undefined };
    } catch (error) {
      const changed = error instanceof Malformed || error instanceof DOMException;
      throw changed ? new NotAccepted(CHANGED) : error;
    }
  }
}

/** The file's bytes. A browser refuses to read one that was changed since it was chosen. */
async function* pieces(file: Blob): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.size; at += READ) {
    yield new Uint8Array(await file.slice(at, at + READ).arrayBuffer());
  }
}

function placeOf(begun: answers.Upload): string {
  if (begun.upload === null) throw new BadAnswer();
  return `/v1/uploads/${toHex(begun.upload)}`;
}
